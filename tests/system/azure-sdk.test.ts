import assert from 'node:assert/strict';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { KeyVaultManagementClient } from '@azure/arm-keyvault';
import { ResourceManagementClient } from '@azure/arm-resources';
import { StorageManagementClient } from '@azure/arm-storage';
import type { ClientSecretCredential } from '@azure/identity';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { collect, connectionOf, credentialOf, type Connection } from './azure-sdk-connection.ts';

const group = 'rg-sdk';
const location = 'westeurope';
const fast = { updateIntervalInMs: 20 };
const guest = '20000000-0000-4000-8000-00000000000a';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';

/** Entra and Resource Manager as a program meets them that is given nothing but addresses and a secret. */
describe('the Azure SDKs and the sandbox', function () {
  this.timeout(180_000);
  let world: RunningSandbox;
  let subscription = '';
  let connection: Connection;
  let credential: ClientSecretCredential;
  let resources: ResourceManagementClient;

  before(async () => {
    world = await runSandbox({ endpointPorts: {} });
    subscription = world.sandbox.info.subscriptionId;
    credential = credentialOf(world.sandbox);
    connection = connectionOf(world.sandbox);
    resources = new ResourceManagementClient(credential, subscription, connection);
  });
  after(() => world?.stop());

  const missing = { statusCode: 404, code: 'ResourceNotFound', name: 'RestError' };

  it('a wrong secret gets no token', async () => {
    const wrong = new ResourceManagementClient(
      credentialOf(world.sandbox, 'wrong'),
      subscription,
      connection,
    );
    await assert.rejects(collect(wrong.resourceGroups.list()), (error: Error) => {
      assert.equal(error.name, 'AuthenticationRequiredError');
      assert.match(error.message, /AADSTS7000215/);
      return true;
    });
  });

  it('resource groups: create, update, get, list, errors', async () => {
    const groups = resources.resourceGroups;
    const made = await groups.createOrUpdate(group, { location, tags: { by: 'sdk' } });
    assert.equal(made.id, `/subscriptions/${subscription}/resourceGroups/${group}`);
    assert.equal(made.properties?.provisioningState, 'Succeeded');
    assert.deepEqual((await groups.update(group, { tags: { by: 'us' } })).tags, { by: 'us' });
    assert.deepEqual(
      (await collect(groups.list())).map(({ name }) => name),
      [group],
    );
    await assert.rejects(groups.get('rg-none'), { statusCode: 404, code: 'ResourceGroupNotFound' });
    await assert.rejects(groups.createOrUpdate(group, { location: 'northeurope' }), {
      statusCode: 409,
      code: 'InvalidResourceGroupLocation',
    });
  });

  it('providers: list, get, unregister, register', async () => {
    const { providers } = resources;
    const names = (await collect(providers.list())).map(({ namespace }) => namespace);
    assert.ok(names.includes('Microsoft.KeyVault'));
    const vaults = (await providers.get('Microsoft.KeyVault')).resourceTypes?.[0];
    assert.equal(vaults?.resourceType, 'vaults');
    await providers.unregister('Microsoft.KeyVault');
    const keys = new KeyVaultManagementClient(credential, subscription, connection);
    const { tenantId } = world.sandbox.info;
    const body = {
      location,
      properties: { tenantId, sku: { family: 'A' as const, name: 'standard' as const } },
    };
    await assert.rejects(keys.vaults.beginCreateOrUpdateAndWait(group, 'kv-sdk-none', body, fast), {
      statusCode: 409,
      code: 'MissingSubscriptionRegistration',
    });
    assert.equal((await providers.register('Microsoft.KeyVault')).registrationState, 'Registered');
  });

  it('vaults and storage accounts: create, get, list, update, delete', async () => {
    const { vaults } = new KeyVaultManagementClient(credential, subscription, connection);
    const { tenantId } = world.sandbox.info;
    const sku = { family: 'A' as const, name: 'standard' as const };
    const properties = { tenantId, sku, enableRbacAuthorization: true };
    const vault = await vaults.beginCreateOrUpdateAndWait(
      group,
      'kv-sdk-1',
      { location, properties },
      fast,
    );
    assert.equal(vault.properties.vaultUri, 'https://kv-sdk-1.vault.azure.net/');
    assert.deepEqual((await vaults.update(group, 'kv-sdk-1', { tags: { a: 'b' } })).tags, {
      a: 'b',
    });
    assert.equal((await vaults.get(group, 'kv-sdk-1')).properties.sku.name, 'standard');
    await vaults.delete(group, 'kv-sdk-1');
    await assert.rejects(vaults.get(group, 'kv-sdk-1'), missing);
    assert.deepEqual(
      (await collect(vaults.listDeleted())).map(({ name }) => name),
      ['kv-sdk-1'],
    );
    await vaults.beginPurgeDeletedAndWait('kv-sdk-1', location, fast);
    assert.deepEqual(await collect(vaults.listDeleted()), []);

    const { storageAccounts } = new StorageManagementClient(credential, subscription, connection);
    const account = { location, kind: 'StorageV2', sku: { name: 'Standard_LRS' } };
    const made = await storageAccounts.beginCreateAndWait(group, 'stsdk1', account, fast);
    assert.equal(made.primaryEndpoints?.blob, 'https://stsdk1.blob.core.windows.net/');
    assert.equal(
      (await storageAccounts.update(group, 'stsdk1', { allowBlobPublicAccess: false }))
        .allowBlobPublicAccess,
      false,
    );
    assert.deepEqual(
      (await collect(storageAccounts.list())).map(({ name }) => name),
      ['stsdk1'],
    );
    await storageAccounts.delete(group, 'stsdk1');
    await assert.rejects(storageAccounts.getProperties(group, 'stsdk1'), missing);
  });

  it('role assignments: create, list, conflict, delete', async () => {
    const { roleAssignments } = new AuthorizationManagementClient(
      credential,
      subscription,
      connection,
    );
    const scope = `/subscriptions/${subscription}/resourceGroups/${group}`;
    const body = {
      principalId: guest,
      principalType: 'ServicePrincipal' as const,
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${reader}`,
    };
    const name = '30000000-0000-4000-8000-000000000001';
    assert.equal((await roleAssignments.create(scope, name, body)).scope, scope);
    await assert.rejects(roleAssignments.create(scope, name.replace(/1$/, '2'), body), {
      statusCode: 409,
      code: 'RoleAssignmentExists',
    });
    const held = await collect(
      roleAssignments.listForScope(scope, { filter: `principalId eq '${guest}'` }),
    );
    assert.deepEqual(
      held.map((assignment) => assignment.name),
      [name],
    );
    assert.equal((await roleAssignments.delete(scope, name))?.principalId, guest);
    await assert.rejects(roleAssignments.get(scope, name), { statusCode: 404 });
  });

  it('group delete ends, and nothing is left', async () => {
    await resources.resourceGroups.beginDeleteAndWait(group, fast);
    assert.deepEqual(await collect(resources.resources.list()), []);
    assert.deepEqual(await resources.resourceGroups.checkExistence(group), { body: false });
  });
});
