import { sameValues } from './decide.ts';
import { withType } from './describe.ts';
import type { AzureSide } from './diagnose.ts';
import type { WantedRecord, Wish, ZoneState } from './model.ts';
import { planOf } from './plan.ts';
import { keyOf } from './zone-index.ts';

/** What the zones hold for each record of a wish that has to be there, and which links its zone lacks. */
export function azureSides(wish: Wish, state: ZoneState): (record: WantedRecord) => AzureSide {
  const plan = planOf(wish, state);
  const steps = new Map(
    plan.records.flatMap((step) => ('wanted' in step ? [[keyOf(step.wanted), step] as const] : [])),
  );
  // Resolvers are where somebody else's links are expected, the hub; an owner's own links matter without one.
  const own = plan.links.flatMap((step) => (step.kind === 'create' ? [step.wanted] : []));
  return (record) => {
    const { zone, type, name, values } = record;
    const side = { zone, record: withType(name, type), holds: [], unlinked: [] };
    if (plan.missingZones.includes(zone)) return { ...side, state: 'zone-missing' };
    const isHere = (link: { readonly zone: string }): boolean => link.zone === zone;
    const elsewhere = wish.expectedLinks.some(isHere);
    const unlinked = (elsewhere ? plan.missingLinks : own)
      .filter(isHere)
      .map(({ networkId }) => networkId);
    const step = steps.get(keyOf(record));
    const actual = step !== undefined && 'actual' in step ? step.actual : undefined;
    if (actual === undefined) return { ...side, unlinked, state: 'record-missing' };
    const holds = actual.values;
    const right = sameValues(holds, values);
    return { ...side, unlinked, holds, state: right ? 'right' : 'record-wrong' };
  };
}

/** The same when the zones cannot be read. */
export function unreadSide(record: WantedRecord): AzureSide {
  return {
    zone: record.zone,
    record: withType(record.name, record.type),
    state: 'unread',
    holds: [],
    unlinked: [],
  };
}
