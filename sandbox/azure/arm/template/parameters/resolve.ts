import { invalidTemplate } from '../engine-error.ts';
import { findKey, getProperty, isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/**
 * A type with its $ref followed; members beside a $ref (nullable, maxLength, ...) narrow what it
 * points at.
 */
export function resolveType(type: JsonObject, definitions: JsonObject, path: string): JsonObject {
  let result = type;
  const seen = new Set<string>();
  for (;;) {
    const ref = getProperty(result, '$ref');
    if (ref === undefined) return result;
    if (typeof ref !== 'string' || !ref.startsWith('#/definitions/')) {
      throw invalidTemplate(`The type reference '${String(ref)}' is not valid.`, path);
    }
    if (seen.has(ref)) {
      throw invalidTemplate(`The type reference '${ref}' refers to itself.`, path);
    }
    seen.add(ref);
    const name = decodeURIComponent(ref.slice('#/definitions/'.length))
      .replaceAll('~1', '/')
      .replaceAll('~0', '~');
    const key = findKey(definitions, name);
    const target = key === undefined ? undefined : definitions[key];
    if (!isObject(target)) {
      throw invalidTemplate(
        `The type reference '${ref}' names no definition of the template.`,
        path,
      );
    }
    const { $ref: _, ...rest } = result;
    result = { ...target, ...rest };
  }
}

/** Whether null is a value of the type. */
export function isNullable(type: JsonObject, definitions: JsonObject, path: string): boolean {
  return getProperty(resolveType(type, definitions, path), 'nullable') === true;
}
