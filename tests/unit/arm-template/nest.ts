import assert from 'node:assert/strict';
import { planDeployment } from '../../../sandbox/azure/arm/template/plan.ts';
import type {
  DeploymentPlan,
  NestedDeployment,
  TemplateHost,
} from '../../../sandbox/azure/arm/template/plan.ts';
import { SCOPES, stubHost, template } from './stub-host.ts';

export const RG = SCOPES.resourceGroup.id;
export const INNER = { expressionEvaluationOptions: { scope: 'inner' } };

export function deployment(
  properties: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  return {
    type: 'Microsoft.Resources/deployments',
    apiVersion: '2025-04-01',
    name: 'child',
    properties: { mode: 'Incremental', ...properties },
    ...more,
  };
}

export function vault(name: string, properties: Record<string, unknown> = {}) {
  return { type: 'Microsoft.KeyVault/vaults', apiVersion: '2023-07-01', name, properties };
}

/** Plans the parent, then what it nests, as the deployments service does. */
export function nest(
  parent: Record<string, unknown>,
  host: TemplateHost = stubHost(),
): { nested: NestedDeployment; child: DeploymentPlan } {
  const plan = planDeployment(template(parent), {}, host);
  const nested = plan.resources[0]?.nested?.();
  assert.ok(nested !== undefined);
  const child = planDeployment(nested.template, nested.parameters, {
    ...host,
    scope: nested.scope,
  });
  return { nested, child };
}
