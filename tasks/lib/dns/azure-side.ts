import { isSameSet, sameValues } from './decide.ts';
import { withType } from './describe.ts';
import type { AzureSide } from './diagnose.ts';
import type { WantedRecord, Wish, ZoneState } from './model.ts';
import { planOf } from './plan.ts';

/** What the zones hold for a record that has to be there, and which links its zone lacks. */
export function azureSide(record: WantedRecord, wish: Wish, state: ZoneState): AzureSide {
  const { zone, name, type, values } = record;
  const plan = planOf(wish, state);
  const side = { zone, record: withType(record.name, record.type), holds: [], unlinked: [] };
  if (plan.missingZones.includes(zone)) return { ...side, state: 'zone-missing' };
  // Resolvers are where somebody else's links are expected, the hub; an owner's own links matter without one.
  const isHere = (link: { readonly zone: string }): boolean => link.zone === zone;
  const own = plan.links.flatMap((step) => (step.kind === 'create' ? [step.wanted] : []));
  const elsewhere = wish.expectedLinks.some(isHere);
  const unlinked = (elsewhere ? plan.missingLinks : own)
    .filter(isHere)
    .map(({ networkId }) => networkId);
  const step = plan.records.find((s) => 'wanted' in s && isSameSet(s.wanted, { zone, name, type }));
  const actual = step !== undefined && 'actual' in step ? step.actual : undefined;
  if (actual === undefined) return { ...side, unlinked, state: 'record-missing' };
  const holds = actual.values;
  const right = sameValues(holds, values);
  return { ...side, unlinked, holds, state: right ? 'right' : 'record-wrong' };
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
