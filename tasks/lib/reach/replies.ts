import type { Place } from './places.ts';
import type { PortMap, PortMaps } from './ports.ts';
import type { Lookup } from './hops.ts';
import type { Stands } from './stands.ts';
import type { Neighbourhood } from './tags.ts';

/** The firewall that a request came through. */
export interface Passed {
  readonly firewall: Place;
  /** Whether it hides the client behind its own address. */
  readonly translated: boolean;
}

/** Whether the answer finds its way: it has its own look at the routes, and a firewall wants to see both. */
export class Replies {
  readonly #stands: Stands;
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #hidden: PortMap;
  readonly #apart: PortMap;

  constructor(stands: Stands, neighbours: Neighbourhood, maps: PortMaps) {
    this.#stands = stands;
    this.#neighbours = neighbours;
    this.#maps = maps;
    this.#hidden = maps.always('allow', '', ['3.7', '6.6']);
    this.#apart = maps.always('allow', '', ['3.7']);
  }

  /** The reply to a request that met no firewall. */
  direct(target: Place, client: Place): PortMap | undefined {
    if (target.endpoint !== undefined || target.balancer !== undefined) return undefined;
    const { hop, route } = this.#from(target, client);
    const zone = client.zone?.kind;
    const good =
      zone === undefined
        ? hop.to === 'local' || hop.to === 'peer'
        : hop.to === (zone === 'public' ? 'internet' : 'gateway');
    if (good) return undefined;
    if (hop.to === 'unknown') return this.#doubt(`the reply finds ${route}`, ['4.6']);
    if (hop.to === 'appliance') {
      const rules = ['4.6', zone === 'public' ? '4.7' : '9.5'];
      return this.#lost(`the reply goes by ${route}, which saw no request`, rules);
    }
    return this.#lost(`the reply finds ${route}`, ['4.6']);
  }

  /** The reply to a request that came through a firewall. */
  through(source: Place, target: Place, { firewall, translated }: Passed): PortMap | undefined {
    const home = this.#from(firewall, source);
    const wayHome = `the reply finds ${home.route} at the firewall`;
    if (home.hop.to === 'none') return this.#lost(wayHome, ['4.6']);
    if (home.hop.to === 'unknown' || home.hop.to === 'appliance') {
      return this.#doubt(wayHome, ['4.6']);
    }
    if (target.endpoint !== undefined) {
      // An endpoint's replies ignore the routes of its subnet: joined to the client's network directly, it
      // answers past the firewall. https://gist.github.com/andaryjo/f019d889148dbebba38e8adcd2e95aa7
      if (translated) return this.#hidden;
      if (!this.#announced(target, source)) return this.#apart;
      return this.#doubt('the endpoint, which may answer past the firewall', ['3.7', '9.5']);
    }
    if (target.balancer !== undefined) return undefined;
    const { hop, route } = this.#from(target, translated ? firewall : source);
    switch (hop.to) {
      case 'unknown':
        return this.#doubt(`the reply finds ${route}`, ['4.6']);
      case 'none':
      case 'internet':
        return this.#lost(`the reply finds ${route}`, ['4.6']);
      case 'local':
      case 'peer':
      case 'gateway':
        return translated
          ? undefined
          : this.#doubt('the reply, which goes past the firewall', ['9.5']);
      case 'appliance':
        if (hop.address === firewall.address) return undefined;
        return this.#lost(`the reply goes by ${route}, which saw no request`, ['9.5']);
    }
  }

  /** The reply of a place behind a gateway. */
  fromOutside(source: Place, target: Place, passed?: Passed): PortMap | undefined {
    const stand = this.#stands.of(target);
    if (stand === undefined || stand.doubtful) {
      return this.#doubt('a default route on the subnet of the gateway', ['8.3']);
    }
    const hidden = passed?.translated === true;
    const { hop, route } = stand.routes.to(hidden ? passed.firewall : source);
    if (hop.to === 'appliance') {
      if (hop.address === passed?.firewall.address) return undefined;
      return this.#doubt(`the reply goes by ${route}, which saw no request`, ['9.5']);
    }
    if (hop.to !== 'local' && hop.to !== 'peer') {
      return this.#lost(`the reply finds ${route}`, ['4.6']);
    }
    const past = passed !== undefined && !hidden;
    return past ? this.#doubt('the reply, which goes past the firewall', ['9.5']) : undefined;
  }

  #from(place: Place, to: Place): Lookup {
    const stand = this.#stands.of(place);
    if (stand === undefined) throw new RangeError(`${place.name} is in no network`);
    return stand.routes.to(to);
  }

  #announced(endpoint: Place, client: Place): boolean {
    const { network } = client;
    return network !== undefined && this.#neighbours.joined(network, endpoint.network);
  }

  #lost(by: string, rules: readonly string[]): PortMap {
    return this.#maps.always('deny', by, rules);
  }

  #doubt(by: string, rules: readonly string[]): PortMap {
    return this.#maps.always('unknown', by, rules);
  }
}
