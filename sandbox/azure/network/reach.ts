import { anyHolds, parseAddress, privateRanges } from './cidr.ts';
import type { Endpoint, Estate, Firewall } from './estate.ts';
import { sameId } from './fields.ts';
import { arrive, filter } from './filtering.ts';
import { passFirewall } from './firewall.ts';
import type { Place } from './places.ts';
import { endpointFor, locate, placeIn } from './places.ts';
import type { Hop } from './routing.ts';
import { networkOf, nextHop } from './routing.ts';
import type { Packet } from './security-rules.ts';
import { connectedPeerings } from './service-tags.ts';
import type { Verdict } from './verdict.ts';
import { dropped, unknown, verdict } from './verdict.ts';

/** Host services and metadata: not part of any network, and never a target. */
const platform: readonly string[] = ['169.254.0.0/16', '168.63.129.16/32'];

/**
 * Whether a new connection gets through, and if not, what the client sees.
 * @param protocol `tcp`, `udp` or `icmp`
 * @throws Error for text that is no IPv4 address, and for an estate that contradicts itself
 */
export function reach(
  estate: Estate,
  from: string,
  to: string,
  port: number,
  protocol: string,
): Verdict {
  const target = parseAddress(to);
  if (target === undefined) throw new Error(`'${to}' is not an IPv4 address`);
  if (anyHolds(platform, target)) return unknown(`${to} is the platform's own address`, '10.1');
  const source = locate(estate, from);
  if (source === undefined) return fromOutside(estate, from, to, port, protocol);

  const endpoint = endpointFor(estate, source, to);
  const destination = locate(estate, to);
  const packet: Packet = {
    source: from,
    destination: to,
    port,
    protocol,
    sourceGroups: source.groups,
    // Of a machine that nobody described, nobody knows the groups; what is outside has none.
    destinationGroups: endpoint?.groups ?? (destination === undefined ? [] : destination.groups),
  };
  const leaving = filter(estate, source, 'Outbound', packet);
  if (leaving.stopped !== undefined) return leaving.stopped;

  const { hop, route } = nextHop(estate, source.subnet, to, endpoint);
  const flow: Flow = { estate, source, packet, route };
  switch (hop.to) {
    case 'none':
      return dropped(...whyNoRoute(estate, source, to, route));
    case 'unknown':
      return unknown(hop.why, '4.1');
    case 'internet':
      return overInternet(flow);
    case 'appliance':
      return overAppliance(flow, hop.address, endpoint);
    case 'local':
    case 'peer':
      return direct(flow, hop, leaving.filtered);
    default:
      return hop satisfies never;
  }
}

interface Flow {
  estate: Estate;
  source: Place;
  packet: Packet;
  route: string;
}

function direct(
  flow: Flow,
  hop: Extract<Hop, { to: 'local' | 'peer' }>,
  leavingFiltered: boolean,
): Verdict {
  const { estate, source, packet } = flow;
  const target = destinationOf(flow, source, hop);
  if (target === undefined) return nobody(packet.destination);
  const arrived = arrive(estate, target, packet);
  if (arrived.stopped !== undefined) return arrived.stopped;
  if (hop.to === 'peer') {
    const sent = hop.peering.allowVirtualNetworkAccess || leavingFiltered;
    const taken = hop.reverse.allowVirtualNetworkAccess || arrived.filtered;
    if (!sent || !taken) {
      return unknown('allowVirtualNetworkAccess is off and no security group decides', '5.4');
    }
  }
  if (target.endpoint === undefined) {
    const reply = nextHop(estate, target.subnet, packet.source);
    if (reply.hop.to === 'unknown') return unknown(reply.hop.why, '4.6');
    if (reply.hop.to === 'appliance') {
      return dropped(`the reply goes by ${reply.route}, which saw no request`, '9.5');
    }
    if (reply.hop.to !== 'local' && reply.hop.to !== 'peer') {
      return dropped(`the reply finds ${reply.route}`, '4.6');
    }
  }
  return delivered(target, packet, flow.route);
}

function overInternet({ estate, packet, route }: Flow): Verdict {
  const address = parseAddress(packet.destination) ?? 0;
  const owned = estate.networks.some((network) => anyHolds(network.prefixes, address));
  if (owned || anyHolds(privateRanges, address)) {
    return dropped(`${packet.destination} is not on the internet, where ${route} leads`, '4.3');
  }
  return verdict('allowed', `leaves by ${route}`, '4.3');
}

function overAppliance(flow: Flow, address: string, endpoint: Endpoint | undefined): Verdict {
  const { estate, source, packet, route } = flow;
  const near = nearFirewall(estate, source, address);
  if (near === 'unreachable') {
    return dropped(`the appliance ${address} of ${route} is in no directly joined network`, '4.5');
  }
  if (near === undefined) return dropped(`the appliance ${address} has no rules`, '6.3');
  const passed = passFirewall(near, packet);
  if (passed.verdict !== undefined) return passed.verdict;

  const place = placeIn(estate, near.subnetId, near.address);
  const onward = nextHop(
    estate,
    place.subnet,
    packet.destination,
    endpointFor(estate, place, packet.destination),
  );
  if (onward.hop.to === 'unknown') return unknown(onward.hop.why, '4.1');
  if (onward.hop.to === 'none' || onward.hop.to === 'appliance') {
    return dropped(`the firewall finds ${onward.route}`, '4.3');
  }
  const outgoing = { ...packet, source: passed.translated ? near.address : packet.source };
  const next: Flow = { estate, source: place, packet: outgoing, route: `${route}, firewall` };
  if (onward.hop.to === 'internet') return overInternet(next);
  const target = destinationOf(next, place, onward.hop);
  if (target === undefined) return nobody(packet.destination);
  const forwarded = onward.hop.to === 'peer' && !passed.translated;
  if (forwarded && onward.hop.to === 'peer' && !onward.hop.reverse.allowForwardedTraffic) {
    return unknown('allowForwardedTraffic is off at the receiving peering', '5.5');
  }
  const arrived = arrive(estate, target, outgoing);
  if (arrived.stopped !== undefined) return arrived.stopped;
  const back = replyThrough(flow, target, near, passed.translated, endpoint);
  return back ?? delivered(target, packet, next.route);
}

/** @returns undefined if the reply comes back through the firewall */
function replyThrough(
  { estate, packet }: Flow,
  target: Place,
  firewall: Firewall,
  translated: boolean,
  endpointNearby: Endpoint | undefined,
): Verdict | undefined {
  if (target.endpoint !== undefined) {
    // An endpoint's replies ignore the routes of its subnet: joined to the client's network
    // directly, it answers past the firewall.
    const beside = endpointNearby !== undefined && !translated;
    return beside ? unknown('the endpoint may answer past the firewall', '3.7') : undefined;
  }
  const reply = nextHop(estate, target.subnet, translated ? firewall.address : packet.source);
  switch (reply.hop.to) {
    case 'unknown':
      return unknown(reply.hop.why, '4.6');
    case 'none':
    case 'internet':
      return dropped(`the reply finds ${reply.route}`, '4.6');
    case 'local':
    case 'peer':
      return translated ? undefined : unknown('the reply goes past the firewall', '9.5');
    case 'appliance':
      return reply.hop.address === firewall.address
        ? undefined
        : dropped(`the reply goes by ${reply.route}, which saw no request`, '9.5');
    default:
      return reply.hop satisfies never;
  }
}

function fromOutside(
  estate: Estate,
  from: string,
  to: string,
  port: number,
  protocol: string,
): Verdict {
  const target = locate(estate, to);
  if (target === undefined) return unknown(`${from} is in no network of the estate`, '4.1');
  const packet: Packet = {
    source: from,
    destination: to,
    port,
    protocol,
    sourceGroups: [],
    destinationGroups: target.groups,
  };
  const arrived = arrive(estate, target, packet);
  return arrived.stopped ?? unknown(`${from} is in no network of the estate`, '4.1');
}

function destinationOf(
  { estate, packet }: Flow,
  sender: Place,
  hop: Extract<Hop, { to: 'local' | 'peer' }>,
): Place | undefined {
  const networkId = hop.to === 'local' ? sender.subnet.networkId : hop.peering.remoteId;
  return locate(estate, packet.destination, networkId);
}

function delivered(target: Place, packet: Packet, route: string): Verdict {
  const ports = target.endpoint?.ports ?? target.interface?.ports;
  if (target.endpoint === undefined && target.interface === undefined) {
    return nobody(packet.destination);
  }
  if (ports !== undefined && !ports.includes(packet.port)) {
    return verdict('refused', `nothing listens on ${String(packet.port)}`, '9.2');
  }
  return verdict('allowed', `by ${route}`, target.endpoint === undefined ? '1.5' : '3.4');
}

function nobody(address: string): Verdict {
  return dropped(`nothing has the address ${address}`, '9.1');
}

function whyNoRoute(
  estate: Estate,
  source: Place,
  to: string,
  route: string,
): [why: string, rule: string] {
  const home = networkOf(estate, source.subnet);
  const target = locate(estate, to);
  if (target === undefined) return [`${to} finds ${route}`, '4.3'];
  const away = networkOf(estate, target.subnet);
  const halves = [home, away].some((one) =>
    one.peerings.some((half) => sameId(half.remoteId, one === home ? away.id : home.id)),
  );
  const joined = connectedPeerings(estate, home).some(({ remote }) => sameId(remote.id, away.id));
  if (sameId(home.id, away.id) || joined) return [`${to} finds ${route}`, '4.5'];
  if (halves) return ['the peering is not Connected on both sides', '5.1'];
  return [`${away.id} is not peered with ${home.id}`, '5.2'];
}

function nearFirewall(
  estate: Estate,
  source: Place,
  address: string,
): Firewall | 'unreachable' | undefined {
  const home = networkOf(estate, source.subnet);
  const joined = [home, ...connectedPeerings(estate, home).map(({ remote }) => remote)];
  const value = parseAddress(address) ?? 0;
  const near = joined.find((network) => anyHolds(network.prefixes, value));
  if (near === undefined) return 'unreachable';
  return estate.firewalls.find((firewall) => {
    const subnet = estate.subnets.find((found) => sameId(found.id, firewall.subnetId));
    return (
      firewall.address === address && subnet !== undefined && sameId(subnet.networkId, near.id)
    );
  });
}
