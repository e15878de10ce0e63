import assert from 'node:assert/strict';
import { hub, hubSubscription, stamp, vaultBody, vaultPath } from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  first,
  gone,
  idOf,
  makeNetwork,
  read,
  refuses,
  west,
  type Claims,
  type Shown,
} from './claims.ts';

const vault = vaultPath(hub, 'kv-One');
const vaultWith = (more: Shown): Shown =>
  west({ ...(vaultBody()['properties'] as Shown), ...more });
const deletedVault =
  `/subscriptions/${hubSubscription}/providers/Microsoft.KeyVault/locations/westeurope` +
  '/deletedVaults/kv-One';
const storage = (name: string, group = hub): string =>
  `${group}/providers/Microsoft.Storage/storageAccounts/${name}?api-version=2023-05-01`;
const account = (more: Shown = {}): Shown =>
  west({}, { kind: 'StorageV2', sku: { name: 'Standard_RAGRS' }, ...more });
const registry = (name = 'crOne1', group = hub): string =>
  `${group}/providers/Microsoft.ContainerRegistry/registries/${name}?api-version=2023-07-01`;
const registryBody = (sku: string, properties: Shown = {}): Shown =>
  west(properties, { sku: { name: sku } });

/** Vaults, storage accounts, registries. */
export const serviceClaims: Claims = {
  'Microsoft.KeyVault/vaults': [
    {
      would: 'have a URI and soft delete',
      async holds(world) {
        await world.make(vault, vaultBody());
        const shown = await read(world, vault);
        assert.equal(shown['vaultUri'], 'https://kv-one.vault.azure.net/');
        assert.equal(shown['enableSoftDelete'], true);
        assert.equal(shown['softDeleteRetentionInDays'], 90);
      },
    },
    {
      would: 'keep its name after it is deleted, until it is recovered or purged',
      async holds(world) {
        await world.make(vault, vaultBody());
        await world.drop(vault);
        await refuses(world, '409 ConflictError', 'PUT', vault, vaultBody());
        await world.make(vault, vaultWith({ createMode: 'recover' }));
        await world.drop(vault);
        const purged = await world.ask('POST', `${deletedVault}/purge?api-version=2023-07-01`);
        assert.ok(purged.status < 300);
        await world.make(vault, vaultBody());
      },
    },
    {
      would: 'own its name in the whole cloud',
      async holds(world) {
        await world.make(vault, vaultBody());
        await refuses(
          world,
          '409 VaultAlreadyExists',
          'PUT',
          vaultPath(stamp, 'kv-one'),
          vaultBody(),
        );
      },
    },
    {
      would:
        'refuse to lose purge protection, soft delete, or another time to keep what is deleted',
      async holds(world) {
        await world.make(vault, vaultWith({ enablePurgeProtection: true }));
        const bodies = [
          { enablePurgeProtection: false },
          { enableSoftDelete: false },
          { softDeleteRetentionInDays: 7 },
        ];
        for (const more of bodies) {
          await refuses(world, '400 BadRequest', 'PUT', vault, vaultWith(more));
        }
        await world.make(vault, vaultBody());
        assert.equal((await read(world, vault))['enablePurgeProtection'], true);
      },
    },
    {
      would: 'refuse a foreign tenant, and a body without policies or roles',
      async holds(world) {
        const bodies = [
          { tenantId: '22222222-2222-4222-8222-222222222222' },
          { enableRbacAuthorization: false },
        ];
        for (const more of bodies) {
          await refuses(world, '400 BadRequest', 'PUT', vault, vaultWith(more));
        }
        await refuses(world, '400 VaultNameNotValid', 'PUT', vaultPath(hub, 'k--v'), vaultBody());
      },
    },
  ],

  'Microsoft.Storage/storageAccounts': [
    {
      would: 'have an endpoint a service, and second ones to read from if its SKU says so',
      async holds(world) {
        await world.make(storage('stone'), account());
        const shown = await read(world, storage('stone'));
        const { primaryEndpoints, secondaryEndpoints } = shown as Record<string, Shown>;
        assert.equal(primaryEndpoints?.['blob'], 'https://stone.blob.core.windows.net/');
        assert.equal(
          secondaryEndpoints?.['blob'],
          'https://stone-secondary.blob.core.windows.net/',
        );
        assert.equal(secondaryEndpoints?.['file'], undefined);
      },
    },
    {
      would: 'hand out two keys',
      async holds(world) {
        await world.make(storage('stone'), account());
        const answer = await world.ask('POST', storage('stone').replace('?', '/listKeys?'));
        assert.equal(answer.status, 200);
        const keys = answer.body['keys'] as Shown[];
        assert.deepEqual(
          keys.map(({ keyName }) => keyName),
          ['key1', 'key2'],
        );
        assert.equal(Buffer.from(String(first(keys)['value']), 'base64').length, 64);
      },
    },
    {
      would: 'own its name in the whole cloud, of small letters and digits',
      async holds(world) {
        await world.make(storage('stone'), account());
        const there = storage('stone', stamp);
        await refuses(world, '409 StorageAccountAlreadyTaken', 'PUT', there, account());
        for (const name of ['st', 'st-one', 'STwo']) {
          await refuses(world, '400 AccountNameInvalid', 'PUT', storage(name), account());
        }
      },
    },
    {
      would: 'refuse a SKU that is none, and keep its kind',
      async holds(world) {
        const odd = account({ sku: { name: 'Standard_XRS' } });
        await refuses(world, '400 InvalidValuesForRequestParameters', 'PUT', storage('stone'), odd);
        await world.make(storage('stone'), account());
        const other = account({ kind: 'BlobStorage' });
        await refuses(world, '400 AccountPropertyCannotBeUpdated', 'PUT', storage('stone'), other);
      },
    },
    {
      would: 'list the endpoints that lead to it',
      async holds(world) {
        await makeNetwork(world);
        await world.make(storage('stone'), account());
        await world.make(endpointPath(), endpointBody(idOf(storage('stone')), 'blob'));
        const list = (await read(world, storage('stone')))['privateEndpointConnections'];
        assert.equal((list as unknown[] | undefined)?.length, 1);
      },
    },
  ],

  'Microsoft.ContainerRegistry/registries': [
    {
      would: 'have a login server',
      async holds(world) {
        await world.make(registry(), registryBody('Basic'));
        assert.equal((await read(world, registry()))['loginServer'], 'crone1.azurecr.io');
      },
    },
    {
      would: 'have a data endpoint in its region when it is asked for',
      async holds(world) {
        await world.make(registry(), registryBody('Premium', { dataEndpointEnabled: true }));
        assert.deepEqual((await read(world, registry()))['dataEndpointHostNames'], [
          'crone1.westeurope.data.azurecr.io',
        ]);
      },
    },
    {
      would: 'keep private access, data endpoints and zones for Premium',
      async holds(world) {
        const bodies = [
          { publicNetworkAccess: 'Disabled' },
          { dataEndpointEnabled: true },
          { zoneRedundancy: 'Enabled' },
        ];
        for (const properties of bodies) {
          await refuses(
            world,
            '400 FeatureNotSupportedForSku',
            'PUT',
            registry(),
            registryBody('Standard', properties),
          );
        }
        await refuses(world, '400 InvalidSku', 'PUT', registry(), registryBody('Free'));
      },
    },
    {
      would: 'stay Premium while an endpoint leads to it',
      async holds(world) {
        await makeNetwork(world);
        await world.make(registry(), registryBody('Premium'));
        await world.make(endpointPath(), endpointBody(idOf(registry()), 'registry'));
        await refuses(
          world,
          '400 PrivateEndpointConnectionsExist',
          'PUT',
          registry(),
          registryBody('Basic'),
        );
        await world.drop(endpointPath());
        await world.make(registry(), registryBody('Basic'));
      },
    },
    {
      would: 'own its name in the whole cloud, of letters and digits',
      async holds(world) {
        await world.make(registry(), registryBody('Basic'));
        const there = registry('crone1', stamp);
        await refuses(world, '409 AlreadyInUse', 'PUT', there, registryBody('Basic'));
        const odd = registry('cr-one');
        await refuses(world, '400 InvalidResourceName', 'PUT', odd, registryBody('Basic'));
        await world.drop(registry());
        await gone(world, registry());
        await world.make(there, registryBody('Basic'));
      },
    },
    {
      would: 'hand out a password only while the admin user is on',
      async holds(world) {
        const ask = registry().replace('?', '/listCredentials?');
        await world.make(registry(), registryBody('Basic'));
        await refuses(world, '400 UnAuthorizedForCredentialOperations', 'POST', ask);
        await world.make(registry(), registryBody('Basic', { adminUserEnabled: true }));
        const answer = await world.ask('POST', ask);
        assert.equal((answer.body['passwords'] as unknown[] | undefined)?.length, 2);
      },
    },
  ],
};
