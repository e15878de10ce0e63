import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  hubSubscription,
  stamp,
  stampSubscription,
  startWorld,
  vaultBody,
  vaultPath,
  type World,
} from '../unit/arm/arm-world.ts';
import { deploy } from '../unit/arm/deployments.ts';
import {
  at,
  body,
  nested,
  network,
  subscriptionTemplate,
  template,
  vault,
  type Shown,
} from '../unit/arm/templates.ts';

describe('sandbox arm: deployments', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const operationsOf = async (scope: string, name: string): Promise<Shown[]> => {
    const answer = await world.ask('GET', at(scope, name, '/operations'));
    return (answer.body['value'] as { properties: Shown }[]).map(({ properties }) => properties);
  };

  it('runs asynchronously: 201, Azure-AsyncOperation, operations, outputs', async () => {
    const content = body(
      template(
        [
          network('v', '10.1.0.0/16'),
          {
            type: 'Microsoft.Network/privateEndpoints',
            apiVersion: '2024-05-01',
            name: 'pe',
            location: 'westeurope',
            dependsOn: [
              "[resourceId('Microsoft.Network/virtualNetworks', 'v')]",
              "[resourceId('Microsoft.KeyVault/vaults', 'kv-one')]",
            ],
            properties: {
              subnet: {
                id: "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 'endpoints')]",
              },
              privateLinkServiceConnections: [
                {
                  name: 'c',
                  properties: {
                    privateLinkServiceId: "[resourceId('Microsoft.KeyVault/vaults', 'kv-one')]",
                    groupIds: ['vault'],
                  },
                },
              ],
            },
          },
          vault('kv-one'),
        ],
        {
          parameters: {
            password: { type: 'secureString' },
            stage: { type: 'string', defaultValue: 'test' },
          },
          outputs: {
            address: {
              type: 'string',
              value:
                "[reference(resourceId('Microsoft.Network/privateEndpoints', 'pe')).customDnsConfigs[0].ipAddresses[0]]",
            },
            uri: { type: 'string', value: "[reference('kv-one').vaultUri]" },
            hidden: { type: 'secureString', value: "[parameters('password')]" },
          },
        },
      ),
      { password: { value: 'open sesame' } },
    );
    const started = await world.ask('PUT', at(stamp, 'd'), { body: content });
    assert.equal(started.status, 201);
    assert.equal((started.body['properties'] as Shown)['provisioningState'], 'Accepted');
    assert.match(
      String(started.headers['azure-asyncoperation']),
      /\/resourceGroups\/rg-stamp\/providers\/Microsoft\.Resources\/deployments\/d\/operationStatuses\/\d{20}\?api-version=/,
    );
    assert.deepEqual((await world.follow(started)).body, { status: 'Succeeded' });
    const { body: ended } = await world.ask('GET', at(stamp, 'd'));
    const properties = ended['properties'] as Shown;
    assert.equal(properties['provisioningState'], 'Succeeded');
    assert.deepEqual(properties['outputs'], {
      address: { type: 'String', value: '10.1.0.4' },
      uri: { type: 'String', value: 'https://kv-one.vault.azure.net/' },
      hidden: { type: 'SecureString' },
    });
    assert.deepEqual(properties['parameters'], {
      password: { type: 'SecureString' },
      stage: { type: 'String', value: 'test' },
    });
    assert.ok(!JSON.stringify(ended).includes('sesame'));
    assert.equal((properties['outputResources'] as unknown[]).length, 3);
    const targets = (await operationsOf(stamp, 'd')).map((o) => [
      (o['targetResource'] as Shown | undefined)?.['resourceName'],
      o['provisioningState'],
      o['statusCode'],
    ]);
    assert.deepEqual(targets, [
      ['v', 'Succeeded', 'Created'],
      ['kv-one', 'Succeeded', 'Created'],
      ['pe', 'Succeeded', 'Created'],
      [undefined, 'Succeeded', 'OK'],
    ]);
    const older = await world.ask(
      'GET',
      `${stamp.replace('resourceGroups', 'resourcegroups')}/deployments/d/operations?api-version=2021-04-01`,
    );
    assert.equal((older.body['value'] as unknown[]).length, 4);
  });

  it('updates what is there and leaves the rest alone', async () => {
    await deploy(world, at(stamp, 'd'), body(template([vault('kv-one'), vault('kv-two')])));
    const again = await world.ask('PUT', at(stamp, 'd'), {
      body: body(template([vault('kv-one', { tags: { round: '2' } })])),
    });
    assert.equal(again.status, 200);
    await world.follow(again);
    assert.equal((await operationsOf(stamp, 'd'))[0]?.['statusCode'], 'OK');
    assert.equal(world.arm.store.list('Microsoft.KeyVault/vaults').length, 2);
    assert.deepEqual(world.arm.store.list('Microsoft.KeyVault/vaults')[0]?.tags, { round: '2' });
  });

  it('makes groups and deploys into them at subscription scope, and across subscriptions', async () => {
    const scope = `/subscriptions/${hubSubscription}`;
    const group = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2024-03-01',
      name: 'rg-new',
      location: 'westeurope',
    };
    const properties = await deploy(
      world,
      at(scope, 'estate'),
      body(
        subscriptionTemplate([
          group,
          nested('inner', template([network('v', '10.0.0.0/16')]), {
            resourceGroup: 'rg-new',
            dependsOn: ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-new')]"],
          }),
          nested('far', template([network('w', '10.1.0.0/16')]), {
            subscriptionId: stampSubscription,
            resourceGroup: 'rg-stamp',
          }),
        ]),
        {},
        { location: 'westeurope' },
      ),
    );
    assert.equal(properties['provisioningState'], 'Succeeded', JSON.stringify(properties['error']));
    assert.notEqual(
      world.arm.store.get(
        `${scope}/resourceGroups/rg-new/providers/Microsoft.Network/virtualNetworks/v`,
      ),
      undefined,
    );
    assert.notEqual(
      world.arm.store.get(`${stamp}/providers/Microsoft.Network/virtualNetworks/w`),
      undefined,
    );
    const child = await world.ask('GET', at(stamp, 'far'));
    assert.equal((child.body['properties'] as Shown)['provisioningState'], 'Succeeded');
    const noLocation = await world.ask('PUT', at(scope, 'x'), {
      body: body(subscriptionTemplate([])),
    });
    assert.equal(errorOf(noLocation).code, 'LocationRequired');
    const elsewhere = await world.ask('PUT', at(scope, 'estate'), {
      body: body(subscriptionTemplate([]), {}, { location: 'northeurope' }),
    });
    assert.equal(errorOf(elsewhere).code, 'InvalidDeploymentLocation');
  });

  it('fails with all details, from the nested deployment up; what does not depend on it is deployed', async () => {
    await world.make(vaultPath(hub, 'kv-taken'), vaultBody());
    const properties = await deploy(
      world,
      at(stamp, 'd'),
      body(
        template([
          nested('inner', template([vault('kv-taken')])),
          vault('kv-after', {
            dependsOn: ["[resourceId('Microsoft.Resources/deployments', 'inner')]"],
          }),
          network('v', '10.1.0.0/16'),
        ]),
      ),
    );
    assert.equal(properties['provisioningState'], 'Failed');
    const error = properties['error'] as Shown;
    assert.equal(error['code'], 'DeploymentFailed');
    assert.equal(error['target'], `${stamp}/providers/Microsoft.Resources/deployments/d`);
    const [outer] = error['details'] as Shown[];
    assert.equal(outer?.['code'], 'ResourceDeploymentFailure');
    assert.equal(outer?.['target'], `${stamp}/providers/Microsoft.Resources/deployments/inner`);
    const [inner] = outer?.['details'] as Shown[];
    assert.equal(inner?.['code'], 'DeploymentFailed');
    assert.equal((inner?.['details'] as Shown[])[0]?.['code'], 'VaultAlreadyExists');
    assert.equal(
      world.arm.store.get(`${stamp}/providers/Microsoft.KeyVault/vaults/kv-after`),
      undefined,
    );
    assert.notEqual(
      world.arm.store.get(`${stamp}/providers/Microsoft.Network/virtualNetworks/v`),
      undefined,
    );
    const [failed] = (await operationsOf(stamp, 'd')).filter(
      (o) => o['provisioningState'] === 'Failed',
    );
    assert.equal(failed?.['statusCode'], 'Conflict');
    assert.equal(
      ((failed?.['statusMessage'] as Shown)['error'] as Shown)['code'],
      'ResourceDeploymentFailure',
    );
    const status = await world.follow(
      await world.ask('PUT', at(stamp, 'd'), { body: body(template([vault('kv-taken')])) }),
    );
    assert.equal(status.body['status'], 'Failed');
    assert.equal((status.body['error'] as Shown)['code'], 'DeploymentFailed');
  });

  it('needs the right to deploy at all', async () => {
    const refused = await world.ask('PUT', at(stamp, 'd'), { body: body(template([])), as: guest });
    assert.equal(refused.status, 403);
    assert.match(errorOf(refused).message, /'Microsoft\.Resources\/deployments\/write' over scope/);
  });

  it('records every write with its identity: a release of a stamp does not write to the hub', async () => {
    world.arm.assignRole(guest, 'Contributor', stamp);
    await deploy(
      world,
      at(stamp, 'd'),
      body(template([vault('kv-one'), nested('n', template([network('v', '10.1.0.0/16')]))])),
      guest,
    );
    const writes = world.arm.activity.filter(
      ({ method, status, principal }) => method !== 'GET' && status < 300 && principal === guest,
    );
    assert.deepEqual(writes.map(({ path }) => path.split('/').at(-1)).sort(), [
      'd',
      'kv-one',
      'n',
      'v',
    ]);
    assert.ok(writes.every(({ path }) => path.startsWith(stamp)));
  });

  it('deploys role assignments that count at once', async () => {
    await deploy(
      world,
      at(stamp, 'd'),
      body(
        template([
          {
            type: 'Microsoft.Authorization/roleAssignments',
            apiVersion: '2022-04-01',
            name: "[guid(resourceGroup().id, 'reader')]",
            properties: {
              roleDefinitionId:
                "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')]",
              principalId: guest,
              principalType: 'ServicePrincipal',
            },
          },
        ]),
      ),
    );
    assert.equal(
      (await world.ask('GET', `${stamp}?api-version=2021-04-01`, { as: guest })).status,
      200,
    );
  });
});
