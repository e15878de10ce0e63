import assert from 'node:assert/strict';
import { guest, hub, net, owner, stamp, startWorld, type World } from '../unit/arm/arm-world.ts';
import {
  deleteAll,
  followStack,
  namesIn,
  putStack,
  stackAt,
  stackBody,
  stackOf,
  table,
  tableId,
  tables,
} from '../unit/arm/stacks.ts';
import { nested, template, type Shown } from '../unit/arm/templates.ts';

describe('sandbox arm: deny settings of deployment stacks', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const denySettings = (mode: string, more: Shown = {}): Shown => ({
    denySettings: { mode, ...more },
    actionOnUnmanage: deleteAll,
  });
  const tags = { location: 'westeurope', tags: { by: 'other' } };
  const a = net(stamp, 'routeTables/a');

  it('denyDelete: others change and do not delete; the stack does both', async () => {
    const made = await putStack(world, stackOf, stackBody(tables('a'), denySettings('denyDelete')));
    assert.deepEqual(
      (made['resources'] as { denyStatus: string }[]).map(({ denyStatus }) => denyStatus),
      ['denyDelete'],
    );
    await world.make(a, tags);
    const refused = await world.refused('DELETE', a);
    const id = tableId('a');
    assert.match(refused, /^403 DenyAssignmentAuthorizationFailed: The client 'c1/);
    assert.ok(
      refused.includes(
        `has permission to perform action 'Microsoft.Network/routeTables/delete' on scope '${id}'; however, the ` +
          'access is denied because of the deny assignment with name ',
      ),
      refused,
    );
    const after = await putStack(
      world,
      stackOf,
      stackBody(tables('b'), denySettings('denyDelete')),
    );
    assert.deepEqual(namesIn(after['deletedResources']), ['a']);
  });

  it('denyWriteAndDelete: others only read, in deployments too', async () => {
    await putStack(world, stackOf, stackBody(tables('a'), denySettings('denyWriteAndDelete')));
    assert.equal((await world.ask('GET', a)).status, 200);
    assert.match(await world.refused('PUT', a, tags), /^403 DenyAssignmentAuthorizationFailed: /);
    const deployment = `${stamp}/providers/Microsoft.Resources/deployments/d?api-version=2021-04-01`;
    const started = await world.ask('PUT', deployment, {
      body: { properties: { mode: 'Incremental', template: tables('a') } },
    });
    const message = JSON.stringify(
      started.status >= 400 ? started.body : (await world.follow(started)).body,
    );
    assert.match(message, /DenyAssignmentAuthorizationFailed/);
    // Another stack is no better than anybody else.
    const other = await world.ask('PUT', stackAt(stamp, 'other'), {
      body: stackBody(tables('a')),
    });
    assert.match(
      JSON.stringify((await followStack(world, other)).body),
      /DenyAssignmentAuthorizationFailed/,
    );
  });

  it('spare excluded principals and actions, and children unless they are meant too', async () => {
    const route = { properties: { addressPrefix: '10.0.0.0/8', nextHopType: 'None' } };
    const child = net(stamp, 'routeTables/a/routes/r');
    const put = (more: Shown): Promise<Shown> =>
      putStack(world, stackOf, stackBody(tables('a'), denySettings('denyWriteAndDelete', more)));
    await put({});
    await world.make(child, route);
    await put({ applyToChildScopes: true });
    assert.match(await world.refused('DELETE', child), /^403 DenyAssignment/);
    await put({ excludedActions: ['Microsoft.Network/routeTables/write'] });
    await world.make(a, tags);
    assert.match(await world.refused('DELETE', a), /^403 DenyAssignment/);
    await put({ excludedPrincipals: [owner] });
    await world.drop(a);
  });

  it('do not reach beyond the scope of the stack, and end with it', async () => {
    const elsewhere = nested('n', tables('far'), {
      subscriptionId: hub.split('/')[2],
      resourceGroup: 'rg-hub',
    });
    const made = await putStack(
      world,
      stackOf,
      stackBody(template([table('a'), elsewhere]), denySettings('denyDelete')),
    );
    assert.deepEqual(
      (made['resources'] as { denyStatus: string }[]).map(({ denyStatus }) => denyStatus).sort(),
      ['denyDelete', 'inapplicable'],
    );
    await world.drop(net(hub, 'routeTables/far'));
    await followStack(world, await world.ask('DELETE', stackOf));
    await world.drop(a);
  });

  it('are not a contributor’s', async () => {
    world.arm.assignRole(guest, 'Contributor', stamp);
    const body = stackBody(tables('a'), denySettings('denyDelete'));
    assert.match(
      await world.refused('PUT', stackOf, body, guest),
      /^403 DeploymentStackActionForbidden: .*deploymentStacks\/manageDenySetting\/action/,
    );
    await putStack(world, stackOf, body);
    const none = stackBody(tables('a'));
    assert.match(
      await world.refused('PUT', stackOf, none, guest),
      /^403 DeploymentStackActionForbidden/,
    );
    assert.match(
      await world.refused('DELETE', stackOf, undefined, guest),
      /^403 DeploymentStackActionForbidden/,
    );
    world.arm.assignRole(guest, 'Azure Deployment Stack Owner', stamp);
    const started = await world.ask('PUT', stackOf, { body: none, as: guest });
    assert.equal(started.status, 200);
  });
});
