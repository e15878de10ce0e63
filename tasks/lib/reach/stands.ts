import type { Estate, Network, Subnet } from './model.ts';
import { sameId } from '../net/same-id.ts';
import type { Place } from './places.ts';
import type { PortMaps } from './ports.ts';
import { parsePrefix } from './ranges.ts';
import { Routes } from './routing.ts';
import type { Hop } from './hops.ts';
import type { Neighbourhood } from './tags.ts';

/** Where a packet is sent from: a subnet, or for on-premises the gateway of a network. */
export interface Stand {
  readonly network: Network;
  readonly routes: Routes;
  /** A default route on a gateway's subnet makes the outcome anybody's guess. */
  readonly doubtful: boolean;
}

/** A way that stays in the networks. */
export type Near = Extract<Hop, { to: 'local' | 'peer' }>;

/** Whether a way ends in the network of the target, and not at another machine with its address. */
export function leadsTo(hop: Near, network: Network, target: Place): boolean {
  return target.network === (hop.to === 'local' ? network : hop.joint.remote);
}

export class Stands {
  readonly #estate: Estate;
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #routes = new Map<Network, Map<unknown, Routes>>();
  readonly #known: (Stand | undefined)[] = [];

  constructor(estate: Estate, neighbours: Neighbourhood, maps: PortMaps) {
    this.#maps = maps;
    this.#estate = estate;
    this.#neighbours = neighbours;
  }

  /** Undefined for the internet, and for a place behind a gateway that is not there. */
  of(place: Place): Stand | undefined {
    return (this.#known[place.index] ??=
      place.zone === undefined ? this.#inside(place) : this.#behindGateway(place.zone.networkId));
  }

  #inside({ network, subnet }: Place): Stand | undefined {
    return network && { network, routes: this.#routesOf(network, subnet), doubtful: false };
  }

  #behindGateway(networkId: string | undefined): Stand | undefined {
    const network = this.#estate.networks.find(
      ({ id }) => networkId !== undefined && sameId(id, networkId),
    );
    if (network?.gateway === undefined) return undefined;
    const subnet = this.#estate.subnets.find(
      ({ id, networkId: home }) => sameId(home, network.id) && /\/GatewaySubnet$/i.test(id),
    );
    const table = subnet?.routes === 'unread' ? [] : (subnet?.routes ?? []);
    const doubtful = table.some(({ prefix }) => parsePrefix(prefix)?.bits === 0);
    return { network, routes: this.#routesOf(network, subnet), doubtful };
  }

  /** Subnets that share a table share the array, and with it whether it takes the gateway's routes. */
  #routesOf(network: Network, subnet: Subnet | undefined): Routes {
    const tables = this.#routes.get(network) ?? new Map<unknown, Routes>();
    this.#routes.set(network, tables);
    const propagates = subnet?.disableBgpRoutePropagation !== true;
    const key = subnet?.routes ?? (propagates ? 'open' : 'closed');
    const known = tables.get(key) ?? new Routes(network, subnet, this.#neighbours, this.#maps);
    tables.set(key, known);
    return known;
  }
}
