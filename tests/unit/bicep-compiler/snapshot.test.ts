import assert from 'node:assert/strict';
import { join } from 'node:path';
import { METHODS } from '../../../sandbox/azure/bicep/rpc/methods.ts';
import type { Snapshot } from '../../../sandbox/azure/bicep/snapshot/snapshot.ts';
import { withFiles } from './compile-text.ts';
import type { Files } from './compile-text.ts';

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const PLACE = { subscriptionId: SUBSCRIPTION, resourceGroup: 'myRg' };
const BASE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/myRg/providers`;

function snapshot(files: Files, metadata: object = PLACE, externalInputs?: object[]): Snapshot {
  return withFiles({ 'main.bicepparam': "using 'main.bicep'", ...files }, (folder) => {
    const path = join(folder, 'main.bicepparam');
    const answer = METHODS.get('bicep/getSnapshot')?.({ path, metadata, externalInputs });
    return JSON.parse((answer as { snapshot: string }).snapshot) as Snapshot;
  });
}

const only = (found: Snapshot): Record<string, unknown> => {
  assert.equal(found.predictedResources.length, 1);
  return found.predictedResources[0] as Record<string, unknown>;
};

describe('bicep: snapshots', () => {
  it('known values are put in, what only Azure knows stays an expression', () => {
    const found = snapshot({
      'main.bicep': `param name string = 'store\${uniqueString(resourceGroup().id)}'
param location string = resourceGroup().location
param stamp string = utcNow()
resource st 'Microsoft.Storage/storageAccounts@2022-09-01' = {
  name: name
  location: location
  tags: union(resourceGroup().tags, { at: stamp })
  properties: { tenant: subscription().tenantId, literal: '[x]', n: [for i in range(0, 2): '\${location}\${i}'] }
}
output blob string = st.properties.primaryEndpoints.blob
output all object = { a: 1, b: st.properties.primaryEndpoints.blob }
output name string = name
`,
    });
    const id = `${BASE}/Microsoft.Storage/storageAccounts/storejs26ofeqkqeve`;
    const blob = `reference('${id}', '2022-09-01').primaryEndpoints.blob`;
    assert.deepEqual(found, {
      predictedResources: [
        {
          id,
          type: 'Microsoft.Storage/storageAccounts',
          name: 'storejs26ofeqkqeve',
          apiVersion: '2022-09-01',
          location: '[resourceGroup().location]',
          tags: "[union(resourceGroup().tags, createObject('at', utcNow()))]",
          properties: {
            n: [
              "[format('{0}{1}', resourceGroup().location, 0)]",
              "[format('{0}{1}', resourceGroup().location, 1)]",
            ],
            tenant: '[tenant().tenantId]',
            literal: '[x]',
          },
        },
      ],
      diagnostics: [],
      outputs: {
        blob: `[${blob}]`,
        all: `[createObject('a', 1, 'b', ${blob})]`,
        name: 'storejs26ofeqkqeve',
      },
    });
  });

  it('without a place ids are expressions; with one everything that it tells is put in', () => {
    const files = {
      'main.bicep': `resource st 'Microsoft.Storage/storageAccounts@2022-09-01' = {
  name: 'st'
  location: resourceGroup().location
  properties: { tenant: tenant().tenantId, by: deployment().name }
}
`,
    };
    const nowhere = only(snapshot(files, {}));
    assert.equal(
      nowhere['id'],
      "[resourceId(subscription().subscriptionId, resourceGroup().name, 'Microsoft.Storage/storageAccounts', 'st')]",
    );
    const metadata = { ...PLACE, tenantId: 't', location: 'westeurope', deploymentName: 'd' };
    const here = only(snapshot(files, metadata));
    assert.equal(here['location'], 'westeurope');
    assert.deepEqual(here['properties'], { tenant: 't', by: 'd' });
  });

  it('looks into modules, whose outputs are known as far as they are', () => {
    const found = snapshot({
      'main.bicep': `module a 'a.bicep' = {}
module b 'b.bicep' = [for i in range(0, 2): { params: { name: '\${a.outputs.fixed}\${i}', tags: a.outputs.late } }]
`,
      'a.bicep': `resource st 'Microsoft.Storage/storageAccounts@2022-09-01' existing = { name: 'st' }
output fixed string = 'net'
output late object = { kind: st.kind }
`,
      'b.bicep': `param name string
param tags object
resource net 'Microsoft.Network/virtualNetworks@2024-05-01' = { name: name, tags: tags }
resource sub 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' = { parent: net, name: 's' }
`,
    });
    const kind = `[reference('${BASE}/Microsoft.Storage/storageAccounts/st', '2022-09-01', 'full').kind]`;
    const seen = found.predictedResources.map((r) => {
      const { name, tags } = r as { name: string; tags?: object };
      return [name, tags];
    });
    assert.deepEqual(seen, [
      ['net0', { kind }],
      ['net0/s', undefined],
      ['net1', { kind }],
      ['net1/s', undefined],
    ]);
  });

  it('a module whose resources cannot be told is a diagnostic', () => {
    const found = snapshot({
      'main.bicep': `resource st 'Microsoft.Storage/storageAccounts@2022-09-01' existing = { name: 'st' }
module a 'a.bicep' = { name: 'a', params: { names: st.properties.names } }
`,
      'a.bicep': `param names array
resource net 'Microsoft.Network/virtualNetworks@2024-05-01' = [for n in names: { name: n }]
`,
    });
    assert.deepEqual(found.predictedResources, []);
    assert.equal(found.diagnostics.length, 1);
    assert.ok(
      found.diagnostics[0]?.startsWith(
        `${BASE}/Microsoft.Resources/deployments/a Warning NestedDeploymentShortCircuited: `,
      ),
      found.diagnostics[0],
    );
  });

  it('conditions: false is left out, unknown may be deployed; lambdas keep what is not known', () => {
    const found = snapshot({
      'main.bicep': `param on bool = false
resource no 'Microsoft.Network/routeTables@2024-05-01' = if (on) { name: 'no' }
resource may 'Microsoft.Network/routeTables@2024-05-01' = if (resourceGroup().location == 'x') {
  name: 'may'
  properties: {
    f: filter(['a', 'b'], y => y == resourceGroup().location)
    c: resourceGroup().tags.?x ?? 'none'
    i: on || resourceGroup().location == 'y' ? 1 : 2
  }
}
`,
    });
    assert.deepEqual(only(found)['properties'], {
      f: "[filter(createArray('a', 'b'), lambda('y', equals(lambdaVariables('y'), resourceGroup().location)))]",
      c: "[coalesce(tryGet(resourceGroup().tags, 'x'), 'none')]",
      i: "[if(or(false(), equals(resourceGroup().location, 'y')), 1, 2)]",
    });
  });

  it('external inputs and secrets', () => {
    const files = {
      'main.bicepparam': `using 'main.bicep'
param a = externalInput('pipeline.var', { name: 'a' })
var given = externalInput('pipeline.var', { name: 'b' })
param b = 'x\${given}'
param c = getSecret('s', 'g', 'v', 'n')
`,
      'main.bicep': `param a string
param b string
@secure()
param c string
resource st 'Microsoft.Network/routeTables@2024-05-01' = { name: 'st', properties: { a: a, b: b, c: c } }
`,
    };
    const inputs = [{ kind: 'pipeline.var', config: { name: 'a' }, value: 'given' }];
    assert.deepEqual(only(snapshot(files, PLACE, inputs))['properties'], {
      a: 'given',
      b: "[format('x{0}', externalInputs('pipeline_var_1'))]",
      c: "[parameters('c')]",
    });
  });

  it('other scopes', () => {
    const subscription = snapshot(
      {
        'main.bicep': `targetScope = 'subscription'
resource rg 'Microsoft.Resources/resourceGroups@2024-11-01' = { name: 'rg', location: deployment().location }
`,
      },
      { subscriptionId: SUBSCRIPTION, location: 'westeurope' },
    );
    assert.deepEqual(only(subscription), {
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`,
      type: 'Microsoft.Resources/resourceGroups',
      name: 'rg',
      apiVersion: '2024-11-01',
      location: 'westeurope',
    });
    const group = snapshot(
      {
        'main.bicep': `targetScope = 'managementGroup'
resource p 'Microsoft.Authorization/policyAssignments@2022-06-01' = {
  name: 'p'
  properties: { of: managementGroup().name }
}
`,
      },
      { managementGroupId: 'mg' },
    );
    const { id, properties } = only(group);
    assert.deepEqual(
      [id, properties],
      [
        '/providers/Microsoft.Management/managementGroups/mg/providers/Microsoft.Authorization/policyAssignments/p',
        { of: 'mg' },
      ],
    );
  });

  it('what no deployment would take is an error, and so is metadata of another scope', () => {
    const failing = {
      'main.bicep': "param a bool = true\nvar b = a ? fail('not so') : 'x'\noutput c string = b\n",
    };
    assert.throws(() => snapshot(failing), {
      message:
        "Template snapshotting could not be completed for the following reason: 'Unable to evaluate template outputs: 'c'. Please see error details and deployment operations.'.",
    });
    assert.throws(() => snapshot({ 'main.bicep': "targetScope = 'subscription'\n" }), {
      message: 'Resource group name cannot be specified for a template of scope Subscription',
    });
    assert.throws(() => snapshot({ 'main.bicep': 'output a string = b\n' }), {
      message: /^Compilation failed:\n.*main\.bicep\(1,19\) : Error BCP057: /,
    });
  });
});
