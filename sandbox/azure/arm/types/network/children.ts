import { sameId, idAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';

/** Children that are resources of their own, and that a property of their parent shows: rules, routes. */
export interface ChildList {
  readonly type: string;
  /** The parent's property. */
  readonly property: string;
}

/** A child as its parent shows it. */
export function shown(child: Resource): Json {
  return {
    id: child.id,
    name: child.name,
    type: child.type,
    etag: child.etag,
    properties: { ...child.properties, provisioningState: 'Succeeded' },
  };
}

/** What a PUT of the parent leaves: those that it names, and none of those that were written one by one. */
export function replaceChildren(
  manager: Manager,
  { type }: ChildList,
  parentId: string,
  children: readonly Resource[],
): void {
  for (const old of manager.store.list(type, parentId)) manager.store.remove(old.id);
  for (const child of children) manager.store.put(child);
}

/** Shows in the parent what one written or removed child changed. */
export function refreshParent(
  manager: Manager,
  { type, property }: ChildList,
  parentId: string,
): void {
  const parent = manager.store.get(parentId);
  if (parent === undefined) return;
  const children = manager.store.list(type, parentId).map(shown);
  manager.store.put({ ...parent, properties: { ...parent.properties, [property]: children } });
}

/** Ids of the resources of a type whose property names the resource. */
export function usersOf(
  manager: Manager,
  userType: string,
  id: string,
  property: string,
): string[] {
  return manager.store
    .list(userType)
    .filter((user) => sameId(idAt(user.properties, property), id))
    .map((user) => user.id);
}

/** Properties of a parent, with the subnets that use it, if any do. */
export function withSubnets(parent: Resource, subnets: readonly string[]): Json {
  return {
    ...parent.properties,
    ...(subnets.length === 0 ? {} : { subnets: subnets.map((id) => ({ id })) }),
  };
}
