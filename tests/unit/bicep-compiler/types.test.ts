import assert from 'node:assert/strict';
import { compileText } from './compile-text.ts';
import type { Files } from './compile-text.ts';

type Json = Record<string, unknown>;

function templateOf(text: string, others: Files = {}): Json {
  const { template, diagnostics } = compileText(text, others);
  assert.ok(template, JSON.stringify(diagnostics));
  return template;
}

const types: [text: string, json: Json][] = [
  ['string', { type: 'string' }],
  ['sys.int', { type: 'int' }],
  ['string[]', { type: 'array', items: { type: 'string' } }],
  ["('b' | 'a' | 'b')[]", { type: 'array', allowedValues: ['a', 'b'] }],
  ["'z' | 'a-b' | 'a'", { type: 'string', allowedValues: ['a', 'a-b', 'z'] }],
  ['2 | 10 | -1', { type: 'int', allowedValues: [-1, 10, 2] }],
  ["'a' | null", { type: 'string', allowedValues: ['a'], nullable: true }],
  ['bool?', { type: 'bool', nullable: true }],
  ['alias', { $ref: '#/definitions/alias' }],
  ['alias?', { $ref: '#/definitions/alias', nullable: true }],
  ['alias.inner', { $ref: '#/definitions/alias/properties/inner' }],
  ['alias.list[*]', { $ref: '#/definitions/alias/properties/list/items' }],
  ['alias.pair[1]', { $ref: '#/definitions/alias/properties/pair/prefixItems/1' }],
  ['alias.*', { $ref: '#/definitions/alias/additionalProperties' }],
  ["alias['odd name/~']", { $ref: '#/definitions/alias/properties/odd%20name~1~0' }],
  ['{}[]', { type: 'array', allowedValues: [{}] }],
  ['[] | [1]', { type: 'array', allowedValues: [[], [1]] }],
  ["('a' | 1 | true)[]", { type: 'array', allowedValues: ['a', 1, true] }],
  ["word | 'c'", { type: 'string', allowedValues: ['a', 'b', 'c'] }],
  [
    '[string, 1]',
    {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'int', allowedValues: [1] }],
      items: false,
    },
  ],
  [
    '{ a: string, *: int }',
    {
      type: 'object',
      properties: { a: { type: 'string' } },
      additionalProperties: { type: 'int' },
    },
  ],
];

const ALIASES = `
type alias = {
  inner: string
  list: int[]
  pair: [string, bool]
  'odd name/~': string
  *: bool
}
type word = 'a' | 'b'
`;

describe('bicep: types', () => {
  for (const [text, json] of types) {
    it(text, () => {
      const { parameters } = templateOf(
        `${ALIASES}param p ${text}\noutput o object = { p: p }\n`,
      ) as { parameters?: Json };
      assert.deepEqual(parameters?.['p'], json);
    });
  }

  it('decorators of parameters, properties and tagged unions', () => {
    const template = templateOf(`
@discriminator('kind')
type shape = { kind: 'circle', r: int } | square
@sealed()
type square = {
  kind: 'square'
  @description('length')
  @minValue(1)
  a: int?
}
@secure()
@minLength(3)
@metadata({ x: 1 })
@description('''
  two
    lines''')
param p string
@allowed(['a', 'b'])
param q string = 'a'
output o object = { p: p, q: q }
`);
    assert.deepEqual(template['definitions'], {
      shape: {
        type: 'object',
        discriminator: {
          propertyName: 'kind',
          mapping: {
            circle: {
              type: 'object',
              properties: {
                kind: { type: 'string', allowedValues: ['circle'] },
                r: { type: 'int' },
              },
            },
            square: { $ref: '#/definitions/square' },
          },
        },
      },
      square: {
        type: 'object',
        properties: {
          kind: { type: 'string', allowedValues: ['square'] },
          a: { type: 'int', nullable: true, metadata: { description: 'length' }, minValue: 1 },
        },
        additionalProperties: false,
      },
    });
    assert.deepEqual(template['parameters'], {
      p: { type: 'securestring', metadata: { x: 1, description: '  two\nlines' }, minLength: 3 },
      q: { type: 'string', defaultValue: 'a', allowedValues: ['a', 'b'] },
    });
  });
});

describe('bicep: imports', () => {
  const library = `
@export()
type size = 'small' | 'large'
@export()
func shout(text string) string => '\${twice(text)}!'
func twice(text string) string => '\${text}\${text}'
@export()
@description('of all')
var settings = loadJsonContent('settings.json', 'inner')
`;
  const others: Files = {
    'lib/types.bicep': library,
    'lib/settings.json': '{ "inner": { "a": [1, "[x]"] } } // end',
  };

  it('keep the names that the file gives them; what they need gets numbered ones', () => {
    const template = templateOf(
      "import { size, shout as cry } from 'lib/types.bicep'\nimport * as lib from 'lib/types.bicep'\nparam s size\noutput o string = cry('${s}${lib.settings.a[0]}')\n",
      others,
    );
    const from = { sourceTemplate: 'lib/types.bicep' };
    assert.deepEqual(template['definitions'], {
      size: {
        type: 'string',
        allowedValues: ['large', 'small'],
        metadata: { '__bicep_imported_from!': from },
      },
    });
    assert.deepEqual(template['functions'], [
      {
        namespace: '__bicep',
        members: {
          cry: {
            parameters: [{ type: 'string', name: 'text' }],
            output: { type: 'string', value: "[format('{0}!', _1.twice(parameters('text')))]" },
            metadata: { '__bicep_imported_from!': { ...from, originalIdentifier: 'shout' } },
          },
        },
      },
      {
        namespace: '_1',
        members: {
          twice: {
            parameters: [{ type: 'string', name: 'text' }],
            output: {
              type: 'string',
              value: "[format('{0}{1}', parameters('text'), parameters('text'))]",
            },
            metadata: { '__bicep_imported_from!': from },
          },
        },
      },
    ]);
    assert.deepEqual(template['variables'], {
      '_1._2': { a: [1, '[[x]'] },
      '_1.settings': "[variables('_1._2')]",
    });
    assert.deepEqual((template['outputs'] as Json)['o'], {
      type: 'string',
      value: "[__bicep.cry(format('{0}{1}', parameters('s'), variables('_1.settings').a[0]))]",
    });
  });

  it('what a file exports is marked in its own template', () => {
    const template = templateOf(library, { 'settings.json': '{ "inner": 1 }' });
    assert.deepEqual(template['metadata'], {
      _generator: (template['metadata'] as Json)['_generator'],
      '__bicep_exported_variables!': [{ name: 'settings', description: 'of all' }],
    });
    assert.deepEqual(template['variables'], { '$fxv#0': 1, settings: "[variables('$fxv#0')]" });
    const [{ members }] = template['functions'] as [{ members: Record<string, Json> }];
    assert.deepEqual(members['shout']?.['metadata'], { '__bicep_export!': true });
    assert.equal(members['twice']?.['metadata'], undefined);
  });

  it('a loop that is imported counts under the name that it has here', () => {
    const template = templateOf(
      "import * as lib from 'lib.bicep'\nimport { three as drei } from 'lib.bicep'\noutput o array = concat(lib.two, drei)\n",
      {
        'lib.bicep':
          '@export()\nvar two = [for i in range(0, 2): i]\n@export()\nvar three = [for i in range(0, 3): { n: i, l: two[i] }]\n',
      },
    );
    const { copy } = template['variables'] as { copy: Json[] };
    assert.deepEqual(
      copy.map(({ name, input }) => [
        name,
        JSON.stringify(input).match(/copyIndex\('[^']*'\)/)?.[0],
      ]),
      [
        ['_1.two', "copyIndex('_1.two')"],
        ['drei', "copyIndex('drei')"],
      ],
    );
  });

  it('loaded text stays where it is assigned, and becomes a variable elsewhere', () => {
    const template = templateOf(
      "var a = loadTextContent('a.txt')\nvar b = '<${loadTextContent('a.txt')}>'\nvar c = loadFileAsBase64('a.txt')\nvar d = loadYamlContent('d.yml')\noutput o object = { a: a, b: b, c: c, d: d }\n",
      { 'a.txt': '[hello]', 'd.yml': 'x: [1, two]\n' },
    );
    assert.deepEqual(template['variables'], {
      '$fxv#0': '[[hello]',
      '$fxv#1': { x: [1, 'two'] },
      a: '[[hello]',
      b: "[format('<{0}>', variables('$fxv#0'))]",
      c: 'W2hlbGxvXQ==',
      d: "[variables('$fxv#1')]",
    });
  });
});
