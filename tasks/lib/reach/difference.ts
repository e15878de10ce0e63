import { Matrix } from './matrix.ts';
import type { Cell, Result } from './outcomes.ts';
import { portText } from './matrix.ts';
import type { Estate } from './model.ts';
import { cutsOf } from './places.ts';
import type { Place } from './places.ts';
import { protocols } from './ports.ts';

/** Ports between two places whose fate a change turns. */
export interface Turn {
  readonly from: string;
  readonly to: string;
  /** For people, for example `443/tcp`. */
  readonly ports: string;
  readonly before: Result | 'absent';
  readonly after: Result | 'absent';
  /** What decides after the change; before it where there is nothing after. */
  readonly by: string;
}

/** The same for any pair of places with these cells. */
type PortTurn = Omit<Turn, 'from' | 'to'>;

export interface Difference {
  readonly allowed: readonly Turn[];
  readonly denied: readonly Turn[];
  /** What was certain and is not any more, or the other way round. */
  readonly unsure: readonly Turn[];
}

/** What a change of an estate would newly allow and newly deny, for every address, protocol and port. */
export function differenceOf(before: Estate, after: Estate): Difference {
  const cuts = [...cutsOf(before), ...cutsOf(after)];
  const old = new Matrix(before, cuts);
  const next = new Matrix(after, cuts);
  const oldPlaces = new Map(old.rows.map((place) => [keyOf(place), place]));
  const nextPlaces = new Map(next.rows.map((place) => [keyOf(place), place]));
  const keys = [...new Set([...oldPlaces.keys(), ...nextPlaces.keys()])];
  const ends = keys.map((key) => ({ was: oldPlaces.get(key), is: nextPlaces.get(key) }));
  const known = new Map<Cell | undefined, Map<Cell | undefined, readonly PortTurn[]>>();
  const turns: Turn[] = [];
  for (const from of ends) {
    for (const to of ends) {
      const [was, is] = [cellOf(old, from.was, to.was), cellOf(next, from.is, to.is)];
      const source = from.is ?? from.was;
      const target = to.is ?? to.was;
      if (source === undefined || target === undefined) continue;
      const since = known.get(was) ?? new Map<Cell | undefined, readonly PortTurn[]>();
      known.set(was, since);
      const found = since.get(is) ?? turnsOf(was, is);
      since.set(is, found);
      for (const turn of found) turns.push({ from: source.name, to: target.name, ...turn });
    }
  }
  return {
    allowed: turns.filter(({ after: now }) => now === 'allowed'),
    denied: turns.filter(({ before: then, after: now }) => then === 'allowed' && now !== 'unknown'),
    unsure: turns.filter(
      ({ before: then, after: now }) =>
        now !== 'allowed' && (now === 'unknown' || then === 'unknown') && then !== 'absent',
    ),
  };
}

/** The same place in two estates: the endpoint, or these addresses of the subnet or zone. */
function keyOf({ unit, endpoint, machine, balancer, ranges }: Place): string {
  const kind = endpoint ? 'e' : machine ? `m ${machine.name}` : balancer ? 'b' : 'r';
  if (kind === 'e') return `e ${unit.toLowerCase()} ${ranges[0]?.first === ranges[0]?.last}`;
  return `${kind} ${unit.toLowerCase()} ${kind === 'r' ? ranges.map((r) => r.first).join() : ''}`;
}

function cellOf(
  matrix: Matrix,
  source: Place | undefined,
  target: Place | undefined,
): Cell | undefined {
  if (source === undefined || target === undefined) return undefined;
  const outside = source.zone !== undefined && target.zone !== undefined;
  return outside || source.endpoint !== undefined ? undefined : matrix.cell(source, target);
}

function turnsOf(was: Cell | undefined, is: Cell | undefined): PortTurn[] {
  return protocols.flatMap((protocol) => {
    const edges = [...(was?.[protocol] ?? []), ...(is?.[protocol] ?? [])].map(({ from }) => from);
    const starts = [...new Set(edges)].sort((a, b) => a - b);
    const found: {
      from: number;
      to: number;
      before: Turn['before'];
      after: Turn['after'];
      by: string;
    }[] = [];
    for (const [position, from] of starts.entries()) {
      const to = (starts[position + 1] ?? 65536) - 1;
      const at = (cell: Cell | undefined) =>
        cell?.[protocol].find((s) => s.from <= from && from <= s.to);
      const [then, now] = [at(was), at(is)];
      const before = then?.result ?? 'absent';
      const after = now?.result ?? 'absent';
      const changed = before !== after && (before === 'absent' ? after === 'allowed' : true);
      if (!changed || (before !== 'allowed' && after === 'absent')) continue;
      const by = now?.by ?? then?.by ?? '';
      const last = found.at(-1);
      if (
        last?.to === from - 1 &&
        last.before === before &&
        last.after === after &&
        last.by === by
      ) {
        last.to = to;
      } else found.push({ from, to, before, after, by });
    }
    return found.map(({ from, to, ...turn }) => ({
      ports: protocol === 'icmp' ? 'icmp' : `${portText({ from, to })}/${protocol}`,
      ...turn,
    }));
  });
}
