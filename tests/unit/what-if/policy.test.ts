import assert from 'node:assert/strict';
import { enforce, findingsOf, type FailOn } from '../../../tasks/lib/deploy/what-if/policy.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { account, assessed, change, idOf, modified, network, removedSubnet } from './answers.ts';

describe('the policy on what-if', () => {
  const cases: [string, unknown, Record<Exclude<FailOn, 'none'>, string[]>][] = [
    [
      'a resource that goes',
      { resourceId: idOf(account, 'x'), changeType: 'Delete' },
      { delete: ['Delete'], deleteOrReplace: ['Delete'], change: ['Delete'] },
    ],
    [
      'a subnet that its network drops',
      modified(network, removedSubnet),
      { delete: ['Delete'], deleteOrReplace: ['Delete'], change: ['Delete'] },
    ],
    [
      'a list that is left out, of routes',
      modified(
        'Microsoft.Network/routeTables',
        change('properties.routes', 'Delete', [{ name: 'r', properties: {} }]),
      ),
      { delete: ['Delete'], deleteOrReplace: ['Delete'], change: ['Delete'] },
    ],
    [
      'an element that is no resource',
      modified(account, {
        path: 'properties.networkAcls.ipRules',
        propertyChangeType: 'Array',
        children: [change('0', 'Delete', { value: '1.2.3.4' })],
      }),
      { delete: [], deleteOrReplace: [], change: ['Change'] },
    ],
    [
      'a property that goes',
      modified(account, change('tags.owner', 'Delete', 'me')),
      { delete: [], deleteOrReplace: [], change: ['Change'] },
    ],
    [
      'another region',
      modified(account, change('location', 'Modify', 'westeurope', 'northeurope')),
      { delete: [], deleteOrReplace: ['Replace'], change: ['Replace'] },
    ],
    [
      'the same region in other words',
      modified(account, change('location', 'Modify', 'West Europe', 'westeurope')),
      { delete: [], deleteOrReplace: [], change: ['Change'] },
    ],
    [
      'another principal of a role assignment',
      modified(
        'Microsoft.Authorization/roleAssignments',
        change('properties.principalId', 'Modify', 'a', 'b'),
      ),
      { delete: [], deleteOrReplace: ['Replace'], change: ['Replace'] },
    ],
    [
      'a resource that comes',
      { resourceId: idOf(account, 'x'), changeType: 'Create' },
      { delete: [], deleteOrReplace: [], change: ['Change'] },
    ],
    [
      'a change without its parts',
      { resourceId: idOf(account, 'x'), changeType: 'Modify' },
      { delete: [], deleteOrReplace: [], change: ['Change'] },
    ],
    ...['Deploy', 'Unsupported', 'Sideways'].map((changeType): (typeof cases)[number] => [
      `what is not predicted (${changeType})`,
      { resourceId: idOf(account, 'x'), changeType },
      { delete: ['NotPredicted'], deleteOrReplace: ['NotPredicted'], change: ['NotPredicted'] },
    ]),
    ...['NoChange', 'Ignore'].map((changeType): (typeof cases)[number] => [
      `what stays (${changeType})`,
      { resourceId: idOf(account, 'x'), changeType },
      { delete: [], deleteOrReplace: [], change: [] },
    ]),
    [
      'a value that has no effect',
      modified(account, change('sku.tier', 'NoEffect', undefined, 'Standard')),
      { delete: [], deleteOrReplace: [], change: [] },
    ],
  ];
  for (const [name, given, expected] of cases) {
    it(`${name}: ${expected.change.join() || 'fine'}`, () => {
      const assessment = assessed([given]);
      for (const failOn of ['delete', 'deleteOrReplace', 'change'] as const) {
        const codes = findingsOf(assessment, failOn).map(({ code }) => code);
        assert.deepEqual(codes, expected[failOn], failOn);
      }
      assert.deepEqual(findingsOf(assessment, 'none'), []);
      assert.equal(assessment.hasChanges, expected.change.length > 0);
    });
  }

  it('counts what may happen, and what a nested template keeps to itself', () => {
    const nested = idOf('Microsoft.Resources/deployments', 'inner');
    const assessment = assessed([], {
      potential: [{ resourceId: idOf(account, 'maybe'), changeType: 'Delete' }],
      diagnostics: [
        {
          level: 'Warning',
          code: 'NestedDeploymentShortCircuited',
          message: 'left alone',
          target: nested,
        },
        { level: 'Info', code: 'Other', message: 'by the way' },
      ],
    });
    assert.deepEqual(findingsOf(assessment, 'delete'), [
      {
        code: 'Delete',
        target: idOf(account, 'maybe'),
        message: `${account} maybe may be deleted`,
      },
      {
        code: 'NotPredicted',
        target: nested,
        message: 'Microsoft.Resources/deployments inner is not predicted: left alone',
      },
    ]);
    assert.deepEqual(
      assessment.diagnostics.map(({ code }) => code),
      ['Other'],
    );
  });

  it('stops with every finding, or with none', () => {
    enforce([], 'delete');
    const findings = findingsOf(assessed([modified(network, removedSubnet)]), 'delete');
    assert.throws(
      () => enforce(findings, 'delete'),
      (error) => {
        assert.ok(error instanceof SpokelineError);
        assert.equal(error.code, 'WHAT_IF_REFUSED');
        assert.deepEqual(
          error.details.map(({ message }) => message),
          [`properties.subnets "app" of ${network} x would be deleted`],
        );
        return true;
      },
    );
  });
});
