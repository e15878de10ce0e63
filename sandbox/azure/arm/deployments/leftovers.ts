import { randomBytes } from 'node:crypto';
import type { ArmErrorBody } from '../errors.ts';
import { idAt } from '../json.ts';
import type { Manager } from '../manager.ts';
import { trackedChildren } from '../routes/lists.ts';
import type { Principal } from '../server.ts';
import type { Resource } from '../store.ts';
import { deleteInTurns } from './deletion.ts';
import type { Deployment, DeploymentOperation } from './record.ts';

/** The resources of a group, as its list has them, that a template does not name. */
export function leftovers(
  manager: Manager,
  groupId: string,
  named: ReadonlySet<string>,
  principal: Principal,
): Resource[] {
  return manager.types
    .known()
    .filter((type) => type.split('/').length === 2 || trackedChildren.includes(type))
    .filter((type) => !type.startsWith('Microsoft.Authorization/'))
    .flatMap((type) => manager.store.list(type, groupId))
    .filter(({ id }) => !named.has(id.toLowerCase()))
    .filter(({ id, type }) => manager.access.can(principal.objectId, `${type}/read`, id));
}

/**
 * Those of them that Complete mode deletes. All types that the list of a group has are of that kind
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/deployment-complete-mode-deletion);
 * what a service manages goes with its owner and stays with it.
 */
export function deletable(manager: Manager, found: readonly Resource[]): Resource[] {
  const ids = new Set(found.map(({ id }) => id.toLowerCase()));
  return found.filter((resource) => {
    if (manager.types.require(resource.type).writable !== false) return true;
    return ids.has(idAt(resource.properties, 'privateEndpoint')?.toLowerCase() ?? '');
  });
}

const statusNames: Record<number, string> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  429: 'TooManyRequests',
};

/**
 * The last step of a deployment in Complete mode: deletes what its template does not name, dependants
 * first, and tries again what was refused as long as something else could go.
 * @returns the errors of what stays
 */
export async function deleteLeftovers(
  manager: Manager,
  deployment: Deployment,
): Promise<ArmErrorBody[]> {
  const named = new Set(deployment.outputResources.map((id) => id.toLowerCase()));
  const found = leftovers(manager, deployment.scope.id, named, deployment.principal);
  const waiting = deletable(manager, found)
    .filter(({ type }) => manager.types.require(type).writable !== false)
    .reverse()
    .map((resource) => ({ resource, operation: begin(manager, deployment, resource) }));
  const by = { principal: deployment.principal, on: deployment.id };
  const refused = await deleteInTurns(manager, by, waiting, ({ operation }) => {
    end(manager, operation, 'OK');
  });
  return refused.map(({ error, item: { operation } }) => {
    end(manager, operation, statusNames[error.status] ?? 'BadRequest', { error: error.body });
    return { ...error.body, target: error.body.target ?? operation.target?.id ?? '' };
  });
}

function begin(manager: Manager, deployment: Deployment, resource: Resource): DeploymentOperation {
  const { id, type, name } = resource;
  const operation: DeploymentOperation = {
    operationId: randomBytes(8).toString('hex').toUpperCase(),
    provisioningOperation: 'Delete',
    provisioningState: 'Running',
    started: manager.now(),
    trackingId: manager.newGuid(),
    target: { id, resourceType: type, resourceName: name },
  };
  deployment.operations.push(operation);
  return operation;
}

function end(
  manager: Manager,
  operation: DeploymentOperation,
  statusCode: string,
  statusMessage?: unknown,
): void {
  operation.provisioningState = statusMessage === undefined ? 'Succeeded' : 'Failed';
  operation.ended = manager.now();
  operation.statusCode = statusCode;
  if (statusMessage !== undefined) operation.statusMessage = statusMessage;
}
