import type { Estate, Network, Peering, Subnet } from './model.ts';
import { hostAddress, privateRanges } from './model.ts';
import { sameId } from '../net/same-id.ts';
import {
  everything,
  intersection,
  nothing,
  parsePrefix,
  setOf,
  unionOf,
  without,
} from './ranges.ts';
import type { RangeSet } from './ranges.ts';

/** A set of which some members are not known to be in it. `maybe` and `yes` are disjoint. */
export interface DoubtfulSet {
  readonly yes: RangeSet;
  readonly maybe: RangeSet;
  /** The reachability rule behind the doubt. */
  readonly doubt?: string;
}

/** A peering that carries traffic, with both of its halves. */
export interface Joint {
  readonly peering: Peering;
  readonly reverse: Peering;
  readonly remote: Network;
}

/** A peering that may carry traffic: its own half is Connected, and nobody could look at the other. */
export interface Hidden {
  readonly peering: Peering;
  /** Of the network behind it; undefined where nobody knows. */
  readonly prefixes: readonly string[] | undefined;
}

/** What the estate's networks know of each other; asked often, so that it is worked out once. */
export class Neighbourhood {
  readonly estate: Estate;
  readonly private = setOf(privateRanges);
  /** Every address space of the estate. */
  readonly own: RangeSet;
  readonly #networks = new Map<string, Network>();
  readonly #joints = new Map<Network, readonly Joint[]>();
  readonly #subnets = new Map<string, Subnet>();
  readonly #prefixes = new Map<readonly string[], RangeSet>();
  readonly #inside = new Map<Subnet, DoubtfulSet>();

  constructor(estate: Estate) {
    this.estate = estate;
    for (const network of estate.networks) this.#networks.set(network.id.toLowerCase(), network);
    for (const subnet of estate.subnets) this.#subnets.set(subnet.id.toLowerCase(), subnet);
    this.own = setOf(estate.networks.flatMap(({ prefixes }) => prefixes));
  }

  network(id: string): Network {
    const found = this.#networks.get(id.toLowerCase());
    if (found === undefined) throw new RangeError(`the estate has no network ${id}`);
    return found;
  }

  subnet(id: string): Subnet | undefined {
    return this.#subnets.get(id.toLowerCase());
  }

  /** Peerings of which both halves exist and are Connected. */
  joints(network: Network): readonly Joint[] {
    const known = this.#joints.get(network);
    if (known !== undefined) return known;
    const found = halves(network).flatMap((peering): Joint[] => {
      const remote = this.#networks.get(peering.remoteId.toLowerCase());
      const reverse = remote && halves(remote).find((half) => sameId(half.remoteId, network.id));
      if (remote === undefined || reverse === undefined) return [];
      const connected = peering.state === 'Connected' && reverse.state === 'Connected';
      return connected ? [{ peering, reverse, remote }] : [];
    });
    this.#joints.set(network, found);
    return found;
  }

  /** Peerings with networks that are unread, or no part of the estate. */
  hidden(network: Network): readonly Hidden[] {
    return halves(network).flatMap((peering): Hidden[] => {
      const remote = this.#networks.get(peering.remoteId.toLowerCase());
      if (peering.state !== 'Connected' || (remote !== undefined && remote.peerings !== 'unread'))
        return [];
      return [{ peering, prefixes: peering.remotePrefixes ?? remote?.prefixes }];
    });
  }

  /** Whether two networks are one, or peered directly. */
  joined(network: Network, other: Network | undefined): boolean {
    return network === other || this.joints(network).some(({ remote }) => remote === other);
  }

  /** The network whose gateway this one uses: its own, or a peer's that shares it. */
  gatewayOf(network: Network): { owner: Network; joint?: Joint } | undefined {
    if (network.gateway !== undefined) return { owner: network };
    const joint = this.joints(network).find(
      ({ peering, reverse, remote }) =>
        peering.useRemoteGateways && reverse.allowGatewayTransit && remote.gateway !== undefined,
    );
    return joint === undefined ? undefined : { owner: joint.remote, joint };
  }

  prefixes(texts: readonly string[]): RangeSet {
    const known = this.#prefixes.get(texts) ?? setOf(texts);
    this.#prefixes.set(texts, known);
    return known;
  }

  /** What a prefix or tag in a rule of this subnet holds. */
  resolve(text: string, subnet: Subnet): DoubtfulSet {
    if (text === '*' || /^(any|0\.0\.0\.0\/0)$/i.test(text)) return certain(everything);
    if (parsePrefix(text) !== undefined) return certain(setOf([text]));
    // An IPv6 prefix holds no IPv4 address.
    if (text.includes(':')) return certain(nothing);
    switch (text.toLowerCase()) {
      case 'virtualnetwork':
        return this.#virtualNetwork(subnet);
      case 'internet':
        return this.#internet(subnet);
      case 'azureloadbalancer':
        return certain(setOf([hostAddress]));
      case 'azureplatformdns':
      case 'azureplatformimds':
      case 'azureplatformlkm':
        return certain(nothing);
      default:
        return this.service(text);
    }
  }

  /** Other tags are dated lists of public prefixes: no private address is in one. */
  service(tag: string): DoubtfulSet {
    const outside = without(without(everything, this.private), this.own);
    const pinned = this.estate.tags[tag.toLowerCase()];
    if (pinned !== undefined) return certain(intersection(setOf(pinned), outside));
    return { yes: nothing, maybe: outside, doubt: '2.5' };
  }

  #virtualNetwork(subnet: Subnet): DoubtfulSet {
    const known = this.#inside.get(subnet) ?? this.#readVirtualNetwork(subnet);
    this.#inside.set(subnet, known);
    return known;
  }

  #readVirtualNetwork(subnet: Subnet): DoubtfulSet {
    const network = this.network(subnet.networkId);
    const routes = subnet.routes === 'unread' ? [] : (subnet.routes ?? []);
    const routed = routes.flatMap(({ prefix }) => parsePrefix(prefix) ?? []);
    const gateway = this.gatewayOf(network)?.owner.gateway;
    const yes = unionOf([
      ...setOf(network.prefixes),
      ...this.joints(network).flatMap(({ peering, remote }) =>
        peering.allowVirtualNetworkAccess ? this.prefixes(peeredPrefixes(peering, remote)) : [],
      ),
      ...setOf([...(gateway?.prefixes ?? []), ...(gateway?.bgp ?? []), hostAddress]),
      ...routed.filter(({ bits }) => bits > 0),
    ]);
    // With a default route the tag may be everything; so it may with what nobody could read.
    const open =
      routed.some(({ bits }) => bits === 0) ||
      subnet.routes === 'unread' ||
      network.peerings === 'unread';
    if (open) return { yes, maybe: without(everything, yes), doubt: '2.2' };
    return { yes, maybe: without(this.#behindHidden(network), yes), doubt: '5.1' };
  }

  /** What a network may be joined to by peerings of which nobody could see the other half. */
  #behindHidden(network: Network): RangeSet {
    return unionOf(
      this.hidden(network).flatMap(({ peering, prefixes }) => [
        ...(peering.allowVirtualNetworkAccess ? setOf(prefixes ?? privateRanges) : []),
        // Sites behind a gateway that nobody could see.
        ...(peering.useRemoteGateways ? this.private : []),
      ]),
    );
  }

  #internet(subnet: Subnet): DoubtfulSet {
    const inside = this.#virtualNetwork(subnet);
    const outside = without(everything, this.private);
    return {
      yes: without(without(outside, inside.yes), inside.maybe),
      maybe: intersection(outside, inside.maybe),
      doubt: '2.2',
    };
  }
}

function halves(network: Network): readonly Peering[] {
  return network.peerings === 'unread' ? [] : network.peerings;
}

export function peeredPrefixes(peering: Peering, remote: Network): readonly string[] {
  return peering.remotePrefixes ?? remote.prefixes;
}

function certain(yes: RangeSet): DoubtfulSet {
  return { yes, maybe: nothing };
}

/** The union; what is certainly in one of them is not doubtful. */
export function unionOfDoubtful(sets: readonly DoubtfulSet[]): DoubtfulSet {
  const [only] = sets;
  if (sets.length === 1 && only !== undefined) return only;
  const yes = unionOf(sets.flatMap((set) => set.yes));
  const maybe = without(unionOf(sets.flatMap((set) => set.maybe)), yes);
  const doubt = sets.find((set) => set.maybe.length > 0)?.doubt;
  return { yes, maybe, ...(doubt === undefined ? {} : { doubt }) };
}
