import { Arrival } from './arrival.ts';
import { Chain } from './chain.ts';
import { contextOf } from './filters.ts';
import type { Filters } from './filters.ts';
import type { Passage } from './firewall.ts';
import { sameId } from '../net/same-id.ts';
import type { Place } from './places.ts';
import { contextBit } from './ports.ts';
import type { PortMap, PortMaps } from './ports.ts';
import { Replies } from './replies.ts';
import type { Passed } from './replies.ts';
import type { Lookup } from './hops.ts';
import { leadsTo } from './stands.ts';
import type { Near, Stand, Stands } from './stands.ts';
import type { Neighbourhood } from './tags.ts';
import type { Appliance, Appliances, Station } from './appliances.ts';
import type { Terrain } from './terrain.ts';

/** Whether nothing that is known gives it an address for the way to the internet. */
export function lacksWayOut({ subnet, machine }: Place): boolean {
  return subnet?.isPrivate === true && machine?.publicAddress === undefined;
}

/** Finds the ways between places. Each direction has its own look at the routes. */
export class WayFinder {
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #filters: Filters;
  readonly #stands: Stands;
  readonly #appliances: Appliances;
  readonly #replies: Replies;
  readonly #arrival: Arrival;
  readonly #start = new Chain();
  readonly #within: PortMap;
  readonly #peering: PortMap;
  readonly #onward: PortMap;

  constructor(terrain: Terrain) {
    const { neighbours, maps, filters, stands, appliances } = terrain;
    this.#neighbours = neighbours;
    this.#maps = maps;
    this.#filters = filters;
    this.#stands = stands;
    this.#appliances = appliances;
    this.#replies = new Replies(stands, neighbours, maps);
    this.#arrival = new Arrival(terrain, (target, client, passed) =>
      passed === undefined
        ? this.#replies.direct(target, client)
        : this.#replies.through(client, target, passed),
    );
    this.#within = maps.always('allow', '', [], 'within the network');
    this.#peering = maps.always('allow', '', [], 'peering');
    this.#onward = maps.always('allow', '', ['5.3']);
  }

  between(source: Place, target: Place): readonly Chain[] {
    if (source.zone?.kind === 'public') return this.#fromInternet(source, target);
    const stand = this.#stands.of(source);
    if (stand === undefined) {
      return this.#start.then(this.#doubt('a gateway that is not there', ['4.5'])).alone;
    }
    if (source.zone !== undefined && stand.doubtful) {
      const by = 'a default route on the subnet of the gateway';
      return this.#start.then(this.#doubt(by, ['8.3'])).alone;
    }
    const context =
      contextOf(source, target) | (target.endpoint === undefined ? 0 : contextBit('3.3'));
    const left = this.#start.then(this.#filters.at(source, 'Outbound', target, context));
    const lookup = stand.routes.to(target);
    const way = left.then(lookup.station);
    switch (lookup.hop.to) {
      case 'none':
      case 'unknown':
        return way.alone;
      case 'internet':
        return this.#overInternet(way, target, lookup).then(this.#wayOut(source)).alone;
      case 'gateway':
        return this.#overGateway(way, source, target, stand, lookup).alone;
      case 'appliance':
        return this.#overAppliance(way, source, target, stand, lookup.hop);
      case 'local':
      case 'peer':
        return this.#direct(way, source, target, stand, lookup.hop).alone;
    }
  }

  #direct(way: Chain, source: Place, target: Place, stand: Stand, hop: Near): Chain {
    if (!leadsTo(hop, stand.network, target)) return way.then(this.#elsewhere);
    let on = way;
    if (hop.to === 'peer' && source.zone !== undefined) {
      const shared = hop.joint.reverse.useRemoteGateways && hop.joint.peering.allowGatewayTransit;
      if (!shared)
        return on.then(this.#lost('the gateway, which that network does not use', ['5.6']));
      on = on.then(this.#maps.always('allow', '', ['5.6'], 'gateway'));
    }
    on = on.then(hop.to === 'local' ? this.#within : this.#peering);
    on = this.#arrival.onto(on, target, source, source, contextOf(source, target));
    // A peer that is not to be reached leaves the tag VirtualNetwork; without a group nobody says no.
    if (hop.to === 'peer') {
      const { peering, reverse } = hop.joint;
      const sent = peering.allowVirtualNetworkAccess || this.#filters.filtered(source, 'Outbound');
      const taken = reverse.allowVirtualNetworkAccess || this.#arrival.filtered(target);
      if (!sent || !taken) {
        const by = 'allowVirtualNetworkAccess, which is off where no security group decides';
        on = on.then(this.#doubt(by, ['5.4']));
      }
    }
    return on.then(this.#replies.direct(target, source)).then(this.#arrival.listening(target));
  }

  #overInternet(way: Chain, target: Place, { route }: Lookup): Chain {
    if (target.zone?.kind !== 'public') {
      return way.then(this.#lost(`${route}, which leads to the internet`, ['4.3']));
    }
    const rules = target.zone.closed === true ? ['9.4'] : [];
    return way.then(this.#maps.always('allow', '', rules, 'internet'));
  }

  /** A private subnet lets out whoever has a public address of its own. */
  #wayOut(source: Place): PortMap | undefined {
    if (!lacksWayOut(source)) return undefined;
    const by = 'the private subnet, which has no NAT gateway for the way out';
    return this.#doubt(by, ['4.3']);
  }

  #overGateway(
    way: Chain,
    source: Place,
    target: Place,
    stand: Stand,
    { route }: Lookup,
    passed?: Passed,
  ): Chain {
    const owner = this.#neighbours.gatewayOf(stand.network)?.owner;
    if (owner?.gateway === undefined) return way.then(this.#lost(`${route}: no gateway`, ['4.5']));
    const { zone } = target;
    if (zone?.kind === 'public') {
      const { forwards } = owner.gateway;
      if (forwards === true) return way.then(this.#maps.always('allow', '', ['4.7'], 'gateway'));
      return way.then(
        forwards === false
          ? this.#lost(`${route}, whose site does not pass it on`, ['4.7'])
          : this.#doubt(`${route}, beyond which nobody looks`, ['4.7']),
      );
    }
    if (zone?.networkId === undefined || !sameId(zone.networkId, owner.id)) {
      return way.then(this.#lost(`${route}, which does not lead there`, ['4.3']));
    }
    return way
      .then(this.#maps.always('allow', '', [], 'gateway'))
      .then(this.#replies.fromOutside(source, target, passed));
  }

  #overAppliance(
    way: Chain,
    source: Place,
    target: Place,
    stand: Stand,
    hop: Appliance,
  ): readonly Chain[] {
    const station = this.#appliances.at(stand.network, hop);
    if ('id' in station) return way.then(station).alone;
    const { each } = station.rules.passages(source, target);
    return each.map((passage) => this.#pass(way, source, target, station, passage));
  }

  #pass(way: Chain, source: Place, target: Place, station: Station, passage: Passage): Chain {
    const on = way.then(passage.label).then(passage.map);
    return this.#afterFirewall(on, source, target, station, passage.translated);
  }

  /** The second half: from the firewall on, and back through it. */
  #afterFirewall(
    way: Chain,
    source: Place,
    target: Place,
    { place: firewall, stand }: Station,
    translated: boolean,
  ): Chain {
    const lookup = stand.routes.to(target);
    const { hop, route } = lookup;
    switch (hop.to) {
      case 'unknown':
        return way.then(lookup.station);
      case 'none':
        return way.then(this.#lost(`the firewall finds ${route}`, ['4.3']));
      case 'appliance':
        return way.then(
          this.#doubt(`the firewall finds ${route}, beyond which nobody looks`, ['4.5']),
        );
      case 'internet':
        return this.#overInternet(way, target, lookup);
      case 'gateway':
        return this.#overGateway(way, source, target, stand, lookup, { firewall, translated });
      case 'local':
      case 'peer':
        break;
    }
    if (!leadsTo(hop, stand.network, target)) return way.then(this.#elsewhere);
    let on = way.then(this.#onward).then(hop.to === 'local' ? this.#within : this.#peering);
    if (hop.to === 'peer' && !translated && !hop.joint.reverse.allowForwardedTraffic) {
      const by = 'allowForwardedTraffic, which is off at the receiving peering';
      on = on.then(this.#doubt(by, ['5.5']));
    }
    const seen = translated ? firewall : source;
    const context = translated ? contextBit('6.6') : 0;
    const passed = { firewall, translated };
    on = this.#arrival.onto(on, target, seen, source, context, passed);
    return on
      .then(this.#replies.through(source, target, passed))
      .then(this.#arrival.listening(target));
  }

  #fromInternet(source: Place, target: Place): readonly Chain[] {
    const ways: Chain[] = [];
    const { publicAddress, publicRules } = target.machine ?? {};
    if (publicAddress !== undefined) {
      const entry = this.#maps.always('allow', '', ['1.6'], 'public address');
      ways.push(this.#fromOutside(this.#start.then(entry), source, target));
    }
    if (publicRules !== undefined) {
      const entry = this.#arrival.published(target, publicRules);
      ways.push(this.#fromOutside(this.#start.then(entry), source, target));
    }
    for (const station of this.#appliances.firewalls) {
      const map = station.rules.inward(source, target);
      if (map === undefined) continue;
      const path = `firewall ${station.rules.name} (DNAT)`;
      const entry = this.#start.then(this.#maps.always('allow', '', [], path)).then(map);
      ways.push(this.#afterFirewall(entry, source, target, station, false));
    }
    if (ways.length > 0) return ways;
    return this.#start.then(this.#lost('it has no public address', ['1.5'])).alone;
  }

  /** What comes from the internet as itself, by an address that stands for the machine. */
  #fromOutside(way: Chain, source: Place, target: Place): Chain {
    const open = this.#arrival.filtered(target)
      ? undefined
      : this.#lost('no security group, which a public address needs', ['1.5']);
    return this.#arrival
      .onto(way, target, source, source, 0)
      .then(open)
      .then(this.#replies.direct(target, source))
      .then(this.#arrival.listening(target));
  }

  get #elsewhere(): PortMap {
    return this.#lost('another machine, which has the address there', ['9.1']);
  }

  #lost(by: string, rules: readonly string[]): PortMap {
    return this.#maps.always('deny', by, rules);
  }

  #doubt(by: string, rules: readonly string[]): PortMap {
    return this.#maps.always('unknown', by, rules);
  }
}
