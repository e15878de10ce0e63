import { ArmError } from '../../errors.ts';
import { privateDns } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';
import { putRecordSet, recordTypes } from './records.ts';

const type = 'Microsoft.Network/privateDnsZones';

/** A private DNS zone. It comes with its SOA record and goes only when nothing links to it. */
export const privateDnsZones: TypeDefinition = {
  type,
  model: 'privatedns.PrivateZone',
  apiVersions: privateDns,
  location: 'global',
  answer: 'accepted',
  deletes: 'async',
  busyState: { create: 'Creating', update: 'Updating' },
  etag: 'plain',
  patch: 'merge',
  checkName(name) {
    const labels = name.split('.');
    const good = labels.every((label) => /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/i.test(label));
    if (good && labels.length > 1 && labels.length <= 34 && name.length <= 253) return;
    throw new ArmError(
      400,
      'BadRequest',
      `The domain name '${name}' is invalid. The provided domain name must have between 2 and 34 labels of 1 ` +
        'to 63 letters, digits, hyphens or underscores.',
    );
  },
  write: ({ manager, existing }) => ({
    properties: {
      maxNumberOfRecordSets: 25000,
      maxNumberOfVirtualNetworkLinks: 1000,
      maxNumberOfVirtualNetworkLinksWithRegistration: 100,
      internalId:
        existing?.properties['internalId'] ?? Buffer.from(manager.newGuid()).toString('base64'),
    },
    after(zone) {
      if (existing !== undefined) return;
      putRecordSet(manager, zone, 'SOA', '@', {
        ttl: 3600,
        soaRecord: {
          host: 'azureprivatedns.net',
          email: 'azureprivatedns-host.microsoft.com',
          serialNumber: 1,
          refreshTime: 3600,
          retryTime: 300,
          expireTime: 2419200,
          minimumTtl: 10,
        },
      });
    },
  }),
  remove({ manager, resource }) {
    if (manager.store.list(`${type}/virtualNetworkLinks`, resource.id).length === 0) return;
    throw new ArmError(
      409,
      'CannotDeleteResource',
      'Can not delete resource before nested resources are deleted.',
    );
  },
  read(resource, manager) {
    const links = manager.store.list(`${type}/virtualNetworkLinks`, resource.id);
    const sets = recordTypes.flatMap(({ type: recordType }) =>
      manager.store.list(recordType, resource.id),
    );
    return {
      ...resource.properties,
      numberOfRecordSets: sets.length,
      numberOfVirtualNetworkLinks: links.length,
      numberOfVirtualNetworkLinksWithRegistration: links.filter(
        (link) => link.properties['registrationEnabled'] === true,
      ).length,
    };
  },
};
