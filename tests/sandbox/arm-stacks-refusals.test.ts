import assert from 'node:assert/strict';
import {
  guest,
  hub,
  stamp,
  stampSubscription,
  startWorld,
  type World,
} from '../unit/arm/arm-world.ts';
import {
  followStack,
  namesIn,
  putStack,
  stackAt,
  stackBody,
  stackOf,
  table,
  tables,
} from '../unit/arm/stacks.ts';
import { template, type Shown } from '../unit/arm/templates.ts';

describe('sandbox arm: refusals of deployment stacks', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
  });

  afterEach(() => world.stop());

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

describe('sandbox arm: a deployment stack while it is busy', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld({ pace: 200 });
  });

  afterEach(() => world.stop());

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
