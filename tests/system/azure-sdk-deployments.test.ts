import assert from 'node:assert/strict';
import { ResourceManagementClient, type Deployment } from '@azure/arm-resources';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { collect, connectionOf, credentialOf } from './azure-sdk-connection.ts';

const group = 'rg-sdk-deploy';
const location = 'westeurope';
const fast = { updateIntervalInMs: 20 };
const zoneType = 'Microsoft.Network/privateDnsZones';

function deployment(resources: unknown[], more: Record<string, unknown> = {}): Deployment {
  const template = {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    ...more,
    resources,
  };
  return { properties: { mode: 'Incremental', template } };
}

const zone = (name: string): Record<string, unknown> => ({
  type: zoneType,
  apiVersion: '2024-06-01',
  name,
  location: 'global',
});

describe('the Azure SDKs and the sandbox: deployments and generic resources', function () {
  this.timeout(180_000);
  let world: RunningSandbox;
  let client: ResourceManagementClient;
  let groupId = '';

  before(async () => {
    world = await runSandbox({ endpointPorts: {} });
    const { subscriptionId } = world.sandbox.info;
    client = new ResourceManagementClient(
      credentialOf(world.sandbox),
      subscriptionId,
      connectionOf(world.sandbox),
    );
    groupId = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
    await client.resourceGroups.createOrUpdate(group, { location });
  });
  after(() => world?.stop());

  it('validate, create, get, list, operations, export', async () => {
    const { deployments, deploymentOperations } = client;
    const given = deployment([zone("[parameters('zone')]")], {
      parameters: {
        zone: { type: 'string', defaultValue: 'sdk.example' },
        key: { type: 'secureString', defaultValue: 'hush' },
      },
      outputs: {
        id: {
          type: 'string',
          value: "[resourceId('Microsoft.Network/privateDnsZones', parameters('zone'))]",
        },
      },
    });
    const valid = await deployments.beginValidateAndWait(group, 'one', given, fast);
    assert.equal(valid.properties?.provisioningState, 'Succeeded');
    const made = await deployments.beginCreateOrUpdateAndWait(group, 'one', given, fast);
    const id = `${groupId}/providers/${zoneType}/sdk.example`;
    assert.deepEqual(made.properties?.outputs, { id: { type: 'String', value: id } });
    assert.deepEqual(
      made.properties?.outputResources?.map((resource) => resource.id),
      [id],
    );
    const shown = await deployments.get(group, 'one');
    assert.equal(shown.properties?.provisioningState, 'Succeeded');
    assert.ok(!JSON.stringify(shown).includes('hush'), 'secure parameters are not shown');
    const listed = await collect(
      deployments.listByResourceGroup(group, { filter: "provisioningState eq 'Succeeded'" }),
    );
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['one'],
    );
    const operations = await collect(deploymentOperations.list(group, 'one'));
    assert.deepEqual(
      operations.map(({ properties }) => [
        properties?.provisioningOperation,
        properties?.targetResource?.id,
      ]),
      [
        ['Create', id],
        ['EvaluateDeploymentOutput', undefined],
      ],
    );
    const { template } = await deployments.exportTemplate(group, 'one');
    assert.equal((template as { contentVersion: string }).contentVersion, '1.0.0.0');
  });

  it('errors: what is refused, what fails, what is missing', async () => {
    const { deployments } = client;
    await assert.rejects(
      deployments.beginCreateOrUpdateAndWait(
        group,
        'bad',
        deployment([{ ...zone('x.example'), type: 'Microsoft.Network/bogus' }]),
        fast,
      ),
      (error: { statusCode?: number; code?: string; name?: string; details?: unknown }) => {
        assert.equal(error.name, 'RestError');
        assert.deepEqual([error.statusCode, error.code], [400, 'InvalidTemplateDeployment']);
        assert.match(JSON.stringify(error.details), /bogus/);
        return true;
      },
    );
    const orphan = {
      ...zone('none.example/www'),
      type: `${zoneType}/A`,
      properties: { ttl: 1, aRecords: [] },
    };
    delete (orphan as { location?: unknown }).location;
    await assert.rejects(
      deployments.beginCreateOrUpdateAndWait(group, 'orphan', deployment([orphan]), fast),
      /DeploymentFailed/,
    );
    const { properties } = await deployments.get(group, 'orphan');
    assert.equal(properties?.provisioningState, 'Failed');
    assert.equal(properties?.error?.details?.[0]?.code, 'ParentResourceNotFound');
    await assert.rejects(deployments.get(group, 'none'), {
      statusCode: 404,
      code: 'DeploymentNotFound',
    });
    assert.deepEqual(await deployments.checkExistence(group, 'none'), { body: false });
    await assert.rejects(
      deployments.beginCreateOrUpdateAndWait('rg-none', 'x', deployment([]), fast),
      {
        statusCode: 404,
        code: 'ResourceGroupNotFound',
      },
    );
  });

  it('cancel ends the poller, delete forgets', async () => {
    const { deployments } = client;
    const slow = {
      ...zone("[concat('slow', copyIndex(), '.example')]"),
      copy: { name: 'z', count: 400, mode: 'serial', batchSize: 1 },
    };
    const poller = await deployments.beginCreateOrUpdate(group, 'slow', deployment([slow]), fast);
    await assert.rejects(deployments.beginCreateOrUpdate(group, 'slow', deployment([slow]), fast), {
      statusCode: 409,
      code: 'DeploymentActive',
    });
    await assert.rejects(deployments.beginDeleteAndWait(group, 'slow', fast), { statusCode: 409 });
    await deployments.cancel(group, 'slow');
    await assert.rejects(poller.pollUntilDone(), /cancel/i);
    assert.equal((await deployments.get(group, 'slow')).properties?.provisioningState, 'Canceled');
    await assert.rejects(deployments.cancel(group, 'slow'), {
      statusCode: 409,
      code: 'DeploymentCannotBeCancelled',
    });
    await deployments.beginDeleteAndWait(group, 'slow', fast);
    assert.deepEqual(await deployments.checkExistence(group, 'slow'), { body: false });
  });

  it('subscription scope', async () => {
    const { deployments } = client;
    const inGroup = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2022-09-01',
      name: 'rg-made',
      location,
    };
    const given = { location, ...deployment([inGroup]) };
    const made = await deployments.beginCreateOrUpdateAtSubscriptionScopeAndWait(
      'landing',
      given,
      fast,
    );
    assert.deepEqual([made.location, made.properties?.provisioningState], [location, 'Succeeded']);
    assert.equal((await client.resourceGroups.get('rg-made')).location, location);
    const names = (await collect(deployments.listAtSubscriptionScope())).map(({ name }) => name);
    assert.deepEqual(names, ['landing']);
    await deployments.beginDeleteAtSubscriptionScopeAndWait('landing', fast);
    assert.deepEqual(await deployments.checkExistenceAtSubscriptionScope('landing'), {
      body: false,
    });
  });

  it('generic resources: create, update, get, list, delete by id', async () => {
    const { resources } = client;
    const id = `${groupId}/providers/Microsoft.Network/networkSecurityGroups/generic`;
    const version = '2024-05-01';
    const made = await resources.beginCreateOrUpdateByIdAndWait(
      id,
      version,
      { location, properties: {}, tags: { a: 'b' } },
      fast,
    );
    assert.deepEqual([made.id, made.tags], [id, { a: 'b' }]);
    const updated = await resources.beginUpdateByIdAndWait(id, version, { tags: { c: 'd' } }, fast);
    assert.deepEqual(updated.tags, { c: 'd' });
    assert.deepEqual(await resources.checkExistenceById(id, version), { body: true });
    const found = await collect(resources.list({ filter: "tagName eq 'c' and tagValue eq 'd'" }));
    assert.deepEqual(
      found.map(({ name }) => name),
      ['generic'],
    );
    await resources.beginDeleteByIdAndWait(id, version, fast);
    assert.deepEqual(await resources.checkExistenceById(id, version), { body: false });
    await assert.rejects(resources.getById(id, version), {
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });
});
