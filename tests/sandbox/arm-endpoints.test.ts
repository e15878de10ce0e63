import assert from 'node:assert/strict';
import { errorOf, guest, net, stamp, vaultPath, type World } from '../unit/arm/arm-world.ts';
import {
  endpoint,
  path,
  propertiesAt,
  startEndpointWorld,
  subnetId,
  vaultId,
  type Shown,
} from './endpoint-world.ts';

const registryId = `${stamp}/providers/Microsoft.ContainerRegistry/registries/crtest`;

describe('sandbox arm: private endpoints', () => {
  let world: World;

  beforeEach(async () => {
    world = await startEndpointWorld();
  });

  afterEach(() => world.stop());

  const registry = async (sku: string): Promise<void> => {
    await world.make(`${registryId}?api-version=2023-07-01`, {
      location: 'westeurope',
      sku: { name: sku },
      properties: {},
    });
  };

  const read = (where: string): Promise<Shown> => propertiesAt(world, where);

  const interfaceOf = async (name: string): Promise<Shown[]> => {
    const shown = await read(path(name));
    const [nic] = shown['networkInterfaces'] as { id: string }[];
    const properties = await read(`${nic?.id ?? ''}?api-version=2024-05-01`);
    return (properties['ipConfigurations'] as { properties: Shown }[]).map((c) => c.properties);
  };

  it('gets an interface with the first free address, approval on both ends, and its names', async () => {
    await world.make(path('pe'), endpoint({ customNetworkInterfaceName: 'nic-pe' }));
    const shown = await read(path('pe'));
    assert.deepEqual(shown['customDnsConfigs'], [
      { fqdn: 'kv-test.vault.azure.net', ipAddresses: ['10.1.2.4'] },
    ]);
    assert.deepEqual(shown['networkInterfaces'], [
      { id: `${stamp}/providers/Microsoft.Network/networkInterfaces/nic-pe` },
    ]);
    const [configuration] = await interfaceOf('pe');
    assert.equal(configuration?.['privateIPAddress'], '10.1.2.4');
    assert.deepEqual(configuration?.['privateLinkConnectionProperties'], {
      groupId: 'vault',
      requiredMemberName: 'default',
      fqdns: ['kv-test.vault.azure.net'],
    });
    const vault = await read(vaultPath(stamp, 'kv-test'));
    const [connection] = vault['privateEndpointConnections'] as { properties: Shown }[];
    assert.deepEqual(connection?.properties['privateEndpoint'], { id: path('pe').split('?')[0] });
    assert.equal(
      (connection?.properties['privateLinkServiceConnectionState'] as Shown)['status'],
      'Approved',
    );
  });

  it('keeps its address over a second PUT, and gives it back when it goes', async () => {
    await world.make(path('one'), endpoint());
    await world.make(path('two'), endpoint());
    assert.equal((await interfaceOf('two'))[0]?.['privateIPAddress'], '10.1.2.5');
    await world.make(path('two'), endpoint());
    assert.equal((await interfaceOf('two'))[0]?.['privateIPAddress'], '10.1.2.5');
    await world.drop(path('one'));
    assert.equal(world.arm.store.list('Microsoft.Network/networkInterfaces').length, 1);
    assert.equal(
      world.arm.store.list('Microsoft.KeyVault/vaults/privateEndpointConnections').length,
      1,
    );
    await world.make(path('three'), endpoint());
    assert.equal((await interfaceOf('three'))[0]?.['privateIPAddress'], '10.1.2.4');
  });

  it('takes two addresses for a registry, the data endpoint first', async () => {
    await registry('Premium');
    await world.make(path('cr'), endpoint({}, registryId, 'registry'));
    const configurations = await interfaceOf('cr');
    assert.deepEqual(
      configurations.map((c) => [
        c['privateIPAddress'],
        (c['privateLinkConnectionProperties'] as Shown)['requiredMemberName'],
        (c['privateLinkConnectionProperties'] as Shown)['fqdns'],
      ]),
      [
        ['10.1.2.4', 'registry_data_westeurope', ['crtest.westeurope.data.azurecr.io']],
        ['10.1.2.5', 'registry', ['crtest.azurecr.io']],
      ],
    );
    const resources = await world.ask(
      'GET',
      `${registryId}/privateLinkResources?api-version=2023-07-01`,
    );
    const [group] = resources.body['value'] as { properties: Shown }[];
    assert.deepEqual(group?.properties, {
      groupId: 'registry',
      requiredMembers: ['registry_data_westeurope', 'registry'],
      requiredZoneNames: ['privatelink.azurecr.io'],
    });
  });

  it('refuses what cannot be', async () => {
    await registry('Standard');
    const missing = `${stamp}/providers/Microsoft.KeyVault/vaults/none`;
    const cases: [Shown, string][] = [
      [endpoint({}, vaultId, 'blob'), 'InvalidPrivateLinkServiceGroupIds'],
      [endpoint({}, missing), 'InvalidResourceReference'],
      [endpoint({}, registryId, 'registry'), 'PrivateLinkNotSupportedForSku'],
      [endpoint({ subnet: { id: `${subnetId}x` } }), 'InvalidResourceReference'],
      [{ ...endpoint(), location: 'northeurope' }, 'InvalidResourceReference'],
      [endpoint({ privateLinkServiceConnections: [] }), 'PrivateEndpointMustHaveOneConnection'],
      [
        endpoint({
          ipConfigurations: [
            {
              name: 'x',
              properties: { memberName: 'default', groupId: 'vault', privateIPAddress: '10.1.2.3' },
            },
          ],
        }),
        'PrivateIPAddressInReservedRange',
      ],
      [
        endpoint({
          ipConfigurations: [
            {
              name: 'x',
              properties: { memberName: 'default', groupId: 'vault', privateIPAddress: '10.9.2.3' },
            },
          ],
        }),
        'PrivateIPAddressNotInSubnet',
      ],
      [
        endpoint({
          ipConfigurations: [
            {
              name: 'x',
              properties: { memberName: 'nobody', groupId: 'vault', privateIPAddress: '10.1.2.9' },
            },
          ],
        }),
        'InvalidPrivateEndpointIpConfiguration',
      ],
      [endpoint({ publicIp: true }), 'InvalidRequestContent'],
    ];
    for (const [body, code] of cases) {
      const answer = await world.ask('PUT', path('bad'), { body });
      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      assert.equal(errorOf(answer).code, code);
    }
    assert.equal(world.arm.store.list('Microsoft.Network/privateEndpoints').length, 0);
  });

  it('runs out of addresses, and its subnet and vault know that they are in use', async () => {
    const tiny = { subnet: { id: subnetId.replace('endpoints', 'tiny') } };
    for (const name of ['a', 'b', 'c']) await world.make(path(name), endpoint(tiny));
    const full = await world.ask('PUT', path('d'), { body: endpoint(tiny) });
    assert.equal(errorOf(full).code, 'SubnetIsFull');
    const refused = await world.ask('DELETE', net(stamp, 'virtualNetworks/v/subnets/tiny'));
    assert.equal(refused.status, 400);
    assert.equal(errorOf(refused).code, 'InUseSubnetCannotBeDeleted');
    assert.match(
      errorOf(refused).message,
      /^Subnet tiny is in use by .*\/ipConfigurations\/.* and cannot be deleted\./,
    );
    assert.equal(
      errorOf(await world.ask('DELETE', net(stamp, 'virtualNetworks/v'))).code,
      'InUseSubnetCannotBeDeleted',
    );
    const moved = await world.ask('PUT', net(stamp, 'virtualNetworks/v/subnets/tiny'), {
      body: { properties: { addressPrefix: '10.1.4.0/29' } },
    });
    assert.equal(errorOf(moved).code, 'InUsePrefixCannotBeDeleted');
  });

  it('needs the right to approve, unless the connection is manual: then the owner decides', async () => {
    world.arm.assignRole(guest, 'Network Contributor', stamp);
    const refused = await world.ask('PUT', path('pe'), { body: endpoint(), as: guest });
    assert.equal(refused.status, 403);
    assert.match(
      errorOf(refused).message,
      /'Microsoft\.KeyVault\/vaults\/privateEndpointConnectionsApproval\/action' on the linked scope\(s\) '.*\/vaults\/kv-test'/,
    );
    const { privateLinkServiceConnections, ...rest } = endpoint()['properties'] as Shown;
    await world.make(
      path('pe'),
      {
        location: 'westeurope',
        properties: { ...rest, manualPrivateLinkServiceConnections: privateLinkServiceConnections },
      },
      guest,
    );
    const state = async (): Promise<unknown> => {
      const shown = await read(path('pe'));
      const [manual] = shown['manualPrivateLinkServiceConnections'] as { properties: Shown }[];
      return (manual?.properties['privateLinkServiceConnectionState'] as Shown)['status'];
    };
    assert.equal(await state(), 'Pending');
    const [connection] = world.arm.store.list(
      'Microsoft.KeyVault/vaults/privateEndpointConnections',
    );
    const decide = (status: string): Promise<{ status: number; body: Shown }> =>
      world.ask('PUT', `${connection?.id ?? ''}?api-version=2023-07-01`, {
        body: { properties: { privateLinkServiceConnectionState: { status } } },
      });
    assert.equal((await decide('Maybe')).status, 400);
    assert.equal((await decide('Approved')).status, 200);
    assert.equal(await state(), 'Approved');
    assert.equal((await decide('Rejected')).status, 200);
    assert.equal(await state(), 'Rejected');
  });

  it('lets the owner of an account or a registry reject, and not take it back', async () => {
    const account = `${stamp}/providers/Microsoft.Storage/storageAccounts/sttest`;
    await world.make(`${account}?api-version=2023-05-01`, {
      location: 'westeurope',
      kind: 'StorageV2',
      sku: { name: 'Standard_LRS' },
    });
    await registry('Premium');
    for (const [target, groupId, version] of [
      [account, 'blob', '2023-05-01'],
      [registryId, 'registry', '2023-07-01'],
    ] as const) {
      await world.make(path(groupId), endpoint({}, target, groupId));
      const connections = `${target}/privateEndpointConnections?api-version=${version}`;
      const listed = await world.ask('GET', connections);
      const [connection] = listed.body['value'] as { id: string }[];
      const decide = (status: string): Promise<{ status: number }> =>
        world.ask('PUT', `${connection?.id ?? ''}?api-version=${version}`, {
          body: { properties: { privateLinkServiceConnectionState: { status } } },
        });
      assert.equal((await decide('Rejected')).status, 200);
      assert.equal((await decide('Approved')).status, 400);
      const [shown] = (await world.properties(path(groupId)))['privateLinkServiceConnections'] as {
        properties: Shown;
      }[];
      assert.equal(
        (shown?.properties['privateLinkServiceConnectionState'] as Shown)['status'],
        'Rejected',
      );
    }
  });
});
