import { anyHolds, parseAddress, privateRanges } from './cidr.ts';
import type { Estate, Peering, Subnet, VirtualNetwork } from './estate.ts';
import { sameId } from './fields.ts';
import type { Answer, TagReader } from './security-rules.ts';

/** Health probes come from here, client traffic never does. */
const loadBalancer = '168.63.129.16';

/** What service tags hold, seen from one subnet of a network. */
export function tagsOf(estate: Estate, network: VirtualNetwork, subnet: Subnet): TagReader {
  return (tag, address) => {
    const value = parseAddress(address);
    if (value === undefined) return 'unknown';
    switch (tag.toLowerCase()) {
      case 'virtualnetwork':
        return inVirtualNetwork(estate, network, subnet, value);
      case 'internet':
        return onInternet(estate, network, subnet, value);
      case 'azureloadbalancer':
        return address === loadBalancer ? 'yes' : 'no';
      default:
        return inService(estate, value);
    }
  };
}

/** The peerings that join two networks now: both halves exist and are Connected. */
export function connectedPeerings(
  estate: Estate,
  network: VirtualNetwork,
): { peering: Peering; reverse: Peering; remote: VirtualNetwork }[] {
  return network.peerings.flatMap((peering) => {
    const remote = estate.networks.find((other) => sameId(other.id, peering.remoteId));
    const reverse = remote?.peerings.find((half) => sameId(half.remoteId, network.id));
    if (remote === undefined || reverse === undefined) return [];
    const connected = peering.state === 'Connected' && reverse.state === 'Connected';
    return connected ? [{ peering, reverse, remote }] : [];
  });
}

/** Prefixes that a peering routes: those that both its last synchronisation and the network know. */
export function peeredPrefixes(peering: Peering, remote: VirtualNetwork): readonly string[] {
  return peering.remotePrefixes ?? remote.prefixes;
}

function inVirtualNetwork(
  estate: Estate,
  network: VirtualNetwork,
  subnet: Subnet,
  address: number,
): Answer {
  if (anyHolds(network.prefixes, address)) return 'yes';
  const peered = connectedPeerings(estate, network).some(
    ({ peering, remote }) =>
      peering.allowVirtualNetworkAccess && anyHolds(peeredPrefixes(peering, remote), address),
  );
  if (peered) return 'yes';
  const routed = (subnet.routes ?? []).filter((route) => anyHolds([route.prefix], address));
  if (routed.some((route) => route.prefix !== '0.0.0.0/0')) return 'yes';
  // With a default route the tag may be everything; which subnet's routes count is not documented.
  return routed.length > 0 ? 'unknown' : 'no';
}

function onInternet(
  estate: Estate,
  network: VirtualNetwork,
  subnet: Subnet,
  address: number,
): Answer {
  if (anyHolds(privateRanges, address)) return 'no';
  const inside = inVirtualNetwork(estate, network, subnet, address);
  if (inside === 'yes') return 'no';
  return inside === 'unknown' ? 'unknown' : 'yes';
}

/** Other tags are dated lists of public prefixes: no private address is in one. */
function inService(estate: Estate, address: number): Answer {
  if (anyHolds(privateRanges, address)) return 'no';
  return estate.networks.some((network) => anyHolds(network.prefixes, address)) ? 'no' : 'unknown';
}
