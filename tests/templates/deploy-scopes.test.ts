import assert from 'node:assert/strict';
import { deployStep } from './bad-input-cases.ts';
import { BadInputWorld } from './bad-input-world.ts';
import {
  deployTemplate,
  outputsOf,
  refusedWith,
  says,
  subscriptionSchema,
  succeeded,
  templateOf,
  workload,
} from './deploy-cases.ts';

const schemas = 'https://schema.management.azure.com/schemas';
const group = (name: string) => ({
  type: 'Microsoft.Resources/resourceGroups',
  apiVersion: '2021-04-01',
  name,
  location: 'westeurope',
});

/** A group, and a security group in it by a nested deployment. */
const landing = templateOf(
  [
    group('rg-landed'),
    {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2021-04-01',
      name: 'inside',
      resourceGroup: 'rg-landed',
      dependsOn: ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-landed')]"],
      properties: {
        mode: 'Incremental',
        template: {
          $schema: `${schemas}/2019-04-01/deploymentTemplate.json#`,
          contentVersion: '1.0.0.0',
          resources: [
            {
              type: 'Microsoft.Network/networkSecurityGroups',
              apiVersion: '2024-05-01',
              name: 'nsg-landed',
              location: 'westeurope',
              properties: {},
            },
          ],
        },
      },
    },
  ],
  {
    $schema: subscriptionSchema,
    outputs: { where: { type: 'string', value: '[subscription().subscriptionId]' } },
  },
);

describe('StampDeploy: scopes', function () {
  this.timeout(180_000);
  let running: BadInputWorld | undefined;
  let world: BadInputWorld;

  before(async () => {
    const scope = `/subscriptions/${workload}`;
    const owner = {
      name: 'landing',
      subscription: workload,
      roles: [{ role: 'Contributor', scope }],
    };
    running = await BadInputWorld.start([owner], { retryAfter: 0 });
    world = running;
  });
  after(() => running?.stop());

  const inSubscription = {
    azureSubscription: 'landing',
    target: 'subscription',
    resourceGroup: '',
    location: 'northeurope',
  };

  it('deploys into the subscription of the connection, twice, after a look at what would change', async () => {
    const asked = succeeded(await world.run(deployTemplate('what-if', landing, inSubscription)));
    says(asked, '+ Microsoft.Resources/resourceGroups rg-landed');
    assert.equal(outputsOf(asked)['hasChanges'], 'true');
    const done = succeeded(await world.run(deployTemplate('create', landing, inSubscription)));
    const outputs = outputsOf(done);
    const id = outputs['deploymentId'] ?? '';
    assert.match(
      id,
      new RegExp(`^/subscriptions/${workload}/providers/Microsoft\\.Resources/deployments/`),
    );
    assert.equal(outputs['output.where'], workload);
    assert.deepEqual(
      world
        .resources('Microsoft.Network/networkSecurityGroups')
        .map((one) => one.split('/').at(-1)),
      ['nsg-landed'],
    );
    succeeded(
      await world.run(deployTemplate('create', landing, { ...inSubscription, failOn: 'change' })),
    );
  });

  it("takes a stamp's subscription and region from the topology for such a template", async () => {
    const only = templateOf([group('rg-of-stamp')], { $schema: subscriptionSchema });
    const inputs = { azureSubscription: 'landing', template: 'main.json' };
    const done = succeeded(await world.run(deployStep(inputs, { 'main.json': only })));
    says(done, `subscription ${workload} (weu), deployment ${outputsOf(done)['deploymentName']}`);
  });

  it('names the root cause of what fails in a group of the subscription', async () => {
    const broken = landing.replace(
      'nsg-landed","location":"westeurope"',
      'nsg-landed","location":"westeurope","tags":{"a":"b"}',
    );
    assert.notEqual(broken, landing);
    const lock = `/subscriptions/${workload}/resourceGroups/rg-landed/providers/Microsoft.Authorization/locks/stop`;
    await world.sandbox.put(lock, { properties: { level: 'ReadOnly' } }, '2020-05-01');
    const done = await world.run(deployTemplate('create', broken, inSubscription));
    await world.sandbox.remove(lock, '2020-05-01');
    refusedWith(done, done.code ?? '');
    assert.ok(done.codes.includes('ScopeLocked'), done.lines.join('\n'));
  });

  it('names the missing right of a connection that may use a group only', async () => {
    const done = await world.run(
      deployTemplate('create', landing, { ...inSubscription, azureSubscription: 'stamp' }),
    );
    refusedWith(done, 'ARM_FORBIDDEN');
    assert.match(done.hint ?? '', /Microsoft\.Resources\/deployments\/validate\/action/);
  });

  describe('finds before sign-in', () => {
    const cases: [string, string, Record<string, string>, string, RegExp | undefined][] = [
      [
        'a template for a subscription in a resource group',
        landing,
        {},
        'main.json is written for a subscription, but the input "target" is resourceGroup.',
        /^Set target: subscription, or write the template for a resource group /,
      ],
      [
        'a template for a resource group in a subscription',
        templateOf([]),
        inSubscription,
        'main.json is written for a resource group, but the input "target" is subscription.',
        /^Set target: resourceGroup/,
      ],
      [
        'a template for the tenant in a management group',
        templateOf([], { $schema: `${schemas}/2019-08-01/tenantDeploymentTemplate.json#` }),
        {
          target: 'managementGroup',
          managementGroup: 'mg',
          location: 'westeurope',
          resourceGroup: '',
        },
        'main.json is written for the tenant, but the input "target" is managementGroup.',
        /^Set target: tenant/,
      ],
      [
        'a location that nobody takes',
        templateOf([]),
        { location: 'westeurope' },
        'Input "location" is given, but main.json is for a resource group, which has its own location.',
        /^Leave "location" out/,
      ],
    ];
    for (const [name, template, inputs, message, hint] of cases) {
      it(name, async () => {
        const given = { ...inputs, azureSubscription: 'untouched' };
        const done = await world.run(deployTemplate('create', template, given));
        refusedWith(done, 'INPUT_INVALID');
        says(done, message);
        if (hint !== undefined) assert.match(done.hint ?? '', hint);
        assert.equal(world.signIn.seen, 0);
      });
    }

    it('inputs that a target lacks or does not use', async () => {
      const done = await world.run(
        deployTemplate('create', landing, {
          azureSubscription: 'untouched',
          target: 'tenant',
          managementGroup: 'mg',
        }),
      );
      refusedWith(done, 'INPUT_INVALID');
      assert.deepEqual(done.errors, [
        'Input "managementGroup" is not used when target is tenant.',
        'Input "location" is needed when target is tenant.',
        'Input "resourceGroup" is not used when target is tenant.',
      ]);
    });
  });
});
