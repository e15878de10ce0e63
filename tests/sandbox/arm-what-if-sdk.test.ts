import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { ResourceManagementClient } from '@azure/arm-resources';
import { owner, stamp, stampSubscription, startWorld, type World } from '../unit/arm/arm-world.ts';
import { subscriptionTemplate, template } from '../unit/arm/templates.ts';
import { zone } from '../unit/arm-what-if/what-if-world.ts';

describe('sandbox arm: what-if by the Azure SDK', () => {
  let world: World;
  let agent: Agent;
  let client: ResourceManagementClient;

  before(async () => {
    world = await startWorld();
    agent = new Agent({ ca: world.ca, keepAlive: true });
    const credential = {
      getToken: () => Promise.resolve({ token: owner, expiresOnTimestamp: Date.now() + 3600_000 }),
    };
    client = new ResourceManagementClient(credential, stampSubscription, {
      endpoint: world.url,
      credentialScopes: [`${world.url}/.default`],
      additionalPolicies: [
        {
          policy: {
            name: 'trust',
            sendRequest(request, next) {
              request.agent = agent;
              return next(request);
            },
          },
          position: 'perRetry',
        },
      ],
    });
  });
  after(async () => {
    agent.destroy();
    await world.stop();
  });

  it('reads a prediction for a group', async () => {
    const tagged = (stage: string): Record<string, unknown> =>
      template([zone('a.example', { tags: { stage } })]);
    const properties = { mode: 'Incremental' as const, parameters: {} };
    const settings = { updateIntervalInMs: 5 };
    const one = { properties: { ...properties, template: tagged('one') } };
    await client.deployments.beginCreateOrUpdateAndWait('rg-stamp', 'd', one, settings);
    const two = { properties: { ...properties, template: tagged('two') } };
    const found = await client.deployments.beginWhatIfAndWait('rg-stamp', 'w', two, settings);
    assert.equal(found.status, 'Succeeded');
    assert.equal(found.error, undefined);
    const [change] = found.changes ?? [];
    assert.equal(
      change?.resourceId,
      `${stamp}/providers/Microsoft.Network/privateDnsZones/a.example`,
    );
    assert.equal(change.changeType, 'Modify');
    // The package believes that values are objects and takes texts apart: only names can be compared.
    assert.deepEqual(
      change.delta?.map(({ path, propertyChangeType }) => [path, propertyChangeType]),
      [['tags.stage', 'Modify']],
    );
    assert.deepEqual(change.after?.['tags'], { stage: 'two' });
  });

  it('reads a prediction for a subscription', async () => {
    const found = await client.deployments.beginWhatIfAtSubscriptionScopeAndWait(
      'w',
      {
        location: 'westeurope',
        properties: {
          mode: 'Incremental',
          whatIfSettings: { resultFormat: 'ResourceIdOnly' },
          template: subscriptionTemplate([
            {
              type: 'Microsoft.Resources/resourceGroups',
              apiVersion: '2021-04-01',
              name: 'rg-new',
              location: 'westeurope',
            },
          ]),
        },
      },
      { updateIntervalInMs: 5 },
    );
    assert.deepEqual(
      found.changes?.map(({ resourceId, changeType }) => [resourceId, changeType]),
      [[`/subscriptions/${stampSubscription}/resourceGroups/rg-new`, 'Create']],
    );
  });
});
