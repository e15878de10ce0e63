import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Operation } from '../operations.ts';

const statusNames = ['operations', 'operationstatuses', 'privatednsoperationstatuses'];
const resultNames = ['operationresults', 'privatednsoperationresults'];

/** Polling of a long-running operation, by `Azure-AsyncOperation` or by `Location`. */
export function operationRoute(call: Call): Reply | undefined {
  if (call.method !== 'GET') return undefined;
  const kind = call.segments.at(-2)?.toLowerCase() ?? '';
  const id = call.segments.at(-1) ?? '';
  const before = call.segments.at(-4)?.toLowerCase();
  const located = before === 'locations' || call.segments.length === 4;
  if (!located || ![...statusNames, ...resultNames].includes(kind)) return undefined;
  const operation = call.manager.operations.get(id);
  if (operation === undefined) {
    throw new ArmError(404, 'OperationNotFound', `The operation '${id}' could not be found.`);
  }
  const running = operation.status === 'InProgress';
  const headers: Record<string, string> = running
    ? { 'Retry-After': String(call.manager.retryAfter) }
    : {};
  if (statusNames.includes(kind)) {
    return { status: 200, body: showOperation(call.path, operation), headers };
  }
  if (running)
    return {
      status: 202,
      headers: { ...headers, Location: `${call.base}${call.path}?${call.query.toString()}` },
    };
  if (operation.result !== undefined) {
    return { status: operation.resultStatus ?? 200, body: operation.result };
  }
  if (operation.error !== undefined) return { status: 409, body: { error: operation.error } };
  const resource = call.manager.store.get(operation.resourceId);
  if (resource === undefined) return { status: 204 };
  if (!resource.id.includes('/providers/')) {
    return { status: 200, body: call.manager.subscriptions.showGroup(resource) };
  }
  return { status: 200, body: call.manager.resources.show(resource) };
}

/** An operation as `Azure-AsyncOperation` shows it. */
export function showOperation(path: string, operation: Operation): Json {
  return {
    id: path,
    name: operation.id,
    status: operation.status,
    startTime: operation.startTime,
    ...(operation.endTime === undefined ? {} : { endTime: operation.endTime }),
    ...(operation.error === undefined ? {} : { error: operation.error }),
  };
}
