import type { SecurityRule } from '../../tasks/lib/reach/model.ts';
import { Ground, matchLength, none, within } from './packet-ground.ts';
import type { Spot } from './packet-ground.ts';
import type { Packet } from './packet-simulator.ts';

export type Tri = true | false | 'perhaps';

function and(...values: Tri[]): Tri {
  if (values.includes(false)) return false;
  return values.includes('perhaps') ? 'perhaps' : true;
}

function or(...values: Tri[]): Tri {
  if (values.includes(true)) return true;
  return values.includes('perhaps') ? 'perhaps' : false;
}

/** Security groups as one packet meets them. */
export class Groups {
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  at({ subnet, machine, endpoint }: Spot): (readonly SecurityRule[])[] {
    if (subnet === undefined) return [];
    if (this.#ground.estate.firewalls.some((f) => f.subnetId === subnet.id)) return [];
    const bound = ['Enabled', 'NetworkSecurityGroupEnabled'].includes(subnet.endpointPolicies);
    if (endpoint !== undefined && !bound) return [];
    return [subnet.securityRules, machine?.securityRules].flatMap((rules) =>
      rules === undefined || rules === 'unread' ? [] : [rules],
    );
  }

  ask(
    rules: readonly SecurityRule[],
    direction: 'Inbound' | 'Outbound',
    at: Spot,
    source: Spot,
    target: Spot,
    packet: Packet,
  ): Tri {
    const own = rules
      .filter((rule) => rule.direction === direction)
      .sort((a, b) => a.priority - b.priority);
    const possible = new Set<boolean>();
    for (const rule of own) {
      const hit = this.#hits(rule, at, source, target, packet);
      if (hit === false) continue;
      possible.add(rule.access === 'Allow');
      if (hit === true) return possible.size === 2 ? 'perhaps' : rule.access === 'Allow';
    }
    const inside = and(
      this.#tag('VirtualNetwork', at, source),
      this.#tag('VirtualNetwork', at, target),
    );
    const out: Tri = direction === 'Outbound' ? this.#tag('Internet', at, target) : false;
    for (const rest of [inside, out]) {
      if (rest === false) continue;
      possible.add(true);
      if (rest === true) return possible.size === 2 ? 'perhaps' : true;
    }
    possible.add(false);
    return possible.size === 2 ? 'perhaps' : false;
  }

  #hits(rule: SecurityRule, at: Spot, source: Spot, target: Spot, packet: Packet): Tri {
    const protocol = rule.protocol.toLowerCase();
    if (protocol !== '*' && protocol !== packet.protocol) return false;
    if (packet.protocol !== 'icmp' && !inPorts(rule.destinationPorts, packet.port)) return false;
    const member = (spot: Spot, groups: readonly string[]): Tri => {
      const known = spot.endpoint?.groups ?? spot.machine?.groups;
      if (spot.outside !== undefined) return false;
      if (this.#ground.estate.firewalls.some((f) => f.address === spot.address)) return false;
      return known === undefined ? 'perhaps' : groups.some((group) => known.includes(group));
    };
    const side = (spot: Spot, texts: readonly string[], groups: readonly string[]): Tri =>
      groups.length > 0
        ? member(spot, groups)
        : or(...texts.map((text) => this.#tag(text, at, spot)));
    return and(
      side(source, rule.sources, rule.sourceGroups),
      side(target, rule.destinations, rule.destinationGroups),
    );
  }

  #tag(text: string, at: Spot, { address }: Spot): Tri {
    if (text === '*') return true;
    if (/^\d/.test(text)) return matchLength(text, address) >= 0;
    const estate = this.#ground.estate.networks.some(({ prefixes }) => within(prefixes, address));
    const table = at.subnet?.routes === 'unread' ? [] : (at.subnet?.routes ?? []);
    const inside = (): Tri => {
      if (at.network !== undefined && within(at.network.prefixes, address)) return true;
      for (const { out, remote } of this.#ground.peers(at.network)) {
        if (out.allowVirtualNetworkAccess && within(out.remotePrefixes ?? remote.prefixes, address))
          return true;
      }
      const gateway = this.#ground.gatewayFor(at.network)?.gateway;
      if (gateway !== undefined && within([...gateway.prefixes, ...gateway.bgp], address))
        return true;
      if (table.some(({ prefix }) => prefix !== '0.0.0.0/0' && within([prefix], address)))
        return true;
      return table.some(({ prefix }) => prefix === '0.0.0.0/0') ? 'perhaps' : false;
    };
    if (text === 'VirtualNetwork') return inside();
    if (text === 'Internet') {
      if (within(none, address)) return false;
      const is = inside();
      return is === 'perhaps' ? is : !is;
    }
    if (text === 'AzureLoadBalancer') return false;
    return within(none, address) || estate ? false : 'perhaps';
  }
}

export function inPorts(texts: readonly string[], port: number): boolean {
  return texts.some((text) => {
    if (text === '*') return true;
    const [low = '', high = low] = text.split('-');
    return Number(low) <= port && port <= Number(high);
  });
}
