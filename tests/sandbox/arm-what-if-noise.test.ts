import assert from 'node:assert/strict';
import { stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import { body, network, template, vault, type Shown } from '../unit/arm/templates.ts';
import { changes, deployed, short, zone } from '../unit/arm-what-if/what-if-world.ts';

const acls = {
  networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow', ipRules: [] },
};

describe('sandbox arm: what-if noise on record', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  it('reports default network rules of a vault that never had any', async () => {
    const content = body(template([vault('kv-what-if')]));
    await deployed(world, stamp, content);
    const [found] = await changes(world, stamp, content);
    assert.deepEqual(found?.delta, [
      {
        path: 'properties.networkAcls',
        propertyChangeType: 'Create',
        after: { bypass: 'AzureServices', defaultAction: 'Allow' },
      },
    ]);
    const properties = { ...(vault('x')['properties'] as Shown), ...acls };
    const quiet = body(template([vault('kv-what-if', { properties })]));
    await deployed(world, stamp, quiet);
    assert.deepEqual((await changes(world, stamp, quiet))[0]?.delta, []);
  });

  it('reports subnets as gone that a network without `subnets` keeps', async () => {
    await deployed(world, stamp, body(template([network('v', '10.1.0.0/16')])));
    const properties = { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } };
    const content = body(template([network('v', '10.1.0.0/16', { properties })]));
    const [found] = await changes(world, stamp, content);
    assert.deepEqual(
      found?.delta?.map(({ path, propertyChangeType }) => [path, propertyChangeType]),
      [['properties.subnets', 'Delete']],
    );
    await deployed(world, stamp, content);
    const id = `${stamp}/providers/Microsoft.Network/virtualNetworks/v/subnets/endpoints`;
    assert.equal(world.arm.store.get(id)?.name, 'endpoints');
  });

  it("reports the service's own members of a zone group as gone", async () => {
    const sub = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'endpoints')]";
    const target = "[resourceId('Microsoft.KeyVault/vaults', 'kv-what-if')]";
    const zoneId =
      "[resourceId('Microsoft.Network/privateDnsZones', 'privatelink.vaultcore.azure.net')]";
    const pe = "[resourceId('Microsoft.Network/privateEndpoints', 'pe')]";
    const content = body(
      template([
        network('v', '10.1.0.0/16'),
        vault('kv-what-if', { properties: { ...(vault('x')['properties'] as Shown), ...acls } }),
        zone('privatelink.vaultcore.azure.net'),
        {
          type: 'Microsoft.Network/privateEndpoints',
          apiVersion: '2024-05-01',
          name: 'pe',
          location: 'westeurope',
          dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'v')]", target],
          properties: {
            subnet: { id: sub },
            privateLinkServiceConnections: [
              { name: 'c', properties: { privateLinkServiceId: target, groupIds: ['vault'] } },
            ],
          },
        },
        {
          type: 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups',
          apiVersion: '2024-05-01',
          name: 'pe/default',
          dependsOn: [pe, zoneId],
          properties: {
            privateDnsZoneConfigs: [{ name: 'kv', properties: { privateDnsZoneId: zoneId } }],
          },
        },
      ]),
    );
    await deployed(world, stamp, content);
    const found = await changes(world, stamp, content);
    assert.deepEqual(short(found), [
      'NoChange Microsoft.Network/virtualNetworks/v',
      'NoChange Microsoft.KeyVault/vaults/kv-what-if',
      'NoChange Microsoft.Network/privateDnsZones/privatelink.vaultcore.azure.net',
      'NoChange Microsoft.Network/privateEndpoints/pe',
      'Modify Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default',
      ...short(found).slice(5),
    ]);
    assert.match(short(found)[5] ?? '', /^Ignore Microsoft\.Network\/networkInterfaces\/pe\.nic\./);
    const type = 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups';
    assert.deepEqual(found[4]?.delta, [
      {
        path: 'properties.privateDnsZoneConfigs',
        propertyChangeType: 'Array',
        children: [
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [
              {
                path: 'properties.provisioningState',
                propertyChangeType: 'Delete',
                before: 'Succeeded',
              },
              {
                path: 'id',
                propertyChangeType: 'Delete',
                before: `${stamp}/providers/Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default/privateDnsZoneConfigs/kv`,
              },
              {
                path: 'type',
                propertyChangeType: 'Delete',
                before: `${type}/privateDnsZoneConfigs`,
              },
            ],
          },
        ],
      },
    ]);
  });
});
