import type { ZoneGroupPort } from '../dns/zone-groups.ts';
import type { ArmClient } from './arm-client.ts';
import { textOf } from './dns-records.ts';
import { asObject, listOf } from '../net/json-value.ts';

const networkVersion = '2025-05-01';

/** The zone groups of private endpoints, over ARM; the identity also needs join/action on the zones. */
export function createZoneGroupPort(arm: ArmClient): ZoneGroupPort {
  const collection = (endpointId: string) => `${endpointId}/privateDnsZoneGroups`;
  return {
    async groups(endpointId, signal) {
      const found = await arm.list<unknown>(collection(endpointId), networkVersion, { signal });
      return found.map((group) => {
        const resource = asObject(group);
        const configs = listOf(asObject(resource['properties'])['privateDnsZoneConfigs']);
        return {
          name: textOf(resource['name']),
          zoneIds: configs.map((config) =>
            textOf(asObject(config['properties'])['privateDnsZoneId']).toLowerCase(),
          ),
        };
      });
    },

    async write(endpointId, name, zones, signal) {
      const body = {
        properties: {
          privateDnsZoneConfigs: zones.map((zone) => ({
            name: zone.name.replaceAll('.', '-'),
            properties: { privateDnsZoneId: zone.id },
          })),
        },
      };
      await arm.put(`${collection(endpointId)}/${name}`, networkVersion, body, { signal });
    },

    async remove(endpointId, name, signal) {
      await arm.delete(`${collection(endpointId)}/${name}`, networkVersion, { signal });
    },
  };
}
