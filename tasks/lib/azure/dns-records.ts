import { canonical } from '../dns/declared-records.ts';
import { usualLimits } from '../dns/limits.ts';
import {
  recordTypes,
  type RecordSet,
  type RecordType,
  type SetName,
  type ZoneLimits,
  type ZoneLink,
  type ZoneState,
} from '../dns/model.ts';
import { SpokelineError } from '../errors.ts';
import { asObject, listOf } from '../net/json-value.ts';

/** A text record is a list of strings of this many bytes at most (RFC 1035, 3.3). */
const stringBytes = 255;

/** A record set of a listing; those of a type that the task does not write keep their name only. */
export function readSet(zone: string, value: unknown): RecordSet | ZoneState['others'][number] {
  const resource = asObject(value);
  const name = textOf(resource['name']).toLowerCase();
  const type = textOf(resource['type']).split('/').at(-1)?.toUpperCase() ?? '';
  const known = recordTypes.find((own) => own === type);
  return known === undefined
    ? { zone, name, type }
    : readRecord({ zone, name, type: known }, resource);
}

export function readRecord(set: SetName, value: unknown, etag?: string): RecordSet {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  const { zone, name, type } = set;
  return {
    ...{ zone, name, type },
    values: valuesIn(type, properties).sort(),
    ttl: typeof properties['ttl'] === 'number' ? properties['ttl'] : 0,
    metadata: textsOf(properties['metadata']),
    registered: properties['isAutoRegistered'] === true,
    etag: etagOf(resource, etag, `${type} record ${name} of ${zone}`),
  };
}

export function readLink(zone: string, value: unknown, etag?: string): ZoneLink {
  const resource = asObject(value);
  const properties = asObject(resource['properties']);
  const name = textOf(resource['name']);
  return {
    zone,
    name,
    networkId: textOf(asObject(properties['virtualNetwork'])['id']),
    registration: properties['registrationEnabled'] === true,
    fallback: properties['resolutionPolicy'] === 'NxDomainRedirect',
    tags: textsOf(resource['tags']),
    etag: etagOf(resource, etag, `link ${name} of ${zone}`),
  };
}

/** A zone says itself what it may hold: support raises the limits of single ones. */
export function readLimits(zone: unknown): ZoneLimits {
  const properties = asObject(asObject(zone)['properties']);
  const number = (key: string, usual: number) =>
    typeof properties[key] === 'number' ? properties[key] : usual;
  return {
    recordSets: number('maxNumberOfRecordSets', usualLimits.recordSets),
    links: number('maxNumberOfVirtualNetworkLinks', usualLimits.links),
    registrationLinks: number(
      'maxNumberOfVirtualNetworkLinksWithRegistration',
      usualLimits.registrationLinks,
    ),
  };
}

/** The values of a record set as a body holds them. */
export function valuesBody({
  type,
  values,
}: Pick<RecordSet, 'type' | 'values'>): Record<string, unknown> {
  switch (type) {
    case 'A':
      return { aRecords: values.map((ipv4Address) => ({ ipv4Address })) };
    case 'AAAA':
      return { aaaaRecords: values.map((ipv6Address) => ({ ipv6Address })) };
    case 'CNAME':
      return { cnameRecord: { cname: values[0] ?? '' } };
    case 'TXT':
      return { txtRecords: values.map((text) => ({ value: stringsOf(text) })) };
  }
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function valuesIn(type: RecordType, properties: Record<string, unknown>): string[] {
  switch (type) {
    case 'A':
      return listOf(properties['aRecords']).map((record) => textOf(record['ipv4Address']));
    case 'AAAA':
      return listOf(properties['aaaaRecords']).map((record) =>
        canonical('AAAA', textOf(record['ipv6Address'])),
      );
    case 'CNAME':
      return [canonical('CNAME', textOf(asObject(properties['cnameRecord'])['cname']))];
    case 'TXT':
      return listOf(properties['txtRecords']).map(({ value }) =>
        Array.isArray(value) ? value.map(textOf).join('') : '',
      );
  }
}

/** Cuts a text into strings, between characters. */
function stringsOf(text: string): string[] {
  const strings: string[] = [];
  let current = '';
  for (const character of text) {
    if (Buffer.byteLength(current + character) > stringBytes) {
      strings.push(current);
      current = '';
    }
    current += character;
  }
  return [...strings, current];
}

/** Without its etag a resource could only be overwritten blindly. */
function etagOf(
  resource: Record<string, unknown>,
  header: string | undefined,
  what: string,
): string {
  const etag = typeof resource['etag'] === 'string' ? resource['etag'] : header;
  if (etag !== undefined) return etag;
  throw new SpokelineError('ARM_REQUEST', `Azure gave no etag with the ${what}.`);
}

function textsOf(value: unknown): Record<string, string> {
  const texts = Object.entries(asObject(value)).filter(([, text]) => typeof text === 'string');
  return Object.fromEntries(texts) as Record<string, string>;
}
