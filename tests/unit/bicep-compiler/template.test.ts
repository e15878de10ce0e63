import assert from 'node:assert/strict';
import { compileText } from './compile-text.ts';
import type { Files } from './compile-text.ts';

type Json = Record<string, unknown>;

function templateOf(text: string, others: Files = {}): Json {
  const { template, diagnostics } = compileText(text, others);
  assert.ok(template, JSON.stringify(diagnostics));
  return template;
}

const body = "location: 'x'";
const network = 'Microsoft.Network/virtualNetworks@2023-09-01';

describe('bicep: resources', () => {
  it('children by parent, by nesting and by name get the names of those above', () => {
    const template = templateOf(`
resource net '${network}' = {
  name: 'net'
  resource inner 'subnets' = {
    name: 'inner'
  }
}
resource outer 'Microsoft.Network/virtualNetworks/subnets@2023-09-01' = {
  parent: net
  name: 'outer'
  dependsOn: [net::inner]
}
resource named 'Microsoft.Network/virtualNetworks/subnets@2023-09-01' = {
  name: 'other/named'
}
output ids array = [net::inner.id, outer.id, named.id]
`);
    const inner = "resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'inner')";
    assert.deepEqual(template['resources'], [
      {
        type: 'Microsoft.Network/virtualNetworks/subnets',
        apiVersion: '2023-09-01',
        name: "[format('{0}/{1}', 'net', 'inner')]",
        dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'net')]"],
      },
      { type: 'Microsoft.Network/virtualNetworks', apiVersion: '2023-09-01', name: 'net' },
      {
        type: 'Microsoft.Network/virtualNetworks/subnets',
        apiVersion: '2023-09-01',
        name: "[format('{0}/{1}', 'net', 'outer')]",
        dependsOn: ["[resourceId('Microsoft.Network/virtualNetworks', 'net')]", `[${inner}]`],
      },
      {
        type: 'Microsoft.Network/virtualNetworks/subnets',
        apiVersion: '2023-09-01',
        name: 'other/named',
      },
    ]);
    const split = "split('other/named', '/')";
    assert.deepEqual((template['outputs'] as Json)['ids'], {
      type: 'array',
      value: [
        `[${inner}]`,
        "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'outer')]",
        `[resourceId('Microsoft.Network/virtualNetworks/subnets', ${split}[0], ${split}[1])]`,
      ],
    });
  });

  it('loops, indices into them, batches, conditions and property loops', () => {
    const template = templateOf(`
param names object
@batchSize(2)
@description('one each')
resource nets '${network}' = [for (entry, i) in items(names): if (i > 0) {
  name: entry.key
  ${body}
  properties: {
    subnets: [for s in entry.value: { name: s }]
  }
}]
resource peers 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2023-09-01' = [for i in range(0, 2): {
  parent: nets[i]
  name: 'to-\${i}'
  properties: { remote: nets[i + 1].properties.x }
}]
`);
    const [nets, peers] = template['resources'] as Json[];
    const entry = "items(parameters('names'))[copyIndex()]";
    assert.deepEqual(nets, {
      copy: {
        name: 'nets',
        count: "[length(items(parameters('names')))]",
        mode: 'serial',
        batchSize: 2,
      },
      condition: '[greater(copyIndex(), 0)]',
      type: 'Microsoft.Network/virtualNetworks',
      apiVersion: '2023-09-01',
      name: `[${entry}.key]`,
      location: 'x',
      properties: {
        copy: [
          {
            name: 'subnets',
            count: `[length(${entry}.value)]`,
            input: { name: `[${entry}.value[copyIndex('subnets')]]` },
          },
        ],
      },
      metadata: { description: 'one each' },
    });
    const at = (index: string): string =>
      `resourceId('Microsoft.Network/virtualNetworks', items(parameters('names'))[${index}].key)`;
    const here = 'range(0, 2)[copyIndex()]';
    assert.deepEqual(peers, {
      copy: { name: 'peers', count: '[length(range(0, 2))]' },
      type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
      apiVersion: '2023-09-01',
      name: `[format('{0}/{1}', items(parameters('names'))[${here}].key, format('to-{0}', ${here}))]`,
      properties: { remote: `[reference(${at(`add(${here}, 1)`)}, '2023-09-01').x]` },
      dependsOn: [`[${at(here)}]`, `[${at(`add(${here}, 1)`)}]`],
    });
  });

  it('variables that read run-time values are written out; the others stay', () => {
    const template = templateOf(`
resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' existing = {
  name: 'sa'
}
var id = sa.id
var key = sa.listKeys().keys[0].value
var both = '\${id} \${key}'
output a string = both
output b string = sa.properties.primaryEndpoints.blob
output c string = sa.location
`);
    const id = "resourceId('Microsoft.Storage/storageAccounts', 'sa')";
    assert.deepEqual(template['variables'], { id: `[${id}]` });
    assert.deepEqual(template['resources'], []);
    const outputs = template['outputs'] as Record<string, Json>;
    assert.equal(
      outputs['a']?.['value'],
      `[format('{0} {1}', variables('id'), listKeys(${id}, '2023-01-01').keys[0].value)]`,
    );
    assert.equal(outputs['b']?.['value'], `[reference(${id}, '2023-01-01').primaryEndpoints.blob]`);
    assert.equal(outputs['c']?.['value'], `[reference(${id}, '2023-01-01', 'full').location]`);
  });

  it('a structured type makes symbolic names, existing resources included', () => {
    const template = templateOf(`
param tags { owner: string }
resource kv 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'kv'
  scope: resourceGroup('group')
}
resource sa 'Microsoft.Storage/storageAccounts@2023-01-01' = if (tags.owner != '') {
  name: 'sa'
  properties: { uri: kv.properties.vaultUri }
}
output place string? = sa.?location
`);
    assert.equal(template['languageVersion'], '2.0');
    assert.deepEqual(template['resources'], {
      kv: {
        existing: true,
        type: 'Microsoft.KeyVault/vaults',
        apiVersion: '2023-07-01',
        resourceGroup: 'group',
        name: 'kv',
      },
      sa: {
        condition: "[not(equals(parameters('tags').owner, ''))]",
        type: 'Microsoft.Storage/storageAccounts',
        apiVersion: '2023-01-01',
        name: 'sa',
        properties: { uri: "[reference('kv').vaultUri]" },
        dependsOn: ['kv'],
      },
    });
    assert.deepEqual((template['outputs'] as Json)['place'], {
      type: 'string',
      nullable: true,
      value:
        "[tryGet(if(not(equals(parameters('tags').owner, '')), reference('sa', '2023-01-01', 'full'), null()), 'location')]",
    });
  });

  it('what is read in a loop stays an expression; literals do not', () => {
    const template = templateOf(
      "param a array\nresource v 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {\n  name: 'v'\n}\noutput p array = [for x in a: v.type]\noutput q array = [for x in a: 'lit']\noutput r array = [for x in a: 9999999999]\noutput s array = [for x in a: 1]\n",
    );
    const outputs = template['outputs'] as Record<string, { copy: { input: unknown } }>;
    assert.deepEqual(
      Object.values(outputs).map(({ copy }) => copy.input),
      ["[string('Microsoft.Network/virtualNetworks')]", 'lit', "[json('9999999999')]", '[int(1)]'],
    );
  });

  it('ids and scopes at each level', () => {
    const lock =
      "resource l 'Microsoft.Authorization/locks@2020-05-01' = {\n  name: 'l'\n  properties: {}\n}\noutput id string = l.id\n";
    const ids = ['tenant', 'managementGroup', 'subscription', 'resourceGroup'].map((scope) => {
      const template = templateOf(`targetScope = '${scope}'\n${lock}`);
      const { id } = template['outputs'] as Record<string, Json>;
      return [String(template['$schema']).split('/').slice(-2).join('/'), id?.['value']];
    });
    const type = "'Microsoft.Authorization/locks', 'l'";
    assert.deepEqual(ids, [
      ['2019-08-01/tenantDeploymentTemplate.json#', `[tenantResourceId(${type})]`],
      [
        '2019-08-01/managementGroupDeploymentTemplate.json#',
        `[extensionResourceId(managementGroup().id, ${type})]`,
      ],
      ['2018-05-01/subscriptionDeploymentTemplate.json#', `[subscriptionResourceId(${type})]`],
      ['2019-04-01/deploymentTemplate.json#', `[resourceId(${type})]`],
    ]);
  });
});
