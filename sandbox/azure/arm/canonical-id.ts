import { ArmError } from './errors.ts';
import { groupIdOf, lastOf, parseId, typeOf, type ResourceId } from './ids.ts';
import type { Manager } from './manager.ts';

/**
 * The id in canonical spelling: types as they are documented, names as the resource was created.
 * @throws ArmError for an unknown namespace or type
 */
export function canonicalId(manager: Manager, path: string): ResourceId {
  const raw = parseId(path);
  if (raw === undefined) throw invalidId(path);
  const definition = manager.types.require(typeOf(raw));
  const [provider = '', ...types] = definition.type.split('/');
  const scope = canonicalScope(manager, raw);
  const names = [...raw.names];
  let id = `${scope}/providers/${provider}`;
  for (const [index, type] of types.entries()) {
    id += `/${type}`;
    const name = names[index];
    if (name === undefined) continue;
    const stored = manager.store.get(`${id}/${name}`);
    names[index] = stored === undefined ? name : lastOf(stored.id);
    id += `/${names[index]}`;
  }
  return { ...raw, id, provider, types, names, scope };
}

/** A scope in canonical spelling: subscription, group, or resource. */
export function canonicalScope(
  manager: Manager,
  id: Pick<ResourceId, 'scope' | 'subscriptionId' | 'resourceGroup'>,
): string {
  const { store, subscriptions } = manager;
  if (id.subscriptionId === undefined) return id.scope;
  const groupId = groupIdOf(id.scope);
  if (groupId !== undefined && groupId.length < id.scope.length) {
    return store.get(id.scope)?.id ?? id.scope;
  }
  if (groupId !== undefined) return store.get(groupId)?.id ?? groupId;
  return `/subscriptions/${subscriptions.get(id.subscriptionId)?.subscriptionId ?? id.subscriptionId}`;
}

/** @returns the error for an id that has a type without a name */
export function invalidId(path: string): ArmError {
  return new ArmError(
    400,
    'InvalidResourceId',
    `The resource identifier '${path}' is malformed: it needs a name for each type.`,
  );
}
