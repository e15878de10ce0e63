import { ArmError, conflict, notFound } from './errors.ts';
import { fullName, parseId, typeOf, type ResourceId } from './ids.ts';
import type { Manager } from './manager.ts';
import type { TypeDefinition } from './types/definition.ts';

/** @throws ArmError ScopeLocked if a lock at or above the id forbids it */
export function refuseLocked(manager: Manager, id: string, verb: 'write' | 'delete'): void {
  const locks = manager.types
    .forbidding()
    .flatMap(({ type, forbids }) =>
      manager.store.list(type).filter((lock) => forbids(lock, id, verb)),
    );
  if (locks.length === 0) return;
  const scopes = [...new Set(locks.map((lock) => lock.scope ?? ''))].join(',');
  throw new ArmError(
    409,
    'ScopeLocked',
    `The scope '${id}' cannot perform ${verb} operation because following scope(s) are locked: '${scopes}'. ` +
      'Please remove the lock and try again.',
  );
}

/** @throws ArmError 429 AnotherOperationInProgress while another write of the same resource goes on */
export function refuseBusy(manager: Manager, definition: TypeDefinition, id: string): void {
  const { store, operations, types } = manager;
  const guard = (definition.busyId?.(id) ?? id).toLowerCase();
  const running = operations.running((operation) => {
    const resource = store.get(operation.resourceId);
    if (resource === undefined) return false;
    const other = types.require(resource.type);
    return (other.busyId?.(resource.id) ?? resource.id).toLowerCase() === guard;
  });
  if (running === undefined) return;
  if (
    !definition.type.startsWith('Microsoft.Network/') ||
    /privateDnsZones/i.test(definition.type)
  ) {
    throw conflict('Another operation is pending on the resource. Try again later.');
  }
  throw new ArmError(
    429,
    'AnotherOperationInProgress',
    'Another operation on this or dependent resource is in progress. To retrieve status of the operation ' +
      `use uri: ${operations.path(running)}.`,
    { headers: { 'Retry-After': String(manager.retryAfter) } },
  );
}

/** An extension resource needs the resource that it hangs on; groups are checked before. */
export function requireScope(manager: Manager, id: ResourceId): void {
  const scope = parseId(id.scope);
  if (scope === undefined || manager.store.get(id.scope) !== undefined) return;
  throw notFound(typeOf(scope), fullName(scope), scope.resourceGroup);
}

/** @throws ArmError MissingSubscriptionRegistration */
export function requireRegistered(
  manager: Manager,
  subscriptionId: string,
  namespace: string,
): void {
  if (manager.subscriptions.isRegistered(subscriptionId, namespace)) return;
  throw new ArmError(
    409,
    'MissingSubscriptionRegistration',
    `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found ` +
      'for how to register subscriptions.',
    {
      details: [
        {
          code: 'MissingSubscriptionRegistration',
          target: namespace,
          message: `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
        },
      ],
    },
  );
}
