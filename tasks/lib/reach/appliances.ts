import { FirewallRules } from './firewall.ts';
import type { Estate, Network } from './model.ts';
import type { Place } from './places.ts';
import type { PortMap, PortMaps } from './ports.ts';
import { holds, setOf } from './ranges.ts';
import type { Hop } from './hops.ts';
import type { Stand, Stands } from './stands.ts';
import type { Neighbourhood } from './tags.ts';

export type Appliance = Extract<Hop, { to: 'appliance' }>;

/** A firewall of the estate, ready to be passed. */
export interface Station {
  readonly place: Place;
  readonly stand: Stand;
  readonly rules: FirewallRules;
}

/** What stands where routes lead to an appliance. */
export class Appliances {
  readonly firewalls: readonly Station[];
  readonly #estate: Estate;
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  /** By the network that a route is in and the address that it leads to. */
  readonly #known = new Map<Network, Map<number, Station | PortMap>>();

  constructor(
    estate: Estate,
    places: readonly Place[],
    neighbours: Neighbourhood,
    stands: Stands,
    maps: PortMaps,
  ) {
    this.#estate = estate;
    this.#neighbours = neighbours;
    this.#maps = maps;
    this.firewalls = places.flatMap((place) => {
      const { firewall, subnet } = place;
      const stand = stands.of(place);
      if (firewall === undefined || subnet === undefined || stand === undefined) return [];
      return [{ place, stand, rules: new FirewallRules(firewall, subnet, neighbours, maps) }];
    });
  }

  /** The firewall at an address, or what becomes of packets that are sent there. */
  at(network: Network, hop: Appliance): Station | PortMap {
    const known = this.#known.get(network) ?? new Map<number, Station | PortMap>();
    this.#known.set(network, known);
    const found = known.get(hop.address) ?? this.#find(network, hop);
    known.set(hop.address, found);
    return found;
  }

  #find(network: Network, hop: Appliance): Station | PortMap {
    const near = [network, ...this.#neighbours.joints(network).map(({ remote }) => remote)];
    const home = near.find(({ prefixes }) =>
      holds(this.#neighbours.prefixes(prefixes), hop.address),
    );
    const name = `the appliance ${hop.text}`;
    if (home === undefined) {
      const hidden = this.#neighbours
        .hidden(network)
        .some(({ prefixes }) => prefixes === undefined || holds(setOf(prefixes), hop.address));
      if (hidden) {
        const by = `${name}, behind a peering of which only one half could be read`;
        return this.#maps.always('unknown', by, ['5.1']);
      }
      return this.#maps.always('deny', `${name}, which is in no network joined to this one`, [
        '4.5',
      ]);
    }
    const station = this.firewalls.find(
      ({ place }) => place.address === hop.address && place.network === home,
    );
    if (station !== undefined) return station;
    const machine = this.#estate.machines.find(
      ({ address, subnetId }) =>
        address === hop.text && this.#neighbours.subnet(subnetId)?.networkId === home.id,
    );
    return machine !== undefined && machine.forwards !== true
      ? this.#maps.always('deny', `${name}, a machine that does not forward`, ['4.5'])
      : this.#maps.always('unknown', `${name}, whose rules nobody described`, ['6.1']);
  }
}
