import { Numbers, PairNumbers } from './numbers.ts';
import type { Place } from './places.ts';
import type { Station } from './appliances.ts';
import type { Lookup } from './hops.ts';
import { leadsTo } from './stands.ts';
import type { Stand } from './stands.ts';
import type { Terrain } from './terrain.ts';
import { lacksWayOut } from './ways.ts';

/**
 * A flow between two places is seen from both of its ends, and from a firewall that it meets. All that the three
 * see of it is a number each, its faces: pairs of places with the same faces have the same ways. In a large estate
 * a million pairs of places have a few hundred faces, so that nearly no pair has to be looked at by itself.
 *
 * Whatever ways.ts, arrival.ts and replies.ts look at has to be in a face; tests/unit/reach/faces.test.ts holds
 * them to it. Sources on the internet have none.
 */
export class Faces {
  readonly #terrain: Terrain;
  /** By place, then by the index of the other one: 8 bytes a pair of places in all. */
  readonly #leaving: Uint32Array[] = [];
  readonly #arriving: Uint32Array[] = [];
  readonly #routed = new Map<Stand['routes'], Uint32Array>();
  readonly #senders: number[] = [];
  readonly #receivers: number[] = [];
  readonly #kinds = new Numbers<string>();
  readonly #objects = new Numbers<object>();
  readonly #outward = new PairNumbers();
  readonly #outwardBy = new PairNumbers();
  readonly #inward = new PairNumbers();
  readonly #inwardBy = new PairNumbers();
  /** Of lookups, by what they find out about their target. */
  readonly #lookups = new Map<Lookup, (number | undefined)[]>();
  /** The firewall that a way leads to, by the number of the look at the routes; then by leaving face. */
  readonly #towards: (Station | undefined)[] = [];
  readonly #stations: (Station | undefined)[] = [];

  constructor(terrain: Terrain) {
    this.#terrain = terrain;
  }

  /** What the source sees of its flow to a target. */
  leaving(source: Place, target: Place): number {
    const row = (this.#leaving[source.index] ??= this.#allTargets(source));
    return row[target.index] ?? 0;
  }

  /** What the target sees of a flow from a source. */
  arriving(target: Place, source: Place): number {
    const row = (this.#arriving[target.index] ??= this.#allSources(target));
    return row[source.index] ?? 0;
  }

  /** What the firewall sees that a flow meets first; 0 without one. */
  passing(leaving: number, source: Place, target: Place): number {
    const station = this.#stations[leaving];
    return station === undefined ? 0 : station.rules.passages(source, target).number;
  }

  #allTargets(source: Place): Uint32Array {
    const { places, filters, stands } = this.#terrain;
    const asked = filters.asking(source, 'Outbound');
    const stand = stands.of(source);
    const routed = stand && this.#routesOf(stand);
    const sender = this.#sender(source);
    return rowOf(places, (target) => {
      const route = routed?.[target.index] ?? 0;
      const neighbours = source.subnet !== undefined && source.subnet === target.subnet;
      const way = this.#outward.of(route * 2 + Number(neighbours), asked(target).id);
      const face = this.#outwardBy.of(sender, way);
      this.#stations[face] = this.#towards[route];
      return face;
    });
  }

  #allSources(target: Place): Uint32Array {
    const { places, filters, stands } = this.#terrain;
    const { balancer } = target;
    const asked = filters.asking(target, 'Inbound');
    const stand = stands.of(target);
    const routed = stand && this.#routesOf(stand);
    const receiver = this.#receiver(target, stand);
    return rowOf(places, (source) => {
      const way = this.#inward.of(routed?.[source.index] ?? 0, asked(source).id);
      const face = this.#inwardBy.of(receiver, way);
      return balancer === undefined ? face : this.#behind(target, source, face);
    });
  }

  /** A balancer's machines see the client, and it may be one of them. */
  #behind(front: Place, source: Place, face: number): number {
    const machines = (front.balancer?.rules ?? []).flatMap((rule) =>
      this.#terrain.balancers.behind(front, rule),
    );
    const faces = machines.map((machine) => this.arriving(machine, source));
    const near = source.network?.region === front.network?.region;
    return this.#inwardBy.of(
      this.#kinds.of(`behind ${near} ${machines.indexOf(source)} ${faces.join()}`),
      face,
    );
  }

  #sender(source: Place): number {
    return (this.#senders[source.index] ??= this.#kinds.of(
      [
        'sender',
        // With it goes the gateway that it is behind, and whether its routes are doubtful.
        this.#number(source.zone),
        lacksWayOut(source),
        this.#terrain.filters.filtered(source, 'Outbound'),
        ...this.#terrain.appliances.firewalls.map(
          (station) => this.#routesOf(station.stand)[source.index],
        ),
      ].join(),
    ));
  }

  #receiver(target: Place, stand: Stand | undefined): number {
    const { zone, endpoint, machine, balancer } = target;
    const { filters, appliances } = this.#terrain;
    const asked = filters.asking(target, 'Inbound');
    const routed = stand && this.#routesOf(stand);
    return (this.#receivers[target.index] ??= this.#kinds.of(
      [
        'receiver',
        this.#number(zone),
        endpoint && `${endpoint.state} ${this.#number(endpoint.provider)}`,
        (machine?.ports ?? endpoint?.ports)?.join(' '),
        this.#number(balancer),
        filters.filtered(target, 'Inbound'),
        ...appliances.firewalls.flatMap((station) => [
          this.#routesOf(station.stand)[target.index],
          routed?.[station.place.index],
          asked(station.place).id,
        ]),
      ].join(),
    ));
  }

  /** What the routes of a subnet say of each target, as numbers. */
  #routesOf(stand: Stand): Uint32Array {
    const known = this.#routed.get(stand.routes);
    if (known !== undefined) return known;
    const { places } = this.#terrain;
    const made = rowOf(places, (target) => this.#look(stand, target));
    this.#routed.set(stand.routes, made);
    return made;
  }

  #look({ network, routes }: Stand, target: Place): number {
    const lookup = routes.to(target);
    const { hop } = lookup;
    const near = hop.to === 'local' || hop.to === 'peer';
    const leads = near && leadsTo(hop, network, target);
    const joined = this.#terrain.neighbours.joined(network, target.network);
    const bits = Number(leads) + 2 * Number(joined);
    const known = this.#lookups.get(lookup) ?? [];
    this.#lookups.set(lookup, known);
    return (known[bits] ??= this.#describe(network, lookup, bits));
  }

  #describe(network: Stand['network'], lookup: Lookup, bits: number): number {
    const { hop, route, station } = lookup;
    // The route is told to people only where it leads out of the networks.
    const near = hop.to === 'local' || hop.to === 'peer';
    const parts: unknown[] = ['route', bits, station.id, hop.to, near ? '' : route];
    let towards: Station | undefined;
    if (hop.to === 'peer') {
      const { peering, reverse } = hop.joint;
      parts.push(
        peering.allowVirtualNetworkAccess,
        peering.allowGatewayTransit,
        reverse.allowVirtualNetworkAccess,
        reverse.allowForwardedTraffic,
        reverse.useRemoteGateways,
      );
    }
    if (hop.to === 'gateway') {
      parts.push(this.#number(this.#terrain.neighbours.gatewayOf(network)?.owner));
    }
    if (hop.to === 'appliance') {
      const found = this.#terrain.appliances.at(network, hop);
      parts.push(hop.address, this.#number(found));
      if (!('id' in found)) towards = found;
    }
    const number = this.#kinds.of(parts.join('\n'));
    this.#towards[number] = towards;
    return number;
  }

  #number(thing: object | undefined): number {
    return thing === undefined ? -1 : this.#objects.of(thing);
  }
}

/** Numbers by place; `Uint32Array.from` makes a list of them first. */
function rowOf(places: readonly Place[], number: (place: Place) => number): Uint32Array {
  const row = new Uint32Array(places.length);
  for (const place of places) row[place.index] = number(place);
  return row;
}
