import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { assess } from '../../../tasks/lib/deploy/what-if/assess.ts';
import { linesOf } from '../../../tasks/lib/deploy/what-if/describe.ts';
import { enforce, findingsOf, type FailOn } from '../../../tasks/lib/deploy/what-if/policy.ts';
import { readPrediction } from '../../../tasks/lib/deploy/what-if/read-prediction.ts';
import { markdownOf } from '../../../tasks/lib/deploy/what-if/report.ts';
import type { IgnoreRule } from '../../../tasks/lib/deploy/what-if/rules.ts';
import { hiderOf } from '../../../tasks/lib/deploy/what-if/secrets.ts';

const group = '/subscriptions/s/resourceGroups/rg';
const idOf = (type: string, name: string) => `${group}/providers/${type}/${name}`;

function assessed(
  changes: readonly unknown[],
  more: {
    potential?: unknown[];
    diagnostics?: unknown[];
    rules?: IgnoreRule[];
    noise?: boolean;
  } = {},
) {
  const body = {
    status: 'Succeeded',
    properties: {
      changes,
      potentialChanges: more.potential ?? [],
      diagnostics: more.diagnostics ?? [],
    },
  };
  return assess(readPrediction(body, hiderOf([])), {
    rules: more.rules ?? [],
    ignoreKnownNoise: more.noise ?? true,
  });
}

const modified = (type: string, ...delta: unknown[]) => ({
  resourceId: idOf(type, 'x'),
  changeType: 'Modify',
  delta,
});
const change = (path: string, propertyChangeType: string, before?: unknown, after?: unknown) => ({
  path,
  propertyChangeType,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});
const subnet = { name: 'app', properties: { addressPrefix: '10.0.0.0/24' } };
const removedSubnet = {
  path: 'properties.subnets',
  propertyChangeType: 'Array',
  children: [change('1', 'Delete', subnet)],
};
const network = 'Microsoft.Network/virtualNetworks';
const account = 'Microsoft.Storage/storageAccounts';

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

describe('what-if: rules and noise', () => {
  const rules: [string, IgnoreRule, boolean][] = [
    ['type and path', { type: network, path: 'properties.subnets' }, true],
    ['a path with any element', { path: 'properties.subnets[*].properties.natGateway' }, true],
    ['a path with an empty element', { path: 'properties.subnets[].properties.natGateway' }, true],
    ['the exact element', { path: 'properties.subnets[1].properties' }, true],
    ['another element', { path: 'properties.subnets[2]' }, false],
    ['one name for any', { path: 'properties.*[*].properties.natGateway.id' }, true],
    ['the beginning of a name', { path: 'properties.sub' }, false],
    [
      'a type with a star, other letter case',
      { type: 'microsoft.network/*', path: 'properties' },
      true,
    ],
    ['another type', { type: 'Microsoft.Storage/*', path: 'properties' }, false],
    ['the right kind', { path: 'properties', change: 'Delete' }, true],
    ['another kind', { path: 'properties', change: 'Create' }, false],
    ['the whole resource', { type: network, change: 'Modify' }, true],
    ['the whole resource, another kind', { type: network, change: 'Delete' }, false],
  ];
  const given = modified(network, {
    path: 'properties.subnets',
    propertyChangeType: 'Array',
    children: [
      {
        path: '1',
        propertyChangeType: 'Modify',
        children: [change('properties.natGateway.id', 'Delete', '/x')],
      },
    ],
  });
  for (const [name, rule, matches] of rules) {
    it(`${name}: ${matches ? 'set aside' : 'counts'}`, () => {
      assert.equal(assessed([given], { rules: [rule] }).hasChanges, !matches);
    });
  }

  const acls = { bypass: 'AzureServices', defaultAction: 'Allow' };
  const noise: [string, unknown, boolean][] = [
    [
      'a list of subnets that is left out',
      modified(network, change('properties.subnets', 'Delete', [subnet])),
      true,
    ],
    ['a subnet that is left out of its list', modified(network, removedSubnet), false],
    [
      'default rules of a vault',
      modified(
        'Microsoft.KeyVault/vaults',
        change('properties.networkAcls', 'Create', undefined, acls),
      ),
      true,
    ],
    [
      'other rules of a vault',
      modified(
        'Microsoft.KeyVault/vaults',
        change('properties.networkAcls', 'Create', undefined, { ...acls, defaultAction: 'Deny' }),
      ),
      false,
    ],
    [
      'a data endpoint that was off',
      modified(
        'Microsoft.ContainerRegistry/registries',
        change('properties.dataEndpointEnabled', 'Delete', false),
      ),
      true,
    ],
    [
      'a data endpoint that was on',
      modified(
        'Microsoft.ContainerRegistry/registries',
        change('properties.dataEndpointEnabled', 'Delete', true),
      ),
      false,
    ],
    [
      'a version',
      modified(account, change('apiVersion', 'Modify', '2021-01-01', '2023-01-01')),
      true,
    ],
  ];
  for (const [name, one, isNoise] of noise) {
    it(`${name}: ${isNoise ? 'noise' : 'no noise'}`, () => {
      assert.equal(assessed([one]).hasChanges, !isNoise);
      assert.equal(assessed([one], { noise: false }).hasChanges, true);
    });
  }
});

describe('what-if: reports', () => {
  it('hides secrets by value and by name, and nothing else', () => {
    const hide = hiderOf(['s3cret/word', 'abc']);
    const given = {
      a: 'x s3cret/word y',
      b: 'abc',
      c: 'abcdef',
      d: ['s3cret%2Fword', btoa('s3cret/word')],
      adminPassword: 'p',
      secrets: [{ name: 'n', value: 'v' }],
      allowSharedKeyAccess: true,
      permissions: { secrets: ['get'] },
      secretUri: 'https://kv/secrets/x',
    };
    assert.deepEqual(hide(given, '', 'Microsoft.X/y'), {
      a: 'x *** y',
      b: '***',
      c: 'abcdef',
      d: ['***', '***'],
      adminPassword: '***',
      secrets: '***',
      allowSharedKeyAccess: true,
      permissions: { secrets: ['get'] },
      secretUri: 'https://kv/secrets/x',
    });
    assert.equal(hide('v', 'properties.value', 'Microsoft.KeyVault/vaults/secrets'), '***');
  });

  it('keeps markup of others out of the page, and cuts long lists', () => {
    const many = Array.from({ length: 150 }, (_, n) => ({
      resourceId: idOf(account, `st${n}`),
      changeType: 'Create',
    }));
    const odd = modified(account, change('tags.a', 'Create', undefined, '<img src=x> [a](b) | **'));
    const subject = { deploymentId: 'd', title: 'name', failOn: 'none' as const };
    const page = markdownOf(subject, assessed([odd, ...many]), []);
    assert.match(page, /"&lt;img src=x&gt; \\\[a\\\]\(b\) \\\| \\\*\\\*"/);
    assert.match(page, /^- and 51 more, in the JSON file$/m);
  });

  it('says in a line what came of it', () => {
    const lines = linesOf(
      assessed([
        { resourceId: idOf(account, 'new'), changeType: 'Create' },
        {
          resourceId: idOf(account, 'odd'),
          changeType: 'Unsupported',
          unsupportedReason: 'no idea',
        },
        modified(network, change('properties.subnets', 'Delete', [subnet])),
      ]),
    );
    assert.deepEqual(lines, [
      `  + ${account} new`,
      `  ? not predicted ${account} odd: no idea`,
      '  one change was set aside by ignoreChanges or as known noise',
      'What-if: 1 to create, 1 not predicted, 1 unchanged.',
    ]);
  });
});
