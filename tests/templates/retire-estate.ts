import { templateOf } from './deploy-cases.ts';
import { groups, type BadInputWorld } from './bad-input-world.ts';

const version = '2024-05-01';
const networkType = 'Microsoft.Network/virtualNetworks';
export const zone = 'privatelink.vaultcore.azure.net';

/** What the platform hands over: the hub with its zones, and a network for the stamp. */
export async function handOverEstate(world: BadInputWorld): Promise<void> {
  const { sandbox } = world;
  const hub = `${groups.hub}/providers/${networkType}/vnet-hub`;
  await sandbox.put(
    hub,
    {
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['127.40.0.0/16'] },
        subnets: [{ name: 'agents', properties: { addressPrefix: '127.40.0.64/27' } }],
      },
    },
    version,
  );
  for (const name of [zone, 'privatelink.azurecr.io']) {
    const id = `${groups.hub}/providers/Microsoft.Network/privateDnsZones/${name}`;
    await sandbox.put(id, { location: 'global' }, '2024-06-01');
    const link = { virtualNetwork: { id: hub }, registrationEnabled: false };
    await sandbox.put(
      `${id}/virtualNetworkLinks/hub`,
      { location: 'global', properties: link },
      '2024-06-01',
    );
  }
  await sandbox.put(
    `${groups.neu}/providers/${networkType}/vnet-neu`,
    {
      location: 'northeurope',
      properties: { addressSpace: { addressPrefixes: ['127.42.0.0/16'] } },
    },
    version,
  );
}

/** A stamp: a subnet in the network that is there, a vault and its endpoint, the last one nested. */
export const stampTemplate = templateOf(
  [
    {
      type: 'Microsoft.Network/networkSecurityGroups',
      apiVersion: version,
      name: 'nsg-neu',
      location: "[parameters('stamp').region]",
      properties: {},
    },
    {
      type: `${networkType}/subnets`,
      apiVersion: version,
      name: 'vnet-neu/endpoints',
      dependsOn: ["[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg-neu')]"],
      properties: {
        addressPrefix: "[parameters('stamp').network.subnets.endpoints.prefix]",
        networkSecurityGroup: {
          id: "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg-neu')]",
        },
      },
    },
    {
      type: 'Microsoft.KeyVault/vaults',
      apiVersion: '2023-07-01',
      name: 'kv-retire-neu',
      location: "[parameters('stamp').region]",
      properties: {
        tenantId: '[tenant().tenantId]',
        sku: { family: 'A', name: 'standard' },
        enableRbacAuthorization: true,
      },
    },
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2021-04-01',
      name: 'endpoint',
      dependsOn: [
        "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet-neu', 'endpoints')]",
        "[resourceId('Microsoft.KeyVault/vaults', 'kv-retire-neu')]",
      ],
      properties: {
        mode: 'Incremental',
        template: JSON.parse(
          templateOf([
            {
              type: 'Microsoft.Network/privateEndpoints',
              apiVersion: version,
              name: 'pe-kv',
              location: 'northeurope',
              properties: {
                subnet: {
                  id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet-neu', 'endpoints')]",
                },
                privateLinkServiceConnections: [
                  {
                    name: 'vault',
                    properties: {
                      privateLinkServiceId:
                        "[resourceId('Microsoft.KeyVault/vaults', 'kv-retire-neu')]",
                      groupIds: ['vault'],
                    },
                  },
                ],
              },
            },
          ]),
        ) as unknown,
      },
    },
  ],
  { parameters: { stamp: { type: 'object' } } },
);
