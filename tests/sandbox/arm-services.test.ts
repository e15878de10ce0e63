import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  hubSubscription,
  stamp,
  startWorld,
  tenantId,
  vaultBody,
  vaultPath,
  type World,
} from '../unit/arm/arm-world.ts';

type Shown = Record<string, unknown>;

const storagePath = (group: string, name: string): string =>
  `${group}/providers/Microsoft.Storage/storageAccounts/${name}?api-version=2023-05-01`;
const registryPath = (group: string, name: string): string =>
  `${group}/providers/Microsoft.ContainerRegistry/registries/${name}?api-version=2023-07-01`;
const account = (sku = 'Standard_ZRS', more: Shown = {}): Shown => ({
  location: 'westeurope',
  kind: 'StorageV2',
  sku: { name: sku },
  properties: more,
});
const registry = (sku = 'Premium', more: Shown = {}): Shown => ({
  location: 'westeurope',
  sku: { name: sku },
  properties: more,
});

describe('sandbox arm: vaults, storage accounts, registries', () => {
  let world: World;
  let today: Date;

  beforeEach(async () => {
    today = new Date('2026-11-01T00:00:00Z');
    world = await startWorld({ now: () => today });
  });

  afterEach(() => world.stop());

  describe('Microsoft.KeyVault/vaults', () => {
    const path = vaultPath(hub, 'kv-One');
    const vault = (more: Shown): Shown => ({
      location: 'westeurope',
      properties: { ...(vaultBody()['properties'] as Shown), ...more },
    });

    it('gets its URI and defaults, is updated, and merges a PATCH', async () => {
      const first = await world.ask('PUT', path, {
        body: vault({ networkAcls: { bypass: 'None', defaultAction: 'Deny' } }),
      });
      assert.equal(first.status, 201);
      const shown = first.body['properties'] as Shown;
      assert.equal(shown['provisioningState'], 'RegisteringDns');
      assert.equal(shown['vaultUri'], 'https://kv-one.vault.azure.net/');
      await world.settled(path);
      await world.make(path, vault({}));
      const patched = await world.ask('PATCH', path, {
        body: { properties: { publicNetworkAccess: 'Disabled' } },
      });
      assert.equal(patched.status, 200, JSON.stringify(patched.body));
      const after = patched.body['properties'] as Shown;
      assert.equal(after['publicNetworkAccess'], 'Disabled');
      assert.equal(after['enableRbacAuthorization'], true);
      assert.equal(after['provisioningState'], 'Succeeded');
    });

    it('is soft-deleted: its name stays taken until it is recovered or purged', async () => {
      await world.make(path, vault({ softDeleteRetentionInDays: 7 }));
      await world.drop(path);
      assert.match(
        await world.refused('PUT', path, vault({})),
        /^409 ConflictError: A vault with the same name already exists in deleted state\./,
      );
      const deleted = `/subscriptions/${hubSubscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-one`;
      const shown = await world.ask('GET', `${deleted}?api-version=2023-07-01`);
      assert.equal(
        (shown.body['properties'] as Shown)['scheduledPurgeDate'],
        '2026-11-08T00:00:00.000Z',
      );
      await world.make(path, vault({ createMode: 'recover', softDeleteRetentionInDays: 7 }));
      await world.drop(path);
      assert.equal(
        (await world.ask('POST', `${deleted}/purge?api-version=2023-07-01`)).status,
        200,
      );
      await world.make(path, vault({}));
    });

    it('cannot be purged under protection, and frees its name when its time is over', async () => {
      await world.make(path, vault({ enablePurgeProtection: true, softDeleteRetentionInDays: 7 }));
      assert.match(
        await world.refused(
          'PUT',
          path,
          vault({ enablePurgeProtection: false, softDeleteRetentionInDays: 7 }),
        ),
        /is an irreversible action\.$/,
      );
      await world.drop(path);
      const purged = await world.ask(
        'POST',
        `/subscriptions/${hubSubscription}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-one/purge?api-version=2023-07-01`,
      );
      assert.equal(purged.status, 409);
      today = new Date('2026-11-09T00:00:00Z');
      await world.make(path, vault({}));
    });

    it('refuses names and values that Azure refuses', async () => {
      await world.make(path, vault({}));
      assert.match(
        await world.refused('PUT', vaultPath(stamp, 'KV-ONE'), vault({})),
        /^409 VaultAlreadyExists: The vault name 'KV-ONE' is already in use\./,
      );
      for (const name of ['1vault', 'kv--x', 'kv', 'kv-with-a-name-that-is-too-long']) {
        assert.match(
          await world.refused('PUT', vaultPath(hub, name), vault({})),
          new RegExp(`^400 VaultNameNotValid: The vault name '${name}' is invalid\\.`),
        );
      }
      const other = vaultPath(hub, 'kv-two');
      assert.equal(
        await world.refused('PUT', other, vault({ tenantId: hubSubscription })),
        "400 BadRequest: An invalid value was provided for 'tenantId'.",
      );
      assert.equal(
        await world.refused('PUT', other, vault({ enableRbacAuthorization: false })),
        "400 BadRequest: An invalid value was provided for 'accessPolicies'.",
      );
      assert.match(
        await world.refused('PUT', other, vault({ sku: { family: 'A', name: 'gold' } })),
        /^400 InvalidRequestContent: .*"gold" at path 'properties\.sku\.name'\. Allowed values: standard, premium'/,
      );
      assert.match(
        await world.refused('PUT', other, vault({ enableRbacAuthorisation: true })),
        /^400 InvalidRequestContent: .*'enableRbacAuthorisation' on object of type 'VaultProperties'\. Path 'properties\.enableRbacAuthorisation''/,
      );
      assert.equal(tenantId.length, 36);
    });
  });

  describe('Microsoft.Storage/storageAccounts', () => {
    const path = storagePath(hub, 'stone');

    it('answers 202 with a Location that ends in the account', async () => {
      const first = await world.ask('PUT', path, { body: account() });
      assert.equal(first.status, 202);
      assert.equal(first.headers['azure-asyncoperation'], undefined);
      const done = await world.follow(first);
      assert.equal(done.status, 200);
      const shown = done.body['properties'] as Record<string, Shown>;
      assert.equal(shown['primaryEndpoints']?.['blob'], 'https://stone.blob.core.windows.net/');
      assert.equal(shown['secondaryEndpoints'], undefined);
      assert.deepEqual(done.body['sku'], { name: 'Standard_ZRS', tier: 'Standard' });
      const again = await world.ask('PUT', path, {
        body: account('Standard_RAGRS', { allowSharedKeyAccess: false }),
      });
      assert.equal(again.status, 200);
      const updated = again.body['properties'] as Record<string, Shown>;
      assert.equal(
        updated['secondaryEndpoints']?.['blob'],
        'https://stone-secondary.blob.core.windows.net/',
      );
      const patched = await world.ask('PATCH', path, {
        body: { properties: { minimumTlsVersion: 'TLS1_2' } },
      });
      assert.equal(patched.status, 200, JSON.stringify(patched.body));
      assert.equal((patched.body['properties'] as Shown)['allowSharedKeyAccess'], false);
    });

    it('hands out keys only to who may list them', async () => {
      await world.make(path, account());
      const keys = `${path.replace('?', '/listKeys?')}`;
      const listed = await world.ask('POST', keys);
      assert.deepEqual(
        (listed.body['keys'] as Shown[]).map((k) => k['keyName']),
        ['key1', 'key2'],
      );
      world.arm.assignRole(guest, 'Reader', hub);
      const denied = await world.ask('POST', keys, { as: guest });
      assert.equal(denied.status, 403);
      assert.match(
        errorOf(denied).message,
        /'Microsoft\.Storage\/storageAccounts\/listKeys\/action'/,
      );
      const unknown = await world.ask('POST', path.replace('?', '/regenerateKey?'));
      assert.match(errorOf(unknown).message, /The action 'regenerateKey' is not known/);
    });

    it('refuses names, kinds and SKUs that Azure refuses', async () => {
      await world.make(path, account());
      assert.equal(
        await world.refused('PUT', storagePath(stamp, 'stone'), account()),
        '409 StorageAccountAlreadyTaken: The storage account named stone is already taken.',
      );
      for (const name of ['ST', 'has-dash', 'x'.repeat(25)]) {
        assert.match(
          await world.refused('PUT', storagePath(hub, name), account()),
          /^400 AccountNameInvalid: /,
        );
      }
      assert.match(
        await world.refused('PUT', storagePath(hub, 'sttwo'), account('Gold_LRS')),
        /^400 InvalidValuesForRequestParameters: .*'Gold_LRS'/,
      );
      assert.match(
        await world.refused('PUT', path, { ...account(), kind: 'BlobStorage' }),
        /^400 AccountPropertyCannotBeUpdated/,
      );
      await world.drop(path);
      await world.make(storagePath(stamp, 'stone'), account());
    });
  });

  describe('Microsoft.ContainerRegistry/registries', () => {
    const path = registryPath(hub, 'crOne');

    it('gets its login server and data endpoint, and loses the latter with the feature', async () => {
      const made = await world.make(path, registry('premium', { dataEndpointEnabled: true }));
      const shown = made['properties'] as Shown;
      assert.equal(shown['loginServer'], 'crone.azurecr.io');
      assert.deepEqual(shown['dataEndpointHostNames'], ['crone.westeurope.data.azurecr.io']);
      assert.deepEqual(made['sku'], { name: 'Premium', tier: 'Premium' });
      const after = await world.make(path, registry());
      assert.deepEqual((after['properties'] as Shown)['dataEndpointHostNames'], []);
      const listed = await world.ask(
        'GET',
        `${hub}/providers/Microsoft.ContainerRegistry/registries?api-version=2025-11-01`,
      );
      assert.deepEqual(
        (listed.body['value'] as Shown[]).map((r) => r['name']),
        ['crOne'],
      );
    });

    it('has credentials only with its admin user', async () => {
      await world.make(path, registry());
      const credentials = path.replace('?', '/listCredentials?');
      assert.equal((await world.ask('POST', credentials)).status, 400);
      await world.make(path, registry('Basic', { adminUserEnabled: true }));
      const listed = await world.ask('POST', credentials);
      assert.equal(listed.body['username'], 'crOne');
    });

    it('refuses names, SKUs and features that Azure refuses', async () => {
      await world.make(path, registry());
      assert.match(
        await world.refused('PUT', registryPath(stamp, 'CRONE'), registry()),
        /^409 AlreadyInUse: The registry DNS name crone\.azurecr\.io is already in use\./,
      );
      assert.match(
        await world.refused('PUT', registryPath(hub, 'cr-1'), registry()),
        /^400 InvalidResourceName/,
      );
      assert.match(
        await world.refused('PUT', registryPath(hub, 'crtwo'), registry('Gold')),
        /^400 InvalidRequestContent|^400 InvalidSku/,
      );
      for (const publicNetworkAccess of ['Disabled', 'disabled']) {
        assert.equal(
          await world.refused(
            'PUT',
            registryPath(hub, 'crtwo'),
            registry('Standard', { publicNetworkAccess }),
          ),
          "400 FeatureNotSupportedForSku: The property 'publicNetworkAccess' is only supported for registries in the Premium SKU; this one is Standard.",
        );
      }
    });
  });
});
