import { createHash } from 'node:crypto';
import { byHand, type Part, type RecordSet, type WantedRecord } from './model.ts';

/** Who wrote a record set, as far as its metadata tell. */
export type Owner =
  | { readonly kind: 'spokeline'; readonly name: string }
  /** The zone group of a private endpoint, made by a template or by a policy. */
  | { readonly kind: 'zoneGroup'; readonly endpoint: string }
  /** Azure itself, for a virtual machine. */
  | { readonly kind: 'registration' }
  | { readonly kind: 'unknown'; readonly note?: string };

/** Tag of our links and key of our metadata: the estate and the stamp. */
export const ownerKey = 'spokeline-owner';
/** A digest of the values that we wrote: shows whether somebody changed them without touching the owner. */
export const valuesKey = 'spokeline-values';
/** One key a private endpoint, with its id and its values, so that each can go by itself. */
const endpointPrefix = 'spokeline-endpoint-';
const handKey = 'spokeline-by-hand';

/** Azure's note on the records of zone groups. */
const zoneGroupNote = /^created by private endpoint(?: (\S+))?/;

export function ownerOf(set: RecordSet): Owner {
  if (set.registered) return { kind: 'registration' };
  const note = set.metadata['creator'];
  // A zone group overwrites metadata as a whole, so that its note never stands beside ours.
  const group = zoneGroupNote.exec(note ?? '');
  if (group !== null) return { kind: 'zoneGroup', endpoint: group[1] ?? 'of no name' };
  const name = set.metadata[ownerKey];
  if (name !== undefined) return { kind: 'spokeline', name };
  return { kind: 'unknown', ...(note === undefined ? {} : { note }) };
}

export function ownerText(owner: Owner): string {
  switch (owner.kind) {
    case 'spokeline':
      return owner.name;
    case 'zoneGroup':
      return `the zone group of private endpoint ${owner.endpoint}`;
    case 'registration':
      return "the automatic registration of a network's machines";
    case 'unknown':
      return owner.note ?? 'nobody that spokeline knows';
  }
}

/** Says who a record set belongs to, in words. */
export function ownerIn(set: RecordSet): string {
  return ownerText(ownerOf(set));
}

/**
 * A private endpoint as metadata carry it: `subscription/group/name` in lower case. Short, because values of
 * metadata are limited, and yet enough to see whether a listing covers it.
 */
export function endpointKeyOf({ id }: { readonly id: string }): string {
  const [, , subscription = '', , group = '', , , , name = ''] = id.toLowerCase().split('/');
  return `${subscription}/${group}/${name}`;
}

/** A resource group as `Seen.groups` has it, from its path. */
export function groupKeyOf(path: string): string {
  const [, , subscription = '', , group = ''] = path.toLowerCase().split('/');
  return `${subscription}/${group}`;
}

/** The reasons for a record set of ours, as its metadata tell; undefined when they are damaged. */
export function partsOf(set: RecordSet): Part[] | undefined {
  if (set.metadata[handKey] !== undefined) return [{ source: byHand, values: set.values }];
  const parts = Object.entries(set.metadata)
    .filter(([key]) => key.startsWith(endpointPrefix))
    .map(([, text]) => {
      const [source = '', ...values] = text.split(' ');
      return { source, values };
    });
  return parts.length === 0 ? undefined : parts;
}

/** Whether an owned record set still has the values that its owner gave it. */
export function isUntouched(set: RecordSet): boolean {
  return set.metadata[valuesKey] === digestOf(set.values);
}

/** The record set that fulfils a wish; what others noted on it stays. */
export function recordFor(
  wanted: WantedRecord,
  owner: string,
  actual?: RecordSet,
): Omit<RecordSet, 'etag' | 'registered'> {
  const theirs = Object.entries(actual?.metadata ?? {}).filter(([key]) => !isOurKey(key));
  const ours = wanted.parts.map(({ source, values }) =>
    source === byHand
      ? [handKey, 'yes']
      : [`${endpointPrefix}${hash(source).slice(0, 12)}`, [source, ...values].join(' ')],
  );
  const { zone, name, type, values, ttl } = wanted;
  const metadata = Object.fromEntries([
    ...theirs,
    [ownerKey, owner],
    [valuesKey, digestOf(values)],
    ...ours,
  ]) as Record<string, string>;
  return { zone, name, type, values, ttl, metadata };
}

function isOurKey(key: string): boolean {
  return key === ownerKey || key === valuesKey || key === handKey || key.startsWith(endpointPrefix);
}

function digestOf(values: readonly string[]): string {
  return hash(JSON.stringify([...values].sort())).slice(0, 16);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
