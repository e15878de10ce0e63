import { Numbers } from './numbers.ts';

export const protocols = ['tcp', 'udp', 'icmp'] as const;
export type Protocol = (typeof protocols)[number];

/**
 * What one station on the way says. `refuse`: the packet arrives and nothing listens. `skip`: allowed, and the
 * stations that are filters after it are not asked. `aside`: this way does not carry such packets at all.
 */
export type Access = 'allow' | 'skip' | 'deny' | 'refuse' | 'unknown' | 'aside';

export interface Decision {
  readonly access: Access;
  /** The rule that decided, for people. */
  readonly by: string;
  /** Numbers of the reachability rules that it rests on. */
  readonly rules: readonly string[];
  /** The part of the way that begins here, for people. */
  readonly path?: string;
}

/** Ports from the first to the last, both included. ICMP has none and is one span. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly decision: Decision;
}

/** A decision for every protocol and port. Interned: equal maps are the same object. */
export interface PortMap extends Readonly<Record<Protocol, readonly Span[]>> {
  readonly id: number;
}

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Reachability rules that a filter's decision rests on besides its own, because of where the two ends are. */
const contexts = ['1.10', '3.3', '1.4', '3.2', '6.6', '7.3', '7.4'] as const;

export function contextBit(rule: (typeof contexts)[number]): number {
  return 1 << contexts.indexOf(rule);
}

export const allPorts: PortRange = { from: 0, to: 65535 };

/** `*`, `443` or `10000-10005`; undefined for anything else. */
export function parsePorts(text: string): PortRange | undefined {
  if (text === '*') return allPorts;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const range = { from: Number(match[1]), to: Number(match[2] ?? match[1]) };
  return range.to <= 65535 && range.from <= range.to ? range : undefined;
}

type Decider = (protocol: Protocol, port: number) => Decision;

/**
 * Makes and combines port maps for one matrix. Everything is kept by its content, so that a million pairs of
 * subnets with a dozen different rule sets cost a dozen evaluations.
 */
export class PortMaps {
  readonly #known = new Map<string, PortMap>();
  readonly #combined = new Map<string, PortMap>();
  readonly #decisions = new Map<string, Decision>();
  readonly #numbers = new Numbers<Decision>();
  readonly #constants = new Map<Decision, PortMap>();
  readonly #resting = new Map<number, PortMap>();

  decision(access: Access, by: string, rules: readonly string[], path?: string): Decision {
    const key = `${access}\n${by}\n${rules.join(' ')}\n${path ?? ''}`;
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const unique = [...new Set(rules)];
    const made = { access, by, rules: unique, ...(path === undefined ? {} : { path }) };
    this.#decisions.set(key, made);
    return made;
  }

  /** The same for everything. */
  always(access: Access, by: string, rules: readonly string[], path?: string): PortMap {
    const decision = this.decision(access, by, rules, path);
    const known = this.#constants.get(decision) ?? this.from([], () => decision);
    this.#constants.set(decision, known);
    return known;
  }

  /**
   * A map from a function that only changes at the given ranges.
   *
   * @param decide is asked once for each stretch between the ranges' ends
   */
  from(cuts: readonly PortRange[], decide: Decider): PortMap {
    const starts = [...new Set([0, ...cuts.flatMap(({ from, to }) => [from, to + 1])])]
      .filter((port) => port <= 65535)
      .sort((a, b) => a - b);
    const spans = (protocol: Protocol): Span[] => {
      if (protocol === 'icmp') return [{ ...allPorts, decision: decide('icmp', 0) }];
      const found: { from: number; to: number; decision: Decision }[] = [];
      for (const [position, from] of starts.entries()) {
        const to = (starts[position + 1] ?? 65536) - 1;
        const decision = decide(protocol, from);
        const before = found.at(-1);
        if (before?.decision === decision) before.to = to;
        else found.push({ from, to, decision });
      }
      return found;
    };
    return this.#intern({ tcp: spans('tcp'), udp: spans('udp'), icmp: spans('icmp') });
  }

  /**
   * Filters in a row, in the order in which they are asked: all have to allow. A certain denial outweighs a
   * doubt before it.
   */
  inRow(maps: readonly PortMap[]): PortMap {
    const [first] = maps;
    if (maps.length === 1 && first !== undefined) return first;
    return this.#once(`row ${maps.map(({ id }) => id).join(' ')}`, () =>
      this.from(cutsOf(maps), (protocol, port) => {
        const asked: Decision[] = [];
        for (const map of maps) {
          const decision = decisionAt(map, protocol, port);
          asked.push(decision);
          if (decision.access === 'skip') break;
        }
        for (const end of ['deny', 'unknown', 'refuse']) {
          const found = asked.find(({ access }) => access === end);
          if (found !== undefined) return found;
        }
        return this.decision(
          'allow',
          [...new Set(asked.map(({ by }) => by).filter((by) => by !== ''))].join(', '),
          asked.flatMap(({ rules }) => rules),
        );
      }),
    );
  }

  /** The same map resting on further rules, which are given as bits of `contexts`. */
  inContext(map: PortMap, context: number): PortMap {
    if (context === 0) return map;
    const key = map.id * 256 + context;
    const known = this.#resting.get(key);
    if (known !== undefined) return known;
    const rules = contexts.filter((_, bit) => (context & (1 << bit)) !== 0);
    const made = this.from(cutsOf([map]), (protocol, port) => {
      const decision = decisionAt(map, protocol, port);
      return this.decision(decision.access, decision.by, [...decision.rules, ...rules]);
    });
    this.#resting.set(key, made);
    return made;
  }

  #once(key: string, make: () => PortMap): PortMap {
    const known = this.#combined.get(key) ?? make();
    this.#combined.set(key, known);
    return known;
  }

  #intern(spans: Record<Protocol, readonly Span[]>): PortMap {
    const key = protocols.map((protocol) => this.#keyOf(spans[protocol])).join(';');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = { ...spans, id: this.#known.size };
    this.#known.set(key, made);
    return made;
  }

  #keyOf(spans: readonly Span[]): string {
    return spans.map(({ to, decision }) => `${to}:${this.#numbers.of(decision)}`).join();
  }
}

export function decisionAt(map: PortMap, protocol: Protocol, port: number): Decision {
  const spans = map[protocol];
  const found = spans.find(({ from, to }) => from <= port && port <= to);
  if (found === undefined) throw new RangeError(`${port} is no port`);
  return found.decision;
}

/** The ranges at whose ends any of the maps changes. */
export function cutsOf(maps: readonly PortMap[]): PortRange[] {
  return maps.flatMap(({ tcp, udp }) => [...tcp, ...udp]);
}
