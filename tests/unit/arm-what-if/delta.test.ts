import assert from 'node:assert/strict';
import { deltaOf, type PropertyChange } from '../../../sandbox/azure/arm/what-if/delta.ts';

type Case = [
  name: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  PropertyChange[],
];

const id = '/subscriptions/S/resourceGroups/R/providers/Microsoft.Network/virtualNetworks/V';

const cases: Case[] = [
  ['nothing', { a: 1, b: { c: [1, { d: 2 }] } }, { b: { c: [1, { d: 2 }] }, a: 1 }, []],
  ['ids in another spelling', { a: { id } }, { a: { id: id.toLowerCase() } }, []],
  ['null for absent', { a: null }, {}, []],
  [
    'a scalar',
    { a: { b: 1 } },
    { a: { b: 2 } },
    [{ path: 'a.b', propertyChangeType: 'Modify', before: 1, after: 2 }],
  ],
  [
    'letter case of other texts',
    { a: 'Enabled' },
    { a: 'enabled' },
    [{ path: 'a', propertyChangeType: 'Modify', before: 'Enabled', after: 'enabled' }],
  ],
  [
    'an object that comes, at its own path',
    { name: 'x' },
    { name: 'x', tags: { myNewTag: 'my tag value' } },
    [{ path: 'tags', propertyChangeType: 'Create', after: { myNewTag: 'my tag value' } }],
  ],
  [
    // PostDeploymentWhatIfOnResourceGroup.json of azure-rest-api-specs
    'a member of an object that comes',
    { tags: { a: '1' } },
    { tags: { a: '1', myNewTag: 'v' } },
    [{ path: 'tags.myNewTag', propertyChangeType: 'Create', after: 'v' }],
  ],
  [
    'a member that goes',
    { tags: { Owner: 'Team A' } },
    { tags: {} },
    [{ path: 'tags.Owner', propertyChangeType: 'Delete', before: 'Team A' }],
  ],
  [
    'an object that becomes a text',
    { a: { id } },
    { a: "[reference('x').id]" },
    [{ path: 'a', propertyChangeType: 'Modify', before: { id }, after: "[reference('x').id]" }],
  ],
  [
    // Both from the first example of learn.microsoft.com …/templates/deploy-what-if
    'a scalar of an array, as gone and come',
    { p: { prefixes: ['10.0.0.0/16'] } },
    { p: { prefixes: ['10.0.0.0/15'] } },
    [
      {
        path: 'p.prefixes',
        propertyChangeType: 'Array',
        children: [
          { path: '0', propertyChangeType: 'Delete', before: '10.0.0.0/16' },
          { path: '0', propertyChangeType: 'Create', after: '10.0.0.0/15' },
        ],
      },
    ],
  ],
  [
    'the first of two objects, which goes',
    {
      s: [
        { name: 'subnet001', p: 1 },
        { name: 'subnet002', p: 2 },
      ],
    },
    { s: [{ name: 'subnet002', p: 2 }] },
    [
      {
        path: 's',
        propertyChangeType: 'Array',
        children: [
          { path: '0', propertyChangeType: 'Delete', before: { name: 'subnet001', p: 1 } },
        ],
      },
    ],
  ],
  [
    'a named object inside an array, wherever it is now',
    { s: [{ name: 'a', p: { x: 1, y: [1] } }, { name: 'b' }] },
    { s: [{ name: 'b' }, { name: 'A', p: { x: 2, y: [1, 2] } }] },
    [
      {
        path: 's',
        propertyChangeType: 'Array',
        children: [
          {
            path: '1',
            propertyChangeType: 'Modify',
            children: [
              { path: 'name', propertyChangeType: 'Modify', before: 'a', after: 'A' },
              { path: 'p.x', propertyChangeType: 'Modify', before: 1, after: 2 },
              {
                path: 'p.y',
                propertyChangeType: 'Array',
                children: [{ path: '1', propertyChangeType: 'Create', after: 2 }],
              },
            ],
          },
        ],
      },
    ],
  ],
  [
    'a nameless object in the same place',
    { r: [{ ipv4Address: '10.0.0.4' }] },
    { r: [{ ipv4Address: '10.0.0.5' }] },
    [
      {
        path: 'r',
        propertyChangeType: 'Array',
        children: [
          {
            path: '0',
            propertyChangeType: 'Modify',
            children: [
              {
                path: 'ipv4Address',
                propertyChangeType: 'Modify',
                before: '10.0.0.4',
                after: '10.0.0.5',
              },
            ],
          },
        ],
      },
    ],
  ],
  [
    'an array in an array',
    { a: [[1], [2]] },
    { a: [[1], [2, 3]] },
    [
      {
        path: 'a',
        propertyChangeType: 'Array',
        children: [
          {
            path: '1',
            propertyChangeType: 'Array',
            children: [{ path: '1', propertyChangeType: 'Create', after: 3 }],
          },
        ],
      },
    ],
  ],
  ['the order of an array', { a: [1, 2] }, { a: [2, 1] }, []],
  [
    'one of two equal elements',
    { a: ['x', 'x'] },
    { a: ['x'] },
    [
      {
        path: 'a',
        propertyChangeType: 'Array',
        children: [{ path: '1', propertyChangeType: 'Delete', before: 'x' }],
      },
    ],
  ],
];

describe('arm what-if: property deltas', () => {
  for (const [name, before, after, expected] of cases) {
    it(name, () => assert.deepEqual(deltaOf(before, after), expected));
  }
});
