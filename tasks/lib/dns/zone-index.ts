import type { RecordSet, SetName, ZoneState } from './model.ts';
import { estateOf, ownerKey } from './owner.ts';

/** Record sets of a state by what plans ask for. */
export interface ZoneIndex {
  at(set: SetName): RecordSet | undefined;
  /** Those whose owner's note names this owner or its estate; more than are its own. */
  notedFor(owner: string): readonly RecordSet[];
  /** How many there are in a zone. */
  setsIn(zone: string): number;
  /** Whether there is any CNAME. */
  readonly aliases: boolean;
}

const made = new WeakMap<ZoneState['records'], ZoneIndex>();

/** Made once for a list, however many owners' plans look into it: zones have thousands of sets, mostly of others. */
export function indexOf({ records }: ZoneState): ZoneIndex {
  const known = made.get(records);
  if (known !== undefined) return known;
  const byKey = new Map(records.map((set) => [keyOf(set), set]));
  const byNote = new Map<string, RecordSet[]>();
  const counts = new Map<string, number>();
  for (const set of records) {
    counts.set(set.zone, (counts.get(set.zone) ?? 0) + 1);
    const note = set.metadata[ownerKey];
    if (note === undefined) continue;
    const list = byNote.get(note);
    if (list === undefined) byNote.set(note, [set]);
    else list.push(set);
  }
  const index: ZoneIndex = {
    at: (set) => byKey.get(keyOf(set)),
    notedFor(owner) {
      const names = [owner, estateOf(owner)].filter((name) => name !== undefined);
      return names.flatMap((name) => byNote.get(name) ?? []);
    },
    setsIn: (zone) => counts.get(zone) ?? 0,
    aliases: records.some(({ type }) => type === 'CNAME'),
  };
  made.set(records, index);
  return index;
}

/** A record set as one text. */
export function keyOf({ zone, name, type }: SetName): string {
  return `${type} ${name}.${zone}`;
}
