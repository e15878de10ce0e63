import type { Call, Reply } from '../../call.ts';
import { ArmError } from '../../errors.ts';
import { parseId, nameOf } from '../../ids.ts';
import { isObject, type Json } from '../../json.ts';
import { wrongMethod } from '../../routes/dispatch.ts';
import { requireVersion } from '../../routes/groups.ts';
import type { DeploymentScope } from '../../template/types.ts';
import { authorize, requireScope, resultHeaders } from '../place.ts';
import { stackType } from '../record.ts';
import { readEnvelope, readSettings } from '../request.ts';

import { stackChanges } from './changes.ts';
import { isRunning, showResult, whatIfType, type WhatIfResult } from './record.ts';

const versions: readonly string[] = ['2025-07-01'];

/** Everything below `…/deploymentStacksWhatIfResults`. */
export function whatIfRoute(
  call: Call,
  scope: DeploymentScope,
  name: string | undefined,
  verb: string | undefined,
): Reply {
  requireVersion(call, versions);
  const { whatIfResults } = call.manager.stacks;
  if (name === undefined) {
    if (call.method !== 'GET') throw wrongMethod(call);
    authorize(call, 'read', scope.id, whatIfType);
    requireScope(call, scope);
    const prefix = `${scope.id}/providers/${whatIfType}/`.toLowerCase();
    const value = whatIfResults
      .current()
      .filter(({ id }) => id.toLowerCase().startsWith(prefix))
      .map((result) => showResult(result, false));
    return { status: 200, body: { value } };
  }
  const id = `${scope.id}/providers/${whatIfType}/${name}`;
  switch (`${call.method}${verb === undefined ? '' : ` ${verb.toLowerCase()}`}`) {
    case 'GET':
      authorize(call, 'read', id, whatIfType);
      return { status: 200, body: showResult(required(call, id, scope), false) };
    case 'PUT':
      return put(call, id, name, scope);
    case 'DELETE':
      authorize(call, 'delete', id, whatIfType);
      requireScope(call, scope);
      return { status: whatIfResults.remove(id) ? 200 : 204 };
    case 'POST whatif':
      return whatIf(call, id, scope);
    default:
      throw wrongMethod(call);
  }
}

function required(call: Call, id: string, scope: DeploymentScope): WhatIfResult {
  requireScope(call, scope);
  const found = call.manager.stacks.whatIfResults.find(id);
  if (found !== undefined) return found;
  const parsed = parseId(id);
  throw new ArmError(
    404,
    'DeploymentStackWhatIfResultNotFound',
    `The deployment stack what-if result '${parsed === undefined ? id : nameOf(parsed)}' could not be found.`,
  );
}

function bad(message: string): ArmError {
  return new ArmError(400, 'DeploymentStackInvalidWhatIfResultDefinition', message);
}

/** Days, hours, minutes and seconds of an ISO 8601 duration, in milliseconds. */
function milliseconds(interval: string): number | undefined {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(interval);
  if (found === null || interval.endsWith('P') || interval.endsWith('T')) return undefined;
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0));
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

function readResult(
  call: Call,
  name: string,
  scope: DeploymentScope,
): Pick<WhatIfResult, 'settings' | 'stackId' | 'retention' | 'expires'> {
  const body = readEnvelope(call, name, [
    'deploymentStackResourceId',
    'retentionInterval',
    'deploymentStackLastModified',
    'changes',
    'diagnostics',
  ]);
  const properties = isObject(body['properties']) ? body['properties'] : ({} as Json);
  const { deploymentStackResourceId: stackId, retentionInterval: retention } = properties;
  const expected = `${scope.id}/providers/${stackType}/`;
  if (typeof stackId !== 'string' || !stackId.toLowerCase().startsWith(expected.toLowerCase())) {
    throw bad(
      `The property 'deploymentStackResourceId' must be the id of a deployment stack at '${scope.id}'.`,
    );
  }
  const kept = typeof retention === 'string' ? milliseconds(retention) : undefined;
  if (typeof retention !== 'string' || kept === undefined) {
    throw bad("The property 'retentionInterval' must be an ISO 8601 duration, for example 'P7D'.");
  }
  const settings = readSettings(call, body, scope);
  const expires = new Date(call.manager.now().getTime() + kept);
  return { settings, stackId, retention, expires };
}

/** Starts to find out; the result is then to be had until its retention ends. */
function put(call: Call, id: string, name: string, scope: DeploymentScope): Reply {
  const { manager, correlationId } = call;
  authorize(call, 'write', id, whatIfType);
  requireScope(call, scope);
  const given = readResult(call, name, scope);
  const stack = manager.stacks.find(given.stackId);
  const before = manager.stacks.whatIfResults.find(id);
  const now = { by: call.principal.clientId, at: manager.now() };
  const result: WhatIfResult = {
    id,
    name,
    ...given,
    ...(stack === undefined ? {} : { stackModified: stack.modified.at }),
    state: 'initializing',
    correlationId,
    created: before?.created ?? now,
    modified: now,
    operationId: manager.newGuid(),
    diagnostics: [],
  };
  manager.stacks.whatIfResults.keep(result);
  const place = { id: given.stackId, name: given.stackId.split('/').pop() ?? '', scope };
  const operation = manager.operations.run(
    id,
    async () => {
      await manager.operations.pause(1);
      try {
        Object.assign(result, stackChanges(call, place, given.settings, stack));
        result.state = 'succeeded';
      } catch (error) {
        result.state = 'failed';
        if (error instanceof ArmError) result.error = error.body;
        throw error;
      }
    },
    result.operationId,
  );
  const { location = 'global' } = given.settings;
  const status =
    `${call.base}/subscriptions/${scope.subscriptionId ?? ''}/providers/Microsoft.Resources/locations/${location}` +
    `/operationStatuses/${operation.id}?api-version=${encodeURIComponent(call.apiVersion)}`;
  return {
    status: before === undefined ? 201 : 200,
    body: showResult(result, false),
    headers: { 'Azure-AsyncOperation': status, 'Retry-After': String(manager.retryAfter) },
  };
}

/** The result with what changes inside of each resource. */
function whatIf(call: Call, id: string, scope: DeploymentScope): Reply {
  authorize(call, 'whatIf/action', id, whatIfType);
  const result = required(call, id, scope);
  if (isRunning(result)) {
    throw new ArmError(
      409,
      'DeploymentStackInNonTerminalState',
      `The deployment stack what-if result '${result.name}' is in the non-terminal state '${result.state}'.`,
    );
  }
  const operation = call.manager.operations.start(id, () => {
    operation.result = showResult(result, true);
  });
  return { status: 202, headers: resultHeaders(call, operation) };
}
