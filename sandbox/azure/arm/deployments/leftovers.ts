import { randomBytes } from 'node:crypto';
import { canonicalId } from '../canonical-id.ts';
import { ArmError, type ArmErrorBody } from '../errors.ts';
import { idAt } from '../json.ts';
import type { Manager } from '../manager.ts';
import { trackedChildren } from '../routes/lists.ts';
import type { Principal } from '../server.ts';
import type { Resource } from '../store.ts';
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
  let waiting = deletable(manager, found)
    .filter(({ type }) => manager.types.require(type).writable !== false)
    .reverse()
    .map((resource) => ({ resource, operation: begin(manager, deployment, resource) }));
  for (;;) {
    const refused: { operation: DeploymentOperation; error: ArmError; item: Waiting }[] = [];
    for (const item of waiting) {
      const error = await tryDelete(manager, deployment, item.resource);
      if (error === undefined) end(manager, item.operation, 'OK');
      else refused.push({ operation: item.operation, error, item });
    }
    if (refused.length > 0 && refused.length < waiting.length) {
      waiting = refused.map(({ item }) => item);
      continue;
    }
    for (const { operation, error } of refused) {
      end(manager, operation, statusNames[error.status] ?? 'BadRequest', { error: error.body });
    }
    return refused.map(({ error, operation }) => ({
      ...error.body,
      target: error.body.target ?? operation.target?.id ?? '',
    }));
  }
}

interface Waiting {
  resource: Resource;
  operation: DeploymentOperation;
}

async function tryDelete(
  manager: Manager,
  deployment: Deployment,
  resource: Resource,
): Promise<ArmError | undefined> {
  const { principal } = deployment;
  const status = (code: number): void => {
    const { objectId } = principal;
    const { id: path } = resource;
    const by = { principal: objectId, deployment: deployment.id };
    manager.activity.push({ method: 'DELETE', path, status: code, ...by });
  };
  try {
    const id = canonicalId(manager, resource.id);
    const removed = manager.resources.remove({ id, principal, apiVersion: resource.apiVersion });
    status(removed === undefined ? 204 : removed.operation === undefined ? 200 : 202);
    await removed?.operation?.done;
    const failure = removed?.operation?.error;
    if (failure === undefined) return undefined;
    return new ArmError(409, failure.code, failure.message);
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    status(error.status);
    return error;
  }
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
