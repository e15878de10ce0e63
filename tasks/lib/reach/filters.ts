import type { Machine, Subnet } from './model.ts';
import { sameId } from './model.ts';
import type { Place } from './places.ts';
import type { PortMap, PortMaps } from './ports.ts';
import type { End, RuleList } from './rule-list.ts';
import { adminRules, securityGroup } from './security.ts';
import type { Direction } from './security.ts';
import type { Neighbourhood } from './tags.ts';

export interface Filtered {
  readonly map: PortMap;
  /** Whether any group was asked. */
  readonly filtered: boolean;
}

/** What stands at one end of a flow: admin rules, the subnet's security group, the interface's. */
export class Filters {
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #groups = new Map<Subnet | Machine, Partial<Record<Direction, RuleList>>>();
  readonly #admin = new Map<Subnet, Partial<Record<Direction, RuleList | undefined>>>();
  readonly #open: Filtered;
  readonly #unread: PortMap;

  constructor(neighbours: Neighbourhood, maps: PortMaps) {
    this.#neighbours = neighbours;
    this.#maps = maps;
    this.#open = { map: maps.always('allow', 'no security group', ['1.5']), filtered: false };
    this.#unread = maps.always('unknown', 'a security group that could not be read', ['1.1']);
  }

  /**
   * @param other the far end as it is seen here
   * @param context numbers of rules that any decision here rests on
   */
  at(place: Place, direction: Direction, other: End, context: readonly string[] = []): Filtered {
    const { subnet, network, machine, endpoint } = place;
    if (subnet === undefined || network === undefined || place.firewall !== undefined) {
      return this.#open;
    }
    if (endpoint !== undefined && exempt(subnet)) {
      if (subnet.securityRules === undefined) return this.#open;
      const rules = subnet.endpointPolicies === 'Disabled' ? ['3.2'] : ['3.1', '3.2'];
      const by = 'the policies of its subnet, which pass endpoints by';
      return { map: this.#maps.always('allow', by, rules), filtered: false };
    }
    const [source, destination] = direction === 'Inbound' ? [other, place] : [place, other];
    const ask = (owner: Subnet | Machine): PortMap[] => {
      if (owner.securityRules === undefined) return [];
      if (owner.securityRules === 'unread') return [this.#unread];
      return [this.#group(owner, subnet, direction).between(source, destination)];
    };
    const own = [ask(subnet), machine === undefined ? [] : ask(machine)];
    const groups = direction === 'Inbound' ? own.flat() : own.reverse().flat();
    const admin = this.#adminList(subnet, direction)?.between(source, destination);
    const asked = admin === undefined ? groups : [admin, ...groups];
    if (asked.length === 0) return this.#open;
    const rests = [...context];
    if (groups.length > 1) rests.push('1.4');
    if (endpoint !== undefined) rests.push('3.2');
    return { map: this.#maps.restingOn(this.#maps.inRow(asked), rests), filtered: true };
  }

  #group(owner: Subnet | Machine, subnet: Subnet, direction: Direction): RuleList {
    const both = this.#groups.get(owner) ?? {};
    this.#groups.set(owner, both);
    const rules = owner.securityRules === 'unread' ? [] : (owner.securityRules ?? []);
    return (both[direction] ??= securityGroup(
      rules,
      direction,
      subnet,
      this.#neighbours,
      this.#maps,
    ));
  }

  #adminList(subnet: Subnet, direction: Direction): RuleList | undefined {
    const network = this.#neighbours.network(subnet.networkId);
    if (network.adminRules === undefined) return undefined;
    const both = this.#admin.get(subnet) ?? {};
    this.#admin.set(subnet, both);
    return (both[direction] ??= adminRules(
      network,
      direction,
      subnet,
      this.#neighbours,
      this.#maps,
    ));
  }
}

/** Whether security groups pass endpoints of this subnet by. */
function exempt({ endpointPolicies }: Subnet): boolean {
  return endpointPolicies === 'Disabled' || endpointPolicies === 'RouteTableEnabled';
}

/** Rules that the ends' being where they are adds to a filter's decision. */
export function contextOf(source: Place, target: Place): string[] {
  const { subnet } = source;
  const same =
    subnet !== undefined && target.subnet !== undefined && sameId(subnet.id, target.subnet.id);
  return same ? ['1.10'] : [];
}
