import { canonicalId } from '../canonical-id.ts';
import { randomBytes } from 'node:crypto';
import { ArmError, type ArmErrorBody } from '../errors.ts';
import { groupIdOf } from '../ids.ts';
import type { Manager } from '../manager.ts';
import { groupType } from '../subscriptions.ts';
import { EngineError } from '../template/plan.ts';
import type { DeploymentPlan, PlannedResource } from '../template/types.ts';
import { deleteLeftovers } from './leftovers.ts';
import { sameType, templateError } from './preflight.ts';
import type { Deployment, DeploymentOperation } from './record.ts';

/** How often a resource is tried again while something that it refers to is still being provisioned. */
const attempts = 2000;

/**
 * Deploys what was planned: each resource as soon as what it depends on is done. A failure stops what depends
 * on it; the rest goes on, and the deployment fails at the end. Cancelling starts nothing new.
 */
export async function runDeployment(
  manager: Manager,
  deployment: Deployment,
  planned: DeploymentPlan,
): Promise<void> {
  deployment.state = 'Running';
  const waiting = new Map(planned.resources.map((resource) => [resource.key, resource]));
  const done = new Set<string>();
  let running = 0;
  let wake = (): void => undefined;
  const failures: ArmErrorBody[] = [];
  for (const { key, existing, condition } of planned.resources) {
    if (!existing && condition) continue;
    done.add(key);
    waiting.delete(key);
  }
  const ready = ({ dependsOn }: PlannedResource): boolean =>
    dependsOn.every((key) => done.has(key));
  for (;;) {
    if (!deployment.canceled) {
      for (const [key, resource] of waiting) {
        if (!ready(resource)) continue;
        waiting.delete(key);
        running += 1;
        void deployOne(manager, deployment, resource).then((error) => {
          running -= 1;
          if (error === undefined) done.add(key);
          else failures.push(error);
          wake();
        });
      }
    }
    if (running === 0) break;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  if (deployment.canceled) return end(manager, deployment, 'Canceled');
  if (failures.length === 0 && deployment.mode === 'Complete') {
    failures.push(...(await deleteLeftovers(manager, deployment)));
  }
  if (failures.length > 0) {
    deployment.error = failed(deployment, failures);
    return end(manager, deployment, 'Failed');
  }
  evaluateOutputs(manager, deployment, planned);
}

function failed(deployment: Deployment, details: ArmErrorBody[]): ArmErrorBody {
  return {
    code: 'DeploymentFailed',
    target: deployment.id,
    message:
      'At least one resource deployment operation failed. Please list deployment operations for details. Please ' +
      'see https://aka.ms/arm-deployment-operations for usage details.',
    details,
  };
}

function end(
  manager: Manager,
  deployment: Deployment,
  state: 'Succeeded' | 'Failed' | 'Canceled',
): void {
  deployment.state = state;
  deployment.ended = manager.now();
}

function evaluateOutputs(manager: Manager, deployment: Deployment, planned: DeploymentPlan): void {
  const operation = startOperation(manager, deployment, 'EvaluateDeploymentOutput', undefined);
  try {
    deployment.secureOutputs = planned.secureOutputs();
    const outputs = planned.outputs();
    if (Object.keys(outputs).length > 0) deployment.outputs = outputs;
    endOperation(manager, operation, 'Succeeded', 'OK');
    end(manager, deployment, 'Succeeded');
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const body: ArmErrorBody = {
      code: 'DeploymentOutputEvaluationFailed',
      message:
        'Unable to evaluate template outputs: see error details. Please see https://aka.ms/arm-common-errors for usage details.',
      details: [{ ...templateError(error).body }],
    };
    endOperation(manager, operation, 'Failed', 'BadRequest', { error: body });
    deployment.error = body;
    end(manager, deployment, 'Failed');
  }
}

function startOperation(
  manager: Manager,
  deployment: Deployment,
  provisioningOperation: DeploymentOperation['provisioningOperation'],
  resource: PlannedResource | undefined,
): DeploymentOperation {
  const operation: DeploymentOperation = {
    operationId: randomBytes(8).toString('hex').toUpperCase(),
    provisioningOperation,
    provisioningState: 'Running',
    started: manager.now(),
    trackingId: manager.newGuid(),
  };
  if (resource !== undefined) {
    operation.target = {
      id: resource.id,
      resourceType: resource.type,
      resourceName: resource.name,
    };
  }
  deployment.operations.push(operation);
  return operation;
}

function endOperation(
  manager: Manager,
  operation: DeploymentOperation,
  state: 'Succeeded' | 'Failed',
  statusCode: string,
  statusMessage?: unknown,
): void {
  operation.provisioningState = state;
  operation.ended = manager.now();
  operation.statusCode = statusCode;
  if (statusMessage !== undefined) operation.statusMessage = statusMessage;
}

const statusNames: Record<number, string> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  412: 'PreconditionFailed',
  429: 'TooManyRequests',
};

/** Deploys one resource. @returns the error that it failed with */
async function deployOne(
  manager: Manager,
  deployment: Deployment,
  resource: PlannedResource,
): Promise<ArmErrorBody | undefined> {
  const operation = startOperation(manager, deployment, 'Create', resource);
  try {
    const status = await deploy(manager, deployment, resource);
    endOperation(manager, operation, 'Succeeded', status === 201 ? 'Created' : 'OK');
    if (resource.nested === undefined) deployment.outputResources.push(resource.id);
    return undefined;
  } catch (error) {
    const refusal = asRefusal(error);
    record(manager, deployment, resource, refusal.status);
    const body = refusal.body;
    endOperation(
      manager,
      operation,
      'Failed',
      statusNames[refusal.status] ?? 'BadRequest',
      body.code === 'ResourceDeploymentFailure'
        ? { status: 'Failed', error: body }
        : { error: body },
    );
    return body;
  }
}

function asRefusal(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  if (error instanceof EngineError) return templateError(error);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new ArmError(500, 'InternalServerError', message);
}

/** @returns the status of the write that did it */
async function deploy(
  manager: Manager,
  deployment: Deployment,
  resource: PlannedResource,
): Promise<number> {
  if (resource.nested !== undefined) return deployNested(manager, deployment, resource);
  const { principal } = deployment;
  const body = resource.body();
  if (sameType(resource.type, groupType)) return deployGroup(manager, deployment, resource, body);
  const { resources, operations } = manager;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const written = resources.write({
        id: canonicalId(manager, resource.id),
        body,
        apiVersion: resource.apiVersion,
        principal,
      });
      const status = written.created ? 201 : 200;
      record(manager, deployment, resource, status);
      if (written.operation !== undefined) {
        await written.operation.done;
        if (written.operation.error !== undefined)
          throw terminal(resource, [written.operation.error]);
      }
      return status;
    } catch (error) {
      const wait =
        error instanceof ArmError &&
        error.body.code === 'ReferencedResourceNotProvisioned' &&
        attempt < attempts &&
        !deployment.canceled;
      if (!wait) throw error;
      await operations.pause(5);
    }
  }
}

function terminal(resource: PlannedResource, details: ArmErrorBody[]): ArmError {
  return new ArmError(
    409,
    'ResourceDeploymentFailure',
    "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.",
    { target: resource.id, details },
  );
}

/** Every write of a deployment is on record under the identity that deploys. */
function record(
  manager: Manager,
  deployment: Deployment,
  resource: PlannedResource,
  status: number,
): void {
  manager.activity.push({
    method: 'PUT',
    path: resource.id,
    status,
    principal: deployment.principal.objectId,
    deployment: deployment.id,
  });
}

function deployGroup(
  manager: Manager,
  deployment: Deployment,
  resource: PlannedResource,
  body: unknown,
): number {
  const { access, subscriptions } = manager;
  const action = 'Microsoft.Resources/subscriptions/resourceGroups/write';
  access.require(deployment.principal, action, resource.id);
  const subscriptionId = resource.id.split('/')[2] ?? '';
  const name = groupIdOf(resource.id)?.split('/')[4] ?? resource.name;
  const { created } = subscriptions.writeGroup(subscriptionId, name, body, resource.apiVersion);
  record(manager, deployment, resource, created ? 201 : 200);
  return created ? 201 : 200;
}

async function deployNested(
  manager: Manager,
  deployment: Deployment,
  resource: PlannedResource,
): Promise<number> {
  const inner = resource.nested?.();
  if (inner === undefined) throw new Error(`${resource.id} is no nested deployment`);
  const { child, created } = manager.deployments.startNested(deployment, resource, inner);
  record(manager, deployment, resource, created ? 201 : 200);
  await child.done;
  // The list has what nested deployments made in place of themselves: https://github.com/Azure/bicep-reps/pull/3
  deployment.outputResources.push(...child.outputResources);
  if (child.state === 'Succeeded') return created ? 201 : 200;
  throw terminal(resource, child.error === undefined ? [] : [child.error]);
}
