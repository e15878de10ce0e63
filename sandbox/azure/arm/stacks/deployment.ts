import type { Call } from '../call.ts';
import type { DeploymentRequest } from '../deployments/deployments.ts';
import { deploymentType } from '../deployments/record.ts';
import { deploymentVersions } from '../deployments/versions.ts';
import type { StackSettings } from './record.ts';

/** Who asks a stack to do something; what it does is done with their rights. */
export type Asker = Pick<Call, 'principal' | 'base' | 'correlationId'>;

/** The deployment that a stack makes, under a name of its own. */
export function deploymentOf(
  by: Asker,
  stackId: string,
  name: string,
  settings: StackSettings,
): DeploymentRequest {
  const { deploymentScope: scope, location, template, parameters } = settings;
  return {
    id: `${scope.id}/providers/${deploymentType}/${name}`,
    name,
    scope,
    mode: 'Incremental',
    template,
    parameters,
    principal: { ...by.principal, stack: stackId },
    apiVersion: deploymentVersions[0] ?? '',
    correlationId: by.correlationId,
    base: by.base,
    ...(scope.kind === 'subscription' && location !== undefined ? { location } : {}),
  };
}
