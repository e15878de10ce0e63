import assert from 'node:assert/strict';
import { deployStep, estate } from './bad-input-cases.ts';
import { BadInputWorld, groups, type Done, type Step } from './bad-input-world.ts';
import { succeeded, templateOf, workload } from './deploy-cases.ts';

const version = '2024-05-01';
const networkType = 'Microsoft.Network/virtualNetworks';
export const zone = 'privatelink.vaultcore.azure.net';

/** What the platform hands over: the hub with its zones, and a network for the stamp. */
async function handOverEstate(world: BadInputWorld): Promise<void> {
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

const records = `${groups.hub}/providers/Microsoft.Network/privateDnsZones/${zone}/A`;
/** The network that the platform made for the stamp. */
export const network = `${groups.neu}/providers/${networkType}/vnet-neu`;

/** Name record of a vault in the hub. */
export const recordOf = (vault: string): string => `${records}/${vault}`;

/** A world with an estate in it, whose stamp neu is there to be deleted. */
export interface RetireWorld {
  readonly world: BadInputWorld;
  present(id: string): boolean;
  /** Releases the stamp with a vault of this name, and registers its names. */
  deploy(vault: string): Promise<void>;
  /** StampDeploy with action delete and the traffic stated to be off. */
  remove(inputs?: Readonly<Record<string, string>>, more?: Partial<Step>): Promise<Done>;
  /** PrivateDns with action remove. */
  removeNames(): Promise<void>;
}

/** Connections besides the usual ones: `zones` writes the hub's zones, `wide` may do all in the subscription. */
export async function startRetireWorld(
  more: Parameters<typeof BadInputWorld.start>[0] = [],
): Promise<RetireWorld> {
  const zones = {
    name: 'zones',
    subscription: '00000000-0000-4000-8000-00000000000a',
    roles: [
      { role: 'Contributor', scope: groups.hub },
      { role: 'Network Contributor', scope: groups.neu },
    ],
  };
  const wide = {
    name: 'wide',
    subscription: workload,
    roles: [{ role: 'Contributor', scope: `/subscriptions/${workload}` }],
  };
  const world = await BadInputWorld.start([zones, wide, ...more], { retryAfter: 0 });
  const names = { azureSubscription: 'stamp', hubConnection: 'zones', stamp: 'neu', ...estate };
  const dns = async (action: string) => {
    succeeded(await world.run({ task: 'PrivateDns@1', inputs: { action, ...names } }));
  };
  const present = (id: string) => world.sandbox.sandbox.arm.store.get(id) !== undefined;
  try {
    await handOverEstate(world);
  } catch (error) {
    await world.stop();
    throw error;
  }
  return {
    world,
    present,
    async deploy(vault) {
      const inputs = { azureSubscription: 'stamp', stamp: 'neu', template: 'main.json' };
      const template = stampTemplate.replaceAll('kv-retire-neu', vault);
      succeeded(await world.run(deployStep(inputs, { 'main.json': template })));
      await dns('apply');
      assert.ok(present(recordOf(vault)));
    },
    remove(inputs = {}, more = {}) {
      const given = {
        azureSubscription: 'stamp',
        action: 'delete',
        target: 'stamp',
        stamp: 'neu',
        trafficState: 'off',
        ...estate,
        ...inputs,
      };
      return world.run({ task: 'StampDeploy@1', inputs: given, ...more });
    },
    removeNames: () => dns('remove'),
  };
}

/** Deletions that somebody asked Resource Manager for. */
export function deletionsOf(done: Done): string[] {
  return done.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
}
