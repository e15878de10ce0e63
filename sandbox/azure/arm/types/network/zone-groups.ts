import { ArmError, invalidReference, parentNotFound } from '../../errors.ts';
import { lastOf, nameOf, parentOf } from '../../ids.ts';
import { asObject, asObjects, asText, asTexts, sameId, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { putRecordSet } from '../private-dns/records.ts';
import { recordNameIn } from '../private-link/services.ts';

const type = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups';

/** Seconds that a zone group's records live. */
const ttl = 10;

/** Registers an endpoint's names in up to five zones, and unregisters them when it goes. */
export const privateDnsZoneGroups: TypeDefinition = {
  type,
  model: 'network.PrivateDnsZoneGroup',
  apiVersions: network,
  location: 'none',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  busyId: parentOf,
  links: ({ properties }) =>
    zoneIds(properties).map((scope) => ({
      action: 'Microsoft.Network/privateDnsZones/join/action',
      scope,
    })),
  write,
  remove: ({ manager, resource }) => withdraw(manager, resource),
};

function zoneIds(properties: Json): string[] {
  return asObjects(properties['privateDnsZoneConfigs'])
    .map((config) => textAt(config, 'properties.privateDnsZoneId'))
    .filter((id) => id !== undefined);
}

function write({ manager, id, properties, existing }: WriteContext): Written {
  const endpointId = parentOf(id.id);
  const endpoint = manager.store.get(endpointId);
  if (endpoint === undefined) throw parentNotFound(lastOf(endpointId));
  const other = zoneGroupsOf(manager, endpointId).find((group) => !sameId(group.id, id.id));
  if (other !== undefined) {
    throw new ArmError(
      400,
      'PrivateEndpointCanHaveOnlyOnePrivateDnsZoneGroup',
      `Private endpoint ${endpoint.id} can have only one private DNS zone group; it has ${other.id}, so ` +
        `'${nameOf(id)}' cannot be created.`,
    );
  }
  const configs = asObjects(properties['privateDnsZoneConfigs']);
  if (configs.length === 0 || configs.length > 5) {
    throw new ArmError(
      400,
      'InvalidPrivateDnsZoneGroup',
      `Private DNS zone group ${id.id} must have 1 to 5 private DNS zone configurations; it has ${String(configs.length)}.`,
    );
  }
  const zones = configs.map((config) => {
    const zoneId = textAt(config, 'properties.privateDnsZoneId') ?? '';
    const zone = manager.store.get(zoneId);
    if (zone === undefined || zone.type !== 'Microsoft.Network/privateDnsZones') {
      throw invalidReference(zoneId, id.id);
    }
    return { name: asText(config['name']) ?? '', zone };
  });
  const plans = zones.map((each) => ({ ...each, records: recordsFor(endpoint, each.zone) }));
  return {
    properties: { privateDnsZoneConfigs: show(existing?.id ?? id.id, plans) },
    after() {
      if (existing !== undefined) withdraw(manager, existing);
      register(manager, endpoint, plans);
    },
  };
}

/** What a zone group writes into one zone. */
interface Plan {
  /** Of the configuration. */
  name: string;
  zone: Resource;
  records: PlannedRecord[];
}

interface PlannedRecord {
  name: string;
  fqdn: string;
  addresses: string[];
}

/** Records of an endpoint in one zone: none if the zone is not the recommended one for its names. */
function recordsFor(endpoint: Resource, zone: Resource): PlannedRecord[] {
  return asObjects(endpoint.properties['customDnsConfigs']).flatMap((config) => {
    const name = recordNameIn(zone.name, asText(config['fqdn']) ?? '');
    if (name === undefined) return [];
    return [{ name, fqdn: `${name}.${zone.name}`, addresses: asTexts(config['ipAddresses']) }];
  });
}

function show(groupId: string, plans: readonly Plan[]): Json[] {
  return plans.map(({ name, zone, records }) => ({
    name,
    id: `${groupId}/privateDnsZoneConfigs/${name}`,
    type: `${type}/privateDnsZoneConfigs`,
    properties: {
      provisioningState: 'Succeeded',
      privateDnsZoneId: zone.id,
      recordSets: records.map((record) => ({
        recordType: 'A',
        recordSetName: record.name,
        fqdn: record.fqdn,
        ttl,
        ipAddresses: record.addresses,
        provisioningState: 'Succeeded',
      })),
    },
  }));
}

function register(manager: Manager, endpoint: Resource, plans: readonly Plan[]): void {
  const guid = String(endpoint.properties['resourceGuid']);
  for (const { zone, records } of plans) {
    for (const record of records) {
      // The last writer wins, whoever wrote before: no etag protects a record from a zone group.
      putRecordSet(manager, zone, 'A', record.name, {
        ttl,
        aRecords: record.addresses.map((ipv4Address) => ({ ipv4Address })),
        metadata: {
          creator: `created by private endpoint ${endpoint.name} with resource guid ${guid}`,
        },
      });
    }
  }
}

/** Follows an endpoint that has got other addresses or names. */
export function renewZoneGroups(manager: Manager, endpoint: Resource): void {
  for (const group of zoneGroupsOf(manager, endpoint.id)) {
    const plans = asObjects(group.properties['privateDnsZoneConfigs']).flatMap((config) => {
      const zone = manager.store.get(textAt(config, 'properties.privateDnsZoneId') ?? '');
      if (zone === undefined) return [];
      return [{ name: asText(config['name']) ?? '', zone, records: recordsFor(endpoint, zone) }];
    });
    withdraw(manager, group);
    register(manager, endpoint, plans);
    const privateDnsZoneConfigs = show(group.id, plans);
    manager.store.put({ ...group, properties: { ...group.properties, privateDnsZoneConfigs } });
  }
}

/** Deletes the group's records, even where another endpoint has overwritten them meanwhile, as Azure does. */
function withdraw(manager: Manager, group: Resource): void {
  for (const config of asObjects(group.properties['privateDnsZoneConfigs'])) {
    const properties = asObject(config['properties']);
    const zoneId = asText(properties['privateDnsZoneId']) ?? '';
    for (const record of asObjects(properties['recordSets'])) {
      manager.store.remove(`${zoneId}/A/${asText(record['recordSetName']) ?? ''}`);
    }
  }
}

/** The zone groups of an endpoint: none or one. */
export function zoneGroupsOf(manager: Manager, endpointId: string): Resource[] {
  return manager.store.list(type, endpointId);
}

/** Withdraws the records of an endpoint that is deleted. */
export function dropZoneGroups(manager: Manager, endpoint: Resource): void {
  for (const group of zoneGroupsOf(manager, endpoint.id)) withdraw(manager, group);
}
