import assert from 'node:assert/strict';
import { linesOf } from '../../../tasks/lib/deploy/what-if/describe.ts';
import { markdownOf } from '../../../tasks/lib/deploy/what-if/report.ts';
import type { IgnoreRule } from '../../../tasks/lib/deploy/what-if/rules.ts';
import { hiderOf } from '../../../tasks/lib/deploy/what-if/secrets.ts';
import {
  account,
  assessed,
  change,
  idOf,
  modified,
  network,
  removedSubnet,
  subnet,
} from './answers.ts';

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

  it('names the rules that set nothing aside', () => {
    const rules: IgnoreRule[] = [
      { type: network, path: 'properties.subnets' },
      { type: 'Microsoft.Network/virtualNetwork', path: 'properties.subnets' },
      { change: 'Delete', reason: 'old ones go' },
      { type: '*'.repeat(60) + 'x' },
    ];
    const lines = linesOf(assessed([given], { rules }));
    assert.deepEqual(lines, [
      '  one change was set aside by ignoreChanges or as known noise',
      '  A rule set nothing aside (ignoreChanges: Microsoft.Network/virtualNetwork, properties.subnets)',
      '  A rule set nothing aside (old ones go)',
      `  A rule set nothing aside (ignoreChanges: ${'*'.repeat(60)}x)`,
      'What-if: 1 unchanged.',
    ]);
  });

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

  it('a page says in words what would become of a resource, first of what goes', () => {
    const subject = { deploymentId: 'd', title: 'd', failOn: 'none' as const };
    const kinds = ['Create', 'Deploy', 'Delete', 'Unsupported'].map((changeType) => ({
      ...{ resourceId: idOf(account, changeType), changeType },
      ...(changeType === 'Unsupported' ? { unsupportedReason: 'Not known.' } : {}),
    }));
    const page = markdownOf(subject, assessed(kinds), []);
    assert.deepEqual(page.match(/^- .*$/gm), [
      `- **delete** ${account} Delete`,
      `- **create** ${account} Create`,
      `- **deploy** ${account} Deploy`,
      `- **not predicted** ${account} Unsupported: Not known.`,
    ]);
  });
});
