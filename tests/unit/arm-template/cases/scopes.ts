import { SUBSCRIPTION } from '../stub-host.ts';
import { DOCS } from './case-group.ts';
import type { CaseGroup } from './case-group.ts';

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1`;
const OTHER = '11111111-2222-4333-8444-555555555555';

/** In a deployment to resource group rg1. */
export const scopes: readonly CaseGroup[] = [
  {
    source: `${DOCS}resource#resourceid`,
    cases: [
      [
        "resourceId('Microsoft.Storage/storageAccounts', 'examplestorage')",
        `${GROUP}/providers/Microsoft.Storage/storageAccounts/examplestorage`,
      ],
      [
        "resourceId('otherResourceGroup', 'Microsoft.Storage/storageAccounts', 'examplestorage')",
        `/subscriptions/${SUBSCRIPTION}/resourceGroups/otherResourceGroup/providers/Microsoft.Storage/storageAccounts/examplestorage`,
      ],
      [
        `resourceId('${OTHER}', 'otherResourceGroup', 'Microsoft.Storage/storageAccounts', 'examplestorage')`,
        `/subscriptions/${OTHER}/resourceGroups/otherResourceGroup/providers/Microsoft.Storage/storageAccounts/examplestorage`,
      ],
      [
        "resourceId('Microsoft.SQL/servers/databases', 'serverName', 'databaseName')",
        `${GROUP}/providers/Microsoft.SQL/servers/serverName/databases/databaseName`,
      ],
    ],
  },
  {
    source: `${DOCS}resource#extensionresourceid`,
    cases: [
      [
        "extensionResourceId(resourceGroup().id, 'Microsoft.Authorization/locks', 'rgLock')",
        `${GROUP}/providers/Microsoft.Authorization/locks/rgLock`,
      ],
      [
        "extensionResourceId('/providers/Microsoft.Management/managementGroups/mg1', 'Microsoft.Authorization/policyDefinitions', 'p')",
        '/providers/Microsoft.Management/managementGroups/mg1/providers/Microsoft.Authorization/policyDefinitions/p',
      ],
    ],
  },
  {
    source: `${DOCS}resource#subscriptionresourceid`,
    cases: [
      [
        "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')",
        `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
      ],
    ],
  },
  {
    source: `${DOCS}resource#tenantresourceid`,
    cases: [
      [
        "tenantResourceId('Microsoft.Authorization/policyDefinitions', 'p')",
        '/providers/Microsoft.Authorization/policyDefinitions/p',
      ],
    ],
  },
  {
    source: `${DOCS}resource#managementgroupresourceid`,
    cases: [
      [
        "managementGroupResourceId('mg1', 'Microsoft.Authorization/policyDefinitions', 'p')",
        '/providers/Microsoft.Management/managementGroups/mg1/providers/Microsoft.Authorization/policyDefinitions/p',
      ],
    ],
  },
  {
    source: `${DOCS}resource#pickzones`,
    cases: [
      ["pickZones('Microsoft.Compute', 'virtualMachines', 'westus2')", ['1']],
      ["pickZones('Microsoft.Compute', 'virtualMachines', 'westus2', 2)", ['1', '2']],
      ["pickZones('Microsoft.Compute', 'virtualMachines', 'westus2', 2, 1)", ['2', '3']],
    ],
  },
  {
    source: `${DOCS}scope`,
    cases: [
      ['resourceGroup().id', GROUP],
      ['resourceGroup().name', 'rg1'],
      ['resourceGroup().type', 'Microsoft.Resources/resourceGroups'],
      ['resourceGroup().location', 'westeurope'],
      ['resourceGroup().properties.provisioningState', 'Succeeded'],
      ['subscription().id', `/subscriptions/${SUBSCRIPTION}`],
      ['subscription().subscriptionId', SUBSCRIPTION],
      ['tenant().tenantId', '00000000-0000-4000-8000-0000000000ff'],
    ],
  },
  {
    source: `${DOCS}deployment`,
    cases: [
      ['deployment().name', 'main'],
      ['deployment().properties.mode', 'Incremental'],
      ['deployment().properties.provisioningState', 'Accepted'],
      ['deployment().properties.template.contentVersion', '1.0.0.0'],
      ['environment().suffixes.keyvaultDns', '.vault.azure.net'],
      ["environment()['RESOURCEMANAGER']", 'https://management.azure.com/'],
      ['deployer().objectId', '11111111-1111-4111-8111-111111111111'],
    ],
  },
  {
    source:
      'https://github.com/Azure/bicep/blob/main/src/Bicep.Core.IntegrationTests/AzTemplateTests.cs',
    cases: [
      ["toLogicalZone(subscription().subscriptionId, 'eastus', 'eastus-az1')", '1'],
      ["toPhysicalZone(subscription().subscriptionId, 'eastus', '1')", 'eastus-az1'],
      [
        "toLogicalZones(subscription().subscriptionId, 'eastus', createArray('eastus-az1', 'eastus-az2'))",
        ['1', '2'],
      ],
      [
        "toPhysicalZones(subscription().subscriptionId, 'eastus', createArray('1', '2'))",
        ['eastus-az1', 'eastus-az2'],
      ],
    ],
  },
  {
    source: 'https://learn.microsoft.com/azure/role-based-access-control/built-in-roles',
    cases: [
      ["roleDefinitions('AcrPush').roleDefinitionId", '8311e382-0749-4cb8-b61a-304f252e45ec'],
    ],
  },
];
