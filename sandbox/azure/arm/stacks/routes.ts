import type { Call, Reply } from '../call.ts';
import { scopeOf } from '../deployments/host.ts';
import { ArmError } from '../errors.ts';
import { segmentsOf } from '../ids.ts';
import { wrongMethod } from '../routes/dispatch.ts';
import { requireVersion } from '../routes/groups.ts';
import type { DeploymentScope } from '../template/types.ts';
import { authorize, requireScope, resultHeaders, type Place } from './place.ts';
import { isBusy, showStack, stackType, type DenySettings, type Stack } from './record.ts';
import { readDeleteActions, readEnvelope, readSettings } from './request.ts';
import { validateStack } from './validate.ts';
import { whatIfRoute } from './what-if/routes.ts';

export const stackVersions: readonly string[] = ['2025-07-01', '2024-03-01'];

/** Everything below `…/providers/Microsoft.Resources/deploymentStacks`; undefined for another path. */
export function stackRoute(call: Call): Reply | undefined {
  const status = statusRoute(call);
  if (status !== undefined) return status;
  const found =
    /^(.*)\/providers\/microsoft\.resources\/(deploymentstacks(?:whatifresults)?)(\/.*)?$/i.exec(
      call.path,
    );
  if (found === null) return undefined;
  const [, where = '', type = '', rest = ''] = found;
  const [name, verb, ...more] = segmentsOf(rest);
  const scope = scopeOf(call.manager, `${where}/providers/${stackType}`);
  if (more.length > 0) throw wrongMethod(call);
  if (/whatifresults$/i.test(type)) return whatIfRoute(call, scope, name, verb);
  requireVersion(call, stackVersions);
  if (name === undefined) return list(call, scope);
  const id = `${scope.id}/providers/${stackType}/${name}`;
  const known = call.manager.stacks.find(id);
  const place: Place = { id: known?.id ?? id, name: known?.name ?? name, scope };
  if (verb === undefined) return onStack(call, place);
  switch (`${call.method} ${verb.toLowerCase()}`) {
    case 'POST validate':
      return validate(call, place);
    case 'POST exporttemplate':
      authorize(call, 'exportTemplate/action', place.id);
      return { status: 200, body: { template: required(call, place).template } };
    default:
      throw wrongMethod(call);
  }
}

/** The operation of a stack, which is as far as the stack is. */
function statusRoute(call: Call): Reply | undefined {
  const [, , , , , , kind = '', id = ''] = call.segments;
  if (call.method !== 'GET' || call.segments.length !== 8) return undefined;
  if (kind.toLowerCase() !== 'deploymentstackoperationstatus') return undefined;
  const operation = call.manager.operations.get(id);
  if (operation === undefined) {
    throw new ArmError(404, 'OperationNotFound', `The operation '${id}' could not be found.`);
  }
  const stack = call.manager.stacks.find(operation.resourceId);
  const ended = operation.status === 'Failed' ? 'failed' : 'succeeded';
  const own = stack?.operationId === operation.id ? stack.state : ended;
  const { error } = operation;
  const running = operation.status === 'InProgress';
  return {
    status: 200,
    body: {
      id: call.path,
      name: operation.id,
      status: own,
      ...(error === undefined ? {} : { error }),
    },
    headers: running ? { 'Retry-After': String(call.manager.retryAfter) } : {},
  };
}

/**
 * Deny settings are the business of owners.
 * https://github.com/Azure/deployment-stacks/issues/163
 */
function requireDenyRight(call: Call, place: Place, settings: readonly DenySettings[]): void {
  if (settings.every(({ mode }) => mode === 'none')) return;
  const action = `${stackType}/manageDenySetting/action`;
  if (call.manager.access.can(call.principal.objectId, action, place.id)) return;
  throw new ArmError(
    403,
    'DeploymentStackActionForbidden',
    `The client '${call.principal.clientId}' with object id '${call.principal.objectId}' does not have permission ` +
      `to perform action '${action}' at scope '${place.id}', which deny settings need.`,
  );
}

function required(call: Call, { id, name, scope }: Place): Stack {
  requireScope(call, scope);
  const found = call.manager.stacks.find(id);
  if (found !== undefined) return found;
  throw new ArmError(
    404,
    'DeploymentStackNotFound',
    `The deployment stack '${name}' could not be found.`,
  );
}

function list(call: Call, scope: DeploymentScope): Reply {
  if (call.method !== 'GET') throw wrongMethod(call);
  authorize(call, 'read', scope.id);
  requireScope(call, scope);
  const value = call.manager.stacks.list(scope.id);
  return { status: 200, body: { value: value.map((stack) => showStack(stack, call.apiVersion)) } };
}

function onStack(call: Call, place: Place): Reply {
  switch (call.method) {
    case 'GET':
    case 'HEAD': {
      authorize(call, 'read', place.id);
      const stack = required(call, place);
      const headers: Record<string, string> = isBusy(stack)
        ? { 'Retry-After': String(call.manager.retryAfter) }
        : {};
      if (call.method === 'HEAD') return { status: 204, headers };
      return { status: 200, body: showStack(stack, call.apiVersion), headers };
    }
    case 'PUT':
      return put(call, place);
    case 'DELETE':
      return remove(call, place);
    default:
      throw wrongMethod(call);
  }
}

function put(call: Call, place: Place): Reply {
  authorize(call, 'write', place.id);
  requireScope(call, place.scope);
  const settings = readSettings(call, readEnvelope(call, place.name, []), place.scope);
  const before = call.manager.stacks.find(place.id);
  requireDenyRight(call, place, [settings.deny, ...(before === undefined ? [] : [before.deny])]);
  if (before?.location !== undefined && before.location !== settings.location) {
    throw new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${place.name}' already exists in location '${before.location}'. A resource with the same ` +
        `name cannot be created in location '${settings.location ?? ''}'. Please select a new resource name.`,
    );
  }
  const { stack, created } = call.manager.stacks.put(place, settings, call);
  return {
    status: created ? 201 : 200,
    body: showStack(stack, call.apiVersion),
    headers: {
      'Azure-AsyncOperation': statusLink(call, stack),
      'Retry-After': String(call.manager.retryAfter),
    },
  };
}

function statusLink(call: Call, { scope, location = 'global', operationId }: Stack): string {
  return (
    `${call.base}/subscriptions/${scope.subscriptionId ?? ''}/providers/Microsoft.Resources/locations/${location}` +
    `/deploymentStackOperationStatus/${operationId}?api-version=${encodeURIComponent(call.apiVersion)}`
  );
}

function remove(call: Call, place: Place): Reply {
  authorize(call, 'delete', place.id);
  requireScope(call, place.scope);
  const actions = readDeleteActions(call.query);
  const stack = call.manager.stacks.find(place.id);
  if (stack === undefined) return { status: 204 };
  requireDenyRight(call, place, [stack.deny]);
  const operation = call.manager.stacks.remove(stack, actions, call);
  return {
    status: 202,
    headers: {
      'Azure-AsyncOperation': statusLink(call, stack),
      ...resultHeaders(call, operation),
    },
  };
}

function validate(call: Call, place: Place): Reply {
  authorize(call, 'validate/action', place.id);
  requireScope(call, place.scope);
  const settings = readSettings(call, readEnvelope(call, place.name, []), place.scope);
  requireDenyRight(call, place, [settings.deny]);
  const operation = call.manager.operations.start(place.id, () => {
    const { status, body } = validateStack(call, place, settings);
    operation.result = body;
    operation.resultStatus = status;
  });
  return { status: 202, headers: resultHeaders(call, operation) };
}
