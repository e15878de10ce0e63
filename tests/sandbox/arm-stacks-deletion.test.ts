import assert from 'node:assert/strict';
import {
  errorOf,
  stamp,
  stampSubscription,
  startWorld,
  type World,
} from '../unit/arm/arm-world.ts';
import {
  followStack,
  hasTable,
  namesIn,
  putStack,
  stackAt,
  stackBody,
  stackOf,
  tableId,
  tables,
} from '../unit/arm/stacks.ts';
import { nested, subscriptionTemplate } from '../unit/arm/templates.ts';

describe('sandbox arm: deleting a deployment stack', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  it('leaves everything without a word, and is gone', async () => {
    await putStack(world, stackOf, stackBody(tables('a')));
    const started = await world.ask('DELETE', stackOf);
    assert.equal(started.status, 202);
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'succeeded');
    assert.equal((await world.ask('GET', String(started.headers.location))).status, 204);
    assert.ok(await hasTable(world, 'a'));
    assert.match(await world.refused('GET', stackOf), /^404 DeploymentStackNotFound: /);
    assert.equal((await world.ask('DELETE', stackOf)).status, 204);
  });

  it('deletes resources and, of a subscription, groups', async () => {
    const subscription = `/subscriptions/${stampSubscription}`;
    const path = stackAt(subscription, 'sub');
    const group = {
      type: 'Microsoft.Resources/resourceGroups',
      apiVersion: '2021-04-01',
      name: 'rg-new',
      location: 'westeurope',
    };
    const inner = nested('inner', tables('a'), {
      resourceGroup: 'rg-new',
      dependsOn: ["[resourceId('Microsoft.Resources/resourceGroups', 'rg-new')]"],
    });
    const made = await putStack(
      world,
      path,
      stackBody(subscriptionTemplate([group, inner]), {}, { location: 'westeurope' }),
    );
    assert.deepEqual(namesIn(made['resources']), ['rg-new', 'a'], JSON.stringify(made['error']));
    const query = '&unmanageAction.Resources=delete&unmanageAction.ResourceGroups=delete';
    const started = await world.ask('DELETE', `${path}${query}`);
    assert.equal((await followStack(world, started)).body['status'], 'succeeded');
    const gone = await world.ask(
      'GET',
      `${subscription}/resourceGroups/rg-new?api-version=2021-04-01`,
    );
    assert.equal(gone.status, 404);
  });

  it('that cannot be done stays, with what is left', async () => {
    await putStack(world, stackOf, stackBody(tables('a', 'b')));
    const id = tableId('a');
    await world.make(`${id}/providers/Microsoft.Authorization/locks/l?api-version=2016-09-01`, {
      properties: { level: 'CanNotDelete' },
    });
    const started = await world.ask('DELETE', `${stackOf}&unmanageAction.Resources=delete`);
    const ended = await followStack(world, started);
    assert.equal(errorOf(ended).code, 'DeploymentStackDeleteFailed');
    const location = await world.ask('GET', String(started.headers.location));
    assert.deepEqual(
      [location.status, errorOf(location).code],
      [409, 'DeploymentStackDeleteFailed'],
    );
    const after = await world.properties(stackOf);
    assert.deepEqual(after['resources'], [{ id, status: 'deleteFailed', denyStatus: 'none' }]);
    const [failed] = after['failedResources'] as { error: { code: string } }[];
    assert.equal(failed?.error.code, 'ScopeLocked');
    assert.ok(!(await hasTable(world, 'b')));
  });

  it('goes with its group', async () => {
    await putStack(world, stackOf, stackBody(tables('a')));
    await world.drop(`${stamp}?api-version=2021-04-01`);
    await world.make(`${stamp}?api-version=2021-04-01`, { location: 'westeurope' });
    assert.equal((await world.ask('GET', stackOf)).status, 404);
  });
});
