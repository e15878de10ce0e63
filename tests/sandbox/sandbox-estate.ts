import type { RunningSandbox } from './sandbox-client.ts';

/** Api-versions that the estates of these tests are written with. */
export const versions = {
  group: '2025-04-01',
  network: '2024-05-01',
  zone: '2024-06-01',
  vault: '2023-07-01',
  registry: '2023-07-01',
} as const;

/** Ids of a hub with the agent and a spoke with private endpoints, as they are deployed. */
export interface Ids {
  group: string;
  hub: string;
  spoke: string;
  groupOf(type: string, name: string): string;
}

export const agentAddress = '127.31.0.68';

export function idsOf({ sandbox }: RunningSandbox): Ids {
  const group = `/subscriptions/${sandbox.info.subscriptionId}/resourceGroups/rg-estate`;
  const of = (type: string, name: string): string => `${group}/providers/${type}/${name}`;
  return {
    group,
    hub: of('Microsoft.Network/virtualNetworks', 'vnet-hub'),
    spoke: of('Microsoft.Network/virtualNetworks', 'vnet-spoke'),
    groupOf: of,
  };
}

/** The hub and the spoke, peered on both sides, and the zone of vaults, linked to the hub. */
export async function deployNetworks(run: RunningSandbox): Promise<Ids> {
  const ids = idsOf(run);
  const location = 'westeurope';
  await run.put(ids.group, { location }, versions.group);
  await run.put(
    ids.hub,
    {
      location,
      properties: {
        addressSpace: { addressPrefixes: ['127.31.0.0/16'] },
        subnets: [{ name: 'agents', properties: { addressPrefix: '127.31.0.64/27' } }],
      },
    },
    versions.network,
  );
  await run.put(
    ids.spoke,
    {
      location,
      properties: {
        addressSpace: { addressPrefixes: ['127.32.0.0/16'] },
        subnets: [{ name: 'endpoints', properties: { addressPrefix: '127.32.0.0/27' } }],
      },
    },
    versions.network,
  );
  await peer(run, ids.hub, ids.spoke);
  await peer(run, ids.spoke, ids.hub);
  return ids;
}

export async function peer(run: RunningSandbox, from: string, to: string): Promise<void> {
  await run.put(
    `${from}/virtualNetworkPeerings/to-${to.split('/').at(-1) ?? ''}`,
    {
      properties: {
        remoteVirtualNetwork: { id: to },
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
      },
    },
    versions.network,
  );
}

export async function deployVault(run: RunningSandbox, ids: Ids, name: string): Promise<string> {
  const id = ids.groupOf('Microsoft.KeyVault/vaults', name);
  await run.put(
    id,
    {
      location: 'westeurope',
      properties: {
        tenantId: run.sandbox.info.tenantId,
        sku: { family: 'A', name: 'standard' },
        enableRbacAuthorization: true,
        publicNetworkAccess: 'Disabled',
      },
    },
    versions.vault,
  );
  return id;
}

/** @returns the endpoint's id */
export async function deployEndpoint(
  run: RunningSandbox,
  ids: Ids,
  target: string,
  groupId: string,
): Promise<string> {
  const name = `pe-${target.split('/').at(-1) ?? ''}`;
  const id = ids.groupOf('Microsoft.Network/privateEndpoints', name);
  await run.put(
    id,
    {
      location: 'westeurope',
      properties: {
        subnet: { id: `${ids.spoke}/subnets/endpoints` },
        privateLinkServiceConnections: [
          { name, properties: { privateLinkServiceId: target, groupIds: [groupId] } },
        ],
      },
    },
    versions.network,
  );
  return id;
}

/** A zone, its link to a network, and the group that writes the endpoint's records into it. */
export async function deployZone(
  run: RunningSandbox,
  ids: Ids,
  zone: string,
  endpoint: string,
  linkTo = ids.hub,
): Promise<void> {
  const id = ids.groupOf('Microsoft.Network/privateDnsZones', zone);
  await run.put(id, { location: 'global' }, versions.zone);
  await run.put(
    `${id}/virtualNetworkLinks/link`,
    {
      location: 'global',
      properties: { virtualNetwork: { id: linkTo }, registrationEnabled: false },
    },
    versions.zone,
  );
  await run.put(
    `${endpoint}/privateDnsZoneGroups/default`,
    {
      properties: {
        privateDnsZoneConfigs: [{ name: 'zone', properties: { privateDnsZoneId: id } }],
      },
    },
    versions.network,
  );
}
