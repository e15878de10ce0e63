import type { Prefix } from './cidr.ts';
import { anyHolds, parseAddress, parsePrefix, prefixHolds, privateRanges } from './cidr.ts';
import type { Endpoint, Estate, Peering, Subnet, VirtualNetwork } from './estate.ts';
import { sameId } from './fields.ts';
import { connectedPeerings, peeredPrefixes } from './service-tags.ts';

/** Where a packet that leaves a subnet goes next. */
export type Hop =
  | { to: 'local' }
  | { to: 'peer'; peering: Peering; reverse: Peering }
  | { to: 'appliance'; address: string }
  | { to: 'internet' }
  | { to: 'none' }
  | { to: 'unknown'; why: string };

export interface Lookup {
  hop: Hop;
  /** The route that was used, for people. */
  route: string;
}

interface Candidate {
  prefix: Prefix;
  hop: Hop;
  route: string;
  own: boolean;
}

export function networkOf(estate: Estate, subnet: Subnet): VirtualNetwork {
  const found = estate.networks.find((network) => sameId(network.id, subnet.networkId));
  if (found === undefined) throw new Error(`subnet ${subnet.id} has no virtual network`);
  return found;
}

/** Longest prefix first; on equal prefixes the subnet's own route beats the system's. */
export function nextHop(
  estate: Estate,
  subnet: Subnet,
  destination: string,
  endpoint?: Endpoint,
): Lookup {
  const address = parseAddress(destination);
  if (address === undefined) throw new Error(`'${destination}' is not an IPv4 address`);
  const network = networkOf(estate, subnet);
  const own = ownRoutes(subnet).filter(({ prefix }) => prefixHolds(prefix, address));
  const tagged = (subnet.routes ?? []).find((route) => parsePrefix(route.prefix) === undefined);
  const chosen = longest([...own, ...systemRoutes(estate, network, subnet, address)]);
  if (endpoint !== undefined) {
    const direct = endpointRoute(estate, network, endpoint, longest(own));
    if (direct !== undefined) return direct;
  }
  if (chosen === undefined) return { hop: { to: 'none' }, route: 'no route' };
  if (tagged !== undefined && !anyHolds(privateRanges, address)) {
    const why = `route ${tagged.name} has the service tag ${tagged.prefix} as its prefix`;
    return { hop: { to: 'unknown', why }, route: tagged.name };
  }
  return { hop: chosen.hop, route: chosen.route };
}

function ownRoutes(subnet: Subnet): Candidate[] {
  return (subnet.routes ?? []).flatMap((route) => {
    const prefix = parsePrefix(route.prefix);
    if (prefix === undefined) return [];
    const name = `route ${route.name} (${route.prefix} to ${route.nextHop})`;
    return [{ prefix, hop: ownHop(route.nextHop, route.nextHopAddress), route: name, own: true }];
  });
}

function ownHop(nextHopType: string, address: string | undefined): Hop {
  switch (nextHopType.toLowerCase()) {
    case 'virtualappliance':
      return address === undefined
        ? { to: 'unknown', why: 'a VirtualAppliance route without an address' }
        : { to: 'appliance', address };
    case 'vnetlocal':
      return { to: 'local' };
    case 'internet':
      return { to: 'internet' };
    case 'none':
      return { to: 'none' };
    default:
      return { to: 'unknown', why: `next hop ${nextHopType} is not modelled` };
  }
}

function systemRoutes(
  estate: Estate,
  network: VirtualNetwork,
  subnet: Subnet,
  address: number,
): Candidate[] {
  const routes: Candidate[] = [];
  const offer = (prefixes: readonly string[], hop: Hop, route: string): void => {
    for (const text of prefixes) {
      const prefix = parsePrefix(text);
      if (prefix !== undefined && prefixHolds(prefix, address)) {
        routes.push({ prefix, hop, route: `${route} ${text}`, own: false });
      }
    }
  };
  offer(network.prefixes, { to: 'local' }, 'system route of the network');
  for (const { peering, reverse, remote } of connectedPeerings(estate, network)) {
    const prefixes = peeredPrefixes(peering, remote);
    offer(prefixes, { to: 'peer', peering, reverse }, 'system route of the peering');
  }
  // An own default route withdraws the routes that keep private addresses from the internet.
  const overridden = (subnet.routes ?? []).some((route) => route.prefix === '0.0.0.0/0');
  if (!overridden) offer(privateRanges, { to: 'none' }, 'system route None');
  offer(['0.0.0.0/0'], { to: 'internet' }, 'system route');
  return routes;
}

/**
 * An endpoint announces a /32 in its network and those peered with it directly. Own routes replace
 * it only if its subnet says so and they are at least as long as the network's prefix.
 */
function endpointRoute(
  estate: Estate,
  network: VirtualNetwork,
  endpoint: Endpoint,
  own: Candidate | undefined,
): Lookup | undefined {
  const subnet = estate.subnets.find((found) => sameId(found.id, endpoint.subnetId));
  const address = parseAddress(endpoint.address);
  if (subnet === undefined || address === undefined) return undefined;
  const home = networkOf(estate, subnet);
  const peered = connectedPeerings(estate, network).find(({ remote }) =>
    sameId(remote.id, home.id),
  );
  const local = sameId(home.id, network.id);
  if (!local && peered === undefined) return undefined;
  const steered =
    subnet.endpointPolicies === 'Enabled' || subnet.endpointPolicies === 'RouteTableEnabled';
  if (own !== undefined && steered && own.prefix.length >= holderLength(home, address)) {
    return { hop: own.hop, route: own.route };
  }
  if (own?.prefix.length === 32 && !steered) {
    const why = 'a /32 route to an endpoint whose subnet ignores route tables is not documented';
    return { hop: { to: 'unknown', why }, route: own.route };
  }
  const route = `endpoint route ${endpoint.address}/32`;
  if (peered === undefined) return { hop: { to: 'local' }, route };
  return { hop: { to: 'peer', peering: peered.peering, reverse: peered.reverse }, route };
}

function holderLength(network: VirtualNetwork, address: number): number {
  const holder = network.prefixes
    .map(parsePrefix)
    .find((prefix) => prefix !== undefined && prefixHolds(prefix, address));
  return holder?.length ?? 0;
}

function longest(candidates: readonly Candidate[]): Candidate | undefined {
  return [...candidates].sort(
    (one, other) => other.prefix.length - one.prefix.length || Number(other.own) - Number(one.own),
  )[0];
}
