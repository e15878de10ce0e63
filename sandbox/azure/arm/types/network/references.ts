import { ArmError, invalidReference } from '../../errors.ts';
import { idAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';

/**
 * The resource that a property names, in its canonical spelling.
 * @param region where it must be; undefined if any region will do
 * @throws ArmError InvalidResourceReference if it is missing, of another type, or elsewhere
 */
export function referenced(
  manager: Manager,
  id: string,
  type: string,
  by: string,
  region?: string,
): Resource {
  const resource = manager.store.get(id);
  if (resource === undefined || resource.type.toLowerCase() !== type.toLowerCase()) {
    throw invalidReference(id, by);
  }
  if (region !== undefined && resource.location !== region) throw invalidReference(id, by);
  return resource;
}

/** `{ id }` of the resource named at a path, with the id in canonical spelling; undefined if none is. */
export function linkTo(
  manager: Manager,
  properties: Json,
  path: string,
  type: string,
  by: string,
  region?: string,
): { id: string } | undefined {
  const id = idAt(properties, path);
  if (id === undefined) return undefined;
  return { id: referenced(manager, id, type, by, region).id };
}

/**
 * Refuses to use a resource that is being written.
 * @throws ArmError 429 ReferencedResourceNotProvisioned, which a deployment retries
 */
export function requireProvisioned(resource: Resource, by: string, retryAfter: number): void {
  const state = resource.properties['provisioningState'];
  if (state === 'Succeeded' || state === undefined) return;
  throw new ArmError(
    429,
    'ReferencedResourceNotProvisioned',
    `Cannot proceed with operation because resource ${resource.id} used by resource ${by} is not in Succeeded ` +
      `state. Resource is in ${String(state)} state.`,
    { headers: { 'Retry-After': String(retryAfter) } },
  );
}
