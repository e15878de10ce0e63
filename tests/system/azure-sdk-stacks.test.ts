import assert from 'node:assert/strict';
import { ResourceManagementClient } from '@azure/arm-resources';
import { DeploymentStacksClient, type DeploymentStack } from '@azure/arm-resourcesdeploymentstacks';
import { runSandbox, type RunningSandbox } from '../sandbox/sandbox-client.ts';
import { collect, connectionOf, credentialOf } from './azure-sdk-connection.ts';

const group = 'rg-sdk-stacks';
const location = 'westeurope';
const fast = { updateIntervalInMs: 20 };

const schema = (kind: string): string =>
  `https://schema.management.azure.com/schemas/${kind}.json#`;

const table = (name: string): Record<string, unknown> => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  location,
});

function stack(
  resources: unknown[],
  more: Partial<DeploymentStack['properties']> = {},
): DeploymentStack {
  return {
    properties: {
      template: {
        $schema: schema('2019-04-01/deploymentTemplate'),
        contentVersion: '1.0.0.0',
        resources,
      },
      parameters: {},
      actionOnUnmanage: { resources: 'delete', resourceGroups: 'delete' },
      denySettings: { mode: 'none' },
      ...more,
    },
  };
}

describe('the Azure SDKs and the sandbox: deployment stacks', function () {
  this.timeout(180_000);
  let world: RunningSandbox;
  let resources: ResourceManagementClient;
  let client: DeploymentStacksClient;
  let groupId = '';

  before(async () => {
    world = await runSandbox({ endpointPorts: {} });
    const { subscriptionId } = world.sandbox.info;
    const connection = connectionOf(world.sandbox);
    resources = new ResourceManagementClient(
      credentialOf(world.sandbox),
      subscriptionId,
      connection,
    );
    client = new DeploymentStacksClient(credentialOf(world.sandbox), subscriptionId, connection);
    groupId = `/subscriptions/${subscriptionId}/resourceGroups/${group}`;
    await resources.resourceGroups.createOrUpdate(group, { location });
  });
  after(() => world?.stop());

  const idOf = (name: string): string =>
    `${groupId}/providers/Microsoft.Network/routeTables/${name}`;
  const idsOf = (list: { id?: string }[] | undefined): (string | undefined)[] | undefined =>
    list?.map(({ id }) => id);

  it('in a group: validate, create, change, list, export, delete', async () => {
    const { deploymentStacks } = client;
    const given = stack([table('a'), table('b')], { description: 'two tables' });
    const valid = await deploymentStacks.beginValidateStackAtResourceGroupAndWait(
      group,
      'one',
      given,
      fast,
    );
    assert.deepEqual(idsOf(valid.properties?.validatedResources), [idOf('a'), idOf('b')]);

    const made = await deploymentStacks.beginCreateOrUpdateAtResourceGroupAndWait(
      group,
      'one',
      given,
      fast,
    );
    assert.equal(made.properties?.provisioningState, 'succeeded');
    assert.equal(made.properties?.description, 'two tables');
    assert.deepEqual(idsOf(made.properties?.resources), [idOf('a'), idOf('b')]);

    const changed = await deploymentStacks.beginCreateOrUpdateAtResourceGroupAndWait(
      group,
      'one',
      stack([table('b')]),
      fast,
    );
    assert.deepEqual(idsOf(changed.properties?.deletedResources), [idOf('a')]);
    const shown = await deploymentStacks.getAtResourceGroup(group, 'one');
    assert.deepEqual(idsOf(shown.properties?.resources), [idOf('b')]);

    const listed = await collect(deploymentStacks.listAtResourceGroup(group));
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['one'],
    );
    const { template } = await deploymentStacks.exportTemplateAtResourceGroup(group, 'one');
    assert.deepEqual((template as { resources: unknown }).resources, [table('b')]);

    await deploymentStacks.beginDeleteAtResourceGroupAndWait(group, 'one', {
      ...fast,
      unmanageActionResources: 'delete',
    });
    await assert.rejects(deploymentStacks.getAtResourceGroup(group, 'one'), {
      code: 'DeploymentStackNotFound',
    });
    await assert.rejects(resources.resources.getById(idOf('b'), '2024-05-01'), {
      code: 'ResourceNotFound',
    });
  });

  it('in a subscription: a group comes and goes with its stack', async () => {
    const { deploymentStacks } = client;
    const { subscriptionId } = world.sandbox.info;
    const given: DeploymentStack = {
      ...stack([], {
        template: {
          $schema: schema('2018-05-01/subscriptionDeploymentTemplate'),
          contentVersion: '1.0.0.0',
          resources: [
            {
              type: 'Microsoft.Resources/resourceGroups',
              apiVersion: '2021-04-01',
              name: 'rg-of-stack',
              location,
            },
          ],
        },
      }),
      location,
    };
    const made = await deploymentStacks.beginCreateOrUpdateAtSubscriptionAndWait(
      'sub',
      given,
      fast,
    );
    assert.deepEqual(idsOf(made.properties?.resources), [
      `/subscriptions/${subscriptionId}/resourceGroups/rg-of-stack`,
    ]);
    const listed = await collect(deploymentStacks.listAtSubscription());
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['sub'],
    );
    await deploymentStacks.beginDeleteAtSubscriptionAndWait('sub', {
      ...fast,
      unmanageActionResources: 'delete',
      unmanageActionResourceGroups: 'delete',
    });
    const { body } = await resources.resourceGroups.checkExistence('rg-of-stack');
    assert.equal(body, false);
  });

  it('what fails is thrown with the service’s code', async () => {
    const { deploymentStacks } = client;
    const wrong = stack([{ ...table('a'), apiVersion: '1999-01-01' }]);
    await assert.rejects(
      deploymentStacks.beginCreateOrUpdateAtResourceGroupAndWait(group, 'wrong', wrong, fast),
      /One or more resources could not be deployed/,
    );
    await assert.rejects(
      deploymentStacks.beginValidateStackAtResourceGroupAndWait(group, 'wrong', wrong, fast),
      /InvalidTemplateDeployment|not valid according to the validation procedure/,
    );
    const { properties } = await deploymentStacks.getAtResourceGroup(group, 'wrong');
    assert.equal(properties?.provisioningState, 'failed');
    assert.equal(properties?.error?.code, 'DeploymentStackDeploymentFailed');

    await deploymentStacks.beginCreateOrUpdateAtResourceGroupAndWait(
      group,
      'held',
      stack([table('held')], { denySettings: { mode: 'denyWriteAndDelete' } }),
      fast,
    );
    await assert.rejects(resources.resources.beginDeleteByIdAndWait(idOf('held'), '2024-05-01'), {
      code: 'DenyAssignmentAuthorizationFailed',
    });
    await deploymentStacks.beginDeleteAtResourceGroupAndWait(group, 'held', fast);
    await resources.resources.beginDeleteByIdAndWait(idOf('held'), '2024-05-01');
  });
});
