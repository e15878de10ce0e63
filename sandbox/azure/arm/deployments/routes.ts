import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { nameOf, parseId, segmentsOf } from '../ids.ts';
import { whatIf } from '../what-if/routes.ts';
import { wrongMethod } from '../routes/dispatch.ts';
import { invalidFilter, pageOf } from '../routes/pages.ts';
import { scopeOf } from './host.ts';
import { readRequest } from './request.ts';
import { requireDeploymentVersion } from './preflight.ts';
import {
  deploymentType,
  isActive,
  showDeployment,
  showOperation,
  type Deployment,
} from './record.ts';

/** Everything below `…/providers/Microsoft.Resources/deployments`; undefined for another path. */
export function deploymentRoute(call: Call): Reply | undefined {
  const path = shortened(call.path);
  const at = path.toLowerCase().indexOf('/providers/microsoft.resources/deployments');
  if (at < 0) return undefined;
  const [, , , name, verb, operation] = segmentsOf(path.slice(at));
  requireDeploymentVersion(call.apiVersion);
  if (name === undefined) return list(call, path);
  const id = canonicalId(call, path.slice(0, at), name);
  if (verb === undefined) return onDeployment(call, id, name);
  const key = `${call.method} ${verb.toLowerCase()}${operation === undefined ? '' : '/id'}`;
  switch (key) {
    case 'POST validate':
      return validate(call, id, name);
    case 'POST whatif':
      authorize(call, 'whatIf/action', id);
      requireScope(call, id);
      return whatIf(call, id, name);
    case 'POST cancel':
      return cancel(call, id);
    case 'POST exporttemplate':
      authorize(call, 'exportTemplate/action', id);
      return { status: 200, body: { template: required(call, id).template } };
    case 'GET operations':
      return operations(call, id);
    case 'GET operations/id':
      return oneOperation(call, id, operation ?? '');
    case 'GET operationstatuses/id':
      return status(call, id, operation ?? '');
    default:
      throw wrongMethod(call);
  }
}

/** The operations of a group's deployment also have an older path without a provider. */
function shortened(path: string): string {
  return path.replace(
    /^(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+)\/deployments(?=\/|$)/i,
    '$1/providers/Microsoft.Resources/deployments',
  );
}

function canonicalId(call: Call, scopePath: string, name: string): string {
  const raw = `${scopePath}/providers/${deploymentType}/${name}`;
  const known = call.manager.deployments.find(raw);
  if (known !== undefined) return known.id;
  const scope = scopeOf(call.manager, raw);
  return `${scope.id}/providers/${deploymentType}/${name}`;
}

function authorize(call: Call, verb: string, scope: string): void {
  call.manager.access.require(call.principal, `${deploymentType}/${verb}`, scope);
}

function requireScope(call: Call, id: string): void {
  const { subscriptionId, resourceGroup } = parseId(id) ?? {};
  if (subscriptionId === undefined) return;
  call.manager.subscriptions.require(subscriptionId);
  if (resourceGroup !== undefined)
    call.manager.subscriptions.requireGroup(subscriptionId, resourceGroup);
}

function required(call: Call, id: string): Deployment {
  requireScope(call, id);
  const found = call.manager.deployments.find(id);
  if (found !== undefined) return found;
  const parsed = parseId(id);
  throw new ArmError(
    404,
    'DeploymentNotFound',
    `Deployment '${parsed === undefined ? id : nameOf(parsed)}' could not be found.`,
  );
}

function list(call: Call, path: string): Reply {
  if (call.method !== 'GET') throw wrongMethod(call);
  const scope = scopeOf(call.manager, path);
  authorize(call, 'read', scope.id);
  requireScope(call, `${scope.id}/providers/${deploymentType}`);
  const filter = call.query.get('$filter');
  const state = /^provisioningState\s+eq\s+'(\w+)'$/i.exec(filter ?? '')?.[1];
  if (filter !== null && state === undefined) {
    throw invalidFilter(filter);
  }
  const value = call.manager.deployments
    .list(scope.id)
    .filter(
      (deployment) => state === undefined || deployment.state.toLowerCase() === state.toLowerCase(),
    );
  return pageOf(call, value, showDeployment);
}

function onDeployment(call: Call, id: string, name: string): Reply {
  switch (call.method) {
    case 'GET':
      authorize(call, 'read', id);
      return { status: 200, body: showDeployment(required(call, id)) };
    case 'HEAD':
      authorize(call, 'read', id);
      required(call, id);
      return { status: 204 };
    case 'PUT':
      return put(call, id, name);
    case 'DELETE':
      return remove(call, id);
    default:
      throw wrongMethod(call);
  }
}

function remove(call: Call, id: string): Reply {
  authorize(call, 'delete', id);
  requireScope(call, id);
  const found = call.manager.deployments.find(id);
  // Clients of subscription scope take 202 or 204 and stumble over 200.
  if (found !== undefined) call.manager.deployments.remove(found);
  return { status: 204 };
}

function put(call: Call, id: string, name: string): Reply {
  authorize(call, 'write', id);
  requireScope(call, id);
  const { deployment, created } = call.manager.deployments.create(readRequest(call, id, name));
  const link = `${call.base}${deployment.id}/operationStatuses/${deployment.operationId}`;
  return {
    status: created ? 201 : 200,
    body: showDeployment(deployment),
    headers: {
      'Azure-AsyncOperation': `${link}?api-version=${call.apiVersion}`,
      'Retry-After': String(call.manager.retryAfter),
    },
  };
}

function validate(call: Call, id: string, name: string): Reply {
  authorize(call, 'validate/action', id);
  requireScope(call, id);
  const request = readRequest(call, id, name);
  const { plan, resources, hash } = call.manager.deployments.validate(request);
  return {
    status: 200,
    body: {
      id,
      name,
      type: deploymentType,
      ...(request.location === undefined ? {} : { location: request.location }),
      properties: {
        templateHash: hash,
        parameters: plan.parameters,
        mode: request.mode,
        provisioningState: 'Succeeded',
        timestamp: call.manager.now().toISOString(),
        duration: 'PT0S',
        correlationId: call.correlationId,
        providers: [],
        dependencies: [],
        validatedResources: resources.map((resource) => ({ id: resource })),
      },
    },
  };
}

function cancel(call: Call, id: string): Reply {
  authorize(call, 'cancel/action', id);
  call.manager.deployments.cancel(required(call, id));
  return { status: 204 };
}

function operations(call: Call, id: string): Reply {
  authorize(call, 'operations/read', id);
  const deployment = required(call, id);
  return pageOf(call, deployment.operations, (operation) => showOperation(deployment, operation));
}

function oneOperation(call: Call, id: string, operationId: string): Reply {
  authorize(call, 'operations/read', id);
  const deployment = required(call, id);
  const found = deployment.operations.find((operation) => operation.operationId === operationId);
  if (found !== undefined) return { status: 200, body: showOperation(deployment, found) };
  throw new ArmError(
    404,
    'DeploymentOperationNotFound',
    `Deployment operation '${operationId}' could not be found.`,
  );
}

function status(call: Call, id: string, operationId: string): Reply {
  authorize(call, 'operationStatuses/read', id);
  const deployment = required(call, id);
  if (deployment.operationId !== operationId) {
    throw new ArmError(
      404,
      'DeploymentOperationNotFound',
      `Deployment operation status '${operationId}' could not be found.`,
    );
  }
  const { state, error } = deployment;
  return {
    status: 200,
    body: { status: state, ...(error === undefined ? {} : { error }) },
    headers: isActive(deployment) ? { 'Retry-After': String(call.manager.retryAfter) } : {},
  };
}
