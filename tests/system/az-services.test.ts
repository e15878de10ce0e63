import assert from 'node:assert/strict';
import { azSuite, query } from '../support/az.ts';

const group = 'rg-services';
const guest = '20000000-0000-4000-8000-00000000000a';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const network = 'Microsoft.Network/virtualNetworks';
const endpoint = 'Microsoft.Network/privateEndpoints';

describe('the Azure CLI: registries, vaults, storage accounts, rights', function () {
  this.timeout(120_000);
  const az = azSuite(group);

  before(async () => {
    const properties = JSON.stringify({
      addressSpace: { addressPrefixes: ['127.30.0.0/16'] },
      subnets: [{ name: 'endpoints', properties: { addressPrefix: '127.30.0.0/27' } }],
    });
    await az.run('resource', 'create', ...inGroup('vnet', network), '-p', properties);
  });

  const inGroup = (name: string, type: string): string[] => [
    '-g',
    group,
    '-n',
    name,
    '--resource-type',
    type,
  ];
  const accountBody = JSON.stringify({
    location: 'westeurope',
    kind: 'StorageV2',
    sku: { name: 'Standard_LRS' },
  });

  it('acr create, show, login, and a private endpoint', async () => {
    // What cannot have a private endpoint is reached by everybody; here that is this machine.
    await az.run('acr', 'create', '-g', group, '-n', 'crazbasic', '--sku', 'Basic');
    const server = await az.run('acr', 'show', '-n', 'crazbasic', ...query('loginServer'));
    assert.match(String(server), /^localhost:\d+$/);
    const login = await az.run('acr', 'login', '-n', 'crazbasic', '--expose-token');
    const { loginServer, accessToken } = login as { loginServer: string; accessToken: string };
    assert.equal(loginServer, server);
    assert.equal(accessToken.split('.').length, 3);
    assert.deepEqual(await az.run('acr', 'repository', 'list', '-n', 'crazbasic'), []);

    const premium = ['acr', 'create', '-g', group, '-n', 'crazpremium', '--sku', 'Premium'];
    assert.equal(await az.run(...premium, ...query('loginServer')), 'crazpremium.azurecr.io');
    const state = ['acr', 'update', '-n', 'crazpremium', '--public-network-enabled', 'false'];
    assert.equal(await az.run(...state, ...query('publicNetworkAccess')), 'Disabled');
    const body = JSON.stringify({
      location: 'westeurope',
      properties: {
        subnet: { id: `${az.groupId}/providers/${network}/vnet/subnets/endpoints` },
        privateLinkServiceConnections: [
          {
            name: 'registry',
            properties: {
              privateLinkServiceId: `${az.groupId}/providers/Microsoft.ContainerRegistry/registries/crazpremium`,
              groupIds: ['registry'],
            },
          },
        ],
      },
    });
    await az.run('resource', 'create', ...inGroup('pe', endpoint), '--is-full-object', '-p', body);
    const configs = query('properties.customDnsConfigs[].[fqdn, ipAddresses[0]]');
    assert.deepEqual(await az.run('resource', 'show', ...inGroup('pe', endpoint), ...configs), [
      ['crazpremium.westeurope.data.azurecr.io', '127.30.0.4'],
      ['crazpremium.azurecr.io', '127.30.0.5'],
    ]);
    const connections = ['acr', 'private-endpoint-connection', 'list', '-r', 'crazpremium'];
    assert.deepEqual(
      await az.run(...connections, ...query('[].privateLinkServiceConnectionState.status')),
      ['Approved'],
    );
    const busy = await az.fail('resource', 'delete', ...inGroup('vnet', network), '--verbose');
    assert.match(busy, /InUseSubnetCannotBeDeleted|in use/i);
    await az.run('resource', 'delete', ...inGroup('pe', endpoint));
    assert.deepEqual(await az.run('resource', 'list', '--resource-type', endpoint), []);
    assert.deepEqual(await az.run(...connections), []);
  });

  it('key vault and storage account', async () => {
    const { tenantId } = az.info;
    const vault = 'Microsoft.KeyVault/vaults';
    const properties = JSON.stringify({
      tenantId,
      sku: { family: 'A', name: 'standard' },
      enableRbacAuthorization: true,
    });
    const uri = query('properties.vaultUri');
    assert.equal(
      await az.run('resource', 'create', ...inGroup('kv-az', vault), '-p', properties, ...uri),
      'https://kv-az.vault.azure.net/',
    );
    assert.equal(
      await az.run('keyvault', 'show', '-n', 'kv-az', ...uri),
      'https://kv-az.vault.azure.net/',
    );
    await az.run('keyvault', 'delete', '-n', 'kv-az');
    const deleted = ['keyvault', 'list-deleted', '--resource-type', 'vault', ...query('[].name')];
    assert.deepEqual(await az.run(...deleted), ['kv-az']);
    await az.run('keyvault', 'purge', '-n', 'kv-az', '-l', 'westeurope');
    assert.deepEqual(await az.run(...deleted), []);

    const account = 'Microsoft.Storage/storageAccounts';
    const blob = query('properties.primaryEndpoints.blob');
    assert.equal(
      await az.run(
        'resource',
        'create',
        ...inGroup('staz', account),
        '--is-full-object',
        '-p',
        accountBody,
        ...blob,
      ),
      'https://staz.blob.core.windows.net/',
    );
    assert.equal(
      await az.run('storage', 'account', 'show', '-n', 'staz', ...query('kind')),
      'StorageV2',
    );
    const keys = ['resource', 'invoke-action', '--action', 'listKeys', ...inGroup('staz', account)];
    assert.deepEqual(await az.run(...keys, ...query('keys[].keyName')), ['key1', 'key2']);
  });

  it('role assignments and their rights', async () => {
    // Debian's 2.45 cannot run `az role` against any server: 'RoleAssignmentsOperations' has no 'config'.
    const url = `${az.groupId}/providers/Microsoft.Authorization/roleAssignments`;
    const { subscriptionId } = az.info;
    const role = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${reader}`;
    const body = JSON.stringify({ properties: { principalId: guest, roleDefinitionId: role } });
    const version = 'api-version=2022-04-01';
    const named = (n: number): string =>
      `${url}/30000000-0000-4000-8000-00000000000${String(n)}?${version}`;
    await az.run('rest', '-m', 'put', '-u', named(1), '-b', body);
    assert.match(
      await az.fail('rest', '-m', 'put', '-u', named(2), '-b', body),
      /RoleAssignmentExists/,
    );
    const filter = encodeURIComponent(`principalId eq '${guest}'`);
    const listed = ['rest', '-m', 'get', '-u', `${url}?${version}&$filter=${filter}`];
    assert.deepEqual(await az.run(...listed, ...query('value[].properties.[principalId, scope]')), [
      [guest, az.groupId],
    ]);
    await az.run('rest', '-m', 'delete', '-u', named(1));
    assert.deepEqual(await az.run(...listed, ...query('value')), []);
  });
});
