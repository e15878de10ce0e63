import { forbiddenReason } from '../net/forbidden.ts';
import { parseAddress } from '../net/cidr.ts';
import type { Chain } from './chain.ts';
import type { Estate } from './model.ts';
import { hostAddress } from './model.ts';
import type { Place } from './places.ts';
import { placesOf } from './places.ts';
import { cutsOf, decisionAt, PortMaps, protocols } from './ports.ts';
import type { Decision, PortMap, Protocol } from './ports.ts';
import { holds } from './ranges.ts';
import { Neighbourhood } from './tags.ts';
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

/** Who reaches whom in an estate: exact for every address, protocol and port. */
export class Matrix {
  readonly estate: Estate;
  readonly places: readonly Place[];
  readonly #maps = new PortMaps();
  readonly #neighbours: Neighbourhood;
  readonly #ways: WayFinder;
  readonly #cells = new Map<Chain, Cell>();
  readonly #forked = new Map<string, Cell>();

  /** @param cuts further prefixes at which places are cut, to compare two estates place by place */
  constructor(estate: Estate, cuts: readonly string[] = []) {
    this.estate = estate;
    this.#neighbours = new Neighbourhood(estate);
    this.places = placesOf(estate, this.#neighbours, cuts);
    this.#ways = new WayFinder(estate, this.places, this.#neighbours, this.#maps);
  }

  /** Places that are rows and columns. */
  get rows(): readonly Place[] {
    return this.places.filter(({ inner }) => inner !== true);
  }

  /** Distinct cells are distinct objects: pairs with the same outcome share one. */
  cell(source: Place, target: Place): Cell {
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

  /** One packet's fate, by addresses as text; of networks that share an address, the first place is taken. */
  outcome(from: string, to: string, protocol: Protocol, port: number): Outcome {
    const source = this.placeOf(from);
    if (forbiddenReason(to) !== undefined) return this.#platform(source, to, protocol, port);
    const target = this.placeOf(to);
    if (source === undefined || target === undefined) {
      const by = `${source === undefined ? from : to} is in no place of the estate`;
      return { result: 'unknown', by, rules: ['4.1'], path: '' };
    }
    const span = this.cell(source, target)[protocol].find((s) => s.from <= port && port <= s.to);
    if (span === undefined) throw new RangeError(`${port} is no port`);
    return span;
  }

  placeOf(address: string): Place | undefined {
    const value = parseAddress(address);
    if (value === undefined) return undefined;
    return this.rows.find(({ ranges }) => holds(ranges, value));
  }

  /**
   * Platform addresses are no targets. As a resolver the host's address is used, not probed, and passes security
   * groups unless a rule names its tag.
   */
  #platform(source: Place | undefined, to: string, protocol: Protocol, port: number): Outcome {
    if (to !== hostAddress || port !== 53 || source?.subnet === undefined) {
      const by = `${to} is an address of the platform`;
      return { result: 'rejected', by, rules: ['10.1'], path: '' };
    }
    const { subnet, machine } = source;
    const named = [subnet.securityRules, machine?.securityRules]
      .flatMap((rules) => (rules === 'unread' ? [] : (rules ?? [])))
      .filter(
        (rule) =>
          rule.direction === 'Outbound' &&
          rule.destinations.some((text) => /^AzurePlatformDNS$/i.test(text)) &&
          [protocol, '*'].includes(rule.protocol.toLowerCase()),
      )
      .sort((one, other) => one.priority - other.priority);
    const [first] = named;
    const result = first?.access === 'Deny' ? 'dropped' : 'allowed';
    return { result, by: first?.name ?? '', rules: ['1.12'], path: 'platform' };
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

/** Ways of saying what is reached on: `443, 8443-8444/tcp`; empty for nothing. */
export function allowedText(cell: Cell): string {
  return protocols
    .flatMap((protocol) => {
      const open = cell[protocol].filter(({ result }) => result === 'allowed');
      const ranges: { from: number; to: number }[] = [];
      for (const { from, to } of open) {
        const before = ranges.at(-1);
        if (before?.to === from - 1) before.to = to;
        else ranges.push({ from, to });
      }
      if (ranges.length === 0) return [];
      return [`${ranges.map((range) => portText(range)).join(', ')}/${protocol}`];
    })
    .join('; ')
    .replace('all ports/icmp', 'icmp');
}

export function portText({ from, to }: { from: number; to: number }): string {
  if (from === 0 && to === 65535) return 'all ports';
  return from === to ? String(from) : `${from}-${to}`;
}
