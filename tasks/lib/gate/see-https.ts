import { nameProblem } from '../net/dns-message.ts';
import type { Verdict } from './check.ts';
import { judgeHandshake } from './judge-handshake.ts';
import type { HttpAsk, HttpSeen, Probe } from './probe.ts';
import { isAddress } from './estate.ts';
import { judgeTarget, seeTarget, type TargetSeen } from './target.ts';

/** One URL as it was asked for at each of its addresses. */
export interface HttpsSeen {
  readonly url: string;
  /** What was dialled: the host of the URL, or what was given instead. */
  readonly host: string;
  readonly target: TargetSeen;
  /** One for each address. */
  readonly answers: readonly HttpSeen[];
}

/** Asks for a URL at every address of its host, or at the address given; the host is judged first. */
export async function seeHttps(
  ask: HttpAsk,
  probe: Probe,
  signal: AbortSignal,
  pinned?: string,
): Promise<HttpsSeen> {
  const host = pinned ?? hostOf(ask.url);
  const target = await seeTarget(host, probe, signal);
  const addresses = target.state === 'ready' ? target.addresses : [];
  const answers = await Promise.all(
    addresses.map((address) => probe.request(address, ask, signal)),
  );
  return { url: ask.url, host, target, answers };
}

/** Why no HTTP answer came, as a verdict; undefined if one came. */
export function judgeHttps(seen: HttpsSeen, expected: string): Verdict | undefined {
  const off = judgeTarget(seen.host, expected, seen.target);
  if (off !== undefined) return off;
  for (const answer of seen.answers) {
    const verdict = judgeAnswer(hostOf(seen.url), answer, expected);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

function judgeAnswer(name: string, seen: HttpSeen, expected: string): Verdict | undefined {
  const { class: end, port, reason } = seen;
  const at = `${seen.address}:${port}`;
  const said = reason === undefined ? '' : ` (${reason})`;
  switch (end) {
    case 'answered':
      return undefined;
    case 'silent':
      return {
        status: 'fail',
        code: 'HTTP_SILENT',
        expected,
        observed: `${at} was reached but did not answer in time`,
        class: end,
        hint: 'The service hangs, or waits for something behind it; the network to it is open.',
      };
    case 'not-http':
      return {
        status: 'fail',
        code: 'HTTP_NOT_HTTP',
        expected,
        observed: `${at} answered something that is no HTTP${said}`,
        class: end,
        hint: 'Another service listens on that port.',
        final: true,
      };
    case 'no-certificate':
      return {
        status: 'unknown',
        code: 'MTLS_NO_CERTIFICATE',
        expected,
        observed: 'the task has no client certificate to show',
        class: end,
        hint: 'Set the input clientCertificate to a PEM file with certificate and key, such as a secure file.',
      };
    default:
      return judgeHandshake({ name, port }, { ...seen, class: end }, expected);
  }
}

/** The host of a URL as people write it: without the brackets of an IPv6 address. */
export function hostOf(url: string): string {
  const { hostname } = new URL(url);
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isAddress(bare) ? bare : hostname;
}

/** Whether a request may be made for a URL: https, to an address or to a name that DNS can be asked for. */
export function isAskable(url: URL): boolean {
  const host = hostOf(url.href);
  return url.protocol === 'https:' && (isAddress(host) || nameProblem(host) === undefined);
}
