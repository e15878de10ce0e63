import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import type { DeploymentScope, PlannedResource } from '../../../sandbox/azure/arm/template/plan.ts';
import { SUBSCRIPTION, stubHost } from './stub-host.ts';

const SCHEMAS: Readonly<Record<DeploymentScope['kind'], string>> = {
  resourceGroup: '2019-04-01/deploymentTemplate.json#',
  subscription: '2018-05-01/subscriptionDeploymentTemplate.json#',
  managementGroup: '2019-08-01/managementGroupDeploymentTemplate.json#',
  tenant: '2019-08-01/tenantDeploymentTemplate.json#',
};

function planAt(kind: DeploymentScope['kind'], members: Record<string, unknown>) {
  const document = {
    $schema: `https://schema.management.azure.com/schemas/${SCHEMAS[kind]}`,
    contentVersion: '1.0.0.0',
    resources: [],
    ...members,
  };
  return planDeployment(document, {}, stubHost(kind));
}

function placed(kind: DeploymentScope['kind'], resource: Record<string, unknown>): PlannedResource {
  const [only] = planAt(kind, { resources: [{ apiVersion: '2024-01-01', ...resource }] }).resources;
  assert.ok(only !== undefined);
  return only;
}

const SUB = `/subscriptions/${SUBSCRIPTION}`;
const RG = `${SUB}/resourceGroups/rg1`;
const MG = '/providers/Microsoft.Management/managementGroups/mg1';
const ROLE = { type: 'Microsoft.Authorization/roleAssignments', name: 'r1' };
const NESTED = { type: 'Microsoft.Resources/deployments', name: 'd1', properties: {} };

const PLACES: readonly (readonly [
  kind: DeploymentScope['kind'],
  resource: Record<string, unknown>,
  id: string,
  scope: string,
  extensionScope?: string,
])[] = [
  ['resourceGroup', ROLE, `${RG}/providers/Microsoft.Authorization/roleAssignments/r1`, RG],
  ['subscription', ROLE, `${SUB}/providers/Microsoft.Authorization/roleAssignments/r1`, SUB],
  ['managementGroup', ROLE, `${MG}/providers/Microsoft.Authorization/roleAssignments/r1`, MG],
  ['tenant', ROLE, '/providers/Microsoft.Authorization/roleAssignments/r1', '/'],
  [
    'subscription',
    { type: 'Microsoft.Resources/resourceGroups', name: 'rg9' },
    `${SUB}/resourceGroups/rg9`,
    SUB,
  ],
  [
    'tenant',
    { type: 'Microsoft.Management/managementGroups', name: 'mg9' },
    '/providers/Microsoft.Management/managementGroups/mg9',
    '/',
  ],
  [
    'managementGroup',
    { type: 'Microsoft.Management/managementGroups', name: 'mg9', scope: '/' },
    '/providers/Microsoft.Management/managementGroups/mg9',
    '/',
  ],
  [
    'resourceGroup',
    { ...ROLE, scope: 'Microsoft.Storage/storageAccounts/st1' },
    `${RG}/providers/Microsoft.Storage/storageAccounts/st1/providers/Microsoft.Authorization/roleAssignments/r1`,
    RG,
    `${RG}/providers/Microsoft.Storage/storageAccounts/st1`,
  ],
  [
    'resourceGroup',
    {
      ...ROLE,
      scope: "[resourceId('rg2', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's')]",
    },
    `${SUB}/resourceGroups/rg2/providers/Microsoft.Network/virtualNetworks/v/subnets/s/providers/Microsoft.Authorization/roleAssignments/r1`,
    `${SUB}/resourceGroups/rg2`,
    `${SUB}/resourceGroups/rg2/providers/Microsoft.Network/virtualNetworks/v/subnets/s`,
  ],
  [
    'resourceGroup',
    { ...ROLE, scope: '[subscription().id]' },
    `${SUB}/providers/Microsoft.Authorization/roleAssignments/r1`,
    SUB,
  ],
  [
    'resourceGroup',
    {
      type: 'Microsoft.Storage/storageAccounts/providers/roleAssignments',
      name: 'st1/Microsoft.Authorization/r1',
    },
    `${RG}/providers/Microsoft.Storage/storageAccounts/st1/providers/Microsoft.Authorization/roleAssignments/r1`,
    RG,
    `${RG}/providers/Microsoft.Storage/storageAccounts/st1`,
  ],
  ['resourceGroup', NESTED, `${RG}/providers/Microsoft.Resources/deployments/d1`, RG],
  [
    'resourceGroup',
    { ...NESTED, resourceGroup: 'rg2' },
    `${SUB}/resourceGroups/rg2/providers/Microsoft.Resources/deployments/d1`,
    `${SUB}/resourceGroups/rg2`,
  ],
  [
    'subscription',
    { ...NESTED, resourceGroup: 'rg2' },
    `${SUB}/resourceGroups/rg2/providers/Microsoft.Resources/deployments/d1`,
    `${SUB}/resourceGroups/rg2`,
  ],
  [
    'resourceGroup',
    { ...NESTED, subscriptionId: 's2', location: 'westeurope' },
    '/subscriptions/s2/providers/Microsoft.Resources/deployments/d1',
    '/subscriptions/s2',
  ],
  [
    'resourceGroup',
    { ...NESTED, subscriptionId: 's2', resourceGroup: 'rg2' },
    '/subscriptions/s2/resourceGroups/rg2/providers/Microsoft.Resources/deployments/d1',
    '/subscriptions/s2/resourceGroups/rg2',
  ],
  [
    'managementGroup',
    { ...NESTED, subscriptionId: 's2' },
    '/subscriptions/s2/providers/Microsoft.Resources/deployments/d1',
    '/subscriptions/s2',
  ],
  [
    'managementGroup',
    { ...NESTED, scope: '/' },
    '/providers/Microsoft.Resources/deployments/d1',
    '/',
  ],
  [
    'tenant',
    { ...NESTED, scope: "[format('Microsoft.Management/managementGroups/{0}', 'mg2')]" },
    '/providers/Microsoft.Management/managementGroups/mg2/providers/Microsoft.Resources/deployments/d1',
    '/providers/Microsoft.Management/managementGroups/mg2',
  ],
  [
    'tenant',
    { ...NESTED, scope: "[tenantResourceId('Microsoft.Management/managementGroups', 'mg2')]" },
    '/providers/Microsoft.Management/managementGroups/mg2/providers/Microsoft.Resources/deployments/d1',
    '/providers/Microsoft.Management/managementGroups/mg2',
  ],
];

describe('the place of a resource', () => {
  for (const [kind, resource, id, scope, extensionScope] of PLACES) {
    it(`${String(resource['type'])} in a ${kind} with scope ${String(resource['scope'])}: ${id}`, () => {
      const only = placed(kind, resource);
      assert.equal(only.id, id);
      assert.equal(only.scope.id, scope);
      assert.equal(only.extensionScope, extensionScope);
    });
  }

  it('gives the older way to write extension resources its own type and name', () => {
    const only = placed('resourceGroup', {
      type: 'Microsoft.Storage/storageAccounts/providers/roleAssignments',
      name: 'st1/Microsoft.Authorization/r1',
    });
    assert.equal(only.type, 'Microsoft.Authorization/roleAssignments');
    assert.equal(only.name, 'r1');
  });
});

describe('functions at other scopes than a resource group', () => {
  const value = (kind: DeploymentScope['kind'], expression: string): unknown => {
    const outputs = { v: { type: 'string', value: `[${expression}]` } };
    return planAt(kind, { outputs }).outputs()['v']?.value;
  };

  it('resourceId() leaves out what the scope does not have', () => {
    const call = "resourceId('Microsoft.Authorization/locks', 'l')";
    const id = '/providers/Microsoft.Authorization/locks/l';
    assert.equal(value('subscription', call), `${SUB}${id}`);
    assert.equal(value('managementGroup', call), id);
    assert.equal(value('tenant', call), id);
    assert.equal(
      value('subscription', "subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg9')"),
      `${SUB}/resourceGroups/rg9`,
    );
  });

  it('deployment() has a location and managementGroup() an id', () => {
    assert.equal(value('subscription', 'deployment().location'), 'westeurope');
    assert.equal(value('managementGroup', 'managementGroup().id'), MG);
    assert.equal(
      value(
        'managementGroup',
        "managementGroupResourceId('Microsoft.Authorization/policyDefinitions', 'p')",
      ),
      `${MG}/providers/Microsoft.Authorization/policyDefinitions/p`,
    );
  });

  it('resourceGroup() and subscription() are refused where there is none', () => {
    const message = (name: string): RegExp =>
      new RegExp(`The template function '${name}' is not expected at this location`);
    const detail = (kind: DeploymentScope['kind'], expression: string): string => {
      try {
        value(kind, expression);
      } catch (error) {
        return JSON.stringify(error);
      }
      return '';
    };
    assert.match(detail('subscription', 'resourceGroup().id'), message('RESOURCEGROUP'));
    assert.match(detail('tenant', 'subscription().id'), message('SUBSCRIPTION'));
    assert.match(
      detail('tenant', "subscriptionResourceId('Microsoft.X/ys', 'z')"),
      message('SUBSCRIPTIONRESOURCEID'),
    );
  });
});
