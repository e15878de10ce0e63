import type { Estate } from '../../tasks/lib/reach/model.ts';
import { Ground, hasDefaultRoute, none, within } from './packet-ground.ts';
import type { Hop, Spot } from './packet-ground.ts';
import { Groups, inPorts } from './packet-groups.ts';

/**
 * One packet on its way through an estate, station by station: written apart from the matrix, for one address and
 * one port at a time, so that agreement between the two means something. It knows security groups, tags,
 * endpoints, routes, peerings, firewalls and gateways; no balancers, no DNAT, no public addresses.
 */
export interface Packet {
  readonly from: string;
  readonly to: string;
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  readonly port: number;
}

export type Fate = 'allowed' | 'dropped' | 'refused' | 'unknown';

export function simulate(estate: Estate, packet: Packet): Fate {
  return new World(estate).send(packet);
}

class World {
  readonly #ground: Ground;
  readonly #groups: Groups;
  #doubt = false;

  constructor(estate: Estate) {
    this.#ground = new Ground(estate);
    this.#groups = new Groups(this.#ground);
  }

  send(packet: Packet): Fate {
    const source = this.#ground.spot(packet.from);
    const target = this.#ground.spot(packet.to);
    const fate = source.outside === 'internet' ? 'dropped' : this.#journey(source, target, packet);
    return fate !== 'dropped' && this.#doubt ? 'unknown' : fate;
  }

  #journey(source: Spot, target: Spot, packet: Packet): Fate {
    if (!this.#filter(source, 'Outbound', source, target, packet)) return 'dropped';
    const start = source.outside === 'site' ? this.#ground.gatewaySpot() : source;
    if (start === undefined) return this.#perhaps();
    if (source.outside === 'site' && hasDefaultRoute(start.subnet)) {
      return this.#perhaps();
    }
    const hop = this.#ground.hop(start, target);
    if (hop.kind === 'unknown') return this.#perhaps();
    if (hop.kind === 'none') return 'dropped';
    if (hop.kind === 'appliance')
      return this.#throughFirewall(hop.address, start, source, target, packet);
    return this.#arrive(hop, start, source, source, target, packet, undefined);
  }

  /** A doubt does not end the way: what comes after may still be certain. */
  #perhaps(): Fate {
    this.#doubt = true;
    return 'allowed';
  }

  #throughFirewall(address: string, start: Spot, source: Spot, target: Spot, packet: Packet): Fate {
    const reachable = [
      start.network,
      ...this.#ground.peers(start.network).map(({ remote }) => remote),
    ];
    const home = reachable.find((network) => network && within(network.prefixes, address));
    if (home === undefined) return 'dropped';
    const box = this.#ground.estate.firewalls.find(
      (f) => f.address === address && this.#ground.subnet(f.subnetId)?.networkId === home.id,
    );
    if (box === undefined) return this.#perhaps();
    const rules = box.rules === 'unread' ? [] : box.rules;
    const hit = (kind: string) =>
      rules.find(
        (rule) =>
          rule.kind === kind &&
          rule.protocols.some((p) => p === '*' || p.toLowerCase() === packet.protocol) &&
          (packet.protocol === 'icmp' || inPorts(rule.ports, packet.port)) &&
          (rule.sources.includes('*') || within(rule.sources, source.address)) &&
          (rule.destinations.includes('*') || within(rule.destinations, target.address)),
      );
    const web = packet.protocol === 'tcp' && [80, 443, 1433].includes(packet.port);
    const rule = hit('network') ?? (web ? hit('application') : undefined);
    if (rule?.access !== 'Allow') return 'dropped';
    const keeps = within(box.keepsSourceFor ?? none, target.address);
    const hidden = rule.kind === 'application' || !keeps;
    const place = this.#ground.spot(address, box.subnetId);
    const hop = this.#ground.hop(place, target);
    if (hop.kind === 'unknown') return this.#perhaps();
    if (hop.kind === 'appliance') return this.#perhaps();
    if (hop.kind === 'none') return 'dropped';
    return this.#arrive(hop, place, source, hidden ? place : source, target, packet, {
      place,
      hidden,
    });
  }

  #arrive(
    hop: Hop,
    sender: Spot,
    source: Spot,
    seen: Spot,
    target: Spot,
    packet: Packet,
    firewall: { place: Spot; hidden: boolean } | undefined,
  ): Fate {
    if (hop.kind === 'internet') return target.outside === 'internet' ? 'allowed' : 'dropped';
    if (hop.kind === 'gateway') return this.#leave(sender, source, target, firewall);
    const there = hop.kind === 'peer' ? hop.remote : sender.network;
    if (target.network !== there) return 'dropped';
    if (hop.kind === 'peer' && source.outside === 'site' && firewall === undefined) {
      if (!(hop.back.useRemoteGateways && hop.out.allowGatewayTransit)) return 'dropped';
    }
    if (hop.kind === 'peer' && firewall !== undefined && !firewall.hidden) {
      if (!hop.back.allowForwardedTraffic) this.#doubt = true;
    }
    if (target.endpoint !== undefined && target.endpoint.state !== 'Approved') return 'dropped';
    if (!this.#filter(target, 'Inbound', seen, target, packet)) return 'dropped';
    if (hop.kind === 'peer' && firewall === undefined) {
      const guarded = (spot: Spot) =>
        spot.outside === undefined && this.#groups.at(spot).length > 0;
      if (!hop.out.allowVirtualNetworkAccess && !guarded(source)) this.#doubt = true;
      if (!hop.back.allowVirtualNetworkAccess && !guarded(target)) this.#doubt = true;
    }
    const back = this.#reply(source, target, firewall);
    if (back !== 'allowed') return back;
    const open = target.machine?.ports ?? target.endpoint?.ports;
    const shut = packet.protocol === 'tcp' && open !== undefined && !open.includes(packet.port);
    return shut && !this.#doubt ? 'refused' : 'allowed';
  }

  #leave(
    sender: Spot,
    source: Spot,
    target: Spot,
    firewall: { place: Spot; hidden: boolean } | undefined,
  ): Fate {
    const owner = this.#ground.gatewayFor(sender.network);
    if (owner?.gateway === undefined) return 'dropped';
    if (target.outside === 'internet') {
      if (owner.gateway.forwards === undefined) return this.#perhaps();
      return owner.gateway.forwards ? 'allowed' : 'dropped';
    }
    if (target.outside !== 'site') return 'dropped';
    const gate = this.#ground.gatewaySpot();
    if (gate === undefined) return this.#perhaps();
    if (hasDefaultRoute(gate.subnet)) return this.#perhaps();
    const hop = this.#ground.hop(gate, firewall?.hidden ? firewall.place : source);
    if (hop.kind === 'appliance') {
      return hop.address === firewall?.place.address ? 'allowed' : this.#perhaps();
    }
    if (hop.kind !== 'local' && hop.kind !== 'peer') return 'dropped';
    return firewall !== undefined && !firewall.hidden ? this.#perhaps() : 'allowed';
  }

  #reply(source: Spot, target: Spot, firewall: { place: Spot; hidden: boolean } | undefined): Fate {
    if (firewall === undefined) {
      if (target.endpoint !== undefined) return 'allowed';
      const hop = this.#ground.hop(target, source);
      if (hop.kind === 'unknown') return this.#perhaps();
      const wanted = source.outside === 'site' ? ['gateway'] : ['local', 'peer'];
      return wanted.includes(hop.kind) ? 'allowed' : 'dropped';
    }
    const home = this.#ground.hop(firewall.place, source).kind;
    if (home === 'none') return 'dropped';
    // What the firewall sends on to another appliance, nobody follows.
    if (home === 'appliance' || home === 'unknown') this.#doubt = true;
    if (target.endpoint !== undefined) {
      const near =
        source.network !== undefined &&
        (source.network === target.network ||
          this.#ground.peers(source.network).some(({ remote }) => remote === target.network));
      return near && !firewall.hidden ? this.#perhaps() : 'allowed';
    }
    const hop = this.#ground.hop(target, firewall.hidden ? firewall.place : source);
    switch (hop.kind) {
      case 'unknown':
        return this.#perhaps();
      case 'none':
      case 'internet':
        return 'dropped';
      case 'appliance':
        return hop.address === firewall.place.address ? 'allowed' : 'dropped';
      case 'local':
      case 'peer':
      case 'gateway':
        return firewall.hidden ? 'allowed' : this.#perhaps();
    }
  }

  /** False if it is denied; a doubt is noted and goes on. */
  #filter(
    at: Spot,
    direction: 'Inbound' | 'Outbound',
    source: Spot,
    target: Spot,
    packet: Packet,
  ): boolean {
    for (const rules of this.#groups.at(at)) {
      const said = this.#groups.ask(rules, direction, at, source, target, packet);
      if (said === false) return false;
      if (said === 'perhaps') this.#doubt = true;
    }
    return true;
  }
}
