import assert from 'node:assert/strict';
import { compileParamsText, compileText, errors, places } from './compile-text.ts';

const main =
  "param one string\nparam two int = 2\n@secure()\nparam three string?\noutput o string = '${one}${two}${three}'\n";

describe('bicep: parameters files', () => {
  it('values are worked out: functions, variables, other parameters, loops, imports', () => {
    const result = compileParamsText(
      `
using 'main.bicep'
import { word, twice } from 'lib.bicep'
var words = [for i in range(0, 2): '\${word}\${i}']
param one = join(map(words, w => toUpper(twice(w))), '-')
param two = length(one) + 1
param three = readEnvironmentVariable('SPOKELINE_NO_SUCH_VARIABLE', 'none')
`,
      {
        'main.bicep': main,
        'lib.bicep':
          "@export()\nvar word = 'w'\n@export()\nfunc twice(s string) string => '${s}${s}'\n",
      },
    );
    assert.deepEqual(errors(result), []);
    assert.deepEqual(result.parameters?.['parameters'], {
      one: { value: 'W0W0-W1W1' },
      two: { value: 10 },
      three: { value: 'none' },
    });
    assert.ok(result.template?.['resources']);
  });

  it('a loop may be the whole value of a parameter', () => {
    const result = compileParamsText(
      "using 'main.bicep'\nvar list = ['a', 'b']\nparam l = [for (x, i) in list: { n: '${x}${i}', s: [x, i] }]\nparam m = [for i in range(1, 2): i * 2]\n",
      { 'main.bicep': 'param l array\nparam m int[]\noutput o array = concat(l, m)\n' },
    );
    assert.deepEqual(errors(result), []);
    assert.deepEqual(result.parameters?.['parameters'], {
      l: {
        value: [
          { n: 'a0', s: ['a', 0] },
          { n: 'b1', s: ['b', 1] },
        ],
      },
      m: { value: [2, 4] },
    });
  });

  it('only some declarations may stand in such a file, and only in such a file', () => {
    const text =
      "using 'main.bicep'\nextends 'base.bicepparam'\n@description('x')\nparam one = 'x'\nresource r 'a/b@2020-01-01' = { name: 'x' }\nfunc f() string => 'x'\noutput o string = 'x'\ntype t = string\nvar v t = base.one\n";
    const others = {
      'main.bicep': main,
      'base.bicepparam': 'using none\nparam two = base.two\n',
    };
    assert.deepEqual(places(compileParamsText(text, others)), [
      '3:1 BCP130',
      '5:1 BCP337',
      '6:1 BCP337',
      '7:1 BCP337',
      'base.bicepparam 2:13 BCP437',
    ]);
    const template = compileText("using 'x.bicep'\nextends 'y'\n", {});
    assert.deepEqual(places(template), ['1:1 BCP007', '2:1 BCP007']);
  });

  it('a file extends another; overrides take the place of assignments', () => {
    const result = compileParamsText(
      "using 'main.bicep'\nextends 'shared.bicepparam'\nparam one = '${base.one}!'\n",
      {
        'main.bicep': main,
        'shared.bicepparam': "using none\nparam one = 'shared'\nparam two = 5\n",
      },
      { three: 'given' },
    );
    assert.deepEqual(result.parameters?.['parameters'], {
      one: { value: 'shared!' },
      three: { value: 'given' },
      two: { value: 5 },
    });
  });

  it('secrets are references, external inputs are left for later', () => {
    const result = compileParamsText(
      "using 'main.bicep'\nvar given = externalInput('my.kind', { k: 1 })\nparam one = '${toUpper('a')}-${given}'\nparam three = getSecret('s', 'g', 'v', 'n')\n",
      { 'main.bicep': main },
    );
    assert.deepEqual(result.parameters, {
      $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#',
      contentVersion: '1.0.0.0',
      parameters: {
        one: { expression: "[format('{0}-{1}', toUpper('a'), externalInputs('my_kind_0'))]" },
        three: {
          reference: {
            keyVault: {
              id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v',
            },
            secretName: 'n',
          },
        },
      },
      externalInputDefinitions: { my_kind_0: { kind: 'my.kind', config: { k: 1 } } },
    });
  });

  const wrong: [text: string, at: string, message: string][] = [
    [
      "param one = 'a'\n",
      '1:1 BCP261',
      'A using declaration must be present in this parameters file.',
    ],
    [
      "using 'main.bicep'\nparam two = 1\n",
      '1:1 BCP258',
      'The following parameters are declared in the Bicep file but are missing an assignment in the params file: "one".',
    ],
    [
      "using 'main.bicep'\nparam one = 'a'\nparam four = 1\n",
      '3:1 BCP259',
      'The parameter "four" is assigned in the params file without being declared in the Bicep file.',
    ],
    [
      "using 'main.bicep'\nparam one = 1\n",
      '2:13 BCP033',
      'Expected a value of type "string" but the provided value is of type "1".',
    ],
    [
      "using 'main.bicep'\nparam one = readEnvironmentVariable('SPOKELINE_NO_SUCH_VARIABLE')\n",
      '2:13 BCP338',
      'Failed to evaluate parameter "one": Environment variable "SPOKELINE_NO_SUCH_VARIABLE" does not exist, and no default value set.',
    ],
    [
      "using 'main.bicep'\nparam one = resourceGroup().name\n",
      '2:13 BCP338',
      'Failed to evaluate parameter "one": The template function \'RESOURCEGROUP\' is not expected at this location.',
    ],
  ];

  for (const [text, at, message] of wrong) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const result = compileParamsText(text, { 'main.bicep': main });
      const found = errors(result);
      assert.deepEqual([...places({ diagnostics: found }), found[0]?.message], [at, message]);
      assert.equal(result.parameters, undefined);
    });
  }
});
