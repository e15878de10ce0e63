import assert from 'node:assert/strict';
import { compileText } from './compile-text.ts';
import type { Files } from './compile-text.ts';

type Json = Record<string, unknown>;

function templateOf(text: string, others: Files = {}): Json {
  const { template, diagnostics } = compileText(text, others);
  assert.ok(template, JSON.stringify(diagnostics));
  return template;
}

describe('bicep: modules', () => {
  const child =
    "@secure()\nparam pw string = ''\nparam list array = []\noutput id string = '${pw}${length(list)}'\n";

  it('loops with scopes, parameters with loops, outputs by index', () => {
    const template = templateOf(
      `
param stamps object
module each 'child.bicep' = [for stamp in items(stamps): {
  name: 'each-\${stamp.key}'
  scope: resourceGroup(stamp.value.subscription, stamp.value.group)
  params: {
    list: [for i in range(0, 2): '\${i}-\${stamp.key}']
  }
}]
output first string = each[0].outputs.id
`,
      { 'child.bicep': child },
    );
    const [each] = template['resources'] as Json[];
    const here = "items(parameters('stamps'))[copyIndex()]";
    const { template: nested, ...properties } = each?.['properties'] as Json;
    assert.deepEqual(
      { ...each, properties },
      {
        copy: { name: 'each', count: "[length(items(parameters('stamps')))]" },
        type: 'Microsoft.Resources/deployments',
        apiVersion: '2025-04-01',
        name: `[format('each-{0}', ${here}.key)]`,
        subscriptionId: `[${here}.value.subscription]`,
        resourceGroup: `[${here}.value.group]`,
        properties: {
          expressionEvaluationOptions: { scope: 'inner' },
          mode: 'Incremental',
          parameters: {
            list: {
              copy: [
                {
                  name: 'value',
                  count: '[length(range(0, 2))]',
                  input: `[format('{0}-{1}', range(0, 2)[copyIndex('value')], ${here}.key)]`,
                },
              ],
            },
          },
        },
      },
    );
    assert.deepEqual((nested as Json)['parameters'], {
      pw: { type: 'securestring', defaultValue: '' },
      list: { type: 'array', defaultValue: [] },
    });
    const first = "items(parameters('stamps'))[0]";
    const group = `format('/subscriptions/{0}/resourceGroups/{1}', ${first}.value.subscription, ${first}.value.group)`;
    assert.equal(
      ((template['outputs'] as Json)['first'] as Json)['value'],
      `[reference(extensionResourceId(${group}, 'Microsoft.Resources/deployments', format('each-{0}', ${first}.key)), '2025-04-01').outputs.id.value]`,
    );
  });

  it('secrets of a vault are passed by reference; a module without a name gets one', () => {
    const template = templateOf(
      `
resource kv 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'kv'
}
module m 'child.bicep' = {
  params: { pw: kv.getSecret('s', 'v1') }
}
`,
      { 'child.bicep': child },
    );
    const m = (template['resources'] as Record<string, Json>)['m'];
    assert.equal(m?.['name'], "[format('m-{0}', uniqueString('m', deployment().name))]");
    assert.deepEqual((m?.['properties'] as Json)['parameters'], {
      pw: {
        reference: {
          keyVault: { id: "[resourceId('Microsoft.KeyVault/vaults', 'kv')]" },
          secretName: 's',
          secretVersion: 'v1',
        },
      },
    });
  });

  it('outside resource groups a module needs a location, and compiled templates are taken as they are', () => {
    const compiled = { $schema: 'x', parameters: { a: { type: 'int' } }, resources: [] };
    const template = templateOf(
      "targetScope = 'subscription'\nmodule m 'child.json' = {\n  name: 'm'\n  params: { a: 1 }\n}\n",
      { 'child.json': JSON.stringify(compiled) },
    );
    const [m] = template['resources'] as Json[];
    assert.equal(m?.['location'], '[deployment().location]');
    assert.deepEqual((m?.['properties'] as Json)['template'], compiled);
  });
});
