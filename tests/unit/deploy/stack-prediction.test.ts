import assert from 'node:assert/strict';
import { readStack } from '../../../tasks/lib/deploy/stack/model.ts';
import { asPrediction } from '../../../tasks/lib/deploy/stack/prediction.ts';
import { readPrediction } from '../../../tasks/lib/deploy/what-if/read-prediction.ts';
import { hiderOf } from '../../../tasks/lib/deploy/what-if/secrets.ts';

const group = '/subscriptions/s/resourceGroups/rg';
const stack = `${group}/providers/Microsoft.Resources/deploymentStacks/st`;
const id = (name: string) => `${group}/providers/Microsoft.Network/routeTables/${name}`;

const predicted = (changes: unknown, more = {}) =>
  readPrediction(asPrediction({ properties: { changes, ...more } }, stack), hiderOf([]));

describe('what-if of a stack', () => {
  it('reads as what-if of a deployment', () => {
    const { changes, diagnostics } = predicted(
      {
        resourceChanges: [
          {
            id: id('a'),
            changeType: 'modify',
            changeCertainty: 'definite',
            managementStatusChange: { before: 'managed', after: 'managed' },
            resourceConfigurationChanges: {
              before: { tags: { by: 'x' } },
              delta: [
                {
                  path: 'tags',
                  changeType: 'modify',
                  children: [{ path: 'by', changeType: 'delete', before: 'x' }],
                },
              ],
            },
          },
          { id: id('b'), changeType: 'detach', changeCertainty: 'potential' },
          { id: id('c'), changeType: 'unsupported', unsupportedReason: 'no' },
        ],
      },
      { diagnostics: [{ level: 'warning', code: 'X', message: 'y' }] },
    );
    assert.deepEqual(
      changes.map(({ name, kind, potential, unsupportedReason }) => [
        name,
        kind,
        potential,
        unsupportedReason,
      ]),
      [
        ['a', 'Modify', false, undefined],
        ['c', 'Unsupported', false, 'no'],
        ['b', 'Detach', true, undefined],
      ],
    );
    assert.deepEqual(changes[0]?.properties, [
      { path: 'tags.by', kind: 'Delete', element: false, before: 'x' },
    ]);
    assert.deepEqual(diagnostics, [{ level: 'Warning', code: 'X', message: 'y' }]);
  });

  it('counts a resource that the stack takes over as changed', () => {
    const taken = {
      id: id('a'),
      changeType: 'noChange',
      managementStatusChange: { before: 'unmanaged', after: 'managed' },
    };
    const [change] = predicted({ resourceChanges: [taken] }).changes;
    assert.equal(change?.kind, 'Modify');
    assert.deepEqual(
      change?.properties.map(({ path }) => path),
      ['managementStatus'],
    );
  });

  it('counts other deny settings as a change of the stack, unless a new one denies nothing', () => {
    const delta = [{ path: 'Mode', changeType: 'create', after: 'none' }];
    const first = { resourceChanges: [], denySettingsChange: { after: { mode: 'none' }, delta } };
    assert.deepEqual(predicted(first).changes, []);
    const later = {
      resourceChanges: [],
      denySettingsChange: {
        before: { mode: 'none' },
        after: { mode: 'denyDelete' },
        delta: [{ path: 'Mode', changeType: 'modify', before: 'none', after: 'denyDelete' }],
      },
    };
    const [change] = predicted(later).changes;
    assert.deepEqual([change?.id, change?.kind], [stack, 'Modify']);
    assert.equal(change?.properties[0]?.path, 'denySettings.Mode');
  });

  it('is none without a list of resources', () => {
    assert.throws(() => predicted(undefined), /answered what-if with something else/);
    assert.throws(() => predicted({}), /answered what-if with something else/);
  });
});

describe('a stack as Azure shows it', () => {
  const shown = (properties: Record<string, unknown>) => readStack({ id: stack, properties });

  it('ends in any letter case, and is under way in every other word', () => {
    const words = ['succeeded', 'Failed', 'CANCELED', 'deletingResources', 'somethingNew'];
    assert.deepEqual(
      words.map((provisioningState) => shown({ provisioningState })?.deployment.state),
      ['Succeeded', 'Failed', 'Canceled', 'deletingResources', 'somethingNew'],
    );
  });

  it('has the failed resources for causes, where it names some', () => {
    const error = {
      code: 'DeploymentStackDeleteResourcesFailed',
      message: 'some',
      details: [{ code: 'X', message: 'see the list' }],
    };
    const view = shown({
      provisioningState: 'failed',
      error,
      failedResources: [
        { id: id('a'), error: { code: 'InUse', message: 'held' } },
        { id: id('b') },
      ],
    });
    assert.deepEqual(
      view?.deployment.fault?.details.map(({ code, target }) => [code, target]),
      [['InUse', id('a')]],
    );
    const plain = shown({ provisioningState: 'failed', error });
    assert.equal(plain?.deployment.fault?.details[0]?.code, 'X');
  });

  it('is nothing without an id and a state', () => {
    for (const body of [undefined, {}, { id: stack }, { id: stack, properties: {} }, 'x']) {
      assert.equal(readStack(body), undefined);
    }
  });
});
