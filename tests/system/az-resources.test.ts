import assert from 'node:assert/strict';
import { azSuite, query } from '../support/az.ts';

const group = 'rg-az';
const network = 'Microsoft.Network/virtualNetworks';

/** One person's session, in order: each step works on what those before it left. */
describe('the Azure CLI: resources', function () {
  this.timeout(120_000);
  const az = azSuite(group, { makeGroup: false });

  const inGroup = (name: string, type: string): string[] =>
    ['-g', group, '-n', name].concat('--resource-type', type);

  it('account', async () => {
    const { subscriptionId, clientId, tenantId } = az.info;
    assert.deepEqual(await az.run('account', 'show', ...query('[id, name, user.name, tenantId]')), [
      subscriptionId,
      'sandbox',
      clientId,
      tenantId,
    ]);
    assert.deepEqual(await az.run('account', 'list', ...query('[].state')), ['Enabled']);
    const locations = await az.run('account', 'list-locations', ...query('[].name'));
    assert.ok(Array.isArray(locations) && locations.includes('westeurope'));
  });

  it('group create, update, show, list', async () => {
    const made = await az.run(
      'group',
      'create',
      '-n',
      group,
      '-l',
      'westeurope',
      '--tags',
      'by=az',
    );
    assert.deepEqual(made, {
      id: az.groupId,
      location: 'westeurope',
      managedBy: null,
      name: group,
      properties: { provisioningState: 'Succeeded' },
      tags: { by: 'az' },
      type: 'Microsoft.Resources/resourceGroups',
    });
    const tags = await az.run(
      'group',
      'update',
      '-n',
      group,
      '--set',
      'tags.a=b',
      ...query('tags'),
    );
    assert.deepEqual(tags, { by: 'az', a: 'b' });
    assert.equal(await az.run('group', 'show', '-n', group.toUpperCase(), ...query('name')), group);
    assert.deepEqual(await az.run('group', 'list', ...query('[].name')), [group]);
    assert.deepEqual(await az.run('group', 'list', '--tag', 'BY=az', ...query('[].name')), [group]);
    assert.deepEqual(await az.run('group', 'list', '--tag', 'by=hand'), []);
    assert.match(await az.fail('group', 'show', '-n', 'rg-none'), /\(ResourceGroupNotFound\)/);
    assert.match(
      await az.fail('group', 'create', '-n', group, '-l', 'northeurope'),
      /\(InvalidResourceGroupLocation\)/,
    );
  });

  it('provider list, show, unregister, register', async () => {
    const listed = await az.run('provider', 'list', ...query('[].namespace'));
    assert.ok(Array.isArray(listed) && listed.includes('Microsoft.Network'));
    const state = ['provider', 'show', '-n', 'Microsoft.Storage', ...query('registrationState')];
    await az.run('provider', 'unregister', '-n', 'Microsoft.Storage');
    assert.equal(await az.run(...state), 'NotRegistered');
    const account = [
      '-g',
      group,
      '-n',
      'stazregister',
      '-l',
      'westeurope',
      '--sku',
      'Standard_LRS',
    ];
    const refused = await az.raw(
      'rest',
      '-m',
      'put',
      '-u',
      accountUrl('stazregister'),
      '-b',
      accountBody,
    );
    assert.match(refused.stderr, /MissingSubscriptionRegistration/);
    // The command registers what is missing, and goes on.
    assert.equal(
      await az.run('storage', 'account', 'create', ...account, ...query('name')),
      'stazregister',
    );
    assert.equal(await az.run(...state), 'Registered');
    await az.run('storage', 'account', 'delete', '-n', 'stazregister', '-g', group, '--yes');
    await az.run('provider', 'register', '-n', 'Microsoft.KeyVault', '--wait');
    assert.match(
      await az.fail('provider', 'register', '-n', 'Microsoft.Bogus'),
      /\(InvalidResourceNamespace\)/,
    );
  });

  const accountBody = JSON.stringify({
    location: 'westeurope',
    kind: 'StorageV2',
    sku: { name: 'Standard_LRS' },
  });
  const accountUrl = (name: string): string =>
    `/subscriptions/{subscriptionId}/resourceGroups/${group}/providers/Microsoft.Storage/storageAccounts/${name}?api-version=2023-05-01`;

  it('resource create, show, tag, update, list, delete', async () => {
    const properties = JSON.stringify({
      addressSpace: { addressPrefixes: ['127.30.0.0/16'] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: '127.30.0.0/27' } }],
    });
    const made = await az.run(
      'resource',
      'create',
      ...inGroup('vnet', network),
      '-p',
      properties,
      ...query('id'),
    );
    assert.equal(made, `${az.groupId}/providers/${network}/vnet`);
    const first = query('properties.subnets[0].id');
    assert.equal(
      await az.run('resource', 'show', ...inGroup('vnet', network), ...first),
      `${String(made)}/subnets/endpoints`,
    );
    const tagged = [
      'resource',
      'tag',
      ...inGroup('vnet', network),
      '--tags',
      'team=hub',
      ...query('tags'),
    ];
    assert.deepEqual(await az.run(...tagged), { team: 'hub' });
    const updated = [
      'resource',
      'update',
      ...inGroup('vnet', network),
      '--set',
      'tags.tier=1',
      ...query('tags'),
    ];
    assert.deepEqual(await az.run(...updated), { team: 'hub', tier: '1' });
    const child = [
      '-g',
      group,
      '-n',
      'apps',
      '--namespace',
      'Microsoft.Network',
      '--parent',
      'virtualNetworks/vnet',
    ];
    const subnet = [...child, '--resource-type', 'subnets'];
    await az.run('resource', 'create', ...subnet, '-p', '{"addressPrefix":"127.30.1.0/24"}');
    assert.equal(
      await az.run('resource', 'show', ...subnet, ...query('properties.addressPrefix')),
      '127.30.1.0/24',
    );
    await az.run('resource', 'delete', ...subnet);
    assert.match(await az.fail('resource', 'show', ...subnet), /\(ResourceNotFound\)|\(NotFound\)/);
    assert.deepEqual(await az.run('resource', 'list', '--tag', 'team=hub', ...query('[].name')), [
      'vnet',
    ]);
    assert.deepEqual(await az.run('resource', 'list', '--tag', 'team=other'), []);
    const wrong = await az.fail(
      'resource',
      'create',
      ...inGroup('v', network),
      '-p',
      '{"bogus":1}',
    );
    assert.match(wrong, /Could not find member 'bogus'/);
    assert.match(
      await az.fail('resource', 'create', ...inGroup('v', 'Microsoft.Network/bogus'), '-p', '{}'),
      /bogus not found/,
    );
  });

  it('rest: any path casing, doubled slashes, JSONC bodies, errors', async () => {
    const at = `/subscriptions/{subscriptionId}/RESOURCEGROUPS/${group.toUpperCase()}`;
    const put = (url: string, body: string): Promise<unknown> =>
      az.run(
        'rest',
        '-m',
        'put',
        '-u',
        url,
        '--headers',
        'Content-Type=application/json',
        '-b',
        body,
      );
    const get = (url: string): Promise<unknown> => az.run('rest', '-m', 'get', '-u', url);
    assert.equal(((await get(`${at}?api-version=2021-04-01`)) as { id: string }).id, az.groupId);
    const zones = `${at}/providers/microsoft.network//PRIVATEDNSZONES`;
    const zone = await az.file('zone.json', '// a zone\n{ "location": /* everywhere */ "global" }');
    await put(`${zones}/rest.example?api-version=2020-06-01`, `@${zone}`);
    const record = await put(
      `${zones}/REST.example/a/www?api-version=2020-06-01`,
      '{"properties":{"ttl":60,"aRecords":[{"ipv4Address":"10.0.0.1"}]}}',
    );
    const { id, name, type } = record as { id: string; name: string; type: string };
    const zoneType = 'Microsoft.Network/privateDnsZones';
    assert.deepEqual(
      [id, name, type],
      [`${az.groupId}/providers/${zoneType}/rest.example/A/www`, 'www', `${zoneType}/A`],
    );
    assert.match(await az.fail('rest', '-m', 'get', '-u', at), /MissingApiVersionParameter/);
    assert.match(
      await az.fail('rest', '-m', 'get', '-u', `${at}?api-version=1999-01-01`),
      /InvalidApiVersionParameter.*2021-04-01/,
    );
  });

  it('lock create, list, update, delete', async () => {
    await az.run(
      'lock',
      'create',
      '-n',
      'keep',
      '-t',
      'CanNotDelete',
      '-g',
      group,
      '--notes',
      'a note',
    );
    const listed = await az.run('lock', 'list', '-g', group, ...query('[].[name, level, notes]'));
    assert.deepEqual(listed, [['keep', 'CanNotDelete', 'a note']]);
    assert.match(await az.fail('group', 'delete', '-n', group, '--yes'), /\(ScopeLocked\)/);
    await az.run('lock', 'delete', '-n', 'keep', '-g', group);
    const onZone = [
      '-g',
      group,
      '--resource',
      'rest.example',
      '--resource-type',
      'Microsoft.Network/privateDnsZones',
    ];
    await az.run('lock', 'create', '-n', 'still', '-t', 'ReadOnly', ...onZone);
    const record = [
      'network',
      'private-dns',
      'record-set',
      'a',
      'add-record',
      '-g',
      group,
      '-z',
      'rest.example',
    ];
    assert.match(await az.fail(...record, '-n', 'locked', '-a', '10.0.0.5'), /\(ScopeLocked\)/);
    assert.equal(
      await az.run('lock', 'show', '-n', 'still', ...onZone, ...query('level')),
      'ReadOnly',
    );
    await az.run('lock', 'delete', '-n', 'still', ...onZone);
    assert.deepEqual(await az.run('lock', 'list', ...query('[].name')), []);
  });

  it('group delete takes all that is in it', async () => {
    await az.run('group', 'delete', '-n', group, '--yes');
    const exists = await az.raw('group', 'exists', '-n', group);
    assert.equal(exists.stdout.trim(), 'false');
    assert.deepEqual(await az.run('resource', 'list'), []);
    await az.run('logout');
    assert.match(await az.fail('group', 'list'), /az login/);
  });
});
