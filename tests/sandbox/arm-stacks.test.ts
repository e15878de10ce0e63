import assert from 'node:assert/strict';
import {
  errorOf,
  guest,
  hub,
  net,
  owner,
  stamp,
  stampSubscription,
  startWorld,
  type World,
} from '../unit/arm/arm-world.ts';
import {
  deleteAll,
  followStack,
  namesIn,
  putStack,
  stackAt,
  stackBody,
} from '../unit/arm/stacks.ts';
import {
  nested,
  network,
  subscriptionTemplate,
  template,
  type Shown,
} from '../unit/arm/templates.ts';

const table = (name: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  location: 'westeurope',
  ...more,
});
const tables = (...names: string[]): Shown => template(names.map((name) => table(name)));
const stackOf = stackAt(stamp, 'st');

describe('sandbox arm: deployment stacks', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

  const exists = async (name: string, group = stamp): Promise<boolean> =>
    (await world.ask('GET', net(group, `routeTables/${name}`))).status === 200;

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
    const id = `${stamp}/providers/Microsoft.Network/routeTables/a`;
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
    assert.ok(await exists('a'));
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
    assert.ok(!(await exists('a')));
  });

  it('keeps and reports what cannot be deleted, and fails', async () => {
    const actionOnUnmanage = deleteAll;
    await putStack(world, stackOf, stackBody(tables('a', 'b'), { actionOnUnmanage }));
    // The subnet of another's network uses it.
    const id = `${stamp}/providers/Microsoft.Network/routeTables/a`;
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
    assert.ok(await exists('a'));
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
      { id: `${stamp}/providers/Microsoft.Network/routeTables/a` },
    ]);
    const wrong = template([{ ...table('a'), apiVersion: '1999-01-01' }]);
    const bad = await followStack(world, await world.ask('POST', path, { body: stackBody(wrong) }));
    assert.deepEqual([bad.status, errorOf(bad).code], [400, 'InvalidTemplateDeployment']);
    assert.equal((await world.ask('GET', stackAt(stamp, 'new'))).status, 404);
    assert.ok(!(await exists('a')));
  });

  describe('deleting a stack', () => {
    it('leaves everything without a word, and is gone', async () => {
      await putStack(world, stackOf, stackBody(tables('a')));
      const started = await world.ask('DELETE', stackOf);
      assert.equal(started.status, 202);
      const ended = await followStack(world, started);
      assert.equal(ended.body['status'], 'succeeded');
      assert.equal((await world.ask('GET', String(started.headers.location))).status, 204);
      assert.ok(await exists('a'));
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
      const id = `${stamp}/providers/Microsoft.Network/routeTables/a`;
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
      assert.ok(!(await exists('b')));
    });

    it('goes with its group', async () => {
      await putStack(world, stackOf, stackBody(tables('a')));
      await world.drop(`${stamp}?api-version=2021-04-01`);
      await world.make(`${stamp}?api-version=2021-04-01`, { location: 'westeurope' });
      assert.equal((await world.ask('GET', stackOf)).status, 404);
    });
  });

  describe('deny settings', () => {
    const denySettings = (mode: string, more: Shown = {}): Shown => ({
      denySettings: { mode, ...more },
      actionOnUnmanage: deleteAll,
    });
    const tags = { location: 'westeurope', tags: { by: 'other' } };
    const a = net(stamp, 'routeTables/a');

    it('denyDelete: others change and do not delete; the stack does both', async () => {
      const made = await putStack(
        world,
        stackOf,
        stackBody(tables('a'), denySettings('denyDelete')),
      );
      assert.deepEqual(
        (made['resources'] as { denyStatus: string }[]).map(({ denyStatus }) => denyStatus),
        ['denyDelete'],
      );
      await world.make(a, tags);
      const refused = await world.refused('DELETE', a);
      const id = `${stamp}/providers/Microsoft.Network/routeTables/a`;
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

  describe('while it is busy', () => {
    beforeEach(async () => {
      await world.stop();
      world = await startWorld({ pace: 200 });
    });

    it('is changed by nobody else', async () => {
      const started = await world.ask('PUT', stackOf, { body: stackBody(tables('a')) });
      for (const method of ['PUT', 'DELETE']) {
        assert.match(
          await world.refused(method, stackOf, stackBody(tables('a'))),
          /^409 DeploymentStackInNonTerminalState: The deployment stack resource '.*\/st' could not be updated as it is currently in a non-terminal state '(creating|validating|deploying)'\.$/,
        );
      }
      await followStack(world, started);
    });

    it('ends as canceled with its deployment, and manages what was made', async () => {
      const after = "[resourceId('Microsoft.Network/routeTables', 'a')]";
      const slow = template([table('a'), table('b', { dependsOn: [after] })]);
      const started = await world.ask('PUT', stackOf, { body: stackBody(slow) });
      let { deploymentId } = await world.properties(stackOf);
      while (deploymentId === undefined) ({ deploymentId } = await world.properties(stackOf));
      const path = `${String(deploymentId)}/cancel?api-version=2021-04-01`;
      assert.equal((await world.ask('POST', path)).status, 204);
      assert.equal((await followStack(world, started)).body['status'], 'canceled');
      const { resources, provisioningState } = await world.properties(stackOf);
      assert.equal(provisioningState, 'canceled');
      assert.ok(!namesIn(resources).includes('b'));
    });
  });

  it('needs rights of its own', async () => {
    world.arm.assignRole(guest, 'Reader', stamp);
    await putStack(world, stackOf, stackBody(tables('a')));
    assert.equal((await world.ask('GET', stackOf, { as: guest })).status, 200);
    const body = stackBody(tables('a'));
    for (const [method, path, verb] of [
      ['PUT', stackOf, 'write'],
      ['DELETE', stackOf, 'delete'],
      ['POST', stackAt(stamp, 'st', '/validate'), 'validate/action'],
      ['POST', stackAt(stamp, 'st', '/exportTemplate'), 'exportTemplate/action'],
    ] as const) {
      const refused = await world.refused(method, path, body, guest);
      assert.match(refused, /^403 AuthorizationFailed: /);
      assert.ok(refused.includes(`'Microsoft.Resources/deploymentStacks/${verb}'`), refused);
    }
    // What the stack does is done with the rights of who asks for it.
    world.arm.assignRole(guest, { actions: ['Microsoft.Resources/*'] }, stamp);
    const started = await world.ask('PUT', stackOf, { body, as: guest });
    const ended = await followStack(world, started);
    assert.match(JSON.stringify(ended.body), /Microsoft\.Network\/routeTables\/write/);
  });

  const good = stackBody(tables('a'));
  const without = (name: string): Shown => {
    const { [name]: _left, ...properties } = good['properties'] as Shown;
    return { properties };
  };
  const withProperty = (name: string, value: unknown): Shown => ({
    properties: { ...(good['properties'] as Shown), [name]: value },
  });
  const bad: [what: string, body: Shown, message: RegExp][] = [
    ['no properties', {}, /^400 InvalidRequestContent: .*'properties' not found/],
    ['no actionOnUnmanage', without('actionOnUnmanage'), /^400 .*'actionOnUnmanage' not found/],
    ['no denySettings', without('denySettings'), /^400 .*'denySettings' not found/],
    ['no template', without('template'), /^400 DeploymentStackInvalid.*template .* is missing/],
    ['an unknown member', withProperty('what', 1), /^400 .*Could not find member 'what'/],
    [
      'a template link',
      withProperty('templateLink', { uri: 'https://example.com' }),
      /^400 DeploymentStackPropertyNotSupported: .*'properties\.templateLink' is not supported/,
    ],
    [
      'an unknown action',
      withProperty('actionOnUnmanage', { resources: 'destroy' }),
      /^400 .*"destroy".*Path 'properties\.actionOnUnmanage\.resources'/,
    ],
    [
      'an unknown mode',
      withProperty('denySettings', { mode: 'all' }),
      /^400 .*"all".*Path 'properties\.denySettings\.mode'/,
    ],
    [
      'too many principals',
      withProperty('denySettings', {
        mode: 'none',
        excludedPrincipals: ['1', '2', '3', '4', '5', '6'],
      }),
      /^400 .*6 excludedPrincipals; up to 5/,
    ],
    [
      'a deployment scope elsewhere',
      withProperty('deploymentScope', hub),
      /^400 .*deployment scope '.*rg-hub' is not valid/,
    ],
  ];
  for (const [what, body, message] of bad) {
    it(`refuses ${what}`, async () => {
      assert.match(await world.refused('PUT', stackOf, body), message);
    });
  }

  it('refuses names, versions, verbs and places that are not served', async () => {
    assert.match(
      await world.refused('PUT', stackAt(stamp, 'a b'), good),
      /^400 InvalidDeploymentStackName/,
    );
    assert.match(
      await world.refused('GET', stackAt(stamp, 'st', '', '2022-08-01-preview')),
      /^400 InvalidApiVersionParameter: .*'2025-07-01,2024-03-01'/,
    );
    assert.match(await world.refused('PATCH', stackOf, good), /^405 /);
    assert.match(
      await world.refused('PUT', stackAt(stamp, 'x').replace('rg-stamp', 'rg-none'), good),
      /^404 ResourceGroupNotFound/,
    );
    assert.match(
      await world.refused('PUT', stackAt(`/subscriptions/${stampSubscription}`, 'x'), good),
      /^400 LocationRequired/,
    );
    assert.match(
      await world.refused(
        'PUT',
        stackAt('/providers/Microsoft.Management/managementGroups/m', 'x'),
        good,
      ),
      /^400 DeploymentScopeNotSupported/,
    );
  });
});
