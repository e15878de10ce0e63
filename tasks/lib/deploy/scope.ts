/** What a deployment can be made in; the template's `$schema` says which one it is for. */
export type ScopeKind = 'resourceGroup' | 'subscription' | 'managementGroup' | 'tenant';

/** One place for deployments. */
export type DeploymentScope =
  | {
      readonly kind: 'resourceGroup';
      readonly subscription: string;
      readonly resourceGroup: string;
    }
  | { readonly kind: 'subscription'; readonly subscription: string }
  | { readonly kind: 'managementGroup'; readonly managementGroup: string }
  | { readonly kind: 'tenant' };

/** Scopes in words. */
export const scopeWords: Readonly<Record<ScopeKind, string>> = {
  resourceGroup: 'a resource group',
  subscription: 'a subscription',
  managementGroup: 'a management group',
  tenant: 'the tenant',
};

// https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#template-format
const schemas: Readonly<Record<string, ScopeKind>> = {
  deploymenttemplate: 'resourceGroup',
  subscriptiondeploymenttemplate: 'subscription',
  managementgroupdeploymenttemplate: 'managementGroup',
  tenantdeploymenttemplate: 'tenant',
};

/** The scope that a template's `$schema` stands for; undefined for anything that is no template. */
export function scopeOfSchema(schema: string): ScopeKind | undefined {
  const name = /([A-Za-z]+)\.json#?$/.exec(schema)?.[1]?.toLowerCase();
  return name === undefined ? undefined : schemas[name];
}

/** Path of a scope as resource ids begin with it; empty for the tenant. */
export function scopePath(scope: DeploymentScope): string {
  switch (scope.kind) {
    case 'resourceGroup':
      return `/subscriptions/${scope.subscription}/resourceGroups/${scope.resourceGroup}`;
    case 'subscription':
      return `/subscriptions/${scope.subscription}`;
    case 'managementGroup':
      return `/providers/Microsoft.Management/managementGroups/${scope.managementGroup}`;
    case 'tenant':
      return '';
  }
}

/** `resource group rg-weu`, for the log. */
export function scopeText(scope: DeploymentScope): string {
  switch (scope.kind) {
    case 'resourceGroup':
      return `resource group ${scope.resourceGroup}`;
    case 'subscription':
      return `subscription ${scope.subscription}`;
    case 'managementGroup':
      return `management group ${scope.managementGroup}`;
    case 'tenant':
      return 'the tenant';
  }
}
