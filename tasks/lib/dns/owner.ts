import { createHash } from 'node:crypto';
import { parseAddress } from '../net/cidr.ts';
import { byHand, type Part, type RecordBody, type RecordSet, type WantedRecord } from './model.ts';

/** Who wrote a record set, as far as its metadata tell. */
export type Owner =
  /** Stamps that share a set are of one estate. */
  | { readonly kind: 'spokeline'; readonly names: readonly string[] }
  /** The zone group of a private endpoint, made by a template or by a policy. */
  | { readonly kind: 'zoneGroup'; readonly endpoint: string }
  /** Azure itself, for a virtual machine. */
  | { readonly kind: 'registration' }
  | { readonly kind: 'unknown'; readonly note?: string };

/** Tag of our links and key of our metadata: the estate and the stamp; of a set that stamps share, the estate. */
export const ownerKey = 'spokeline-owner';
/** A digest of the values that we wrote: shows whether somebody changed them without touching the owner. */
export const valuesKey = 'spokeline-values';
/** One key a private endpoint, with its id and its values, so that each can go by itself. */
const endpointPrefix = 'spokeline-endpoint-';
const handKey = 'spokeline-by-hand';
/** In a set that stamps share: whose each endpoint is. */
const stampPrefix = 'spokeline-stamp-';

/** Azure's note on the records of zone groups. */
const zoneGroupNote = /^created by private endpoint(?: (\S+))?/;

export function ownerOf(set: RecordSet): Owner {
  if (set.registered) return { kind: 'registration' };
  const note = set.metadata['creator'];
  // A zone group overwrites metadata as a whole, so that its note never stands beside ours.
  const group = zoneGroupNote.exec(note ?? '');
  if (group !== null) return { kind: 'zoneGroup', endpoint: group[1] ?? 'of no name' };
  const owner = set.metadata[ownerKey];
  if (owner !== undefined && owner !== '') {
    const stamps = Object.entries(set.metadata).filter(([key]) => key.startsWith(stampPrefix));
    const names = stamps.length === 0 ? [owner] : stamps.map(([, name]) => name);
    return { kind: 'spokeline', names: [...new Set(names)].sort() };
  }
  return { kind: 'unknown', ...(note === undefined ? {} : { note }) };
}

export function ownerText(owner: Owner): string {
  switch (owner.kind) {
    case 'spokeline':
      return owner.names.join(' and ');
    case 'zoneGroup':
      return `the zone group of private endpoint ${owner.endpoint}`;
    case 'registration':
      return "the automatic registration of a network's machines";
    case 'unknown':
      return owner.note ?? 'nobody that spokeline knows';
  }
}

/** Whether a set is of this owner, alone or with others. */
export function isOwn(set: RecordSet, name: string): boolean {
  const owner = ownerOf(set);
  return owner.kind === 'spokeline' && owner.names.includes(name);
}

/** Whether stamps note one by one in a set what is theirs. */
export function isShared(set: RecordSet): boolean {
  return Object.keys(set.metadata).some((key) => key.startsWith(stampPrefix));
}

/** Whether a set is of other stamps of the same estate: names are `<estate>/<stamp>`. */
export function isOfKin(set: RecordSet, name: string): boolean {
  const owner = ownerOf(set);
  const estate = estateOf(name);
  if (owner.kind !== 'spokeline' || estate === undefined) return false;
  return owner.names.every((other) => other !== name && estateOf(other) === estate);
}

/** `<estate>` of `<estate>/<stamp>`; undefined for a name without a stamp. */
export function estateOf(name: string): string | undefined {
  const end = name.lastIndexOf('/');
  return end <= 0 ? undefined : name.slice(0, end);
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

/** A part as one text: its endpoint and the values that it has there. */
export function partKeyOf({ source, values }: Part): string {
  return [source, ...values].join(' ');
}

/**
 * The reasons for a record set, as its metadata tell; undefined when they are damaged.
 *
 * @param self the owner whose parts are its own
 */
export function partsOf(set: RecordSet, self: string): Part[] | undefined {
  const owner = ownerOf(set);
  const names = owner.kind === 'spokeline' ? owner.names : [];
  const noted = (name: string | undefined): Pick<Part, 'owner'> =>
    name === undefined || name === self ? {} : { owner: name };
  if (set.metadata[handKey] !== undefined) {
    return [{ source: byHand, values: set.values, ...noted(names[0]) }];
  }
  const stamps = Object.keys(set.metadata).filter((key) => key.startsWith(stampPrefix));
  const parts: Part[] = [];
  for (const [key, text] of Object.entries(set.metadata)) {
    if (!key.startsWith(endpointPrefix)) continue;
    const [source = '', ...values] = text.split(' ');
    const stamp = set.metadata[`${stampPrefix}${key.slice(endpointPrefix.length)}`];
    const whole = endpointKey.test(source) && values.length > 0 && values.every(isAddress);
    if (!whole || (stamp === undefined && stamps.length > 0)) return undefined;
    parts.push({ source, values, ...noted(stamp ?? names[0]) });
  }
  // Each stamp's note stands beside one of an endpoint.
  return parts.length === 0 || stamps.length > parts.length ? undefined : parts;
}

/** What `endpointKeyOf` makes; a note that somebody spoilt would become a record otherwise. */
const endpointKey = /^[^/\s]+\/[^/\s]+\/[^/\s]+$/;

function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** Whether an owned record set still has the values that its owner gave it. */
export function isUntouched(set: RecordSet): boolean {
  return set.metadata[valuesKey] === digestOf(set.values);
}

/** The record set that fulfils a wish of an owner; what others noted on it stays. */
export function recordFor(wanted: WantedRecord, owner: string, actual?: RecordSet): RecordBody {
  const theirs = Object.entries(actual?.metadata ?? {}).filter(([key]) => !isOurKey(key));
  const owners = [...new Set(wanted.parts.map((part) => part.owner ?? owner))];
  const [first = owner, ...more] = owners;
  const shared = more.length > 0;
  const ours = wanted.parts.flatMap((part) => {
    if (part.source === byHand) return [[handKey, 'yes']];
    const id = hash(part.source).slice(0, 12);
    return [
      [`${endpointPrefix}${id}`, partKeyOf(part)],
      ...(shared ? [[`${stampPrefix}${id}`, part.owner ?? owner]] : []),
    ];
  });
  const { zone, name, type, values, ttl } = wanted;
  const metadata = Object.fromEntries([
    ...theirs,
    [ownerKey, shared ? (estateOf(first) ?? first) : first],
    [valuesKey, digestOf(values)],
    ...ours,
  ]) as Record<string, string>;
  return { zone, name, type, values, ttl, metadata };
}

function isOurKey(key: string): boolean {
  return (
    [ownerKey, valuesKey, handKey].includes(key) ||
    [endpointPrefix, stampPrefix].some((prefix) => key.startsWith(prefix))
  );
}

function digestOf(values: readonly string[]): string {
  return hash(JSON.stringify([...values].sort())).slice(0, 16);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
