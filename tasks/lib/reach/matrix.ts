import { forbiddenReason } from '../net/forbidden.ts';
import { parseAddress } from '../net/cidr.ts';
import { Faces } from './faces.ts';
import type { Estate } from './model.ts';
import { hostAddress } from './model.ts';
import { Outcomes } from './outcomes.ts';
import type { Cell, Outcome } from './outcomes.ts';
import type { Place } from './places.ts';
import { protocols } from './ports.ts';
import type { Protocol } from './ports.ts';
import { holds } from './ranges.ts';
import { terrainOf } from './terrain.ts';

/** Who reaches whom in an estate: exact for every address, protocol and port. */
export class Matrix {
  readonly estate: Estate;
  readonly places: readonly Place[];
  readonly #outcomes: Outcomes;
  readonly #faces: Faces;
  /** By leaving face, passing face, arriving face. */
  readonly #known: Map<number, Cell>[][] = [];

  /** @param cuts further prefixes at which places are cut, to compare two estates place by place */
  constructor(estate: Estate, cuts: readonly string[] = []) {
    this.estate = estate;
    const terrain = terrainOf(estate, cuts);
    this.places = terrain.places;
    this.#outcomes = new Outcomes(terrain);
    this.#faces = new Faces(terrain);
  }

  /** Places that are rows and columns. */
  get rows(): readonly Place[] {
    return this.places.filter(({ inner }) => !inner);
  }

  /** Distinct cells are distinct objects: pairs with the same outcome share one. */
  cell(source: Place, target: Place): Cell {
    if (source.zone?.kind === 'public') return this.#outcomes.between(source, target);
    const leaving = this.#faces.leaving(source, target);
    const arriving = this.#faces.arriving(target, source);
    const passing = this.#faces.passing(leaving, source, target);
    const met = (this.#known[leaving] ??= []);
    const cells = (met[passing] ??= new Map<number, Cell>());
    const known = cells.get(arriving);
    if (known !== undefined) return known;
    const found = this.#outcomes.between(source, target);
    cells.set(arriving, found);
    return found;
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

/** The same at a glance: `all` for everything. */
export function briefText(cell: Cell): string {
  const text = allowedText(cell);
  return text === 'all ports/tcp; all ports/udp; icmp' ? 'all' : text;
}

export function portText({ from, to }: { from: number; to: number }): string {
  if (from === 0 && to === 65535) return 'all ports';
  return from === to ? String(from) : `${from}-${to}`;
}
