import assert from 'node:assert/strict';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { KeyVaultManagementClient } from '@azure/arm-keyvault';
import { NetworkManagementClient } from '@azure/arm-network';
import { PrivateDnsManagementClient } from '@azure/arm-privatedns';
import { ResourceManagementClient } from '@azure/arm-resources';
import { StorageManagementClient } from '@azure/arm-storage';
import { ClientSecretCredential } from '@azure/identity';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';

const group = 'rg-sdk';
const location = 'westeurope';
const fast = { updateIntervalInMs: 20 };
const guest = '20000000-0000-4000-8000-00000000000a';
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7';
const zone = 'privatelink.azurecr.io';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Entra and Resource Manager as a program meets them that is given nothing but addresses and a secret. */
describe('the Azure SDKs and the sandbox', function () {
  this.timeout(60_000);
  let world: RunningSandbox;
  let subscription = '';
  let connection: { endpoint: string; credentialScopes: string[]; tlsOptions: { ca: string } };
  let credential: ClientSecretCredential;
  let resources: ResourceManagementClient;
  let networks: NetworkManagementClient;
  let zones: PrivateDnsManagementClient;
  let registries: ContainerRegistryManagementClient;

  before(async () => {
    world = await runSandbox({ endpointPorts: {} });
    const { info, authority } = world.sandbox;
    const tlsOptions = { ca: authority.caPem };
    subscription = info.subscriptionId;
    credential = secret(info.clientSecret);
    connection = { endpoint: info.arm, credentialScopes: [`${info.arm}/.default`], tlsOptions };
    resources = new ResourceManagementClient(credential, subscription, connection);
    networks = new NetworkManagementClient(credential, subscription, connection);
    zones = new PrivateDnsManagementClient(credential, subscription, connection);
    registries = new ContainerRegistryManagementClient(credential, subscription, connection);
  });
  after(() => world?.stop());

  function secret(text: string): ClientSecretCredential {
    const { info, authority } = world.sandbox;
    return new ClientSecretCredential(info.tenantId, info.clientId, text, {
      authorityHost: info.authority,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: authority.caPem },
    });
  }

  const idOf = (type: string, name: string): string =>
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`;
  const missing = { statusCode: 404, code: 'ResourceNotFound', name: 'RestError' };

  it('a wrong secret gets no token', async () => {
    const wrong = new ResourceManagementClient(secret('wrong'), subscription, connection);
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
    assert.deepEqual((await collect(groups.list())).map(({ name }) => name), [group]);
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
    const body = { location, properties: { tenantId, sku: { family: 'A' as const, name: 'standard' as const } } };
    await assert.rejects(keys.vaults.beginCreateOrUpdateAndWait(group, 'kv-sdk-none', body, fast), {
      statusCode: 409,
      code: 'MissingSubscriptionRegistration',
    });
    assert.equal((await providers.register('Microsoft.KeyVault')).registrationState, 'Registered');
  });

  it('networks: groups of rules, subnets, peering from both sides', async () => {
    const rule = {
      name: 'https',
      priority: 100,
      direction: 'Inbound' as const,
      access: 'Allow' as const,
      protocol: 'Tcp' as const,
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '443',
    };
    const nsgs = networks.networkSecurityGroups;
    const nsg = await nsgs.beginCreateOrUpdateAndWait(group, 'nsg', { location, securityRules: [rule] }, fast);
    assert.equal(nsg.securityRules?.[0]?.provisioningState, 'Succeeded');
    assert.equal(nsg.defaultSecurityRules?.length, 6);
    await assert.rejects(
      nsgs.beginCreateOrUpdateAndWait(group, 'nsg', { location, securityRules: [rule, { ...rule, name: 'twin' }] }, fast),
      { statusCode: 400, code: 'SecurityRuleConflict' },
    );
    for (const [name, prefix] of [['a', '127.31.0.0/16'], ['b', '127.32.0.0/16']] as const) {
      await networks.virtualNetworks.beginCreateOrUpdateAndWait(
        group,
        name,
        { location, addressSpace: { addressPrefixes: [prefix] } },
        fast,
      );
    }
    const subnet = await networks.subnets.beginCreateOrUpdateAndWait(
      group,
      'a',
      'endpoints',
      { addressPrefix: '127.31.0.0/27', networkSecurityGroup: { id: nsg.id ?? '' } },
      fast,
    );
    assert.equal(subnet.networkSecurityGroup?.id, nsg.id);
    await assert.rejects(nsgs.beginDeleteAndWait(group, 'nsg', fast), {
      statusCode: 400,
      code: 'InUseNetworkSecurityGroupCannotBeDeleted',
    });
    await assert.rejects(
      networks.subnets.beginCreateOrUpdateAndWait(group, 'a', 'outside', { addressPrefix: '127.99.0.0/24' }, fast),
      { statusCode: 400, code: 'NetcfgInvalidSubnet' },
    );
    const peer = (from: string, to: string): Promise<{ peeringState?: string }> =>
      networks.virtualNetworkPeerings.beginCreateOrUpdateAndWait(
        group,
        from,
        `to-${to}`,
        { remoteVirtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', to) }, allowVirtualNetworkAccess: true },
        fast,
      );
    assert.equal((await peer('a', 'b')).peeringState, 'Initiated');
    assert.equal((await peer('b', 'a')).peeringState, 'Connected');
    assert.equal((await networks.virtualNetworkPeerings.get(group, 'a', 'to-b')).peeringState, 'Connected');
    await networks.virtualNetworkPeerings.beginDeleteAndWait(group, 'b', 'to-a', fast);
    assert.equal((await networks.virtualNetworkPeerings.get(group, 'a', 'to-b')).peeringState, 'Disconnected');
    assert.deepEqual((await collect(networks.virtualNetworks.listAll())).map(({ name }) => name), ['a', 'b']);
    await assert.rejects(networks.virtualNetworks.get(group, 'none'), missing);
  });

  it('a registry behind a private endpoint with a zone group', async () => {
    const made = await registries.registries.beginCreateAndWait(group, 'crsdk1', { location, sku: { name: 'Premium' } }, fast);
    assert.equal(made.loginServer, 'crsdk1.azurecr.io');
    const closed = await registries.registries.beginUpdateAndWait(group, 'crsdk1', { publicNetworkAccess: 'Disabled' }, fast);
    assert.equal(closed.publicNetworkAccess, 'Disabled');
    const endpoint = await networks.privateEndpoints.beginCreateOrUpdateAndWait(
      group,
      'pe',
      {
        location,
        subnet: { id: `${idOf('Microsoft.Network/virtualNetworks', 'a')}/subnets/endpoints` },
        privateLinkServiceConnections: [
          { name: 'registry', privateLinkServiceId: made.id ?? '', groupIds: ['registry'] },
        ],
      },
      fast,
    );
    assert.equal(endpoint.privateLinkServiceConnections?.[0]?.privateLinkServiceConnectionState?.status, 'Approved');
    assert.deepEqual(
      endpoint.customDnsConfigs?.map(({ fqdn }) => fqdn),
      ['crsdk1.westeurope.data.azurecr.io', 'crsdk1.azurecr.io'],
    );
    const { id = '' } = await zones.privateZones.beginCreateOrUpdateAndWait(group, zone, { location: 'global' }, fast);
    const link = await zones.virtualNetworkLinks.beginCreateOrUpdateAndWait(
      group,
      zone,
      'a',
      {
        location: 'global',
        registrationEnabled: false,
        virtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', 'a') },
      },
      fast,
    );
    assert.equal(link.virtualNetworkLinkState, 'Completed');
    const config = [{ name: 'acr', privateDnsZoneId: id }];
    const zoneGroup = await networks.privateDnsZoneGroups.beginCreateOrUpdateAndWait(
      group,
      'pe',
      'default',
      { privateDnsZoneConfigs: config },
      fast,
    );
    assert.equal(zoneGroup.privateDnsZoneConfigs?.[0]?.recordSets?.length, 2);
    const sets = await collect(zones.recordSets.listByType(group, zone, 'A'));
    assert.deepEqual(sets.map(({ name }) => name).sort(), ['crsdk1', 'crsdk1.westeurope.data']);
    await networks.privateDnsZoneGroups.beginDeleteAndWait(group, 'pe', 'default', fast);
    assert.deepEqual(await collect(zones.recordSets.listByType(group, zone, 'A')), []);
  });

  it('records: etags decide who writes', async () => {
    const { recordSets } = zones;
    const one = { ttl: 10, aRecords: [{ ipv4Address: '127.31.0.9' }] };
    const first = await recordSets.createOrUpdate(group, zone, 'A', 'www', one, { ifNoneMatch: '*' });
    assert.equal(first.fqdn, `www.${zone}.`);
    const etag = first.etag ?? '';
    await assert.rejects(recordSets.createOrUpdate(group, zone, 'A', 'www', one, { ifNoneMatch: '*' }), {
      statusCode: 412,
      code: 'PreconditionFailed',
    });
    const second = await recordSets.update(group, zone, 'A', 'www', { ttl: 20 }, { ifMatch: etag });
    assert.deepEqual([second.ttl, second.aRecords], [20, one.aRecords]);
    await assert.rejects(recordSets.delete(group, zone, 'A', 'www', { ifMatch: etag }), { statusCode: 412 });
    await recordSets.delete(group, zone, 'A', 'www', { ifMatch: second.etag ?? '' });
    await assert.rejects(recordSets.get(group, zone, 'A', 'www'), { statusCode: 404 });
    await assert.rejects(zones.privateZones.beginDeleteAndWait(group, zone, fast), (error: { statusCode?: number }) => {
      assert.ok(error.statusCode === 409 || error.statusCode === 400, 'a linked zone stays');
      return true;
    });
  });

  it('vaults and storage accounts: create, get, list, update, delete', async () => {
    const { vaults } = new KeyVaultManagementClient(credential, subscription, connection);
    const { tenantId } = world.sandbox.info;
    const sku = { family: 'A' as const, name: 'standard' as const };
    const properties = { tenantId, sku, enableRbacAuthorization: true };
    const vault = await vaults.beginCreateOrUpdateAndWait(group, 'kv-sdk-1', { location, properties }, fast);
    assert.equal(vault.properties.vaultUri, 'https://kv-sdk-1.vault.azure.net/');
    assert.deepEqual((await vaults.update(group, 'kv-sdk-1', { tags: { a: 'b' } })).tags, { a: 'b' });
    assert.equal((await vaults.get(group, 'kv-sdk-1')).properties.sku.name, 'standard');
    await vaults.delete(group, 'kv-sdk-1');
    await assert.rejects(vaults.get(group, 'kv-sdk-1'), missing);
    assert.deepEqual((await collect(vaults.listDeleted())).map(({ name }) => name), ['kv-sdk-1']);
    await vaults.beginPurgeDeletedAndWait('kv-sdk-1', location, fast);
    assert.deepEqual(await collect(vaults.listDeleted()), []);

    const { storageAccounts } = new StorageManagementClient(credential, subscription, connection);
    const account = { location, kind: 'StorageV2', sku: { name: 'Standard_LRS' } };
    const made = await storageAccounts.beginCreateAndWait(group, 'stsdk1', account, fast);
    assert.equal(made.primaryEndpoints?.blob, 'https://stsdk1.blob.core.windows.net/');
    assert.equal((await storageAccounts.update(group, 'stsdk1', { allowBlobPublicAccess: false })).allowBlobPublicAccess, false);
    assert.deepEqual((await collect(storageAccounts.list())).map(({ name }) => name), ['stsdk1']);
    await storageAccounts.delete(group, 'stsdk1');
    await assert.rejects(storageAccounts.getProperties(group, 'stsdk1'), missing);
  });

  it('role assignments: create, list, conflict, delete', async () => {
    const { roleAssignments } = new AuthorizationManagementClient(credential, subscription, connection);
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
    const held = await collect(roleAssignments.listForScope(scope, { filter: `principalId eq '${guest}'` }));
    assert.deepEqual(held.map((assignment) => assignment.name), [name]);
    assert.equal((await roleAssignments.delete(scope, name))?.principalId, guest);
    await assert.rejects(roleAssignments.get(scope, name), { statusCode: 404 });
  });

  it('group delete ends, and nothing is left', async () => {
    await resources.resourceGroups.beginDeleteAndWait(group, fast);
    assert.deepEqual(await collect(resources.resources.list()), []);
    assert.deepEqual(await resources.resourceGroups.checkExistence(group), { body: false });
  });
});
