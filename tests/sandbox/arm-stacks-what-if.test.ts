import assert from 'node:assert/strict';
import {
  net,
  owner,
  guest,
  stamp,
  stampSubscription,
  startWorld,
  type World,
} from '../unit/arm/arm-world.ts';
import {
  deleteAll,
  followStack,
  putStack,
  stackBody,
  stackOf,
  table,
  tableId,
  whatIfAt,
} from '../unit/arm/stacks.ts';
import { nested, subscriptionTemplate, template, type Shown } from '../unit/arm/templates.ts';

const stackId = `${stamp}/providers/Microsoft.Resources/deploymentStacks/st`;

interface Change {
  id: string;
  changeType: string;
  changeCertainty: string;
  managementStatusChange: unknown;
  denyStatusChange: unknown;
  resourceConfigurationChanges?: { before?: Shown; after?: Shown; delta?: unknown };
}

describe('sandbox arm: what-if of deployment stacks', () => {
  let world: World;
  let now: Date;

  beforeEach(async () => {
    now = new Date('2026-01-01T00:00:00Z');
    world = await startWorld({ now: () => now });
  });

  afterEach(() => world.stop());

  const whatIfBody = (inner: Shown, more: Shown = {}): Shown =>
    stackBody(inner, { deploymentStackResourceId: stackId, retentionInterval: 'P7D', ...more });

  /** Puts a result and asks for its details. */
  async function ask(inner: Shown, more: Shown = {}): Promise<Shown> {
    const started = await world.ask('PUT', whatIfAt(stamp, 'w'), { body: whatIfBody(inner, more) });
    assert.ok(started.status < 300, JSON.stringify(started.body));
    await followStack(world, started);
    const detailed = await followStack(
      world,
      await world.ask('POST', whatIfAt(stamp, 'w', '/whatIf')),
    );
    assert.equal(detailed.status, 200);
    return detailed.body['properties'] as Shown;
  }

  const changesOf = ({ changes }: Shown): Change[] =>
    (changes as { resourceChanges: Change[] }).resourceChanges;

  const brief = (properties: Shown): unknown[] =>
    changesOf(properties).map((change) => [change.id.split('/').pop(), change.changeType]);

  it('of a stack that does not exist yet: in the members of the specification’s example', async () => {
    const started = await world.ask('PUT', whatIfAt(stamp, 'w'), {
      body: whatIfBody(template([table('a', { tags: { stage: 'test' } })])),
    });
    assert.equal(started.status, 201);
    assert.equal((started.body['properties'] as Shown)['provisioningState'], 'initializing');
    await followStack(world, started);
    const { body: shown } = await world.ask('GET', whatIfAt(stamp, 'w'));
    const { correlationId: _id, ...properties } = shown['properties'] as Shown;
    const change = {
      id: tableId('a'),
      type: 'Microsoft.Network/routeTables',
      apiVersion: '2024-05-01',
      changeType: 'create',
      changeCertainty: 'definite',
      managementStatusChange: { before: 'unmanaged', after: 'managed' },
      denyStatusChange: { before: 'none', after: 'none' },
    };
    const none = { excludedPrincipals: [], excludedActions: [], applyToChildScopes: false };
    const denySettingsChange = {
      after: { mode: 'none', ...none },
      delta: [
        { path: 'Mode', changeType: 'create', after: 'none' },
        { path: 'ApplyToChildScopes', changeType: 'create', after: false },
      ],
    };
    assert.deepEqual(properties, {
      deploymentStackResourceId: stackId,
      retentionInterval: 'P7D',
      deploymentScope: stamp,
      parameters: {},
      actionOnUnmanage: { resources: 'detach' },
      denySettings: { mode: 'none', ...none },
      provisioningState: 'succeeded',
      changes: { resourceChanges: [change], denySettingsChange },
    });
    const detailed = await followStack(
      world,
      await world.ask('POST', whatIfAt(stamp, 'w', '/whatIf')),
    );
    assert.deepEqual((detailed.body['properties'] as Shown)['changes'], {
      resourceChanges: [
        {
          ...change,
          resourceConfigurationChanges: {
            after: {
              apiVersion: '2024-05-01',
              id: tableId('a'),
              type: 'Microsoft.Network/routeTables',
              name: 'a',
              location: 'westeurope',
              tags: { stage: 'test' },
            },
          },
        },
      ],
      denySettingsChange,
    });
    assert.equal((await world.ask('GET', net(stamp, 'routeTables/a'))).status, 404);
    assert.equal((await world.ask('GET', stackOf)).status, 404);
  });

  it('says what would be added, changed, left alone, deleted or detached', async () => {
    const before = template([table('same'), table('changed'), table('gone')]);
    await putStack(world, stackOf, stackBody(before, { actionOnUnmanage: deleteAll }));
    await world.make(net(stamp, 'routeTables/found'), { location: 'westeurope' });
    await world.make(net(stamp, 'routeTables/foreign'), { location: 'westeurope' });
    const after = template([
      table('same'),
      table('changed', { tags: { stage: 'test' } }),
      table('found'),
      table('new'),
    ]);
    const deny = { denySettings: { mode: 'denyDelete' } };
    const seen = await ask(after, { actionOnUnmanage: deleteAll, ...deny });
    assert.equal(seen['deploymentStackLastModified'], '2026-01-01T00:00:00.000Z');
    assert.deepEqual(brief(seen), [
      ['same', 'noChange'],
      ['changed', 'modify'],
      ['found', 'noChange'],
      ['new', 'create'],
      ['gone', 'delete'],
    ]);
    const [, changed, found, , gone] = changesOf(seen);
    assert.deepEqual(changed?.resourceConfigurationChanges?.delta, [
      { path: 'tags.stage', changeType: 'create', after: 'test' },
    ]);
    assert.deepEqual(found?.managementStatusChange, { before: 'unmanaged', after: 'managed' });
    assert.deepEqual(found?.denyStatusChange, { before: 'none', after: 'denyDelete' });
    assert.deepEqual(gone?.managementStatusChange, { before: 'managed', after: 'unmanaged' });
    assert.equal(gone?.resourceConfigurationChanges?.before?.['id'], tableId('gone'));
    const { denySettingsChange } = seen['changes'] as { denySettingsChange: { delta: unknown } };
    assert.deepEqual(denySettingsChange.delta, [
      { path: 'Mode', changeType: 'modify', before: 'none', after: 'denyDelete' },
    ]);
    assert.deepEqual(brief(await ask(template([table('same')]))), [
      ['same', 'noChange'],
      ['changed', 'detach'],
      ['gone', 'detach'],
    ]);
    // And the stack does what was said.
    const done = await putStack(
      world,
      stackOf,
      stackBody(after, { actionOnUnmanage: deleteAll, ...deny }),
    );
    const names = (list: unknown): unknown[] => (list as { id: string }[]).map((r) => r.id);
    assert.deepEqual(names(done['deletedResources']), [tableId('gone')]);
  });

  it('is careful where a nested template could not be looked into', async () => {
    await putStack(world, stackOf, stackBody(template([table('a')])));
    const late = nested(
      'late',
      template([table("[parameters('n')[0]]")], {
        parameters: { n: { type: 'array' } },
      }),
    );
    (late['properties'] as Shown)['parameters'] = {
      n: {
        value: "[reference(resourceId('Microsoft.Network/routeTables', 'x'), '2024-05-01').routes]",
      },
    };
    const seen = await ask(
      template([
        table('x'),
        { ...late, dependsOn: ["[resourceId('Microsoft.Network/routeTables', 'x')]"] },
      ]),
    );
    const [, gone] = changesOf(seen);
    assert.deepEqual([gone?.changeType, gone?.changeCertainty], ['detach', 'potential']);
    const [diagnostic] = seen['diagnostics'] as { level: string; code: string }[];
    assert.deepEqual(
      [diagnostic?.level, diagnostic?.code],
      ['warning', 'NestedDeploymentShortCircuited'],
    );
  });

  it('fails with the words of validation', async () => {
    const wrong = template([{ ...table('a'), apiVersion: '1999-01-01' }]);
    const started = await world.ask('PUT', whatIfAt(stamp, 'w'), { body: whatIfBody(wrong) });
    const ended = await followStack(world, started);
    assert.equal(ended.body['status'], 'Failed');
    const { provisioningState, error } = await world.properties(whatIfAt(stamp, 'w'));
    assert.equal(provisioningState, 'failed');
    assert.equal((error as { code: string }).code, 'InvalidTemplateDeployment');
  });

  it('is kept as long as it was asked to be, listed, and deleted', async () => {
    await ask(template([table('a')]), { retentionInterval: 'PT1H' });
    const listed = await world.ask('GET', whatIfAt(stamp, ''));
    assert.equal((listed.body['value'] as unknown[]).length, 1);
    now = new Date(now.getTime() + 60 * 60 * 1000);
    assert.match(
      await world.refused('GET', whatIfAt(stamp, 'w')),
      /^404 DeploymentStackWhatIfResultNotFound: /,
    );
    await ask(template([table('a')]));
    assert.equal((await world.ask('DELETE', whatIfAt(stamp, 'w'))).status, 200);
    assert.equal((await world.ask('DELETE', whatIfAt(stamp, 'w'))).status, 204);
  });

  it('at a subscription', async () => {
    const scope = `/subscriptions/${stampSubscription}`;
    const body = stackBody(
      subscriptionTemplate([
        {
          type: 'Microsoft.Resources/resourceGroups',
          apiVersion: '2021-04-01',
          name: 'rg-new',
          location: 'westeurope',
        },
      ]),
      {
        deploymentStackResourceId: `${scope}/providers/Microsoft.Resources/deploymentStacks/sub`,
        retentionInterval: 'P1D',
      },
      { location: 'westeurope' },
    );
    const started = await world.ask('PUT', whatIfAt(scope, 'w'), { body });
    await followStack(world, started);
    const [change] = changesOf(await world.properties(whatIfAt(scope, 'w')));
    assert.deepEqual(
      [change?.id, change?.changeType],
      [`${scope}/resourceGroups/rg-new`, 'create'],
    );
  });

  const refusals: [what: string, more: Shown, message: RegExp][] = [
    [
      'no stack',
      { deploymentStackResourceId: undefined },
      /^400 DeploymentStackInvalidWhatIfResultDefinition: .*deploymentStackResourceId/,
    ],
    [
      'a stack elsewhere',
      { deploymentStackResourceId: stackId.replace('rg-stamp', 'rg-other') },
      /^400 .*id of a deployment stack at '.*rg-stamp'/,
    ],
    ['no retention', { retentionInterval: undefined }, /^400 .*ISO 8601 duration/],
    ['a retention that is none', { retentionInterval: '7 days' }, /^400 .*ISO 8601 duration/],
  ];
  for (const [what, more, message] of refusals) {
    it(`refuses ${what}`, async () => {
      const body = whatIfBody(template([]), more);
      assert.match(await world.refused('PUT', whatIfAt(stamp, 'w'), body), message);
    });
  }

  it('needs rights and a version of its own', async () => {
    world.arm.assignRole(guest, 'Reader', stamp);
    const body = whatIfBody(template([]));
    assert.match(
      await world.refused('PUT', whatIfAt(stamp, 'w'), body, guest),
      /^403 AuthorizationFailed: .*deploymentStacksWhatIfResults\/write/,
    );
    await ask(template([]));
    assert.match(
      await world.refused('POST', whatIfAt(stamp, 'w', '/whatIf'), undefined, guest),
      /^403 AuthorizationFailed: .*whatIf\/action/,
    );
    const old = whatIfAt(stamp, 'w').replace('2025-07-01', '2024-03-01');
    assert.match(
      await world.refused('GET', old, undefined, owner),
      /^400 InvalidApiVersionParameter/,
    );
  });
});
