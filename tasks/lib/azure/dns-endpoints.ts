import type { Endpoint } from '../dns/model.ts';
import type { ArmClient } from './arm-client.ts';
import { asObject, listOf } from './dns-json.ts';

const networkVersion = '2025-05-01';

/**
 * The private endpoints of a resource group with the names and addresses that their network interfaces
 * carry. `customDnsConfigs` of an endpoint would be shorter to read, but empties as soon as it has a zone
 * group. Throws rather than return a part.
 */
export async function listEndpoints(
  arm: ArmClient,
  subscription: string,
  resourceGroup: string,
  signal: AbortSignal,
): Promise<Endpoint[]> {
  const base = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network`;
  const found = (
    await arm.list<unknown>(`${base}/privateEndpoints`, networkVersion, { signal })
  ).map(asObject);
  if (found.length === 0) return [];
  const listed = await arm.list<unknown>(`${base}/networkInterfaces`, networkVersion, { signal });
  const interfaces = new Map(
    listed.map(asObject).map((nic) => [String(nic['id']).toLowerCase(), nic]),
  );
  const endpoints: Endpoint[] = [];
  for (const resource of found) {
    const properties = asObject(resource['properties']);
    const configurations: Endpoint['configurations'][number][] = [];
    for (const { id } of listOf(properties['networkInterfaces'])) {
      if (typeof id !== 'string') continue;
      const nic =
        interfaces.get(id.toLowerCase()) ??
        asObject((await arm.get<unknown>(id, networkVersion, { signal })).body);
      configurations.push(...configurationsOf(nic));
    }
    endpoints.push(endpointOf(resource, properties, configurations));
  }
  return endpoints.sort((a, b) => a.id.localeCompare(b.id));
}

function configurationsOf(nic: Record<string, unknown>): Endpoint['configurations'][number][] {
  return listOf(asObject(nic['properties'])['ipConfigurations']).flatMap((configuration) => {
    const properties = asObject(configuration['properties']);
    const link = asObject(properties['privateLinkConnectionProperties']);
    const address = properties['privateIPAddress'];
    // Private DNS zones of endpoints hold A records only.
    if (typeof address !== 'string' || address.includes(':')) return [];
    const fqdns = Array.isArray(link['fqdns']) ? (link['fqdns'] as unknown[]) : [];
    return [
      {
        groupId: typeof link['groupId'] === 'string' ? link['groupId'] : '',
        address,
        fqdns: fqdns.filter((fqdn) => typeof fqdn === 'string'),
      },
    ];
  });
}

function endpointOf(
  resource: Record<string, unknown>,
  properties: Record<string, unknown>,
  configurations: Endpoint['configurations'],
): Endpoint {
  const [connection] = [
    ...listOf(properties['privateLinkServiceConnections']),
    ...listOf(properties['manualPrivateLinkServiceConnections']),
  ].map((entry) => asObject(entry['properties']));
  const targetId = String(connection?.['privateLinkServiceId'] ?? '');
  const state = asObject(connection?.['privateLinkServiceConnectionState']);
  const groups = connection?.['groupIds'];
  const group: unknown = Array.isArray(groups) ? groups[0] : undefined;
  return {
    id: String(resource['id'] ?? ''),
    name: String(resource['name'] ?? ''),
    region: String(resource['location'] ?? ''),
    targetId,
    targetType: typeOf(targetId),
    unregistered: listOf(properties['customDnsConfigs']).length > 0,
    status: typeof state['status'] === 'string' ? state['status'] : 'Unknown',
    configurations: configurations.map((configuration) => ({
      ...configuration,
      groupId:
        configuration.groupId === '' && typeof group === 'string' ? group : configuration.groupId,
    })),
  };
}

/** `Microsoft.KeyVault/vaults` of a resource id. */
function typeOf(id: string): string {
  const parts = id.slice(id.toLowerCase().lastIndexOf('/providers/') + 1).split('/');
  const [, namespace, ...rest] = parts;
  return [namespace, ...rest.filter((_part, index) => index % 2 === 0)].join('/');
}
