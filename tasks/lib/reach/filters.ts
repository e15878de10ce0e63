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
  readonly #places: readonly Place[];
  /** Ids of maps by far end: numbers lie closer together than objects, and there are millions. */
  readonly #rows: Record<Direction, Uint32Array[]> = { Inbound: [], Outbound: [] };
  readonly #gates: Record<Direction, Gate[]> = { Inbound: [], Outbound: [] };
  readonly #groups = new Map<Subnet | Machine, Partial<Record<Direction, RuleList>>>();
  readonly #admin = new Map<Subnet, Partial<Record<Direction, RuleList>>>();

  constructor(places: readonly Place[], neighbours: Neighbourhood, maps: PortMaps) {
    this.#places = places;
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
    // One look at a place is followed by many: all far ends are asked in one go.
    const row = (this.#rows[direction][place.index] ??= this.#row(place, direction));
    const map = this.#maps.get(row[other.index] ?? -1);
    return context === 0 || !this.filtered(place, direction)
      ? map
      : this.#maps.inContext(map, context);
  }

  /** The same for an end that is no place: a health probe. */
  from(place: Place, direction: Direction, other: End): PortMap {
    const gate = this.#gate(place, direction);
    const maps = gate.lists.map((list) => asking(list, direction, place)(other));
    return this.#maps.inContext(this.#maps.inRow(maps), gate.context);
  }

  #row(place: Place, direction: Direction): Uint32Array {
    const { lists, context } = this.#gate(place, direction);
    const asked = lists.map((list) => asking(list, direction, place));
    const [only] = asked;
    return Uint32Array.from(this.#places, (other) => {
      const map =
        asked.length === 1 && only !== undefined
          ? only(other)
          : this.#maps.inRow(asked.map((ask) => ask(other)));
      return this.#maps.inContext(map, context).id;
    });
  }

  #gate(place: Place, direction: Direction): Gate {
    return (this.#gates[direction][place.index] ??= this.#read(place, direction));
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

  #adminList(subnet: Subnet, direction: Direction): RuleList[] {
    const network = this.#neighbours.network(subnet.networkId);
    if (network.adminRules === undefined) return [];
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
