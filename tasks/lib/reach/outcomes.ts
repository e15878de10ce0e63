import type { Chain } from './chain.ts';
import type { Place } from './places.ts';
import { cutsOf, decisionAt, protocols } from './ports.ts';
import type { Decision, PortMap, Protocol } from './ports.ts';
import type { Terrain } from './terrain.ts';
import { WayFinder } from './ways.ts';

/**
 * `dropped`: no answer, the client times out. `refused`: reset at once. `unknown`: the rules or the facts do not
 * say. `rejected`: an address that is never a target.
 */
export type Result = 'allowed' | 'dropped' | 'refused' | 'unknown' | 'rejected';

export interface Outcome {
  readonly result: Result;
  /** What decided, for people; of an allowed flow the rules that let it pass. */
  readonly by: string;
  /** Numbers of the reachability rules that it rests on; see docs/reachability.md. */
  readonly rules: readonly string[];
  /** The way, for example `firewall fw, peering`. */
  readonly path: string;
}

export interface OutcomeSpan extends Outcome {
  readonly from: number;
  readonly to: number;
}

/** Every protocol and port from one place to another. */
export type Cell = Readonly<Record<Protocol, readonly OutcomeSpan[]>>;

const results = {
  allow: 'allowed',
  skip: 'allowed',
  deny: 'dropped',
  aside: 'dropped',
  refuse: 'refused',
  unknown: 'unknown',
} as const;

/** What comes of the ways between two places, each pair looked at by itself. */
export class Outcomes {
  readonly #ways: WayFinder;
  readonly #cells = new Map<Chain, Cell>();
  readonly #forked = new Map<string, Cell>();

  constructor(terrain: Terrain) {
    this.#ways = new WayFinder(terrain);
  }

  /** Distinct outcomes are distinct objects: pairs with the same one share it. */
  between(source: Place, target: Place): Cell {
    const ways = this.#ways.between(source, target);
    const [only] = ways;
    if (ways.length > 1 || only === undefined) {
      const key = ways.map((way) => way.stations.map(({ id }) => id).join()).join(';');
      const known = this.#forked.get(key) ?? this.#judge(ways);
      this.#forked.set(key, known);
      return known;
    }
    const known = this.#cells.get(only);
    if (known !== undefined) return known;
    const made = this.#judge(ways);
    this.#cells.set(only, made);
    return made;
  }

  #judge(ways: readonly Chain[]): Cell {
    const stations = ways.map((way) => way.stations);
    const cuts = cutsOf(stations.flat());
    const starts = [...new Set([0, ...cuts.flatMap(({ from, to }) => [from, to + 1])])]
      .filter((port) => port <= 65535)
      .sort((a, b) => a - b);
    const spans = (protocol: Protocol): OutcomeSpan[] => {
      const found: (OutcomeSpan & { to: number })[] = [];
      for (const [position, from] of (protocol === 'icmp' ? [0] : starts).entries()) {
        const to = protocol === 'icmp' ? 65535 : (starts[position + 1] ?? 65536) - 1;
        const outcome = best(stations.map((way) => alongWay(way, protocol, from)));
        const before = found.at(-1);
        if (before !== undefined && same(before, outcome)) {
          found[found.length - 1] = { ...before, to };
        } else found.push({ ...outcome, from, to });
      }
      return found;
    };
    return Object.fromEntries(protocols.map((protocol) => [protocol, spans(protocol)])) as Record<
      Protocol,
      OutcomeSpan[]
    >;
  }
}

interface Judged extends Outcome {
  readonly access: Decision['access'];
}

/** All stations have to let it through; a certain denial outweighs a doubt before it. */
function alongWay(stations: readonly PortMap[], protocol: Protocol, port: number): Judged {
  const said = stations.map((station) => decisionAt(station, protocol, port));
  for (const access of ['aside', 'deny', 'unknown', 'refuse'] as const) {
    const at = said.findIndex((decision) => decision.access === access);
    const decision = said[at];
    if (decision === undefined) continue;
    const { by } = decision;
    // What the way there rests on explains the end of it.
    const before = said.slice(0, at).filter((other) => other.by === '');
    const rules = rulesOf([...before, decision]);
    return { access, result: results[access], by, rules, path: pathOf(before) };
  }
  const by = [...new Set(said.map((decision) => decision.by).filter((text) => text !== ''))];
  const path = pathOf(said);
  return { access: 'allow', result: 'allowed', by: by.join(', '), rules: rulesOf(said), path };
}

function pathOf(decisions: readonly Decision[]): string {
  return decisions.flatMap(({ path }) => path ?? []).join(', ');
}

function rulesOf(decisions: readonly Decision[]): string[] {
  return [...new Set(decisions.flatMap(({ rules }) => rules))];
}

/** Of several ways a packet takes the one that is there for it. */
function best(ways: readonly Judged[]): Outcome {
  const order = ['allow', 'refuse', 'unknown', 'deny', 'aside'];
  const [chosen] = [...ways].sort((a, b) => order.indexOf(a.access) - order.indexOf(b.access));
  if (chosen === undefined) throw new RangeError('there is no way to judge');
  const { result, by, rules, path } = chosen;
  return { result, by, rules, path };
}

function same(one: Outcome, other: Outcome): boolean {
  return (
    one.result === other.result &&
    one.by === other.by &&
    one.path === other.path &&
    one.rules.join() === other.rules.join()
  );
}
