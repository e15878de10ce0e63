import assert from 'node:assert/strict';
import { inputs as deployInputs } from '../../tasks/StampDeploy/StampDeployV1/inputs.ts';
import { id, problems } from './task-inputs.ts';

const groupRule =
  'allowed: the name of a resource group (letters, digits, _ - . ( ), at most 90, no dot at the end).';

describe('inputs of StampDeploy', () => {
  const template = { template: '/w/main.bicep' };
  const topology = { topology: '/w/topology.yml' };
  const goes = { action: 'delete', kind: 'stack', deploymentName: 'shop' };
  const guidRule = 'allowed: the id of a subscription (a GUID).';
  const cases: [string, Record<string, string>, Record<string, string>, string[]][] = [
    ['a resource group', { resourceGroup: 'rg' }, template, []],
    ['a stamp', { target: 'stamp', stamp: 'weu' }, { ...template, ...topology }, []],
    ['a plan', { action: 'plan' }, topology, []],
    [
      'a plan without a topology',
      { action: 'plan' },
      {},
      ['Input "topology" is needed when action is plan.'],
    ],
    [
      'nothing',
      {},
      {},
      [
        'Input "template" is needed when action is create.',
        'Input "resourceGroup" is needed when target is resourceGroup.',
      ],
    ],
    [
      'a stamp without name and topology',
      { target: 'stamp' },
      template,
      [
        'Input "topology" is needed when target is stamp.',
        'Input "stamp" is needed when target is stamp.',
      ],
    ],
    [
      'several stamps',
      { target: 'stamp', stamps: 'primary, neu' },
      { ...template, ...topology },
      [],
    ],
    [
      'a .bicepparam alone',
      { resourceGroup: 'rg', environmentVariables: 'REGION\nPASSWORD' },
      { parametersFile: '/w/main.bicepparam' },
      [],
    ],
    [
      'stamps beside a stamp, to be deleted',
      { target: 'stamp', stamp: 'weu', stamps: 'all', action: 'delete' },
      topology,
      [
        'Input "stamps" is given, and so is the input "stamp"; allowed: one of the two.',
        'Input "stamps" is not for the action delete; allowed: stamp.',
      ],
    ],
    [
      'stamps of no topology',
      { resourceGroup: 'rg', stamps: 'all' },
      template,
      ['Input "stamps" selects stamps of the topology; allowed only when target is stamp.'],
    ],
    [
      'values in the place of names, and other texts that cannot be right',
      {
        resourceGroup: 'rg',
        environmentVariables: 'PASSWORD=hunter2',
        bicepChecksum: 'sha256:1',
        concurrency: '0',
        whenActive: 'retry',
      },
      template,
      [
        'Input "environmentVariables" holds "PASSWORD=..."; allowed: names of environment variables, one a line, without values.',
        'Input "concurrency" is "0"; allowed: a whole number from 1 to 32.',
        'Input "bicepChecksum" is "sha256:1"; allowed: a SHA-256 of 64 hexadecimal digits.',
        'Input "whenActive" is "retry"; allowed: fail, wait.',
      ],
    ],
    [
      'overlays of nothing',
      { resourceGroup: 'rg', overlays: 'a.yml' },
      template,
      ['Input "overlays" changes a topology, but the input "topology" is missing.'],
    ],
    [
      'a stack',
      {
        resourceGroup: 'rg',
        kind: 'stack',
        deploymentName: 'shop',
        onUnmanage: 'deleteAll',
        denyMode: 'denyDelete',
        denyExcludedPrincipals: id,
      },
      template,
      [],
    ],
    ['a stack to delete', { ...goes, target: 'subscription' }, {}, []],
    [
      'a stack that is none',
      { target: 'tenant', location: 'westeurope', kind: 'stack', denyExcludedActions: 'x/write' },
      template,
      [
        'Input "deploymentName" is needed when kind is stack: it is the same in each run.',
        'Input "target" is tenant, where no stack is made; use kind: deployment.',
        'Input "denyExcludedActions" is not used when denyMode is none.',
      ],
    ],
    [
      'a stack that would delete its group',
      { ...goes, resourceGroup: 'rg', deleteWhat: 'resourceGroup' },
      {},
      ['Input "deleteWhat" is resourceGroup; a stack deletes groups with onUnmanage: deleteAll.'],
    ],
    [
      'principals that are none',
      {
        resourceGroup: 'rg',
        kind: 'stack',
        deploymentName: 'shop',
        denyMode: 'denyDelete',
        denyExcludedPrincipals: `me,${id},${id},${id},${id},${id}`,
      },
      template,
      [
        'Input "denyExcludedPrincipals" has "me"; allowed: object ids (GUIDs).',
        'Input "denyExcludedPrincipals" has more than 5 entries.',
      ],
    ],
    [
      'the words of a stack for a deployment',
      {
        resourceGroup: 'rg',
        onUnmanage: 'deleteResources',
        denyMode: 'denyDelete',
        denyChildScopes: 'true',
      },
      template,
      ['onUnmanage', 'denyMode', 'denyChildScopes'].map(
        (input) => `Input "${input}" is for a stack; allowed only when kind is stack.`,
      ),
    ],
    [
      'texts that ARM would refuse',
      {
        resourceGroup: 'rg.',
        subscription: 'x',
        deploymentName: 'a b',
        bicepVersion: 'latest',
        timeout: '0',
      },
      template,
      [
        `Input "resourceGroup" is "rg."; ${groupRule}`,
        `Input "subscription" is "x"; ${guidRule}`,
        'Input "deploymentName" is "a b"; allowed: at most 64 letters, digits, and _ - . ( ).',
        'Input "bicepVersion" is "latest"; allowed: a version such as 0.36.1.',
        'Input "timeout" is "0"; allowed: a whole number of seconds from 1 to 86400.',
      ],
    ],
  ];
  for (const [name, inputs, paths, expected] of cases) {
    it(`with ${name}: ${expected.length === 0 ? 'fine' : 'refused'}`, () => {
      const found = problems(deployInputs, inputs, paths);
      assert.deepEqual(found, expected);
    });
  }

  it('need a subscription from somewhere', () => {
    assert.deepEqual(problems(deployInputs, { resourceGroup: 'rg' }, template, ''), [
      'Input "subscription" is needed, for the service connection has no subscription.',
    ]);
  });
});
