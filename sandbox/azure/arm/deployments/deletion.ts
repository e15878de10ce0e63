import { canonicalId } from '../canonical-id.ts';
import { ArmError } from '../errors.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import type { Resource } from '../store.ts';
import { groupType } from '../subscriptions.ts';

/** Who deletes, and the deployment or stack that makes them. */
export interface Deleter {
  principal: Principal;
  /** Its id, for the record. */
  on: string;
}

export interface Refused<T> {
  item: T;
  error: ArmError;
}

/**
 * Deletes resources in the given order, dependants first, and tries again what was refused as long as something
 * else could go. `gone` is told of each that went.
 * @returns what stays, with the reasons
 */
export async function deleteInTurns<T extends { resource: Resource }>(
  manager: Manager,
  by: Deleter,
  items: readonly T[],
  gone: (item: T) => void,
): Promise<Refused<T>[]> {
  let waiting = items;
  for (;;) {
    const refused: Refused<T>[] = [];
    for (const item of waiting) {
      const error = await tryDelete(manager, by, item.resource);
      if (error === undefined) gone(item);
      else refused.push({ item, error });
    }
    if (refused.length === 0 || refused.length === waiting.length) return refused;
    waiting = refused.map(({ item }) => item);
  }
}

async function tryDelete(
  manager: Manager,
  { principal, on }: Deleter,
  resource: Resource,
): Promise<ArmError | undefined> {
  const status = (code: number): void => {
    const by = { principal: principal.objectId, deployment: on };
    manager.activity.push({ method: 'DELETE', path: resource.id, status: code, ...by });
  };
  try {
    const removed = begin(manager, principal, resource);
    status(removed === undefined ? 204 : removed.operation === undefined ? 200 : 202);
    await removed?.operation?.done;
    const failure = removed?.operation?.error;
    if (failure === undefined) return undefined;
    return new ArmError(409, failure.code, failure.message, {
      ...(failure.details === undefined ? {} : { details: failure.details }),
    });
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    status(error.status);
    return error;
  }
}

function begin(
  manager: Manager,
  principal: Principal,
  resource: Resource,
): ReturnType<Manager['resources']['remove']> {
  const { access, resources, store, subscriptions } = manager;
  if (resource.type !== groupType) {
    const id = canonicalId(manager, resource.id);
    return resources.remove({ id, principal, apiVersion: resource.apiVersion });
  }
  access.require(principal, 'Microsoft.Resources/subscriptions/resourceGroups/delete', resource.id);
  const group = store.get(resource.id);
  if (group === undefined) return undefined;
  return { operation: subscriptions.removeGroup(group, principal) };
}
