import type { Estate, Network } from './model.ts';
import { sameId } from './model.ts';
import { Arrival } from './arrival.ts';
import { contextOf, Filters } from './filters.ts';
import { FirewallRules } from './firewall.ts';
import type { Place } from './places.ts';
import type { PortMap, PortMaps } from './ports.ts';
import { holds } from './ranges.ts';
import { Replies } from './replies.ts';
import type { Passed } from './replies.ts';
import type { Hop, Lookup } from './routing.ts';
import { Stands } from './stands.ts';
import type { Stand } from './stands.ts';
import type { Neighbourhood } from './tags.ts';

/** One way from a place to another: what stands on it, in its order, and its name for people. */
export interface Way {
  readonly stations: readonly PortMap[];
  readonly path: string;
}

/** Finds the ways between places. Each direction has its own look at the routes. */
export class WayFinder {
  readonly #estate: Estate;
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #filters: Filters;
  readonly #arrival: Arrival;
  readonly #stands: Stands;
  readonly #replies: Replies;
  readonly #firewalls = new Map<Place, FirewallRules>();
  readonly #firewallPlaces: readonly Place[];

  constructor(estate: Estate, places: readonly Place[], neighbours: Neighbourhood, maps: PortMaps) {
    this.#estate = estate;
    this.#neighbours = neighbours;
    this.#maps = maps;
    this.#filters = new Filters(neighbours, maps);
    this.#stands = new Stands(estate, neighbours);
    this.#replies = new Replies(this.#stands, neighbours, maps);
    this.#arrival = new Arrival(places, this.#filters, maps, (target, client) =>
      this.#replies.direct(target, client),
    );
    this.#firewallPlaces = places.filter(({ firewall }) => firewall !== undefined);
    for (const place of this.#firewallPlaces) {
      if (place.firewall === undefined || place.subnet === undefined) continue;
      this.#firewalls.set(place, new FirewallRules(place.firewall, place.subnet, neighbours, maps));
    }
  }

  between(source: Place, target: Place): readonly Way[] {
    if (source.zone?.kind === 'public') return this.#fromInternet(source, target);
    const stand = this.#stands.of(source);
    if (stand === undefined) return [this.#end('unknown', 'no gateway leads there', ['4.5'])];
    if (source.zone !== undefined && stand.doubtful) {
      return [this.#end('unknown', 'a default route on the subnet of the gateway', ['8.3'])];
    }
    const context = contextOf(source, target);
    if (target.endpoint !== undefined) context.push('3.3');
    const out = this.#filters.at(source, 'Outbound', target, context);
    const lookup = stand.routes.to(target);
    return this.#onward(source, target, stand, lookup).map(({ stations, path, needs }) => ({
      path,
      stations: [
        out.map,
        ...stations,
        // A peer that is not to be reached leaves the tag VirtualNetwork; without a group nobody says no.
        ...(needs && !out.filtered ? [this.#unfiltered] : []),
      ],
    }));
  }

  get #unfiltered(): PortMap {
    const by = 'allowVirtualNetworkAccess is off and no security group decides';
    return this.#maps.always('unknown', by, ['5.4']);
  }

  #onward(
    source: Place,
    target: Place,
    stand: Stand,
    lookup: Lookup,
  ): (Way & { needs?: boolean })[] {
    const { hop, route, rules } = lookup;
    switch (hop.to) {
      case 'none':
        return [this.#end('deny', route, rules)];
      case 'unknown':
        return [this.#end('unknown', route, rules)];
      case 'internet':
        return [this.#overInternet(target, lookup)];
      case 'gateway':
        return [this.#overGateway(source, target, stand, lookup)];
      case 'appliance':
        return this.#overAppliance(source, target, stand, hop, lookup);
      case 'local':
      case 'peer':
        return [this.#direct(source, target, stand, hop, lookup)];
    }
  }

  #direct(
    source: Place,
    target: Place,
    stand: Stand,
    hop: Extract<Hop, { to: 'local' | 'peer' }>,
    { route, rules }: Lookup,
  ): Way & { needs?: boolean } {
    if (!leadsTo(hop, stand, target)) {
      return this.#end('deny', `${route}, where another machine has the address`, [
        ...rules,
        '9.1',
      ]);
    }
    const stations = [this.#maps.always('allow', '', rules)];
    if (hop.to === 'peer' && source.zone !== undefined) {
      const shared = hop.joint.reverse.useRemoteGateways && hop.joint.peering.allowGatewayTransit;
      if (!shared) return this.#end('deny', 'the gateway is not shared with that network', ['5.6']);
      stations.push(this.#maps.always('allow', '', ['5.6']));
    }
    const arrived = this.#arrival.at(target, source, source, contextOf(source, target));
    stations.push(...arrived.stations);
    let needs = false;
    if (hop.to === 'peer') {
      needs = !hop.joint.peering.allowVirtualNetworkAccess;
      if (!hop.joint.reverse.allowVirtualNetworkAccess && !arrived.filtered) {
        stations.push(this.#unfiltered);
      }
    }
    stations.push(...this.#replies.direct(target, source), ...arrived.last);
    const path = hop.to === 'local' ? 'within the network' : 'peering';
    return { stations, path: source.zone === undefined ? path : `gateway, ${path}`, needs };
  }

  #overInternet(target: Place, { route, rules }: Lookup): Way {
    if (target.zone?.kind !== 'public') {
      return this.#end('deny', `${route}, which leads to the internet`, [...rules, '4.3']);
    }
    const closed = target.zone.closed === true ? ['9.4'] : [];
    return {
      stations: [this.#maps.always('allow', '', [...rules, ...closed])],
      path: 'internet',
    };
  }

  #overGateway(
    source: Place,
    target: Place,
    stand: Stand,
    { route, rules }: Lookup,
    passed?: Passed,
  ): Way {
    const owner = this.#neighbours.gatewayOf(stand.network)?.owner;
    if (owner?.gateway === undefined) return this.#end('deny', `${route}: no gateway`, ['4.5']);
    const { zone } = target;
    if (zone?.kind === 'public') {
      const { forwards } = owner.gateway;
      if (forwards === undefined)
        return this.#end('unknown', `${route}, beyond which nobody looks`, ['4.7']);
      return forwards
        ? {
            stations: [this.#maps.always('allow', '', [...rules, '4.7'])],
            path: 'gateway, internet',
          }
        : this.#end('deny', `${route}, whose site does not pass it on`, ['4.7']);
    }
    const there = zone?.networkId !== undefined && sameId(zone.networkId, owner.id);
    if (!there) return this.#end('deny', `${route}, which does not lead there`, ['4.3']);
    const sent = this.#maps.always('allow', '', rules);
    const stations = [sent, ...this.#replies.fromOutside(source, target, passed)];
    return { stations, path: 'gateway' };
  }

  #overAppliance(
    source: Place,
    target: Place,
    stand: Stand,
    hop: Extract<Hop, { to: 'appliance' }>,
    { route, rules }: Lookup,
  ): Way[] {
    const near = [stand.network, ...this.#neighbours.joints(stand.network).map((j) => j.remote)];
    const home = near.find(({ prefixes }) =>
      holds(this.#neighbours.prefixes(prefixes), hop.address),
    );
    if (home === undefined) {
      return [this.#end('deny', `${route}, which is in no network joined to this one`, ['4.5'])];
    }
    const place = this.#firewallPlaces.find(
      ({ address, network }) => address === hop.address && network === home,
    );
    const firewall = place && this.#firewalls.get(place);
    if (place === undefined || firewall === undefined)
      return [this.#otherAppliance(hop, home, route)];
    return firewall.passages(source, target).map(({ map, translated }) => {
      const onward = this.#afterFirewall(source, target, place, translated);
      const sent = this.#maps.always('allow', '', rules);
      return {
        stations: [sent, map, ...onward.stations],
        path: `firewall ${firewall.name}${translated ? ' (source NAT)' : ''}, ${onward.path}`,
      };
    });
  }

  #otherAppliance(hop: Extract<Hop, { to: 'appliance' }>, home: Network, route: string): Way {
    const machine = this.#estate.machines.find(
      ({ address, subnetId }) =>
        address === hop.text && this.#neighbours.subnet(subnetId)?.networkId === home.id,
    );
    return machine !== undefined && machine.forwards !== true
      ? this.#end('deny', `${route}, a machine that does not forward`, ['4.5'])
      : this.#end('unknown', `${route}, whose rules nobody described`, ['6.1']);
  }

  /** The second half: from the firewall on, and back through it. */
  #afterFirewall(source: Place, target: Place, firewall: Place, translated: boolean): Way {
    const stand = this.#stands.of(firewall);
    if (stand === undefined) throw new RangeError(`${firewall.name} is in no network`);
    const lookup = stand.routes.to(target);
    const { hop, route, rules } = lookup;
    if (hop.to === 'unknown') return this.#end('unknown', `the firewall finds ${route}`, rules);
    if (hop.to === 'none' || hop.to === 'appliance') {
      return this.#end('deny', `the firewall finds ${route}`, ['4.3']);
    }
    if (hop.to === 'internet') return this.#overInternet(target, lookup);
    if (hop.to === 'gateway')
      return this.#overGateway(source, target, stand, lookup, { firewall, translated });
    if (!leadsTo(hop, stand, target)) {
      return this.#end('deny', `${route}, where another machine has the address`, ['9.1']);
    }
    const stations: PortMap[] = [this.#maps.always('allow', '', ['5.3'])];
    if (hop.to === 'peer' && !translated && !hop.joint.reverse.allowForwardedTraffic) {
      const by = 'allowForwardedTraffic is off at the receiving peering';
      stations.push(this.#maps.always('unknown', by, ['5.5']));
    }
    const seen = translated ? firewall : source;
    const arrived = this.#arrival.at(target, seen, source, translated ? ['6.6'] : []);
    stations.push(
      ...arrived.stations,
      ...this.#replies.through(source, target, { firewall, translated }),
      ...arrived.last,
    );
    return { stations, path: hop.to === 'local' ? 'within the network' : 'peering' };
  }

  #fromInternet(source: Place, target: Place): Way[] {
    const ways: Way[] = [];
    if (target.machine?.publicAddress !== undefined) {
      const arrived = this.#arrival.at(target, source, source, []);
      const open = arrived.filtered
        ? []
        : [this.#maps.always('deny', 'no security group lets the internet in', ['1.5'])];
      ways.push({
        stations: [
          this.#maps.always('allow', '', ['1.6']),
          ...arrived.stations,
          ...open,
          ...this.#replies.direct(target, source),
          ...arrived.last,
        ],
        path: 'public address',
      });
    }
    for (const [place, firewall] of this.#firewalls) {
      const map = firewall.inward(source, target);
      if (map === undefined) continue;
      const onward = this.#afterFirewall(source, target, place, false);
      ways.push({
        stations: [map, ...onward.stations],
        path: `firewall ${firewall.name} (DNAT), ${onward.path}`,
      });
    }
    if (ways.length > 0) return ways;
    return [this.#end('deny', 'it has no public address', ['1.5'])];
  }

  #end(access: 'deny' | 'unknown', by: string, rules: readonly string[]): Way {
    return { stations: [this.#maps.always(access, by, rules)], path: '' };
  }
}

function leadsTo(
  hop: Extract<Hop, { to: 'local' | 'peer' }>,
  stand: Stand,
  target: Place,
): boolean {
  return target.network === (hop.to === 'local' ? stand.network : hop.joint.remote);
}
