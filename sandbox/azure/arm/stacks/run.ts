import { randomBytes } from 'node:crypto';
import { deleteInTurns } from '../deployments/deletion.ts';
import { deploymentType, type Deployment } from '../deployments/record.ts';
import { ArmError, type ArmErrorBody } from '../errors.ts';
import { isWithin, typeOfId } from '../ids.ts';
import { asObject, sameId } from '../json.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import { groupType } from '../subscriptions.ts';
import { deploymentOf, type Asker } from './deployment.ts';
import type {
  FailedResource,
  ManagedResource,
  ResourceReference,
  Stack,
  UnmanageActions,
} from './record.ts';

/** Deploys a stack's template, protects what it made, and lets go of what the template names no longer. */
export async function updateStack(manager: Manager, stack: Stack, by: Asker): Promise<void> {
  const before = stack.resources;
  stack.state = 'validating';
  let deployment: Deployment;
  try {
    deployment = startDeployment(manager, stack, by);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw deploymentFailed(stack, error.body);
  }
  stack.state = 'deploying';
  stack.shownParameters = deployment.shownParameters;
  await deployment.done;
  const deployed = deployment.outputResources.map((id) => managedBy(manager, stack, id));
  const left = before.filter(({ id }) => !deployed.some((other) => sameId(other.id, id)));
  // What the template names no longer stays in the stack until its turn comes, also after a failure.
  stack.resources = [...deployed, ...left];
  if (deployment.state === 'Canceled') {
    stack.state = 'canceled';
    return;
  }
  if (deployment.state !== 'Succeeded') {
    stack.failed = failuresOf(manager, deployment);
    throw deploymentFailed(stack, deployment.error);
  }
  if (deployment.outputs !== undefined) stack.outputs = { ...deployment.outputs };
  stack.state = 'updatingDenyAssignments';
  await manager.operations.pause(1);
  stack.state = 'deletingResources';
  await letGo(manager, stack, left, stack.unmanage, by.principal);
  stack.state = 'succeeded';
}

/** Lets go of everything. */
export async function emptyStack(
  manager: Manager,
  stack: Stack,
  actions: UnmanageActions,
  { principal }: Asker,
): Promise<void> {
  stack.state = 'deletingResources';
  try {
    await letGo(manager, stack, stack.resources, actions, principal);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    throw new ArmError(
      409,
      'DeploymentStackDeleteFailed',
      `One or more stages of deploymentStack deletion failed. Correlation id: '${stack.correlationId}'.`,
      { details: error.body.details ?? [] },
    );
  }
}

function startDeployment(manager: Manager, stack: Stack, by: Asker): Deployment {
  const stamp = manager.now().toISOString().replace(/\D/g, '').slice(2, 12);
  const suffix = `-${stamp}${randomBytes(3).toString('hex').slice(0, 5)}`;
  const name = `${stack.name.slice(0, 64 - suffix.length)}${suffix}`;
  const request = deploymentOf(by, stack.id, name, stack);
  manager.access.require(by.principal, `${deploymentType}/write`, request.id);
  const { deployment } = manager.deployments.create(request);
  stack.deploymentId = deployment.id;
  return deployment;
}

function managedBy(manager: Manager, stack: Stack, id: string): ManagedResource {
  const { mode } = stack.deny;
  return {
    ...referenceTo(manager, id),
    status: 'managed',
    denyStatus: mode !== 'none' && !isWithin(id, stack.scope.id) ? 'inapplicable' : mode,
  };
}

function referenceTo(manager: Manager, id: string): ResourceReference {
  const resource = manager.store.get(id);
  return {
    id: resource?.id ?? id,
    type: resource?.type ?? typeOfId(id) ?? groupType,
    apiVersion: resource?.apiVersion ?? '',
  };
}

/** The resources that a deployment and those nested in it could not make. */
function failuresOf(manager: Manager, deployment: Deployment): FailedResource[] {
  return deployment.operations.flatMap(({ provisioningState, target, statusMessage }) => {
    if (provisioningState !== 'Failed' || target === undefined) return [];
    if (target.resourceType.toLowerCase() === deploymentType.toLowerCase()) {
      const child = manager.deployments.find(target.id);
      return child === undefined || child === deployment ? [] : failuresOf(manager, child);
    }
    const error = asObject(statusMessage)['error'] as ArmErrorBody;
    return [{ ...referenceTo(manager, target.id), error }];
  });
}

/** https://github.com/Azure/deployment-stacks/issues/11 */
function deploymentFailed(stack: Stack, error: ArmErrorBody | undefined): ArmError {
  return new ArmError(
    409,
    'DeploymentStackDeploymentFailed',
    `One or more resources could not be deployed. Correlation id: '${stack.correlationId}'.`,
    { details: error === undefined ? [] : [error] },
  );
}

/**
 * Deletes or detaches resources, groups last. What cannot be deleted stays in the stack.
 * @throws ArmError DeploymentStackDeleteResourcesFailed
 */
async function letGo(
  manager: Manager,
  stack: Stack,
  resources: readonly ManagedResource[],
  actions: UnmanageActions,
  principal: Principal,
): Promise<void> {
  const goes = ({ type }: ManagedResource): boolean =>
    actions[type === groupType ? 'resourceGroups' : 'resources'] === 'delete';
  const drop = (managed: ManagedResource, list: ResourceReference[]): void => {
    stack.resources = stack.resources.filter((other) => other !== managed);
    list.push(managed);
  };
  for (const managed of resources) if (!goes(managed)) drop(managed, stack.detached);
  const isGroup = ({ type }: ManagedResource): number => Number(type === groupType);
  const turns = resources.filter(goes).reverse();
  turns.sort((left, right) => isGroup(left) - isGroup(right));
  const items = turns.flatMap((managed) => {
    const resource = manager.store.get(managed.id);
    if (resource !== undefined) return [{ managed, resource }];
    // Somebody else has deleted it.
    drop(managed, stack.deleted);
    return [];
  });
  const by = { principal: { ...principal, stack: stack.id }, on: stack.id };
  const refused = await deleteInTurns(manager, by, items, ({ managed }) => {
    drop(managed, stack.deleted);
  });
  for (const { item, error } of refused) {
    item.managed.status = 'deleteFailed';
    const { id, type, apiVersion } = item.managed;
    stack.failed.push({ id, type, apiVersion, error: error.body });
  }
  if (refused.length > 0) throw notDeleted(stack);
}

/** https://github.com/Azure/deployment-stacks/issues/124 */
function notDeleted(stack: Stack): ArmError {
  const code = 'DeploymentStackDeleteResourcesFailed';
  return new ArmError(
    409,
    code,
    `One or more resources could not be deleted. Correlation id: '${stack.correlationId}'.`,
    {
      details: [
        {
          code,
          message:
            'An error occurred while deleting resources. These resources are still present in the stack but can ' +
            'be deleted manually. Please see the FailedResources property for specific error information. ' +
            'Deletion failures that are known limitations are documented here: ' +
            'https://aka.ms/DeploymentStacksKnownLimitations',
        },
      ],
    },
  );
}
