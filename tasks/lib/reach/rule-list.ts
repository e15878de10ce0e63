import type { Decision, PortMap, PortMaps, PortRange, Protocol } from './ports.ts';
import { holds } from './ranges.ts';
import type { DoubtfulSet } from './tags.ts';

/** What rules are matched against at one end of a flow. */
export interface End {
  readonly address: number;
  /** What it belongs to besides its address, lower case; undefined = nobody knows. */
  readonly groups: readonly string[] | undefined;
}

/** One side of a rule: addresses, or the members of groups. */
export type Side =
  | { readonly addresses: DoubtfulSet }
  | { readonly groups: readonly string[]; readonly doubt: string };

export interface MatchRule {
  readonly name: string;
  readonly access: 'allow' | 'skip' | 'deny';
  readonly protocols: readonly Protocol[];
  readonly ports: readonly PortRange[];
  /** Whether a client's own port is in the rule's source ports. */
  readonly sourcePorts: Answer;
  readonly source: Side;
  readonly destination: Side;
  /** Numbers of the reachability rules that a match rests on. */
  readonly rules: readonly string[];
}

export type Answer = 'yes' | 'maybe' | 'no';

/** Rules of which the first that matches decides, in their order. */
export class RuleList {
  readonly #rules: readonly MatchRule[];
  readonly #otherwise: Decision;
  readonly #maps: PortMaps;
  readonly #sources: Classes;
  readonly #destinations: Classes;
  readonly #known: PortMap[][] = [];

  constructor(rules: readonly MatchRule[], otherwise: Decision, maps: PortMaps) {
    this.#rules = rules;
    this.#otherwise = otherwise;
    this.#maps = maps;
    this.#sources = new Classes(rules.map(({ source }) => source));
    this.#destinations = new Classes(rules.map(({ destination }) => destination));
  }

  between(source: End, destination: End): PortMap {
    return this.#of(this.#sources.of(source), this.#destinations.of(destination));
  }

  /** What the rules tell apart of sources: those of one class meet the same. */
  sourceClass(source: End): number {
    return this.#sources.of(source);
  }

  destinationClass(destination: End): number {
    return this.#destinations.of(destination);
  }

  /** What becomes of flows from an end: that end is looked up once for all others. */
  from(source: End): (destination: End) => PortMap {
    const from = this.#sources.of(source);
    return (destination) => this.#of(from, this.#destinations.of(destination));
  }

  /** What becomes of flows to an end. */
  to(destination: End): (source: End) => PortMap {
    const to = this.#destinations.of(destination);
    return (source) => this.#of(this.#sources.of(source), to);
  }

  #of(from: number, to: number): PortMap {
    const known = (this.#known[from] ??= []);
    return (known[to] ??= this.#evaluate(
      this.#sources.answers(from),
      this.#destinations.answers(to),
    ));
  }

  #evaluate(sources: readonly Answer[], destinations: readonly Answer[]): PortMap {
    const near = this.#rules.flatMap((rule, position) => {
      const ends = worst(sources[position] ?? 'no', destinations[position] ?? 'no');
      return ends === 'no' ? [] : [{ rule, ends }];
    });
    const cuts = near.flatMap(({ rule }) => rule.ports);
    return this.#maps.from(cuts, (protocol, port) => {
      const doubtful: MatchRule[] = [];
      const missed: MatchRule[] = [];
      for (const { rule, ends } of near) {
        if (protocol !== 'icmp' && !rule.ports.some((r) => r.from <= port && port <= r.to))
          continue;
        if (!rule.protocols.includes(protocol)) {
          missed.push(rule);
          continue;
        }
        const match = protocol === 'icmp' ? ends : worst(ends, rule.sourcePorts);
        if (match === 'no') continue;
        if (match === 'maybe') {
          doubtful.push(rule);
          continue;
        }
        const against = doubtful.find(({ access }) => access !== rule.access);
        if (against !== undefined) return this.#doubt(against);
        // Say so where only its protocol kept an earlier rule from deciding otherwise.
        const other = missed.some(({ access }) => access !== rule.access) ? ['1.9'] : [];
        return this.#maps.decision(rule.access, rule.name, [...rule.rules, ...other]);
      }
      const against = doubtful.find(({ access }) => access !== this.#otherwise.access);
      return against === undefined ? this.#otherwise : this.#doubt(against);
    });
  }

  #doubt(rule: MatchRule): Decision {
    const doubts = [rule.source, rule.destination].map((side) =>
      'groups' in side ? side.doubt : side.addresses.doubt,
    );
    const rules = doubts.filter((doubt) => doubt !== undefined);
    return this.#maps.decision('unknown', rule.name, rules.length > 0 ? rules : ['1.1']);
  }
}

function worst(one: Answer, other: Answer): Answer {
  if (one === 'no' || other === 'no') return 'no';
  return one === 'maybe' || other === 'maybe' ? 'maybe' : 'yes';
}

/**
 * One side of a list of rules: ends that no rule tells apart are of one class. The classes of addresses are
 * found once, between the rules' own boundaries; members of groups have classes of their own there.
 */
class Classes {
  readonly #sides: readonly Side[];
  readonly #starts: readonly number[];
  /** By stretch of addresses: of ends in no group, of ends whose groups nobody knows, by groups. */
  readonly #alone: readonly number[];
  readonly #unknown: number[] = [];
  readonly #members: Map<string, number>[] = [];
  readonly #byAnswers = new Map<string, number>();
  readonly #answers: (readonly Answer[])[] = [];
  readonly #grouped: boolean;

  constructor(sides: readonly Side[]) {
    this.#sides = sides;
    this.#grouped = sides.some((side) => 'groups' in side);
    const starts = new Set([0]);
    for (const side of sides) {
      if ('groups' in side) continue;
      for (const { first, last } of [...side.addresses.yes, ...side.addresses.maybe]) {
        starts.add(first).add(last + 1);
      }
    }
    this.#starts = [...starts].filter((start) => start < 2 ** 32).sort((a, b) => a - b);
    this.#alone = this.#starts.map((address) => this.#classify({ address, groups: [] }));
  }

  of(end: End): number {
    const stretch = this.#stretch(end.address);
    const { groups } = end;
    if (!this.#grouped || groups?.length === 0) return this.#alone[stretch] ?? 0;
    if (groups === undefined) return (this.#unknown[stretch] ??= this.#classify(end));
    const members = (this.#members[stretch] ??= new Map<string, number>());
    const key = groups.join();
    const known = members.get(key) ?? this.#classify(end);
    members.set(key, known);
    return known;
  }

  answers(number: number): readonly Answer[] {
    return this.#answers[number] ?? [];
  }

  /** The number of the stretch between boundaries in which an address is. */
  #stretch(address: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #classify({ address, groups }: End): number {
    const answers = this.#sides.map((side): Answer => {
      if ('groups' in side) {
        if (groups === undefined) return 'maybe';
        return side.groups.some((group) => groups.includes(group)) ? 'yes' : 'no';
      }
      if (holds(side.addresses.yes, address)) return 'yes';
      return holds(side.addresses.maybe, address) ? 'maybe' : 'no';
    });
    const key = answers.join();
    const known = this.#byAnswers.get(key);
    if (known !== undefined) return known;
    const number = this.#answers.push(answers) - 1;
    this.#byAnswers.set(key, number);
    return number;
  }
}
