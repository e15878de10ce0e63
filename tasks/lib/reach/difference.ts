import { Matrix } from './matrix.ts';
import type { Cell, Result } from './outcomes.ts';
import { portText } from './matrix.ts';
import type { Estate } from './model.ts';
import { cutsOf, sends } from './places.ts';
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
  const cuts = [...cutsOf(before), ...cutsOf(after), ...turnedOver(before, after)];
  const tags = { ...before.tags, ...after.tags };
  const old = new Matrix({ ...before, tags }, cuts);
  const next = new Matrix({ ...after, tags }, cuts);
  const oldPlaces = byKey(old.rows);
  const nextPlaces = byKey(next.rows);
  const [oldHeld, nextHeld] = [held(old.rows), held(next.rows)];
  const keys = [...new Set([...oldPlaces.keys(), ...nextPlaces.keys()])];
  const ends = keys
    .map((key) => ({ was: oldPlaces.get(key), is: nextPlaces.get(key) }))
    // Where somebody comes or goes, the room for it is no place beside.
    .filter(({ was, is }) => was !== undefined || !isRoom(is, oldHeld))
    .filter(({ was, is }) => is !== undefined || !isRoom(was, nextHeld));
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

/** Addresses that somebody has before or after only, at which the rest of a subnet is cut. */
function turnedOver(before: Estate, after: Estate): string[] {
  const holders = ({ machines, endpoints, balancers }: Estate) =>
    [...machines, ...endpoints, ...balancers].flatMap(({ address, subnetId }) =>
      address === undefined ? [] : [[`${subnetId.toLowerCase()} ${address}`, address] as const],
    );
  const [old, next] = [new Map(holders(before)), new Map(holders(after))];
  const only = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) =>
    [...one].flatMap(([key, address]) => (other.has(key) ? [] : [address]));
  return [...only(old, next), ...only(next, old)];
}

/** Places by what makes them the same one in two estates. */
function byKey(places: readonly Place[]): Map<string, Place> {
  const found = new Map<string, Place>();
  for (const place of places) {
    const base = keyOf(place);
    let key = base;
    // A machine may have several interfaces of one name.
    for (let number = 2; found.has(key); number += 1) key = `${base} ${number}`;
    found.set(key, place);
  }
  return found;
}

/** Somebody by name, or these addresses of a subnet or zone. */
function keyOf(place: Place): string {
  const { unit, name, ranges } = place;
  const whose = isSomebody(place) ? name : '';
  const parts = whose !== '' && isSingle(ranges) ? '' : ranges.map(({ first }) => first).join();
  return `${unit.toLowerCase()}\n${whose}\n${parts}`;
}

function isSingle(ranges: Place['ranges']): boolean {
  return ranges.length === 1 && ranges[0]?.first === ranges[0]?.last;
}

/** Addresses of subnets that somebody has. */
function held(places: readonly Place[]): ReadonlySet<string> {
  return new Set(
    places
      .filter((place) => isSomebody(place) && isSingle(place.ranges))
      .map(({ subnet, address }) => spotOf(subnet, address)),
  );
}

function isSomebody({ endpoint, machine, balancer }: Place): boolean {
  return [endpoint, machine, balancer].some((part) => part !== undefined);
}

/** Whether it is a free address of a subnet, which somebody has in the other estate. */
function isRoom(place: Place | undefined, taken: ReadonlySet<string>): boolean {
  if (place?.subnet === undefined || isSomebody(place) || !isSingle(place.ranges)) return false;
  return taken.has(spotOf(place.subnet, place.address));
}

function spotOf(subnet: Place['subnet'], address: number): string {
  return `${(subnet?.id ?? '').toLowerCase()} ${address}`;
}

function cellOf(
  matrix: Matrix,
  source: Place | undefined,
  target: Place | undefined,
): Cell | undefined {
  if (source === undefined || target === undefined) return undefined;
  const outside = source.zone !== undefined && target.zone !== undefined;
  return outside || !sends(source) ? undefined : matrix.cell(source, target);
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
