import { tenantId } from './arm-world.ts';

export type Shown = Record<string, unknown>;

/** Path of a deployment, or of an action on it. */
export const at = (scope: string, name: string, verb = ''): string =>
  `${scope}/providers/Microsoft.Resources/deployments/${name}${verb}?api-version=2021-04-01`;

/** A template for a group. */
export const template = (resources: unknown[], more: Shown = {}): Shown => ({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  contentVersion: '1.0.0.0',
  resources,
  ...more,
});

/** A template for a subscription. */
export const subscriptionTemplate = (resources: unknown[]): Shown => ({
  ...template(resources),
  $schema:
    'https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#',
});

/** The body of a PUT or validate. */
export const body = (inner: Shown, parameters: Shown = {}, more: Shown = {}): Shown => ({
  properties: { mode: 'Incremental', template: inner, parameters },
  ...more,
});

/** A network with one subnet, in a template. */
export const network = (name: string, prefix: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.Network/virtualNetworks',
  apiVersion: '2024-05-01',
  name,
  location: 'westeurope',
  properties: {
    addressSpace: { addressPrefixes: [prefix] },
    subnets: [
      { name: 'endpoints', properties: { addressPrefix: `${prefix.replace('/16', '')}/27` } },
    ],
  },
  ...more,
});

/** A vault in a template. */
export const vault = (name: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.KeyVault/vaults',
  apiVersion: '2023-07-01',
  name,
  location: 'westeurope',
  properties: { tenantId, sku: { family: 'A', name: 'standard' }, enableRbacAuthorization: true },
  ...more,
});

/** A nested deployment with its own scope of evaluation. */
export const nested = (name: string, inner: Shown, more: Shown = {}): Shown => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2022-09-01',
  name,
  properties: {
    mode: 'Incremental',
    expressionEvaluationOptions: { scope: 'inner' },
    template: inner,
    parameters: {},
  },
  ...more,
});
