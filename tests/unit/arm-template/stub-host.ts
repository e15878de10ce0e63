import type {
  DeploymentScope,
  ReferencedResource,
  TemplateHost,
} from '../../../sandbox/azure/arm/template/plan.ts';

export const SUBSCRIPTION = '00000000-0000-4000-8000-00000000000b';
export const TENANT = '00000000-0000-4000-8000-0000000000ff';

export const SCOPES: Readonly<Record<DeploymentScope['kind'], DeploymentScope>> = {
  resourceGroup: {
    kind: 'resourceGroup',
    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg1`,
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg1',
  },
  subscription: {
    kind: 'subscription',
    id: `/subscriptions/${SUBSCRIPTION}`,
    subscriptionId: SUBSCRIPTION,
  },
  managementGroup: {
    kind: 'managementGroup',
    id: '/providers/Microsoft.Management/managementGroups/mg1',
  },
  tenant: { kind: 'tenant', id: '/' },
};

export const ENVIRONMENT = {
  name: 'AzureCloud',
  gallery: 'https://gallery.azure.com/',
  graph: 'https://graph.windows.net/',
  portal: 'https://portal.azure.com',
  graphAudience: 'https://graph.windows.net/',
  activeDirectoryDataLake: 'https://datalake.azure.net/',
  batch: 'https://batch.core.windows.net/',
  media: 'https://rest.media.azure.net',
  sqlManagement: 'https://management.core.windows.net:8443/',
  vmImageAliasDoc: 'https://example.invalid/aliases.json',
  resourceManager: 'https://management.azure.com/',
  authentication: {
    loginEndpoint: 'https://login.microsoftonline.com/',
    audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
    tenant: 'common',
    identityProvider: 'AAD',
  },
  suffixes: {
    acrLoginServer: '.azurecr.io',
    azureDatalakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
    azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
    keyvaultDns: '.vault.azure.net',
    sqlServerHostname: '.database.windows.net',
    storage: 'core.windows.net',
  },
};

export interface StubHost extends TemplateHost {
  /** Resources that reference() finds, by id in lower case. */
  state: Map<string, ReferencedResource>;
  listed: { fn: string; id: string; apiVersion: string; body: unknown }[];
}

/** A world in which every subscription and resource group exists and nothing is deployed. */
export function stubHost(
  kind: DeploymentScope['kind'] = 'resourceGroup',
  changes: Partial<TemplateHost> = {},
): StubHost {
  const scope = SCOPES[kind];
  const state = new Map<string, ReferencedResource>();
  const listed: StubHost['listed'] = [];
  const base = scope.id === '/' ? '' : scope.id;
  return {
    scope,
    deployment: {
      name: 'main',
      id: `${base}/providers/Microsoft.Resources/deployments/main`,
      ...(kind === 'resourceGroup' ? {} : { location: 'westeurope' }),
    },
    tenantId: TENANT,
    now: new Date('2019-03-05T17:53:18Z'),
    newGuid: () => 'b76a51fc-bd72-4a77-b9a2-3c29e7d2e551',
    environment: ENVIRONMENT,
    deployer: { objectId: '11111111-1111-4111-8111-111111111111', tenantId: TENANT },
    resourceGroup: (subscriptionId, name) => ({
      id: `/subscriptions/${subscriptionId}/resourceGroups/${name}`,
      name,
      location: 'westeurope',
      tags: {},
      properties: { provisioningState: 'Succeeded' },
    }),
    subscription: (id) => ({
      id: `/subscriptions/${id}`,
      subscriptionId: id,
      tenantId: TENANT,
      displayName: 'Stamp',
    }),
    reference: (id) => state.get(id.toLowerCase()),
    listAction: (fn, id, apiVersion, body) => {
      listed.push({ fn, id, apiVersion, body });
      return { keys: [{ value: `${fn} of ${id}` }] };
    },
    state,
    listed,
    ...changes,
  };
}

/** A template for a resource group with the given members. */
export function template(members: Record<string, unknown>): Record<string, unknown> {
  return {
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    contentVersion: '1.0.0.0',
    resources: [],
    ...members,
  };
}
