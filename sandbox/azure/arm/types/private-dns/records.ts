import { badRequest, parentNotFound } from '../../errors.ts';
import { lastOf, nameOf, parentOf, typeOf } from '../../ids.ts';
import { isObject, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { privateDns } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { checkRecords } from './record-values.ts';

const zoneType = 'Microsoft.Network/privateDnsZones';

/** Record types that the sandbox serves; another type is an unknown resource type. */
type RecordType = 'A' | 'AAAA' | 'CNAME' | 'SOA' | 'TXT';

const served: readonly RecordType[] = ['A', 'AAAA', 'CNAME', 'SOA', 'TXT'];

/** Sets of records: written at once, with etags against lost updates. */
export const recordTypes: readonly TypeDefinition[] = served.map((recordType): TypeDefinition => ({
  type: `${zoneType}/${recordType}`,
  model: 'privatedns.RecordSet',
  apiVersions: privateDns,
  location: 'none',
  answer: 'sync',
  deletes: 'sync',
  etag: 'plain',
  patch: 'merge',
  checkName(name) {
    const labels = name === '@' ? [] : name.split('.');
    const good = labels.every((label, index) =>
      label === '*' ? index === 0 : /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/i.test(label),
    );
    if (good && name.length <= 253) return;
    throw badRequest(`The record set name '${name}' is invalid.`);
  },
  write: (context) => writeRecordSet(context, recordType),
  remove({ resource }) {
    if (recordType === 'SOA') {
      throw badRequest(`The SOA record set '${resource.name}' of a zone cannot be deleted.`);
    }
  },
}));

const members: Record<RecordType, string> = {
  A: 'aRecords',
  AAAA: 'aaaaRecords',
  CNAME: 'cnameRecord',
  SOA: 'soaRecord',
  TXT: 'txtRecords',
};

const allMembers = [
  'aRecords',
  'aaaaRecords',
  'cnameRecord',
  'mxRecords',
  'ptrRecords',
  'soaRecord',
  'srvRecords',
  'txtRecords',
];

function writeRecordSet(context: WriteContext, recordType: RecordType): Written {
  const { manager, id, properties, existing } = context;
  const zone = manager.store.get(parentOf(id.id));
  if (zone === undefined) throw parentNotFound(lastOf(parentOf(id.id)));
  const foreign = allMembers.find(
    (member) => member !== members[recordType] && properties[member] !== undefined,
  );
  if (foreign !== undefined) {
    throw badRequest(
      `The record set '${nameOf(id)}' of type '${typeOf(id)}' cannot hold '${foreign}'.`,
    );
  }
  if (recordType === 'SOA' && existing === undefined) {
    throw badRequest("A zone has exactly one SOA record set, named '@'.");
  }
  const ttl = properties['ttl'];
  if (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 1 || ttl > 2147483647) {
    throw badRequest(
      `The TTL '${String(ttl)}' of record set '${nameOf(id)}' is invalid. It must be from 1 to 2147483647 seconds.`,
    );
  }
  checkRecords(recordType, nameOf(id), properties);
  if (existing === undefined) refuseMixture(manager, zone, recordType, nameOf(id));
  return { properties: complete(zone, nameOf(id), properties) };
}

/** A CNAME excludes every other record set of its name, in both directions. */
function refuseMixture(
  manager: Manager,
  zone: Resource,
  recordType: RecordType,
  name: string,
): void {
  for (const { type } of recordTypes) {
    const other = type.split('/').at(-1) ?? '';
    if (other === recordType || (recordType !== 'CNAME' && other !== 'CNAME')) continue;
    if (manager.store.get(`${zone.id}/${other}/${name}`) === undefined) continue;
    throw badRequest(
      `The record set '${name}' of type ${recordType} cannot be created, because a record set of type ${other} ` +
        'with the same name exists and one of them is a CNAME.',
    );
  }
}

function complete(zone: Resource, name: string, properties: Json): Json {
  const metadata = properties['metadata'];
  return {
    ...properties,
    ...(isObject(metadata) ? { metadata } : {}),
    fqdn: name === '@' ? `${zone.name}.` : `${name}.${zone.name}.`,
    isAutoRegistered: false,
  };
}

/** Writes a record set on behalf of the service: zones their SOA, zone groups their addresses. */
export function putRecordSet(
  manager: Manager,
  zone: Resource,
  recordType: RecordType,
  name: string,
  properties: Json,
): void {
  const id = `${zone.id}/${recordType}/${name}`;
  manager.store.put({
    id: manager.store.get(id)?.id ?? id,
    name,
    type: `${zoneType}/${recordType}`,
    apiVersion: zone.apiVersion,
    etag: manager.newGuid(),
    properties: complete(zone, name, properties),
  });
}
