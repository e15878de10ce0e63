import { isWrite, type RecordStep } from './decide.ts';
import type { ZoneLimits, ZoneLink, ZoneState } from './model.ts';
import { recordFor } from './owner.ts';
import { linksAfter, type LinkStep } from './plan-links.ts';
import { indexOf } from './zone-index.ts';

/**
 * What Azure allows a private zone unless it says something else itself.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#private-dns-limits
 */
export const usualLimits: ZoneLimits = { recordSets: 25_000, links: 1_000, registrationLinks: 100 };
const recordsPerSet = 20;
const zonesPerNetwork = 1_000;
/**
 * Azure documents none for the metadata of a record set; these are those of tags, which are the same kind of pairs.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources#limitations
 */
const metadataLimits = { entries: 50, characters: 256 };

/** The limits that a plan would break, each as a sentence. */
export function limitsBroken(
  owner: string,
  records: readonly RecordStep[],
  links: readonly LinkStep[],
  state: ZoneState,
): string[] {
  const after = linksAfter(links, owner, state.links);
  return [
    ...fullSets(records),
    ...fullNotes(owner, records),
    ...grownZones(records, links).flatMap((zone) => fullZone(zone, records, after, state)),
    ...fullNetworks(links, after),
  ];
}

function fullSets(records: readonly RecordStep[]): string[] {
  return records.flatMap((step) => {
    if (!isWrite(step) || step.kind === 'remove') return [];
    const { name, zone, type, values } = step.wanted;
    if (values.length <= recordsPerSet) return [];
    return [
      `the ${type} record set ${name} in ${zone} would hold ${values.length} records, ` +
        `${recordsPerSet} are allowed`,
    ];
  });
}

/** Notes that say whose a set is: without all of them it could not be shared or taken away again. */
function fullNotes(owner: string, records: readonly RecordStep[]): string[] {
  return records.flatMap((step) => {
    if (!isWrite(step) || step.kind === 'remove') return [];
    const present = step.kind === 'create' ? undefined : step.actual;
    const { name, zone, type, metadata } = recordFor(step.wanted, owner, present);
    const notes = Object.entries(metadata);
    const set = `the ${type} record set ${name} in ${zone}`;
    const own = notes.filter(([key]) => key.startsWith('spokeline-'));
    const longest = Math.max(...own.map(([, note]) => note.length));
    return [
      ...(notes.length > metadataLimits.entries
        ? [`${set} would hold ${notes.length} notes, ${metadataLimits.entries} are allowed`]
        : []),
      ...(longest > metadataLimits.characters
        ? [
            `${set} would hold a note of ${longest} characters, ${metadataLimits.characters} are allowed`,
          ]
        : []),
    ];
  });
}

/** Zones that get something; those that were full before are nobody's fault here. */
function grownZones(records: readonly RecordStep[], links: readonly LinkStep[]): string[] {
  const zones = [...records, ...links].flatMap((step) =>
    step.kind === 'create' || step.kind === 'update' ? [step.wanted.zone] : [],
  );
  return [...new Set(zones)].sort();
}

function fullZone(
  zone: string,
  records: readonly RecordStep[],
  links: readonly ZoneLink[],
  state: ZoneState,
): string[] {
  const limits = state.limits[zone] ?? usualLimits;
  const count = (list: readonly { readonly zone: string }[]) =>
    list.filter((item) => item.zone === zone).length;
  const created = count(records.flatMap((s) => (s.kind === 'create' ? [s.wanted] : [])));
  const removed = count(records.flatMap((s) => (s.kind === 'remove' ? [s.actual] : [])));
  const after = links.filter((link) => link.zone === zone);
  const checks: [number, number, string][] = [
    [
      indexOf(state).setsIn(zone) + count(state.others) + created - removed,
      limits.recordSets,
      'record sets',
    ],
    [after.length, limits.links, 'links'],
    [
      after.filter(({ registration }) => registration).length,
      limits.registrationLinks,
      'links with registration',
    ],
  ];
  return checks
    .filter(([number, limit]) => number > limit)
    .map(([number, limit, what]) => `${zone} would have ${number} ${what}, ${limit} are allowed`);
}

function fullNetworks(links: readonly LinkStep[], after: readonly ZoneLink[]): string[] {
  const networks = new Map(
    links.flatMap((step) =>
      step.kind === 'create' || step.kind === 'update'
        ? [[step.wanted.networkId.toLowerCase(), step.wanted.networkId]]
        : [],
    ),
  );
  return [...networks].flatMap(([key, id]) => {
    const own = after.filter(({ networkId }) => networkId.toLowerCase() === key);
    const registering = own.filter(({ registration }) => registration).length;
    return [
      ...(own.length > zonesPerNetwork
        ? [`${id} would be linked to ${own.length} zones, ${zonesPerNetwork} are allowed`]
        : []),
      ...(registering > 1
        ? [`${id} would register its machines in ${registering} zones, 1 is allowed`]
        : []),
    ];
  });
}
