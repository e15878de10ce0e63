import { breadthOf, candidateOf, longest } from './hops.ts';
import type { Candidate, Found, Hop, Lookup } from './hops.ts';
import type { Network, Route, Subnet } from './model.ts';
import { privateRanges } from './model.ts';
import { sameId } from '../net/same-id.ts';
import type { Place } from './places.ts';
import type { PortMaps } from './ports.ts';
import { holds, parsePrefix } from './ranges.ts';
import type { Joint, Neighbourhood } from './tags.ts';
import { peeredPrefixes } from './tags.ts';

/** The routes of one subnet; subnets with the same ones share it. */
export class Routes {
  readonly #network: Network;
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #own: readonly Candidate[];
  readonly #system: readonly Candidate[];
  /** Routes of service tags, the narrower tag first. */
  readonly #tagged: readonly Route[];
  readonly #unread: string | undefined;
  readonly #propagates: boolean;
  /** Where routes may come from that nobody could read, with the rules behind it. */
  readonly #elsewhere: Pick<Found, 'route' | 'rules'> | undefined;
  readonly #defaultRoute: Candidate | undefined;
  readonly #known: (Lookup | undefined)[] = [];
  /** By hop: each candidate has its own. */
  readonly #lookups = new Map<Hop, Map<string, Lookup>>();
  readonly #direct = new Map<Joint | undefined, Hop>();

  constructor(
    network: Network,
    subnet: Subnet | undefined,
    neighbours: Neighbourhood,
    maps: PortMaps,
  ) {
    this.#network = network;
    this.#maps = maps;
    this.#neighbours = neighbours;
    const routes = subnet?.routes ?? [];
    this.#unread =
      routes === 'unread'
        ? 'its route table could not be read'
        : network.peerings === 'unread'
          ? 'the peerings of its network could not be read'
          : undefined;
    const table = routes === 'unread' ? [] : routes;
    this.#own = table.flatMap((route) => candidateOf(route));
    this.#tagged = table
      .filter(({ prefix }) => parsePrefix(prefix) === undefined && !prefix.includes(':'))
      .sort((one, other) => breadthOf(one.prefix) - breadthOf(other.prefix));
    this.#defaultRoute = this.#own.find(({ bits }) => bits === 0);
    this.#propagates = subnet?.disableBgpRoutePropagation !== true;
    this.#system = this.#systemRoutes();
    this.#elsewhere = this.#propagates ? this.#unreadRoutes() : undefined;
  }

  to(target: Place): Lookup {
    const known = this.#known[target.index];
    if (known !== undefined) return known;
    return (this.#known[target.index] = this.#shared(this.#look(target)));
  }

  /** One object for all targets of which the same is to be said. */
  #shared({ hop, route, rules }: Found): Lookup {
    const alike = this.#lookups.get(hop) ?? new Map<string, Lookup>();
    this.#lookups.set(hop, alike);
    const key = rules.join();
    const known = alike.get(key);
    if (known !== undefined) return known;
    const access = hop.to === 'none' ? 'deny' : hop.to === 'unknown' ? 'unknown' : 'allow';
    const station = this.#maps.always(access, access === 'allow' ? '' : route, rules);
    const made = { hop, route, rules, station };
    alike.set(key, made);
    return made;
  }

  /** What a gateway may add: it learns by BGP, or it is in a network that nobody could look at. */
  #unreadRoutes(): Pick<Found, 'route' | 'rules'> | undefined {
    const gateway = this.#neighbours.gatewayOf(this.#network)?.owner.gateway;
    if (gateway !== undefined) {
      const route = 'routes that the gateway learns by BGP, which nobody could read';
      return gateway.learns === true ? { route, rules: [] } : undefined;
    }
    const hidden = this.#neighbours.hidden(this.#network);
    if (!hidden.some(({ peering }) => peering.useRemoteGateways)) return undefined;
    return { route: 'the gateway of a peered network, which nobody could read', rules: ['5.6'] };
  }

  /** Whether this network has its half of a peering, and nobody could look at the other. */
  #halfKnown(remote: Network | undefined): boolean {
    if (remote === undefined) return false;
    return this.#neighbours
      .hidden(this.#network)
      .some(({ peering }) => sameId(peering.remoteId, remote.id));
  }

  #look(target: Place): Found {
    if (this.#unread !== undefined) {
      return { hop: { to: 'unknown' }, route: this.#unread, rules: ['4.1'] };
    }
    if (this.#halfKnown(target.network)) {
      const route = 'a peering, of which only one half could be read';
      return { hop: { to: 'unknown' }, route, rules: ['5.1'] };
    }
    const { address } = target;
    const mine = this.#own.filter(({ first, last }) => first <= address && address <= last);
    const direct = target.endpoint && this.#toEndpoint(target, longest(mine));
    if (direct !== undefined) return direct;
    const tagged = this.#byTag(target, longest(mine)?.bits ?? 0);
    if (tagged !== undefined) return tagged;
    const system = this.#system.filter(({ first, last }) => first <= address && address <= last);
    // What Azure knows of its own networks is not overruled by what is learned from outside.
    const inside = system.some(({ hop }) => hop.to === 'local' || hop.to === 'peer');
    const chosen = longest([
      ...mine,
      ...system.filter(({ origin }) => !(inside && origin === 'bgp')),
    ]);
    if (chosen === undefined) return { hop: { to: 'none' }, route: 'no route', rules: ['4.3'] };
    // Whatever a gateway learns is longer than a default route.
    const weak = chosen.bits === 0 || (chosen.origin === 'system' && chosen.hop.to === 'none');
    if (this.#elsewhere !== undefined && weak) {
      const { route, rules } = this.#elsewhere;
      const all = ['4.1', ...(chosen.bits === 0 ? ['4.7'] : []), ...rules];
      return { hop: { to: 'unknown' }, route, rules: all };
    }
    const announced = system.some(({ origin, bits }) => origin === 'bgp' && bits === 0);
    if (announced && chosen.origin === 'system' && chosen.hop.to === 'none') {
      // Whether it withdraws the routes to nowhere, as an own default route does, no page says.
      const route = 'the default route of the gateway, which may lead private addresses on';
      return { hop: { to: 'unknown' }, route, rules: ['4.4'] };
    }
    return this.#explained(chosen, target);
  }

  /** @param bits length of the subnet's own route for the target, 0 without one */
  #byTag({ address }: Place, bits: number): Found | undefined {
    for (const tagged of this.#tagged) {
      const pinned = this.#neighbours.service(tagged.prefix);
      if (holds(pinned.maybe, address)) {
        const route = `${tagged.name} (${tagged.prefix}), whose addresses nobody pinned`;
        return { hop: { to: 'unknown' }, route, rules: ['4.9'] };
      }
      // A service's own prefixes are longer than any default route.
      if (!holds(pinned.yes, address) || bits > 0) continue;
      const [route] = candidateOf({ ...tagged, prefix: '0.0.0.0/0' });
      if (route !== undefined) return { ...route, rules: ['4.9'] };
    }
    return undefined;
  }

  #explained(chosen: Candidate, target: Place): Found {
    const rules = [...chosen.rules];
    const usual = chosen.hop.to === 'peer' || chosen.hop.to === 'local';
    if (chosen.origin === 'user') {
      rules.push(chosen.hop.to === 'none' ? '4.5' : '4.1');
      if (chosen.bits === 0 && holds(this.#neighbours.private, target.address)) rules.push('4.4');
      if (chosen.bits === 0 && target.zone?.kind === 'public') rules.push('4.7');
    } else if (usual && this.#defaultRoute?.hop.to === 'appliance') {
      rules.push('6.8');
    }
    if (chosen.hop.to === 'none' && chosen.origin !== 'user') rules.push(...this.#whyNone(target));
    return { hop: chosen.hop, route: chosen.route, rules };
  }

  #whyNone(target: Place): string[] {
    const { network } = target;
    if (network !== undefined && !sameId(network.id, this.#network.id)) {
      const rules = target.endpoint === undefined ? [] : ['3.4'];
      const joined = this.#neighbours
        .joints(this.#network)
        .some(({ remote }) => sameId(remote.id, network.id));
      if (joined) return [...rules, '5.7'];
      const half = [this.#network, network].some(
        (one) =>
          one.peerings !== 'unread' &&
          one.peerings.some(({ remoteId }) =>
            sameId(remoteId, one === network ? this.#network.id : network.id),
          ),
      );
      return [...rules, half ? '5.1' : '5.2'];
    }
    if (target.zone?.kind !== 'on-premises') return [];
    return [this.#propagates ? '5.6' : '4.8'];
  }

  #systemRoutes(): Candidate[] {
    const found: Candidate[] = [];
    const offer = (
      prefixes: readonly string[],
      hop: Hop,
      name: string,
      rules: string[],
      origin: 'bgp' | 'system' = 'system',
    ): void => {
      for (const text of prefixes) {
        const prefix = parsePrefix(text);
        if (prefix === undefined) continue;
        found.push({ ...prefix, hop, route: `${name} ${text}`, rules, origin });
      }
    };
    offer(this.#network.prefixes, { to: 'local' }, 'own network', ['4.3']);
    for (const joint of this.#neighbours.joints(this.#network)) {
      const prefixes = peeredPrefixes(joint.peering, joint.remote);
      offer(prefixes, { to: 'peer', joint }, 'peering', ['5.1']);
    }
    const gateway = this.#propagates ? this.#neighbours.gatewayOf(this.#network) : undefined;
    if (gateway?.owner.gateway !== undefined) {
      const { prefixes, bgp } = gateway.owner.gateway;
      const hop: Hop = { to: 'gateway' };
      const rules = gateway.joint === undefined ? ['4.3'] : ['5.6'];
      offer([...prefixes, ...bgp], hop, 'gateway', rules, 'bgp');
    }
    // An own default route withdraws the routes that keep private addresses from the internet.
    if (this.#defaultRoute === undefined)
      offer(privateRanges, { to: 'none' }, 'system route None', ['4.3']);
    offer(['0.0.0.0/0'], { to: 'internet' }, 'system route', ['4.3']);
    return found;
  }

  /**
   * An endpoint announces a /32 in its network and those peered with it directly. Own routes replace it only if
   * its subnet says so and they are at least as long as the network's prefix.
   * https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
   */
  #toEndpoint(target: Place, mine: Candidate | undefined): Found | undefined {
    const { subnet, network } = target;
    if (subnet === undefined || network === undefined) return undefined;
    const joint = this.#neighbours
      .joints(this.#network)
      .find(({ remote }) => sameId(remote.id, network.id));
    const local = sameId(network.id, this.#network.id);
    if (!local && joint === undefined) return undefined;
    const policies = subnet.endpointPolicies;
    const steered = policies === 'Enabled' || policies === 'RouteTableEnabled';
    const holder = network.prefixes
      .map(parsePrefix)
      .find((prefix) => prefix && prefix.first <= target.address && target.address <= prefix.last);
    if (mine !== undefined && steered && mine.bits >= (holder?.bits ?? 0)) {
      return { ...mine, rules: [...mine.rules, '3.5'] };
    }
    if (mine?.bits === 32 && !steered) {
      const route = `${mine.route}, which its subnet's policies ignore`;
      return { hop: { to: 'unknown' }, route, rules: ['3.6'] };
    }
    const rules = ['3.4', ...(mine !== undefined && steered ? ['3.5'] : [])];
    const hop: Hop =
      this.#direct.get(joint) ?? (joint === undefined ? { to: 'local' } : { to: 'peer', joint });
    this.#direct.set(joint, hop);
    return { hop, route: "the endpoint's own route", rules };
  }
}
