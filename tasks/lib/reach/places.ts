import { formatAddress, parseAddress } from '../net/cidr.ts';
import { unusableSpaces } from '../net/forbidden.ts';
import type {
  Balancer,
  Endpoint,
  Estate,
  Firewall,
  Machine,
  Network,
  Subnet,
  Zone,
} from './model.ts';
import { privateRanges } from './model.ts';
import type { Range, RangeSet } from './ranges.ts';
import { everything, holds, parsePrefix, setOf, unionOf, without } from './ranges.ts';
import type { Neighbourhood } from './tags.ts';

/**
 * Addresses that nothing in the estate tells apart, so that one look at any of them is exact for all. A subnet is
 * its machines, its endpoints, and the rest of its addresses, cut where any rule cuts it.
 */
export interface Place {
  readonly index: number;
  /** For people. */
  readonly name: string;
  /** What it is a part of: a subnet, an endpoint, a zone. */
  readonly unit: string;
  readonly ranges: RangeSet;
  /** Any one of them. */
  readonly address: number;
  /** Application security groups, lower case; undefined = a machine nobody knows. */
  readonly groups: readonly string[] | undefined;
  readonly subnet: Subnet | undefined;
  readonly network: Network | undefined;
  readonly machine: Machine | undefined;
  readonly endpoint: Endpoint | undefined;
  readonly balancer: Balancer | undefined;
  readonly firewall: Firewall | undefined;
  readonly zone: Zone | undefined;
  /** A station on the way, no row of the matrix. */
  readonly inner: boolean;
}

/** Whether flows begin there: endpoints and front ends of balancers only answer. */
export function sends({ endpoint, balancer }: Place): boolean {
  return endpoint === undefined && balancer === undefined;
}

/** The internet as a whole, without what is declared of it. */
export const internet = 'internet';

/** Subnets in which only Azure's own machines can be. */
const reserved = /\/(AzureFirewall(Management)?Subnet|GatewaySubnet)$/i;

type Draft = Pick<Place, 'name' | 'unit' | 'groups'> & Partial<Place>;

/** @param further prefixes at which addresses are cut besides the estate's own, to compare two estates */
export function placesOf(
  estate: Estate,
  neighbours: Neighbourhood,
  further: readonly string[] = [],
): Place[] {
  const cutter = new Cutter([...cutsOf(estate), ...further], Object.values(estate.tags).map(setOf));
  const places: Place[] = [];
  const add = (draft: Draft, ranges: RangeSet): void => {
    const [first] = ranges;
    if (first === undefined) return;
    const { name, unit, groups, subnet, network } = draft;
    const { machine, endpoint, balancer, firewall, zone, inner = false } = draft;
    // The same properties in the same order: V8 gives each object that is spread from others a hidden class of
    // its own, and a million pairs of those miss its inline caches.
    places.push({
      index: places.length,
      name,
      unit,
      ranges,
      address: first.first,
      groups,
      subnet,
      network,
      machine,
      endpoint,
      balancer,
      firewall,
      zone,
      inner,
    });
  };
  const taken = new Map<string, Range[]>();
  const single = (draft: Draft, subnetId: string, address: string): void => {
    const subnet = neighbours.subnet(subnetId);
    const value = parseAddress(address);
    if (subnet === undefined || value === undefined) return;
    const range = { first: value, last: value };
    const key = subnet.id.toLowerCase();
    taken.set(key, [...(taken.get(key) ?? []), range]);
    add({ ...draft, subnet, network: neighbours.network(subnet.networkId) }, [range]);
  };
  const floating: { draft: Draft; subnetId: string }[] = [];
  const placed = (draft: Draft, subnetId: string, address: string | undefined): void => {
    if (address === undefined) floating.push({ draft, subnetId });
    else single(draft, subnetId, address);
  };
  const lower = (groups: readonly string[]): string[] => groups.map((id) => id.toLowerCase());

  for (const endpoint of estate.endpoints) {
    const { name, id, groups } = endpoint;
    const draft = { name, unit: id, groups: lower(groups), endpoint };
    placed(draft, endpoint.subnetId, endpoint.address);
    if (endpoint.provider !== undefined) {
      const nat = { name: `${name} (NAT)`, unit: id, groups: [], inner: true };
      single(nat, endpoint.provider.subnetId, endpoint.provider.natAddress);
    }
  }
  for (const machine of estate.machines) {
    const subnetName = neighbours.subnet(machine.subnetId)?.name ?? '';
    const draft = { name: `${machine.name} in ${subnetName}`, unit: machine.subnetId, machine };
    placed({ ...draft, groups: lower(machine.groups) }, machine.subnetId, machine.address);
  }
  for (const balancer of estate.balancers) {
    const draft = { name: balancer.name, unit: balancer.subnetId, groups: [], balancer };
    single(draft, balancer.subnetId, balancer.address);
  }
  for (const firewall of estate.firewalls) {
    const draft = { name: firewall.name, unit: firewall.name, groups: [], firewall };
    single({ ...draft, inner: true }, firewall.subnetId, firewall.address);
  }
  const free = (subnet: Subnet): RangeSet[] => {
    const occupied = unionOf(taken.get(subnet.id.toLowerCase()) ?? []);
    return cutter.cut(without(setOf(subnet.prefixes), occupied));
  };
  for (const { draft, subnetId } of floating) {
    const subnet = neighbours.subnet(subnetId);
    if (subnet === undefined) continue;
    const network = neighbours.network(subnet.networkId);
    for (const ranges of free(subnet)) add({ ...draft, subnet, network }, ranges);
  }
  for (const subnet of estate.subnets) {
    if (reserved.test(subnet.id)) continue;
    const network = neighbours.network(subnet.networkId);
    const parts = free(subnet);
    for (const ranges of parts) {
      const name = parts.length === 1 ? subnet.name : `${subnet.name} ${textOf(ranges)}`;
      add({ name, unit: subnet.id, groups: undefined, subnet, network }, ranges);
    }
  }
  for (const { zone, ranges } of zonesOf(estate, neighbours)) {
    for (const part of cutter.cut(ranges)) {
      add({ name: zone.name, unit: zone.name, groups: [], zone }, part);
    }
  }
  return places;
}

function zonesOf(estate: Estate, neighbours: Neighbourhood): { zone: Zone; ranges: RangeSet }[] {
  const unusable = setOf([...unusableSpaces().map(({ network }) => network), ...privateRanges]);
  let open = without(without(everything, unusable), neighbours.own);
  const declared = estate.zones.map((zone) => {
    const ranges = without(setOf(zone.prefixes), neighbours.own);
    open = without(open, ranges);
    return { zone, ranges };
  });
  const rest: Zone = { name: internet, kind: 'public', prefixes: [] };
  return [...declared, { zone: rest, ranges: open }];
}

/** Every prefix that any rule, route or table of the estate names; tags are cut at by themselves. */
export function cutsOf(estate: Estate): string[] {
  const texts = new Set<string>(privateRanges);
  const add = (lists: readonly (readonly string[])[]): void => {
    for (const list of lists) for (const text of list) texts.add(text);
  };
  for (const network of estate.networks) {
    add([network.prefixes, network.gateway?.prefixes ?? [], network.gateway?.bgp ?? []]);
    if (network.peerings !== 'unread') add(network.peerings.map((p) => p.remotePrefixes ?? []));
    if (network.adminRules === 'unread') continue;
    for (const rule of network.adminRules ?? []) add([rule.sources, rule.destinations]);
  }
  for (const { securityRules } of [...estate.subnets, ...estate.machines]) {
    if (securityRules === 'unread') continue;
    for (const rule of securityRules ?? []) add([rule.sources, rule.destinations]);
  }
  for (const { routes } of estate.subnets) {
    if (routes !== 'unread') add([(routes ?? []).map(({ prefix }) => prefix)]);
  }
  for (const { rules, keepsSourceFor } of estate.firewalls) {
    add([keepsSourceFor ?? []]);
    if (rules !== 'unread') for (const rule of rules) add([rule.sources, rule.destinations]);
  }
  return [...texts];
}

/** Cuts sets of addresses where prefixes or whole tags begin or end inside them. */
class Cutter {
  readonly #sets: readonly RangeSet[];
  readonly #edges: readonly number[];

  constructor(texts: readonly string[], tags: readonly RangeSet[]) {
    this.#sets = [...texts.flatMap((text) => parsePrefix(text) ?? []).map((one) => [one]), ...tags];
    const edges = new Set(this.#sets.flat().flatMap(({ first, last }) => [first, last + 1]));
    this.#edges = [...edges].sort((a, b) => a - b);
  }

  /** The parts of a set, each wholly inside or wholly outside every prefix and tag. */
  cut(set: RangeSet): RangeSet[] {
    const pieces = set.flatMap((range) => this.#pieces(range));
    if (pieces.length === set.length && set.length <= 1) return set.length === 0 ? [] : [set];
    const near = this.#sets.filter(
      (cut) =>
        cut.some((range) => meets(pieces, range)) &&
        !pieces.every(({ first }) => holds(cut, first)),
    );
    const parts = new Map<string, Range[]>();
    for (const piece of pieces) {
      const key = near.map((cut) => (holds(cut, piece.first) ? '1' : '0')).join('');
      const part = parts.get(key);
      if (part === undefined) parts.set(key, [piece]);
      else part.push(piece);
    }
    return [...parts.values()].map(unionOf);
  }

  #pieces({ first, last }: Range): Range[] {
    let low = 0;
    let high = this.#edges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#edges[middle] ?? 0) <= first) low = middle + 1;
      else high = middle;
    }
    const found: Range[] = [];
    let from = first;
    for (let at = low; (this.#edges[at] ?? Infinity) <= last; at += 1) {
      const edge = this.#edges[at] ?? 0;
      found.push({ first: from, last: edge - 1 });
      from = edge;
    }
    return [...found, { first: from, last }];
  }
}

/** Whether a range has an address in any of the pieces, which are sorted. */
function meets(pieces: readonly Range[], { first, last }: Range): boolean {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((pieces[middle]?.last ?? 0) < first) low = middle + 1;
    else high = middle;
  }
  return (pieces[low]?.first ?? Infinity) <= last;
}

/** Addresses for people: the first few ranges. */
export function textOf(ranges: RangeSet): string {
  const shown = ranges
    .slice(0, 3)
    .map(({ first, last }) =>
      first === last ? formatAddress(first) : `${formatAddress(first)}-${formatAddress(last)}`,
    );
  return ranges.length > 3 ? `${shown.join(', ')}, ...` : shown.join(', ');
}
