import assert from 'node:assert/strict';
import { compileText } from './compile-text.ts';

type Json = Record<string, unknown>;

const templateOf = (text: string): Json => {
  const { template, diagnostics } = compileText(text);
  assert.ok(template, JSON.stringify(diagnostics));
  return template;
};
const variable = (value: string): unknown =>
  (templateOf(`var tested = ${value}`)['variables'] as Json)['tested'];

/** What the public baselines of Bicep say of rare values. */
describe('bicep: values', () => {
  const cases: [value: string, json: unknown][] = [
    ["'[test]'", '[[test]'],
    ["'[]'", '[[]'],
    ["'[test'", '[test'],
    ["'a[b]'", 'a[b]'],
    ["{ '[a]': '[a' }", { '[[a]': '[a' }],
    ["subscription('10b57a01-6350-4ce2-972a-6a13642f00bf')", {}],
    ["resourceGroup('10b57a01-6350-4ce2-972a-6a13642f00bf', 'rg')", {}],
    ["managementGroup('mg')", {}],
    ['resourceGroup()', '[resourceGroup()]'],
    ["distinct(['a', 'a'])", "[distinct(createArray('a', 'a'))]"],
    ["like('abc', 'a*')", "[like('abc', 'a*')]"],
    ["any({ a: 1 })['a']", "[createObject('a', 1).a]"],
  ];
  for (const [value, json] of cases) {
    it(value, () => assert.deepEqual(variable(value), json));
  }

  it('the type any is no constraint', () => {
    const { definitions, functions, parameters, outputs } = templateOf(`
@description('free')
param given any
param other any = given.property
type shape = { a: any?, b: any[] }
func same(value any) any => value
output out any = same(other)
`);
    assert.deepEqual(parameters, {
      given: { metadata: { description: 'free' } },
      other: { defaultValue: "[parameters('given').property]" },
    });
    assert.deepEqual((definitions as Json)['shape'], {
      type: 'object',
      properties: { a: { nullable: true }, b: { type: 'array', items: {} } },
    });
    assert.deepEqual(functions, [
      {
        namespace: '__bicep',
        members: {
          same: { parameters: [{ name: 'value' }], output: { value: "[parameters('value')]" } },
        },
      },
    ]);
    assert.deepEqual(outputs, { out: { value: "[__bicep.same(parameters('other'))]" } });
  });
});
