import assert from 'node:assert/strict';
import { stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import { at, body, network, template, type Shown } from '../unit/arm/templates.ts';
import { changes, deployed, short, zone } from '../unit/arm-what-if/what-if-world.ts';

const networks = `${stamp}/providers/Microsoft.Network`;
const v = `${networks}/virtualNetworks/v`;
const endpoints = {
  id: `${v}/subnets/endpoints`,
  name: 'endpoints',
  type: 'Microsoft.Network/virtualNetworks/subnets',
  properties: {
    addressPrefix: '10.1.0.0/27',
    serviceEndpoints: [],
    delegations: [],
    privateEndpointNetworkPolicies: 'Disabled',
    privateLinkServiceNetworkPolicies: 'Enabled',
  },
};

describe('sandbox arm: what-if', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  it('answers 202 with Location alone, then 202, then 200; and writes nothing', async () => {
    await world.stop();
    world = await startWorld({ pace: 200, retryAfter: 3 });
    const started = await world.ask('POST', at(stamp, 'w', '/WhatIf'), {
      body: body(template([zone('a.example')])),
    });
    assert.equal(started.status, 202);
    assert.equal(started.headers['retry-after'], '3');
    assert.equal(started.headers['azure-asyncoperation'], undefined);
    const location = String(started.headers.location);
    assert.match(
      location,
      /\/subscriptions\/[-0-9a-f]{36}\/operationresults\/[^/]+\?api-version=2021-04-01$/,
    );
    const running = await world.ask('GET', location);
    assert.equal(running.status, 202);
    assert.equal(running.headers.location, location);
    assert.equal(running.headers['retry-after'], '3');
    const ended = await world.follow(started);
    assert.equal(ended.status, 200);
    const id = `${networks}/privateDnsZones/a.example`;
    assert.deepEqual(ended.body, {
      status: 'Succeeded',
      properties: {
        correlationId: started.headers['x-ms-correlation-request-id'],
        changes: [
          {
            resourceId: id,
            changeType: 'Create',
            after: {
              apiVersion: '2024-06-01',
              id,
              type: 'Microsoft.Network/privateDnsZones',
              name: 'a.example',
              location: 'global',
            },
          },
        ],
      },
    });
    assert.equal((await world.ask('GET', at(stamp, 'w'))).status, 404);
    assert.equal(world.arm.store.get(id), undefined);
    assert.ok(
      world.arm.activity.every(({ method, deployment }) => method !== 'DELETE' && !deployment),
    );
  });

  it('shows what changes property by property, what does not, and what it leaves alone', async () => {
    await deployed(
      world,
      stamp,
      body(
        template([
          network('v', '10.1.0.0/16', { tags: { owner: 'a', stage: 'one' } }),
          network('w', '10.2.0.0/16'),
          zone('a.example', { tags: { x: '1' } }),
        ]),
      ),
    );
    const wanted = network('v', '10.1.0.0/15', { tags: { stage: 'two', new: 'yes' } });
    const properties = wanted['properties'] as { subnets: Shown[]; addressSpace: Shown };
    properties.addressSpace = { addressPrefixes: ['10.1.0.0/16', '10.7.0.0/16'] };
    properties.subnets = [
      {
        name: 'endpoints',
        etag: 'mine',
        properties: {
          addressPrefix: '10.1.0.0/27',
          routeTable: { id: "[resourceId('Microsoft.Network/routeTables', 'rt')]" },
        },
      },
      { name: 'more', properties: { addressPrefix: '10.7.1.0/24' } },
    ];
    const table = {
      type: 'Microsoft.Network/routeTables',
      apiVersion: '2024-05-01',
      name: 'rt',
      location: 'West Europe',
      properties: { routes: [] },
    };
    const found = await changes(
      world,
      stamp,
      body(template([wanted, table, network('w', '10.2.0.0/16')])),
    );
    assert.deepEqual(short(found), [
      'Modify Microsoft.Network/virtualNetworks/v',
      'Create Microsoft.Network/routeTables/rt',
      'NoChange Microsoft.Network/virtualNetworks/w',
      'Ignore Microsoft.Network/privateDnsZones/a.example',
    ]);
    const common = {
      apiVersion: '2024-05-01',
      id: v,
      type: 'Microsoft.Network/virtualNetworks',
      name: 'v',
      location: 'westeurope',
    };
    const kept = {
      privateEndpointVNetPolicies: 'Disabled',
      enableDdosProtection: false,
      virtualNetworkPeerings: [],
    };
    const routeTable = { id: `${networks}/routeTables/rt` };
    const more = {
      ...endpoints,
      id: `${v}/subnets/more`,
      name: 'more',
      properties: { ...endpoints.properties, addressPrefix: '10.7.1.0/24' },
    };
    assert.deepEqual(found[0], {
      resourceId: v,
      changeType: 'Modify',
      before: {
        ...common,
        tags: { owner: 'a', stage: 'one' },
        properties: {
          addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
          ...kept,
          subnets: [endpoints],
        },
      },
      after: {
        ...common,
        tags: { stage: 'two', new: 'yes' },
        properties: {
          addressSpace: { addressPrefixes: ['10.1.0.0/16', '10.7.0.0/16'] },
          ...kept,
          subnets: [{ ...endpoints, properties: { ...endpoints.properties, routeTable } }, more],
        },
      },
      delta: [
        { path: 'tags.owner', propertyChangeType: 'Delete', before: 'a' },
        { path: 'tags.stage', propertyChangeType: 'Modify', before: 'one', after: 'two' },
        { path: 'tags.new', propertyChangeType: 'Create', after: 'yes' },
        {
          path: 'properties.addressSpace.addressPrefixes',
          propertyChangeType: 'Array',
          children: [{ path: '1', propertyChangeType: 'Create', after: '10.7.0.0/16' }],
        },
        {
          path: 'properties.subnets',
          propertyChangeType: 'Array',
          children: [
            {
              path: '0',
              propertyChangeType: 'Modify',
              children: [
                { path: 'properties.routeTable', propertyChangeType: 'Create', after: routeTable },
              ],
            },
            { path: '1', propertyChangeType: 'Create', after: more },
          ],
        },
        { path: 'properties.subnets[0].etag', propertyChangeType: 'NoEffect', after: 'mine' },
      ],
    });
    assert.deepEqual(found[2]?.delta, []);
    assert.deepEqual(found[2]?.before, found[2]?.after);
    const ignored = {
      id: `${networks}/privateDnsZones/a.example`,
      type: 'Microsoft.Network/privateDnsZones',
      name: 'a.example',
      location: 'global',
      tags: { x: '1' },
    };
    assert.deepEqual(found[3], {
      resourceId: ignored.id,
      changeType: 'Ignore',
      before: ignored,
      after: ignored,
    });
  });
});
