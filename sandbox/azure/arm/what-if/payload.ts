import { asObject, asObjects, isObject, type Json } from '../json.ts';
import type { Manager } from '../manager.ts';
import type { Resource } from '../store.ts';
import { writablePart } from '../types/properties.ts';

/** A resource as what-if shows it: what a PUT could say, and who it is; nothing that only the service writes. */
export function payloadOf(manager: Manager, resource: Resource, apiVersion: string): Json {
  const definition = manager.types.require(resource.type);
  const { kind, sku, identity, zones, properties } = manager.resources.show(resource);
  const own = writablePart(definition.model, { kind, sku, identity, zones, properties });
  if (isObject(own['properties'])) {
    // Some packages forget to say that it is read-only.
    const { provisioningState: _state, ...rest } = own['properties'];
    own['properties'] = rest;
    if (Object.keys(rest).length === 0) delete own['properties'];
  }
  return { apiVersion, ...envelope(resource), ...own };
}

/** A group as what-if shows it. */
export function groupPayload(group: Resource, apiVersion: string): Json {
  return { apiVersion, ...envelope(group) };
}

/** What the list of a group's resources knows of a resource; all that is shown of an ignored one. */
export function listed({ kind, sku, ...resource }: Resource): Json {
  return {
    ...envelope(resource),
    ...(kind === undefined ? {} : { kind }),
    ...(sku === undefined ? {} : { sku }),
  };
}

function envelope({ id, type, name, location, tags }: Resource): Json {
  return {
    id,
    type,
    name,
    ...(location === undefined ? {} : { location }),
    ...(tags === undefined || Object.keys(tags).length === 0 ? {} : { tags }),
  };
}

/** A resource that does not exist yet: the body of the template. */
export function plannedPayload(
  id: string,
  type: string,
  name: string,
  apiVersion: string,
  body: Json,
): Json {
  const { name: _name, type: _type, apiVersion: _version, ...rest } = body;
  return { apiVersion, id, type, name, ...rest };
}

/** The body laid over what is there: objects merge, also those of one name in a list; all else is replaced. */
export function overlaid(before: Json, body: Json): Json {
  const result: Json = { ...before };
  for (const [key, value] of Object.entries(body)) {
    const name = keyIn(result, key);
    const there = result[name];
    result[name] = overlaidValue(there, value);
  }
  return result;
}

function overlaidValue(there: unknown, value: unknown): unknown {
  if (isObject(there) && isObject(value)) return overlaid(there, value);
  if (!Array.isArray(there) || !Array.isArray(value)) return value;
  return value.map((item: unknown) => {
    const name = asObject(item)['name'];
    const twin = asObjects(there).find((other) => name !== undefined && other['name'] === name);
    return twin !== undefined && isObject(item) ? overlaid(twin, item) : item;
  });
}

/** The body with what is there in the place of what `isUnknown`; where nothing is there, without it. */
export function filled(
  body: unknown,
  there: unknown,
  isUnknown: (text: string) => boolean,
): unknown {
  if (typeof body === 'string') return isUnknown(body) ? there : body;
  if (Array.isArray(body)) {
    const others: unknown[] = Array.isArray(there) ? there : [];
    return body
      .map((item, index) => filled(item, others[index], isUnknown))
      .filter((item) => item !== undefined);
  }
  if (!isObject(body)) return body;
  const known = asObject(there);
  const entries = Object.entries(body).map(([key, item]): [string, unknown] => [
    key,
    filled(item, known[keyIn(known, key)], isUnknown),
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** `target` with those texts of the body that are not known put in at their places. */
export function marked(
  target: unknown,
  body: unknown,
  isUnknown: (text: string) => boolean,
): unknown {
  if (typeof body === 'string') return isUnknown(body) ? body : target;
  if (Array.isArray(body)) {
    if (!body.some((item) => holds(item, isUnknown))) return target;
    const result: unknown[] = Array.isArray(target) ? [...(target as unknown[])] : [];
    for (const [index, item] of body.entries()) {
      if (holds(item, isUnknown)) result[index] = marked(result[index], item, isUnknown);
    }
    return result;
  }
  if (!isObject(body) || !holds(body, isUnknown)) return target;
  const result: Json = { ...asObject(target) };
  for (const [key, item] of Object.entries(body)) {
    if (!holds(item, isUnknown)) continue;
    const name = keyIn(result, key);
    result[name] = marked(result[name], item, isUnknown);
  }
  return result;
}

function holds(value: unknown, isUnknown: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isUnknown(value);
  if (Array.isArray(value)) return value.some((item) => holds(item, isUnknown));
  return isObject(value) && Object.values(value).some((item) => holds(item, isUnknown));
}

/** The spelling that the object has for a property, as they compare case-blind; the given one if it has none. */
function keyIn(object: Json, name: string): string {
  return Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}
