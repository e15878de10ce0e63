import type { Machine, Subnet } from './model.ts';
import type { Place } from './places.ts';
import { contextBit } from './ports.ts';
import type { PortMap, PortMaps } from './ports.ts';
import type { End } from './rule-list.ts';
import { RuleList } from './rule-list.ts';
import { adminRules, securityGroup } from './security.ts';
import type { Direction } from './security.ts';
import type { Neighbourhood } from './tags.ts';

/** What stands at one place in one direction. */
interface Gate {
  /** In the order in which they are asked; a map where nothing needs to be asked. */
  readonly lists: readonly (RuleList | PortMap)[];
  /** Whether any group is asked. */
  readonly filtered: boolean;
  readonly context: number;
}

/** What stands at one end of a flow: admin rules, the subnet's security group, the interface's. */
export class Filters {
  readonly #neighbours: Neighbourhood;
  readonly #maps: PortMaps;
  readonly #gates: Record<Direction, Map<Place, Gate>> = {
    Inbound: new Map(),
    Outbound: new Map(),
  };
  readonly #groups = new Map<Subnet | Machine, Partial<Record<Direction, RuleList>>>();
  readonly #admin = new Map<Subnet, Partial<Record<Direction, RuleList>>>();

  constructor(neighbours: Neighbourhood, maps: PortMaps) {
    this.#neighbours = neighbours;
    this.#maps = maps;
  }

  /** Whether any security group or admin rule is asked there. */
  filtered(place: Place, direction: Direction): boolean {
    return this.#gate(place, direction).filtered;
  }

  /**
   * @param other the far end as it is seen here
   * @param context bits of rules that any decision here rests on
   */
  at(place: Place, direction: Direction, other: Place, context = 0): PortMap {
    const map = this.asking(place, direction)(other);
    return this.filtered(place, direction) ? this.#maps.inContext(map, context) : map;
  }

  /** What stands there by the far end, a place or a health probe: one look at it, followed by many. */
  asking(place: Place, direction: Direction): (other: End) => PortMap {
    const { lists, context } = this.#gate(place, direction);
    const asked = lists.map((list) => asking(list, direction, place));
    const [only] = asked;
    if (asked.length === 1 && only !== undefined && context === 0) return only;
    return (other) =>
      this.#maps.inContext(this.#maps.inRow(asked.map((ask) => ask(other))), context);
  }

  #gate(place: Place, direction: Direction): Gate {
    const gates = this.#gates[direction];
    const known = gates.get(place) ?? this.#read(place, direction);
    gates.set(place, known);
    return known;
  }

  #read({ subnet, network, machine, endpoint, firewall }: Place, direction: Direction): Gate {
    const passing = (by: string, rules: readonly string[]): Gate => ({
      lists: [this.#maps.always('allow', by, rules)],
      filtered: false,
      context: 0,
    });
    if (subnet === undefined || network === undefined || firewall !== undefined) {
      return passing('', []);
    }
    if (endpoint !== undefined && exempt(subnet) && subnet.securityRules !== undefined) {
      const rules = subnet.endpointPolicies === 'Disabled' ? ['3.2'] : ['3.1', '3.2'];
      return passing('the policies of its subnet, which pass endpoints by', rules);
    }
    const own = [subnet, ...(machine === undefined ? [] : [machine])];
    const groups = (direction === 'Inbound' ? own : own.reverse()).flatMap((owner) =>
      owner.securityRules === undefined ? [] : [this.#group(owner, subnet, direction)],
    );
    const admin =
      endpoint !== undefined && exempt(subnet) ? [] : this.#adminList(subnet, direction);
    const lists = [...admin, ...groups];
    if (lists.length === 0) return passing('no security group', ['1.5']);
    const context =
      (groups.length > 1 ? contextBit('1.4') : 0) |
      (endpoint === undefined ? 0 : contextBit('3.2'));
    return { lists, filtered: true, context };
  }

  #group(owner: Subnet | Machine, subnet: Subnet, direction: Direction): RuleList | PortMap {
    const rules = owner.securityRules ?? [];
    if (rules === 'unread') {
      return this.#maps.always('unknown', 'a security group that could not be read', ['1.1']);
    }
    const both = this.#groups.get(owner) ?? {};
    this.#groups.set(owner, both);
    const neighbours = this.#neighbours;
    return (both[direction] ??= securityGroup(rules, direction, subnet, neighbours, this.#maps));
  }

  #adminList(subnet: Subnet, direction: Direction): (RuleList | PortMap)[] {
    const network = this.#neighbours.network(subnet.networkId);
    if (network.adminRules === undefined) return [];
    if (network.adminRules === 'unread') {
      return [this.#maps.always('unknown', 'admin rules that nobody could read', ['1.13'])];
    }
    const both = this.#admin.get(subnet) ?? {};
    this.#admin.set(subnet, both);
    const neighbours = this.#neighbours;
    return [
      (both[direction] ??= adminRules(
        network.adminRules,
        direction,
        subnet,
        neighbours,
        this.#maps,
      )),
    ];
  }
}

/** What a list says at a place, by the far end. */
function asking(
  list: RuleList | PortMap,
  direction: Direction,
  place: Place,
): (other: End) => PortMap {
  if (!(list instanceof RuleList)) return () => list;
  return direction === 'Inbound' ? list.to(place) : list.from(place);
}

/** Whether security groups pass endpoints of this subnet by. */
function exempt({ endpointPolicies }: Subnet): boolean {
  return endpointPolicies === 'Disabled' || endpointPolicies === 'RouteTableEnabled';
}

/** Bits of the rules that the ends' being where they are adds to a filter's decision. */
export function contextOf(source: Place, target: Place): number {
  return source.subnet !== undefined && source.subnet === target.subnet ? contextBit('1.10') : 0;
}
