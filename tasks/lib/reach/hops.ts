import { parseAddress } from '../net/cidr.ts';
import type { Route } from './model.ts';
import type { PortMap } from './ports.ts';
import { parsePrefix } from './ranges.ts';
import type { Joint } from './tags.ts';

/** Where a packet that leaves a subnet goes next. */
export type Hop =
  | { readonly to: 'local' }
  | { readonly to: 'peer'; readonly joint: Joint }
  | { readonly to: 'appliance'; readonly address: number; readonly text: string }
  | { readonly to: 'gateway' }
  | { readonly to: 'internet' }
  | { readonly to: 'none' }
  | { readonly to: 'unknown' };

export interface Lookup {
  readonly hop: Hop;
  /** The look itself as a station: passes what has a way, with the rules that it rests on. */
  readonly station: PortMap;
  /** The route that is used, for people. */
  readonly route: string;
  /** Numbers of the reachability rules that it rests on. */
  readonly rules: readonly string[];
}

/** Of equal prefixes, the subnet's own route wins, then BGP, then the system's. */
const ranks = { user: 2, bgp: 1, system: 0 } as const;

export type Found = Omit<Lookup, 'station'>;

/** A route that may be used, with the addresses that it is for. */
export interface Candidate extends Found {
  readonly first: number;
  readonly last: number;
  readonly bits: number;
  readonly origin: keyof typeof ranks;
}

/** A region of a service comes before the service, and both before the whole cloud. */
export function breadthOf(tag: string): number {
  return Number(!tag.includes('.')) + 2 * Number(/^AzureCloud/i.test(tag));
}

/** A route of a table; none for one that is for a service tag. */
export function candidateOf(route: Route): Candidate[] {
  const prefix = parsePrefix(route.prefix);
  if (prefix === undefined) return [];
  const next = route.nextHopAddress === undefined ? '' : ` ${route.nextHopAddress}`;
  const text = `route ${route.name} (${route.prefix} to ${route.nextHop}${next})`;
  return [{ ...prefix, hop: hopOf(route), route: text, rules: [], origin: 'user' }];
}

function hopOf({ nextHop, nextHopAddress }: Route): Hop {
  switch (nextHop.toLowerCase()) {
    case 'virtualappliance': {
      const address = parseAddress(nextHopAddress ?? '');
      if (address === undefined) return { to: 'unknown' };
      return { to: 'appliance', address, text: nextHopAddress ?? '' };
    }
    case 'vnetlocal':
      return { to: 'local' };
    case 'internet':
      return { to: 'internet' };
    case 'none':
      return { to: 'none' };
    case 'virtualnetworkgateway':
      return { to: 'gateway' };
    default:
      return { to: 'unknown' };
  }
}

/** The one that is used of those that hold an address. */
export function longest(candidates: readonly Candidate[]): Candidate | undefined {
  let best: Candidate | undefined;
  for (const candidate of candidates) {
    const better =
      best === undefined ||
      candidate.bits > best.bits ||
      (candidate.bits === best.bits && ranks[candidate.origin] > ranks[best.origin]);
    if (better) best = candidate;
  }
  return best;
}
