import type { Verdict } from './check.ts';
import { judgeConnection, wentTo } from './hints.ts';
import type { HandshakeSeen } from './probe.ts';

/** Why a handshake under a name did not end well, as a verdict; undefined if it did. */
export function judgeHandshake(
  { name, port }: { readonly name: string; readonly port: number },
  seen: HandshakeSeen,
  expected: string,
): Verdict | undefined {
  const at = `${seen.address}:${port}`;
  const went = wentTo(name, seen);
  const said = seen.reason === undefined ? '' : ` (${seen.reason})`;
  switch (seen.class) {
    case 'connected':
      return undefined;
    case 'certificate-name':
      return {
        status: 'fail',
        code: 'TLS_NAME',
        expected,
        observed: `${at} shows a certificate for ${namesOf(seen)}`,
        class: seen.class,
        went,
        hint:
          `${seen.place.text} belongs to another resource: the record of ${name} points at the wrong ` +
          'private endpoint.',
        final: true,
      };
    case 'certificate-untrusted':
      return {
        status: 'fail',
        code: 'TLS_UNTRUSTED',
        expected,
        observed: `${at} shows a certificate by ${seen.issuer ?? 'an unknown issuer'}${said}`,
        class: seen.class,
        went,
        hint:
          'An inspecting firewall signs with its own authority, or the agent lacks the authority; add it to ' +
          "the system's, or name it in NODE_EXTRA_CA_CERTS, if that is meant to be.",
        final: true,
      };
    case 'certificate-expired':
      return {
        status: 'fail',
        code: 'TLS_EXPIRED',
        expected,
        observed: `${at} shows a certificate that is not valid today${said}`,
        class: seen.class,
        went,
        hint: "Renew it; if it is new, compare the agent's clock.",
        final: true,
      };
    case 'silent':
      return {
        status: 'fail',
        code: 'TLS_SILENT',
        expected,
        observed: `${at} was reached but did not agree on TLS in time`,
        class: seen.class,
        went,
        hint:
          'The service hangs, or a device on the way takes connections and lets nothing through; ' +
          `the network to ${seen.place.text} is open.`,
      };
    case 'tls-alert':
      return {
        status: 'fail',
        code: 'TLS_HANDSHAKE',
        expected,
        observed: `${at} was reached but did not agree on TLS${said}`,
        class: seen.class,
        went,
        hint: 'The service on that port speaks no TLS, or a firewall closed the connection by its rules.',
      };
    case 'refused':
    case 'timeout':
    case 'reset':
    case 'unreachable':
    case 'unmapped':
      return judgeConnection(name, { ...seen, class: seen.class }, expected);
  }
}

/** Certificates of shared front ends carry hundreds. */
const shownNames = 10;

function namesOf({ names = [] }: HandshakeSeen): string {
  const more = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return names.length === 0 ? 'other names' : `${names.slice(0, shownNames).join(', ')}${more}`;
}
