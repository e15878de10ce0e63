import assert from 'node:assert/strict';
import { guest, hub, owner, stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import { deploy } from '../unit/arm/deployments.ts';
import { at, body, nested, network, template, vault, type Shown } from '../unit/arm/templates.ts';
import { changes, complete, deployed, short, zone } from '../unit/arm-what-if/what-if-world.ts';

const networks = `${stamp}/providers/Microsoft.Network`;

const link = (zoneName: string, to: string): Shown => ({
  type: 'Microsoft.Network/privateDnsZones/virtualNetworkLinks',
  apiVersion: '2024-06-01',
  name: `${zoneName}/l`,
  location: 'global',
  dependsOn: [
    `[resourceId('Microsoft.Network/privateDnsZones', '${zoneName}')]`,
    `[resourceId('Microsoft.Network/virtualNetworks', '${to}')]`,
  ],
  properties: {
    registrationEnabled: false,
    virtualNetwork: { id: `[resourceId('Microsoft.Network/virtualNetworks', '${to}')]` },
  },
});

const endpoint = (subnetId: string, vaultId: string, dependsOn: string[]): Shown => ({
  type: 'Microsoft.Network/privateEndpoints',
  apiVersion: '2024-05-01',
  name: 'pe',
  location: 'westeurope',
  dependsOn,
  properties: {
    subnet: { id: subnetId },
    customNetworkInterfaceName: 'nic-pe',
    privateLinkServiceConnections: [
      { name: 'c', properties: { privateLinkServiceId: vaultId, groupIds: ['vault'] } },
    ],
  },
});

const vId = "[resourceId('Microsoft.Network/virtualNetworks', 'v')]";
const kvId = "[resourceId('Microsoft.KeyVault/vaults', 'kv-complete')]";
const subnetId = "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'endpoints')]";

/** An estate whose parts hold on to each other. */
const estate: Shown[] = [
  zone('a.example'),
  network('v', '10.1.0.0/16'),
  link('a.example', 'v'),
  vault('kv-complete'),
  endpoint(subnetId, kvId, [vId, kvId]),
];

describe('sandbox arm: Complete mode', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const ids = async (): Promise<string[]> => {
    const { body: list } = await world.ask('GET', `${stamp}/resources?api-version=2021-04-01`);
    const names = (list['value'] as { type: string; name: string }[]).map(
      ({ type, name }) => `${type.replace('Microsoft.', '')} ${name}`,
    );
    return names.sort();
  };

  const operations = async (): Promise<Shown[]> => {
    const { body: list } = await world.ask('GET', at(stamp, 'd', '/operations'));
    return (list['value'] as { properties: Shown }[]).map(({ properties }) => properties);
  };

  it('deletes what the template does not name, dependants first, as what-if said', async () => {
    await deployed(world, stamp, body(template(estate)));
    const content = complete(template([zone('b.example')]));
    const found = await changes(world, stamp, content);
    assert.deepEqual(short(found).sort(), [
      'Create Microsoft.Network/privateDnsZones/b.example',
      'Delete Microsoft.KeyVault/vaults/kv-complete',
      'Delete Microsoft.Network/networkInterfaces/nic-pe',
      'Delete Microsoft.Network/privateDnsZones/a.example',
      'Delete Microsoft.Network/privateDnsZones/a.example/virtualNetworkLinks/l',
      'Delete Microsoft.Network/privateEndpoints/pe',
      'Delete Microsoft.Network/virtualNetworks/v',
    ]);
    const gone = found.find(({ resourceId }) => resourceId.endsWith('/a.example'));
    const id = `${networks}/privateDnsZones/a.example`;
    assert.deepEqual(gone, {
      resourceId: id,
      changeType: 'Delete',
      before: {
        apiVersion: '2024-06-01',
        id,
        type: 'Microsoft.Network/privateDnsZones',
        name: 'a.example',
        location: 'global',
      },
    });
    const ended = await deployed(world, stamp, content);
    assert.equal(ended['mode'], 'Complete');
    assert.deepEqual(ended['outputResources'], [{ id: `${networks}/privateDnsZones/b.example` }]);
    assert.deepEqual(await ids(), ['Network/privateDnsZones b.example']);
    const deletes = (await operations())
      .filter(({ provisioningOperation }) => provisioningOperation === 'Delete')
      .map(({ provisioningState, statusCode, targetResource }) => {
        const { resourceType, resourceName } = targetResource as Shown;
        return [resourceType, resourceName, provisioningState, statusCode].join(' ');
      });
    assert.deepEqual(deletes.sort(), [
      'Microsoft.KeyVault/vaults kv-complete Succeeded OK',
      'Microsoft.Network/privateDnsZones a.example Succeeded OK',
      'Microsoft.Network/privateDnsZones/virtualNetworkLinks l Succeeded OK',
      'Microsoft.Network/privateEndpoints pe Succeeded OK',
      'Microsoft.Network/virtualNetworks v Succeeded OK',
    ]);
    assert.deepEqual(short(await changes(world, stamp, content)), [
      'NoChange Microsoft.Network/privateDnsZones/b.example',
    ]);
    const writes = world.arm.activity.filter(({ deployment }) => deployment !== undefined);
    const last = writes.findLastIndex(({ method }) => method === 'PUT');
    const first = writes.findIndex(({ method }) => method === 'DELETE');
    assert.ok(first > last, 'everything is written before anything is deleted');
    assert.ok(writes.every(({ principal }) => principal === owner));
  });

  it('keeps children, the interface of an endpoint that stays, and what nested templates name', async () => {
    await deployed(world, stamp, body(template(estate)));
    await world.make(`${networks}/virtualNetworks/v/subnets/more?api-version=2024-05-01`, {
      properties: { addressPrefix: '10.1.1.0/24' },
    });
    const properties = { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } };
    const content = complete(
      template([
        network('v', '10.1.0.0/16', { properties }),
        endpoint(subnetId, kvId, [vId]),
        nested('n', template([vault('kv-complete')])),
        { ...zone('a.example'), condition: false },
      ]),
    );
    const found = short(await changes(world, stamp, content));
    assert.deepEqual(found.filter((line) => /^(Delete|Ignore)/.test(line)).sort(), [
      'Delete Microsoft.Network/privateDnsZones/a.example',
      'Delete Microsoft.Network/privateDnsZones/a.example/virtualNetworkLinks/l',
      'Ignore Microsoft.Network/networkInterfaces/nic-pe',
    ]);
    await deployed(world, stamp, content);
    assert.deepEqual(await ids(), [
      'KeyVault/vaults kv-complete',
      'Network/networkInterfaces nic-pe',
      'Network/privateEndpoints pe',
      'Network/virtualNetworks v',
    ]);
    assert.ok(world.arm.store.get(`${networks}/virtualNetworks/v/subnets/more`));
  });

  it('leaves other groups alone', async () => {
    await deployed(world, hub, body(template([zone('hub.example')])));
    const content = complete(
      template([nested('n', template([zone('new.example')]), { resourceGroup: 'rg-stamp' })]),
    );
    await deployed(world, hub, body(template([zone('second.example')])));
    const other = complete(template([zone('s.example')]));
    await deployed(world, stamp, other);
    assert.ok(
      world.arm.store.get(`${hub}/providers/Microsoft.Network/privateDnsZones/hub.example`),
    );
    assert.deepEqual(short(await changes(world, stamp, content)).sort(), [
      'Create Microsoft.Network/privateDnsZones/new.example',
      'Delete Microsoft.Network/privateDnsZones/s.example',
    ]);
  });

  it('fails with what the types answer, after all that can go is gone', async () => {
    await deployed(world, stamp, body(template([network('v', '10.1.0.0/16'), zone('a.example')])));
    await deployed(
      world,
      hub,
      body(
        template([
          vault('kv-complete'),
          endpoint(`${networks}/virtualNetworks/v/subnets/endpoints`, kvId, [kvId]),
        ]),
      ),
    );
    const ended = await deploy(world, at(stamp, 'd'), complete(template([])));
    const nic = `${hub}/providers/Microsoft.Network/networkInterfaces/nic-pe`;
    const { details, ...error } = ended['error'] as Shown;
    assert.equal(ended['provisioningState'], 'Failed');
    assert.equal(error['code'], 'DeploymentFailed');
    const [detail] = details as Shown[];
    assert.deepEqual(
      [(details as Shown[]).length, detail?.['code'], detail?.['target']],
      [1, 'InUseSubnetCannotBeDeleted', `${networks}/virtualNetworks/v`],
    );
    assert.ok(String(detail?.['message']).startsWith(`Subnet endpoints is in use by ${nic}/`));
    assert.deepEqual(await ids(), ['Network/virtualNetworks v']);
    const failed = (await operations()).filter((o) => o['provisioningState'] === 'Failed');
    assert.deepEqual(
      failed.map((o) => [
        o['provisioningOperation'],
        o['statusCode'],
        ((o['statusMessage'] as Shown)['error'] as Shown)['code'],
      ]),
      [['Delete', 'BadRequest', 'InUseSubnetCannotBeDeleted']],
    );
  });

  it('deletes nothing that is locked, or that the deploying identity may not delete', async () => {
    await deployed(world, stamp, body(template([zone('a.example')])));
    const locked = `${stamp}/providers/Microsoft.Authorization/locks/l?api-version=2020-05-01`;
    await world.make(locked, { properties: { level: 'CanNotDelete' } });
    const held = await deploy(world, at(stamp, 'd'), complete(template([])));
    assert.equal(held['provisioningState'], 'Failed');
    assert.match(JSON.stringify(held['error']), /"code":"ScopeLocked"/);
    await world.drop(locked);
    const actions = ['Microsoft.Resources/*', '*/read', '*/write'];
    world.arm.assignRole(guest, { actions }, stamp);
    const path = at(stamp, 'e');
    const started = await world.ask('PUT', path, { body: complete(template([])), as: guest });
    await world.follow(started);
    const refused = await world.properties(path);
    assert.match(
      JSON.stringify(refused['error']),
      /"code":"AuthorizationFailed".*privateDnsZones\/delete/,
    );
    assert.deepEqual(await ids(), ['Network/privateDnsZones a.example']);
  });

  it('deletes nothing when a resource fails, nor in a nested template', async () => {
    await deployed(world, stamp, body(template([zone('a.example'), network('v', '10.1.0.0/16')])));
    const bad = network('w', '10.2.0.0/16');
    const subnets = [{ name: 's', properties: { addressPrefix: '10.3.0.0/24' } }];
    Object.assign(bad['properties'] as Shown, { subnets });
    const ended = await deploy(world, at(stamp, 'd'), complete(template([bad])));
    assert.equal(ended['provisioningState'], 'Failed');
    assert.ok((await operations()).every((o) => o['provisioningOperation'] !== 'Delete'));
    assert.deepEqual(await ids(), [
      'Network/privateDnsZones a.example',
      'Network/virtualNetworks v',
    ]);
    const inner = nested('n', template([]));
    Object.assign(inner['properties'] as Shown, { mode: 'Complete' });
    const validation = at(stamp, 'x', '/validate');
    const answer = await world.ask('POST', validation, { body: body(template([inner])) });
    assert.equal(answer.status, 400);
    assert.match(
      JSON.stringify(answer.body),
      /Specified deployment mode 'Complete' is not supported for nested deployments/,
    );
  });
});
