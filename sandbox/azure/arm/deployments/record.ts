import type { ArmErrorBody } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Principal } from '../server.ts';
import type { DeploymentScope, PlannedOutput } from '../template/types.ts';

export const deploymentType = 'Microsoft.Resources/deployments';

export type DeploymentMode = 'Incremental' | 'Complete';

export type DeploymentState = 'Accepted' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled';

/** One step of a deployment: a resource, a nested deployment, or the outputs. */
export interface DeploymentOperation {
  operationId: string;
  provisioningOperation: 'Create' | 'Delete' | 'EvaluateDeploymentOutput';
  provisioningState: DeploymentState;
  started: Date;
  ended?: Date;
  trackingId: string;
  statusCode?: string;
  statusMessage?: unknown;
  target?: { id: string; resourceType: string; resourceName: string };
}

/** One deployment of one name at one scope; a new PUT replaces it. */
export interface Deployment {
  id: string;
  name: string;
  scope: DeploymentScope;
  mode: DeploymentMode;
  location?: string;
  tags?: Record<string, string>;
  apiVersion: string;
  principal: Principal;
  correlationId: string;
  /** Resource manager's own address, for `environment().resourceManager`. */
  base: string;
  /** Name of the operation that `Azure-AsyncOperation` points at. */
  operationId: string;
  templateHash: string;
  template: unknown;
  /** As given: `{ name: { value } }`. */
  parameters: Json;
  /** As shown: types, and no values of secure ones. */
  shownParameters: Json;
  state: DeploymentState;
  started: Date;
  ended?: Date;
  operations: DeploymentOperation[];
  outputs?: Record<string, PlannedOutput>;
  secureOutputs?: Record<string, PlannedOutput>;
  error?: ArmErrorBody;
  outputResources: string[];
  dependencies: Json[];
  /** Types deployed, by namespace. */
  providers: Json[];
  canceled: boolean;
  /** Fulfilled when it has ended. */
  done: Promise<void>;
}

export function isActive({ state }: Deployment): boolean {
  return state === 'Accepted' || state === 'Running';
}

/** A deployment as a GET shows it. */
export function showDeployment(deployment: Deployment): Json {
  const { id, name, location, tags, outputs, error, state, ended, started } = deployment;
  const active = isActive(deployment);
  return {
    id,
    name,
    type: deploymentType,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined ? {} : { tags }),
    properties: {
      templateHash: deployment.templateHash,
      parameters: deployment.shownParameters,
      mode: deployment.mode,
      provisioningState: state,
      timestamp: (ended ?? started).toISOString(),
      duration: duration(started, ended ?? started),
      correlationId: deployment.correlationId,
      providers: deployment.providers,
      dependencies: deployment.dependencies,
      ...(active || outputs === undefined ? {} : { outputs }),
      ...(active ? {} : { outputResources: deployment.outputResources.map((r) => ({ id: r })) }),
      ...(error === undefined ? {} : { error }),
    },
  };
}

/** An operation as the list shows it. */
export function showOperation(deployment: Deployment, operation: DeploymentOperation): Json {
  const { started, ended, target, statusCode, statusMessage } = operation;
  return {
    id: `${deployment.id}/operations/${operation.operationId}`,
    operationId: operation.operationId,
    properties: {
      provisioningOperation: operation.provisioningOperation,
      provisioningState: operation.provisioningState,
      timestamp: (ended ?? started).toISOString(),
      duration: duration(started, ended ?? started),
      trackingId: operation.trackingId,
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(statusMessage === undefined ? {} : { statusMessage }),
      ...(target === undefined ? {} : { targetResource: target }),
    },
  };
}

/** An ISO 8601 duration, for example `PT1.2345678S`. */
function duration(from: Date, to: Date): string {
  const seconds = Math.max(0, to.getTime() - from.getTime()) / 1000;
  const minutes = Math.floor(seconds / 60);
  return `PT${minutes > 0 ? `${String(minutes)}M` : ''}${String(Number((seconds % 60).toFixed(3)))}S`;
}
