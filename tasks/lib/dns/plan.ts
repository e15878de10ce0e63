import { decideUnwanted, decideWanted, isWrite, type RecordStep } from './decide.ts';
import { limitsBroken } from './limits.ts';
import type { RecordSet, WantedRecord, Wish, ZoneState } from './model.ts';
import { isOwn, partKeyOf, partsOf, recordFor } from './owner.ts';
import type { GroupStep } from './zone-groups.ts';
import { linksAfter, linkStepsOf, missingLinks, type LinkStep } from './plan-links.ts';
import { indexOf, keyOf } from './zone-index.ts';

/** The way from what is to what an owner wants. */
export interface Plan {
  readonly wish: Wish;
  readonly zoneGroups: readonly GroupStep[];
  readonly records: readonly RecordStep[];
  readonly links: readonly LinkStep[];
  /** Zones that are needed and do not exist. */
  readonly missingZones: readonly string[];
  /** Links that somebody else should have made. */
  readonly missingLinks: Wish['expectedLinks'];
  /** Names whose other record sets and a CNAME exclude each other. */
  readonly mixtures: readonly Mixture[];
  /** Limits of Azure that the plan would break, in words. */
  readonly limits: readonly string[];
}

/** A wanted set and one of another type that cannot have the same name. */
export interface Mixture {
  readonly wanted: WantedRecord;
  readonly type: string;
  /** Absent for a type that this task does not read. */
  readonly actual?: RecordSet;
}

/** Compares a wish with the zones. Pure: the same input gives the same plan, and nothing is touched. */
export function planOf(wish: Wish, state: ZoneState, zoneGroups: readonly GroupStep[] = []): Plan {
  const zones = new Set(state.zones);
  const needed = [...wish.records, ...wish.links, ...wish.expectedLinks].map((w) => w.zone);
  const index = indexOf(state);
  const records = [
    ...wish.records.map((wanted) => decideWanted(wanted, wish, index.at(wanted))),
    ...unwanted(wish, state).map((actual) => decideUnwanted(actual, wish)),
  ];
  const all = wish.seen === 'everything';
  const kept = records.flatMap((s) => (s.kind === 'leave' && !all ? [s.actual.zone] : []));
  const links = linkStepsOf(wish, state.links, new Set(kept));
  return {
    wish,
    zoneGroups,
    records,
    links,
    missingZones: [...new Set(needed)].filter((zone) => !zones.has(zone)).sort(),
    missingLinks: missingLinks(wish, state),
    mixtures: mixturesOf(wish, records, state),
    limits: limitsBroken(wish.owner, records, links, state),
  };
}

/**
 * The way to nothing: what an owner has is removed, what others have stays. With keys of endpoints, only the records
 * of these go.
 */
export function removalOf(
  owner: string,
  state: ZoneState,
  zoneGroups: readonly GroupStep[] = [],
  only: readonly string[] = [],
): Plan {
  const all = only.length === 0;
  return planOf(
    {
      ...{ owner, records: [], links: [], expectedLinks: [], waiting: [], adopt: false },
      seen: all ? 'everything' : { groups: [], endpoints: only, others: [] },
      handComplete: all,
      linksComplete: all,
    },
    state,
    zoneGroups,
  );
}

function unwanted(wish: Wish, state: ZoneState): RecordSet[] {
  const wanted = new Set(wish.records.map(keyOf));
  const own = indexOf(state).notedFor(wish.owner);
  return own.filter((set) => isOwn(set, wish.owner) && !wanted.has(keyOf(set)));
}

/** What an owner notes on records, as `Seen.noted` has it. */
export function notedBy(owner: string, state: ZoneState): ReadonlySet<string> {
  const own = indexOf(state).notedFor(owner);
  return new Set(own.flatMap((set) => partsOf(set, owner) ?? []).map(partKeyOf));
}

/** What stands in Azure, also under a set that an earlier plan of the same run is going to write. */
export function presentIn(step: RecordStep): RecordSet | undefined {
  if (!('actual' in step)) return undefined;
  const { actual } = step;
  return actual?.planned === undefined ? actual : actual.planned.present;
}

/** What the zones hold when a plan has been carried out: what the next owner's plan begins with. */
export function stateAfter(plan: Plan, state: ZoneState): ZoneState {
  return {
    ...state,
    records: recordsAfter(plan, state.records),
    links: linksAfter(plan.links, plan.wish.owner, state.links),
  };
}

function recordsAfter(plan: Plan, records: ZoneState['records']): ZoneState['records'] {
  const changed = new Map<string, RecordSet | undefined>();
  for (const step of plan.records) {
    if (!isWrite(step)) continue;
    if (step.kind === 'remove') changed.set(keyOf(step.actual), undefined);
    else {
      const before = step.kind === 'create' ? undefined : step.actual;
      const set = recordFor(step.wanted, plan.wish.owner, before);
      // Its etag will be another one, which nobody knows yet.
      const planned = { present: presentIn(step) };
      changed.set(keyOf(set), { ...set, registered: false, etag: '', planned });
    }
  }
  // The same list has the same index.
  if (changed.size === 0) return records;
  const untouched = records.filter((set) => !changed.has(keyOf(set)));
  const made = [...changed.values()].filter((set) => set !== undefined);
  return [...untouched, ...made];
}

/**
 * A set that the plan removes is out of the way by then.
 * https://learn.microsoft.com/azure/dns/dns-zones-records#cname-records
 */
function mixturesOf(wish: Wish, steps: readonly RecordStep[], state: ZoneState): Mixture[] {
  if (!indexOf(state).aliases && !wish.records.some(({ type }) => type === 'CNAME')) return [];
  const going = new Set(steps.flatMap((step) => (step.kind === 'remove' ? [step.actual] : [])));
  const byName = new Map<string, Pick<Mixture, 'type' | 'actual'>[]>();
  const note = (zone: string, name: string, other: Pick<Mixture, 'type' | 'actual'>) => {
    const key = `${name}.${zone}`;
    byName.set(key, [...(byName.get(key) ?? []), other]);
  };
  for (const set of state.records) {
    if (!going.has(set)) note(set.zone, set.name, { type: set.type, actual: set });
  }
  for (const { zone, name, type } of wish.records) note(zone, name, { type });
  for (const { zone, name, type } of state.others) note(zone, name, { type });
  return wish.records.flatMap((wanted) =>
    (byName.get(`${wanted.name}.${wanted.zone}`) ?? [])
      .filter(({ type }) => type !== wanted.type && [type, wanted.type].includes('CNAME'))
      .map((other) => ({ wanted, ...other })),
  );
}
