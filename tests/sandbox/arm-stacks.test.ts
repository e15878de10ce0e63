import assert from 'node:assert/strict';
import { errorOf, net, stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import {
  deleteAll,
  followStack,
  hasTable,
  namesIn,
  putStack,
  stackAt,
  stackBody,
  stackOf,
  table,
  tableId,
  tables,
} from '../unit/arm/stacks.ts';
import { nested, network, template, type Shown } from '../unit/arm/templates.ts';

describe('sandbox arm: deployment stacks', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  it('is made asynchronously, shows what it manages and how it was deployed', async () => {
    const body = stackBody(
      template([table("[parameters('name')]")], {
        parameters: {
          name: { type: 'string' },
          key: { type: 'secureString', defaultValue: 'hush' },
        },
        outputs: { out: { type: 'string', value: "[parameters('name')]" } },
      }),
      { parameters: { name: { value: 'a' } }, description: 'mine' },
      { tags: { stage: 'test' } },
    );
    const started = await world.ask('PUT', stackOf, { body });
    assert.equal(started.status, 201);
    assert.equal((started.body['properties'] as Shown)['provisioningState'], 'creating');
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'succeeded', JSON.stringify(ended.body));
    const { body: shown } = await world.ask('GET', stackOf);
    const id = tableId('a');
    const { deploymentId, correlationId, duration, ...properties } = shown['properties'] as Shown;
    assert.deepEqual(properties, {
      deploymentScope: stamp,
      description: 'mine',
      actionOnUnmanage: { resources: 'detach' },
      denySettings: {
        mode: 'none',
        excludedPrincipals: [],
        excludedActions: [],
        applyToChildScopes: false,
      },
      parameters: { name: { type: 'String', value: 'a' }, key: { type: 'SecureString' } },
      provisioningState: 'succeeded',
      resources: [{ id, status: 'managed', denyStatus: 'none' }],
      detachedResources: [],
      deletedResources: [],
      failedResources: [],
      outputs: { out: { type: 'String', value: 'a' } },
    });
    assert.match(String(duration), /^PT[\d.]+S$/);
    assert.match(String(correlationId), /^[0-9a-f-]{36}$/);
    assert.deepEqual([shown['location'], shown['tags']], ['westeurope', { stage: 'test' }]);
    const deployment = await world.ask('GET', `${String(deploymentId)}?api-version=2021-04-01`);
    assert.match(String(deployment.body['name']), /^st-\d{10}[0-9a-f]{5}$/);
    const again = await world.ask('GET', stackAt(stamp, 'st', '', '2025-07-01'));
    assert.deepEqual((again.body['properties'] as { resources: unknown }).resources, [
      {
        id,
        type: 'Microsoft.Network/routeTables',
        apiVersion: '2024-05-01',
        status: 'managed',
        denyStatus: 'none',
      },
    ]);
    const listed = await world.ask('GET', stackAt(stamp, ''));
    assert.deepEqual(
      (listed.body['value'] as { name: string }[]).map(({ name }) => name),
      ['st'],
    );
    const exported = await world.ask('POST', stackAt(stamp, 'st', '/exportTemplate'));
    assert.deepEqual(exported.body, { template: (body['properties'] as Shown)['template'] });
  });

  it('detaches what the template names no longer', async () => {
    await putStack(world, stackOf, stackBody(tables('a', 'b')));
    const after = await putStack(world, stackOf, stackBody(tables('b', 'c')));
    assert.deepEqual(namesIn(after['resources']), ['b', 'c']);
    assert.deepEqual(namesIn(after['detachedResources']), ['a']);
    assert.deepEqual(after['deletedResources'], []);
    assert.ok(await hasTable(world, 'a'));
    // It was reported once; now it is somebody else's.
    const later = await putStack(world, stackOf, stackBody(tables('b', 'c')));
    assert.deepEqual(later['detachedResources'], []);
  });

  it('deletes what the template names no longer, also what somebody has deleted already', async () => {
    const actionOnUnmanage = deleteAll;
    await putStack(world, stackOf, stackBody(tables('a', 'b', 'c'), { actionOnUnmanage }));
    await world.drop(net(stamp, 'routeTables/b'));
    const after = await putStack(world, stackOf, stackBody(tables('c'), { actionOnUnmanage }));
    assert.deepEqual(namesIn(after['resources']), ['c']);
    assert.deepEqual(namesIn(after['deletedResources']).sort(), ['a', 'b']);
    assert.ok(!(await hasTable(world, 'a')));
  });

  it('keeps and reports what cannot be deleted, and fails', async () => {
    const actionOnUnmanage = deleteAll;
    await putStack(world, stackOf, stackBody(tables('a', 'b'), { actionOnUnmanage }));
    // The subnet of another's network uses it.
    const id = tableId('a');
    await world.make(net(stamp, 'virtualNetworks/v'), {
      location: 'westeurope',
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [{ name: 's', properties: { addressPrefix: '10.0.0.0/24', routeTable: { id } } }],
      },
    });
    const started = await world.ask('PUT', stackOf, {
      body: stackBody(tables(), { actionOnUnmanage }),
    });
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'failed');
    assert.equal(errorOf(ended).code, 'DeploymentStackDeleteResourcesFailed');
    const after = await world.properties(stackOf);
    assert.equal(after['provisioningState'], 'failed');
    assert.deepEqual(after['resources'], [{ id, status: 'deleteFailed', denyStatus: 'none' }]);
    assert.deepEqual(namesIn(after['deletedResources']), ['b']);
    const [failed] = after['failedResources'] as { id: string; error: { code: string } }[];
    assert.equal(failed?.id, id);
    assert.equal(failed?.error.code, 'InUseRouteTableCannotBeDeleted');
    // The next attempt tries it again.
    await world.drop(net(stamp, 'virtualNetworks/v'));
    const later = await putStack(world, stackOf, stackBody(tables(), { actionOnUnmanage }));
    assert.deepEqual([later['resources'], namesIn(later['deletedResources'])], [[], ['a']]);
  });

  it('reports resources that failed, and lets go of nothing then', async () => {
    const actionOnUnmanage = deleteAll;
    await putStack(world, stackOf, stackBody(tables('a', 'b'), { actionOnUnmanage }));
    const inner = nested('inner', template([network('v', '10.1.0.0/16')]), {});
    const broken = template([
      table('b'),
      inner,
      {
        type: 'Microsoft.Network/virtualNetworks/subnets',
        apiVersion: '2024-05-01',
        name: 'v/late',
        dependsOn: ["[resourceId('Microsoft.Resources/deployments', 'inner')]"],
        properties: { addressPrefix: '10.9.0.0/24' },
      },
    ]);
    const started = await world.ask('PUT', stackOf, {
      body: stackBody(broken, { actionOnUnmanage }),
    });
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'failed');
    const { code, details } = errorOf(ended);
    assert.equal(code, 'DeploymentStackDeploymentFailed');
    assert.equal((details?.[0] as { code: string }).code, 'DeploymentFailed');
    const after = await world.properties(stackOf);
    assert.deepEqual(namesIn(after['resources']).sort(), ['a', 'b', 'v']);
    assert.deepEqual(namesIn(after['failedResources']), ['late']);
    assert.deepEqual(after['deletedResources'], []);
    assert.ok(await hasTable(world, 'a'));
  });

  it('what validation refuses fails the stack, and leaves nothing behind', async () => {
    const wrong = template([{ ...table('a'), type: 'Microsoft.Nothing/things' }]);
    const started = await world.ask('PUT', stackOf, { body: stackBody(wrong) });
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'failed');
    const [inner] = errorOf(ended).details as { code: string }[];
    assert.equal(inner?.code, 'InvalidTemplateDeployment');
    assert.deepEqual((await world.properties(stackOf))['resources'], []);
  });

  it('validates without deploying: 202, then 200 or 400', async () => {
    const path = stackAt(stamp, 'new', '/validate');
    const good = await world.ask('POST', path, { body: stackBody(tables('a')) });
    assert.equal(good.status, 202);
    const valid = await followStack(world, good);
    assert.equal(valid.status, 200);
    assert.deepEqual((valid.body['properties'] as Shown)['validatedResources'], [
      { id: tableId('a') },
    ]);
    const wrong = template([{ ...table('a'), apiVersion: '1999-01-01' }]);
    const bad = await followStack(world, await world.ask('POST', path, { body: stackBody(wrong) }));
    assert.deepEqual([bad.status, errorOf(bad).code], [400, 'InvalidTemplateDeployment']);
    assert.equal((await world.ask('GET', stackAt(stamp, 'new'))).status, 404);
    assert.ok(!(await hasTable(world, 'a')));
  });
});
