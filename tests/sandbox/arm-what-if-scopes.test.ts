import assert from 'node:assert/strict';
import {
  hub,
  hubSubscription,
  stamp,
  startWorld,
  tenantId,
  type World,
} from '../unit/arm/arm-world.ts';
import {
  body,
  nested,
  network,
  subscriptionTemplate,
  template,
  vault,
  type Shown,
} from '../unit/arm/templates.ts';
import { changes, deployed, short, zone } from '../unit/arm-what-if/what-if-world.ts';

const networks = `${stamp}/providers/Microsoft.Network`;

describe('sandbox arm: what-if of defaults, formats and scopes', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const registry = (properties: Shown): Shown => ({
    type: 'Microsoft.ContainerRegistry/registries',
    apiVersion: '2023-07-01',
    name: 'crwhatif',
    location: 'westeurope',
    sku: { name: 'Premium' },
    properties,
  });
  const subnet = (properties: Shown): Shown => ({
    type: 'Microsoft.Network/virtualNetworks/subnets',
    apiVersion: '2024-05-01',
    name: 'v/endpoints',
    properties: { addressPrefix: '10.1.0.0/27', ...properties },
  });
  const group = { id: `${networks}/networkSecurityGroups/nsg` };
  const left: [string, Shown[], Shown, Shown[]][] = [
    [
      'a default that the template leaves out',
      [registry({ adminUserEnabled: false })],
      registry({}),
      [],
    ],
    [
      'a value that falls back to its default',
      [registry({ adminUserEnabled: true, publicNetworkAccess: 'Disabled' })],
      registry({ publicNetworkAccess: 'Disabled' }),
      [
        {
          path: 'properties.adminUserEnabled',
          propertyChangeType: 'Modify',
          before: true,
          after: false,
        },
      ],
    ],
    [
      'a value that has no default and goes',
      [
        network('v', '10.1.0.0/16'),
        {
          type: 'Microsoft.Network/networkSecurityGroups',
          apiVersion: '2024-05-01',
          name: 'nsg',
          location: 'westeurope',
          properties: {},
        },
        {
          ...subnet({ networkSecurityGroup: group }),
          dependsOn: [
            "[resourceId('Microsoft.Network/virtualNetworks', 'v')]",
            "[resourceId('Microsoft.Network/networkSecurityGroups', 'nsg')]",
          ],
        },
      ],
      subnet({}),
      [{ path: 'properties.networkSecurityGroup', propertyChangeType: 'Delete', before: group }],
    ],
  ];
  for (const [name, first, second, delta] of left) {
    it(`predicts ${name}`, async () => {
      await deployed(world, stamp, body(template(first)));
      const [found] = await changes(world, stamp, body(template([second])));
      assert.deepEqual(found?.delta, delta);
      assert.equal(found?.changeType, delta.length === 0 ? 'NoChange' : 'Modify');
      await deployed(world, stamp, body(template([second])));
      const [again] = await changes(world, stamp, body(template([second])));
      assert.deepEqual([again?.changeType, again?.delta], ['NoChange', []]);
      assert.deepEqual(again?.before, found?.after);
    });
  }

  it('ResourceIdOnly compares nothing: what exists is Deploy', async () => {
    await deployed(world, stamp, body(template([zone('a.example'), zone('b.example')])));
    const content = body(template([zone('a.example'), zone('c.example')]));
    Object.assign(content['properties'] as Shown, {
      whatIfSettings: { resultFormat: 'resourceidonly' },
    });
    const zones = `${networks}/privateDnsZones`;
    assert.deepEqual(await changes(world, stamp, content), [
      { resourceId: `${zones}/a.example`, changeType: 'Deploy' },
      { resourceId: `${zones}/c.example`, changeType: 'Create' },
      { resourceId: `${zones}/b.example`, changeType: 'Ignore' },
    ]);
  });

  it('looks into nested templates, other groups and groups that do not exist yet', async () => {
    await deployed(world, hub, body(template([zone('old.example')])));
    const made = `/subscriptions/${hubSubscription}/resourceGroups/rg-made`;
    const inner = template([
      vault('kv-what-if', { location: '[resourceGroup().location]' }),
      network('made', '10.9.0.0/16', { location: '[resourceGroup().location]' }),
    ]);
    const content = body(
      subscriptionTemplate([
        {
          type: 'Microsoft.Resources/resourceGroups',
          apiVersion: '2021-04-01',
          name: 'rg-made',
          location: 'northeurope',
        },
        {
          type: 'Microsoft.Resources/resourceGroups',
          apiVersion: '2021-04-01',
          name: 'rg-hub',
          location: 'West Europe',
          tags: { a: 'b' },
        },
        nested('in-made', inner, { resourceGroup: 'rg-made', dependsOn: ['rg-made'] }),
        nested('in-hub', template([zone('new.example')]), { resourceGroup: 'rg-hub' }),
      ]),
      {},
      { location: 'westeurope' },
    );
    const scope = `/subscriptions/${hubSubscription}`;
    const found = await changes(world, scope, content);
    const group = {
      apiVersion: '2021-04-01',
      id: hub,
      type: 'Microsoft.Resources/resourceGroups',
      name: 'rg-hub',
      location: 'westeurope',
    };
    assert.deepEqual(found.slice(0, 3), [
      {
        resourceId: made,
        changeType: 'Create',
        after: { ...group, id: made, name: 'rg-made', location: 'northeurope' },
      },
      {
        resourceId: hub,
        changeType: 'Modify',
        before: group,
        after: { ...group, tags: { a: 'b' } },
        delta: [{ path: 'tags.a', propertyChangeType: 'Create', after: 'b' }],
      },
      {
        resourceId: `${made}/providers/Microsoft.KeyVault/vaults/kv-what-if`,
        changeType: 'Create',
        after: {
          apiVersion: '2023-07-01',
          id: `${made}/providers/Microsoft.KeyVault/vaults/kv-what-if`,
          type: 'Microsoft.KeyVault/vaults',
          name: 'kv-what-if',
          location: 'northeurope',
          properties: {
            tenantId,
            sku: { family: 'A', name: 'standard' },
            enableRbacAuthorization: true,
          },
        },
      },
    ]);
    assert.deepEqual(short(found).slice(3), [
      'Create Microsoft.Network/virtualNetworks/made',
      'Create Microsoft.Network/privateDnsZones/new.example',
      'Ignore Microsoft.Network/privateDnsZones/old.example',
    ]);
    assert.equal(world.arm.store.get(made), undefined);
  });

  it('does not list existing resources, nor those whose condition is false', async () => {
    await deployed(world, stamp, body(template([zone('a.example')])));
    const resources = {
      there: { ...zone('a.example'), existing: true },
      not: { ...zone('b.example'), condition: false },
      yes: zone('c.example'),
    };
    const found = await changes(
      world,
      stamp,
      body(template([], { languageVersion: '2.0', resources })),
    );
    assert.deepEqual(short(found), [
      'Create Microsoft.Network/privateDnsZones/c.example',
      'Ignore Microsoft.Network/privateDnsZones/a.example',
    ]);
  });
});
