import type { Resolution } from '../net/resolve.ts';
import { isAddress } from './estate.ts';
import type { Verdict, SpecContext, FieldPath } from './check.ts';
import type { Probe } from './probe.ts';

/** What a host turned out to be; only `ready` may be probed. */
export type TargetSeen =
  | { readonly state: 'ready'; readonly addresses: readonly string[] }
  | { readonly state: 'unresolved'; readonly error: NonNullable<Resolution['error']> }
  | {
      readonly state: 'outside' | 'forbidden';
      /** Names and addresses in the order of the answer. */
      readonly way: readonly string[];
      readonly addresses: readonly string[];
    };

/** Resolves a host as every program on this agent would, and says whether it may be probed. */
export async function seeTarget(
  host: string,
  probe: Probe,
  signal: AbortSignal,
): Promise<TargetSeen> {
  const { estate } = probe;
  if (isAddress(host)) return sort([host], [], probe);
  const { system } = await probe.resolve(host, signal);
  if (system.error !== undefined) return { state: 'unresolved', error: system.error };
  if (system.addresses.length === 0) return { state: 'unresolved', error: 'nodata' };
  return sort(system.addresses, system.chain, { estate });
}

function sort(
  addresses: readonly string[],
  chain: readonly string[],
  { estate }: Pick<Probe, 'estate'>,
): TargetSeen {
  const way = [...chain, addresses.join(', ')];
  const forbidden = addresses.filter((address) => estate.forbids(address));
  if (forbidden.length > 0) return { state: 'forbidden', way, addresses: forbidden };
  const outside = addresses.filter((address) => !estate.declares(address));
  if (outside.length > 0) return { state: 'outside', way, addresses: outside };
  return { state: 'ready', addresses };
}

/** Why a host was not probed, as a verdict; undefined if it was. */
export function judgeTarget(host: string, expected: string, seen: TargetSeen): Verdict | undefined {
  switch (seen.state) {
    case 'ready':
      return undefined;
    case 'unresolved':
      return { expected, ...unresolved(host, seen.error) };
    case 'outside':
      return {
        status: 'fail',
        code: 'DNS_OUTSIDE_NETWORKS',
        expected,
        observed: `${host} is ${seen.way.join(' -> ')}; not probed`,
        class: 'public-address',
        went: { name: host },
        hint: outsideHint(host),
      };
    case 'forbidden':
      return {
        status: 'fail',
        code: 'GATE_TARGET_FORBIDDEN',
        expected,
        observed: `${host} is ${seen.way.join(' -> ')}; not probed`,
        class: 'platform-address',
        hint: `${seen.addresses.join(', ')} serves the platform itself and is never probed.`,
      };
  }
}

/** A name that has no address, as the parts of a verdict. */
export function unresolved(
  host: string,
  error: NonNullable<Resolution['error']>,
): Omit<Verdict, 'expected'> {
  return { ...wordsOf(host, error), went: { name: host } };
}

function wordsOf(host: string, error: NonNullable<Resolution['error']>): Omit<Verdict, 'expected'> {
  switch (error) {
    case 'nxdomain':
      return {
        status: 'fail',
        code: 'DNS_NXDOMAIN',
        observed: `${host} does not exist`,
        class: 'nxdomain',
        hint:
          'No record of this name: register it in its private zone, and link the zone to the network ' +
          'that the resolver of this agent asks from.',
      };
    case 'nodata':
      return {
        status: 'fail',
        code: 'DNS_NODATA',
        observed: `${host} exists but has no IPv4 address`,
        class: 'nodata',
        hint: 'The record set is empty or of another type; look at the private zone.',
      };
    case 'servfail':
      return {
        status: 'fail',
        code: 'DNS_SERVFAIL',
        observed: `the resolver could not resolve ${host} (SERVFAIL)`,
        class: 'servfail',
        hint: 'A forwarder or the authority behind the resolver does not answer it.',
      };
    case 'refused':
      return {
        status: 'fail',
        code: 'DNS_REFUSED',
        observed: `the resolver refused to answer for ${host}`,
        class: 'refused',
        hint: 'The resolver does not serve this agent; check its access list and the agent DNS settings.',
      };
    case 'timeout':
      return {
        status: 'unknown',
        code: 'DNS_TIMEOUT',
        observed: `no resolver answered for ${host}`,
        class: 'timeout',
        hint: 'The DNS server of this agent is down or cannot be reached from it.',
      };
  }
}

export function outsideHint(host: string): string {
  return (
    `${host} resolves outside the declared networks: its private zone is not linked to the network of ` +
    'this agent, the record is missing there and public DNS answers instead, or another DNS server ' +
    'does not forward to the zone.'
  );
}

/** Reports a literal address that must never be probed. */
export function checkHost(host: string, field: FieldPath, context: SpecContext): void {
  const { estate, problem } = context;
  if (estate.forbids(host)) {
    problem(field, `${host} is an address of the platform, never probed`, 'GATE_TARGET_FORBIDDEN');
  } else if (isAddress(host) && !estate.declares(host)) {
    const known = estate.networks.join(', ');
    problem(field, `${host} is outside the declared networks (${known})`, 'GATE_TARGET_FORBIDDEN');
  }
}
