import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { KeyVaultManagementClient } from '@azure/arm-keyvault';
import { NetworkManagementClient } from '@azure/arm-network';
import { PrivateDnsManagementClient } from '@azure/arm-privatedns';
import { ResourceManagementClient } from '@azure/arm-resources';
import { StorageManagementClient } from '@azure/arm-storage';
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import {
  guest,
  owner,
  startWorld,
  stampSubscription,
  tenantId,
  type World,
} from '../unit/arm/arm-world.ts';

const group = 'rg-sdk';
const location = 'westeurope';
const fast = { updateIntervalInMs: 5 };

/** The pinned clients are the judges: what they cannot read is wrong. */
describe('sandbox arm: the Azure SDKs', () => {
  let world: World;
  let agent: Agent;

  before(async () => {
    world = await startWorld();
    agent = new Agent({ ca: world.ca, keepAlive: true });
  });

  after(async () => {
    agent.destroy();
    await world.stop();
  });

  const credential = {
    getToken: () => Promise.resolve({ token: owner, expiresOnTimestamp: Date.now() + 3600_000 }),
  };
  /** Trust is a matter of the process in production; here each request carries it. */
  const trust = (): PipelinePolicy => ({
    name: 'trust',
    sendRequest(request, next) {
      request.agent = agent;
      return next(request);
    },
  });
  const options = (): {
    endpoint: string;
    credentialScopes: string[];
    additionalPolicies: { policy: PipelinePolicy; position: 'perRetry' }[];
  } => ({
    endpoint: world.url,
    credentialScopes: [`${world.url}/.default`],
    additionalPolicies: [{ policy: trust(), position: 'perRetry' }],
  });

  it('make, read, list and delete an estate', async () => {
    const resources = new ResourceManagementClient(credential, stampSubscription, options());
    await resources.resourceGroups.createOrUpdate(group, { location, tags: { by: 'sdk' } });
    assert.equal((await resources.resourceGroups.get(group)).tags?.['by'], 'sdk');
    assert.deepEqual(await resources.resourceGroups.checkExistence(group), { body: true });

    const networks = new NetworkManagementClient(credential, stampSubscription, options());
    const nsg = await networks.networkSecurityGroups.beginCreateOrUpdateAndWait(
      group,
      'nsg',
      { location, securityRules: [] },
      fast,
    );
    const vnet = await networks.virtualNetworks.beginCreateOrUpdateAndWait(
      group,
      'v',
      {
        location,
        addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
        subnets: [
          {
            name: 'endpoints',
            addressPrefix: '10.1.0.0/27',
            networkSecurityGroup: { id: nsg.id ?? '' },
          },
        ],
      },
      fast,
    );
    assert.equal(vnet.provisioningState, 'Succeeded');
    assert.equal(vnet.subnets?.[0]?.networkSecurityGroup?.id, nsg.id);

    const vaults = new KeyVaultManagementClient(credential, stampSubscription, options());
    const vault = await vaults.vaults.beginCreateOrUpdateAndWait(
      group,
      'kv-sdk',
      {
        location,
        properties: {
          tenantId,
          sku: { family: 'A', name: 'standard' },
          enableRbacAuthorization: true,
        },
      },
      fast,
    );
    assert.equal(vault.properties.vaultUri, 'https://kv-sdk.vault.azure.net/');

    const storage = new StorageManagementClient(credential, stampSubscription, options());
    const account = await storage.storageAccounts.beginCreateAndWait(
      group,
      'stsdk',
      { location, kind: 'StorageV2', sku: { name: 'Standard_LRS' } },
      fast,
    );
    assert.equal(account.primaryEndpoints?.blob, 'https://stsdk.blob.core.windows.net/');
    assert.equal((await storage.storageAccounts.listKeys(group, 'stsdk')).keys?.length, 2);

    const registries = new ContainerRegistryManagementClient(
      credential,
      stampSubscription,
      options(),
    );
    const registry = await registries.registries.beginCreateAndWait(
      group,
      'crsdk',
      { location, sku: { name: 'Premium' }, dataEndpointEnabled: true },
      fast,
    );
    assert.equal(registry.loginServer, 'crsdk.azurecr.io');

    const endpoint = await networks.privateEndpoints.beginCreateOrUpdateAndWait(
      group,
      'pe',
      {
        location,
        subnet: { id: `${vnet.id ?? ''}/subnets/endpoints` },
        privateLinkServiceConnections: [
          { name: 'c', privateLinkServiceId: registry.id ?? '', groupIds: ['registry'] },
        ],
      },
      fast,
    );
    assert.deepEqual(
      endpoint.customDnsConfigs?.map(({ fqdn, ipAddresses }) => [fqdn, ipAddresses]),
      [
        ['crsdk.westeurope.data.azurecr.io', ['10.1.0.4']],
        ['crsdk.azurecr.io', ['10.1.0.5']],
      ],
    );
    const nic = await networks.networkInterfaces.get(
      group,
      endpoint.networkInterfaces?.[0]?.id?.split('/').at(-1) ?? '',
    );
    assert.equal(
      nic.ipConfigurations?.[1]?.privateLinkConnectionProperties?.requiredMemberName,
      'registry',
    );

    const zones = new PrivateDnsManagementClient(credential, stampSubscription, options());
    const zone = await zones.privateZones.beginCreateOrUpdateAndWait(
      group,
      'privatelink.azurecr.io',
      { location: 'global' },
      fast,
    );
    assert.equal(zone.provisioningState, 'Succeeded');
    const link = await zones.virtualNetworkLinks.beginCreateOrUpdateAndWait(
      group,
      'privatelink.azurecr.io',
      'l',
      { location: 'global', virtualNetwork: { id: vnet.id ?? '' }, registrationEnabled: false },
      fast,
    );
    assert.equal(link.virtualNetworkLinkState, 'Completed');
    await networks.privateDnsZoneGroups.beginCreateOrUpdateAndWait(
      group,
      'pe',
      'default',
      { privateDnsZoneConfigs: [{ name: 'cr', privateDnsZoneId: zone.id ?? '' }] },
      fast,
    );
    const names: string[] = [];
    for await (const set of zones.recordSets.list(group, 'privatelink.azurecr.io'))
      names.push(set.name ?? '');
    assert.deepEqual(names.sort(), ['@', 'crsdk', 'crsdk.westeurope.data']);
    await assert.rejects(
      zones.recordSets.createOrUpdate(
        group,
        'privatelink.azurecr.io',
        'A',
        'crsdk',
        { ttl: 1, aRecords: [] },
        { ifNoneMatch: '*' },
      ),
      { statusCode: 412, code: 'PreconditionFailed' },
    );

    const rights = new AuthorizationManagementClient(credential, stampSubscription, options());
    const assignment = await rights.roleAssignments.create(
      vault.id ?? '',
      '20000000-0000-4000-8000-00000000000a',
      {
        principalId: guest,
        roleDefinitionId: `/subscriptions/${stampSubscription}/providers/Microsoft.Authorization/roleDefinitions/21090545-7ca7-4776-b22c-e363652d74d2`,
      },
    );
    assert.equal(assignment.principalId, guest);

    await resources.resourceGroups.beginDeleteAndWait(group, fast);
    assert.deepEqual(await resources.resourceGroups.checkExistence(group), { body: false });
    assert.equal(world.arm.store.list('Microsoft.Network/networkInterfaces').length, 0);
  });

  it('deploy, follow the operations, and read the outputs', async () => {
    const resources = new ResourceManagementClient(credential, stampSubscription, options());
    await resources.resourceGroups.createOrUpdate(group, { location });
    const deployment = {
      properties: {
        mode: 'Incremental' as const,
        template: {
          $schema:
            'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
          contentVersion: '1.0.0.0',
          parameters: { name: { type: 'string' } },
          resources: [
            {
              type: 'Microsoft.Network/privateDnsZones',
              apiVersion: '2024-06-01',
              name: "[parameters('name')]",
              location: 'global',
            },
          ],
          outputs: {
            id: {
              type: 'string',
              value: "[resourceId('Microsoft.Network/privateDnsZones', parameters('name'))]",
            },
          },
        },
        parameters: { name: { value: 'sdk.test' } },
      },
    };
    const validated = await resources.deployments.beginValidateAndWait(
      group,
      'd',
      deployment,
      fast,
    );
    assert.equal(validated.error, undefined);
    const done = await resources.deployments.beginCreateOrUpdateAndWait(
      group,
      'd',
      deployment,
      fast,
    );
    assert.equal(done.properties?.provisioningState, 'Succeeded');
    const outputs = done.properties?.outputs as Record<string, { value: string }> | undefined;
    assert.match(outputs?.['id']?.value ?? '', /privateDnsZones\/sdk\.test$/);
    const states: string[] = [];
    for await (const operation of resources.deploymentOperations.list(group, 'd')) {
      states.push(operation.properties?.provisioningState ?? '');
    }
    assert.deepEqual(states, ['Succeeded', 'Succeeded']);
    await resources.deployments.beginDeleteAndWait(group, 'd', fast);
    await assert.rejects(resources.deployments.get(group, 'd'), {
      statusCode: 404,
      code: 'DeploymentNotFound',
    });
  });
});
