import { invalidTemplate } from '../engine-error.ts';
import { getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

export type BaseType =
  'string' | 'int' | 'bool' | 'object' | 'array' | 'securestring' | 'secureobject';

const BASE_TYPES: ReadonlySet<string> = new Set([
  'string',
  'int',
  'bool',
  'object',
  'array',
  'securestring',
  'secureobject',
]);

const LABELS: Readonly<Record<BaseType, string>> = {
  string: 'String',
  int: 'Int',
  bool: 'Bool',
  object: 'Object',
  array: 'Array',
  securestring: 'SecureString',
  secureobject: 'SecureObject',
};

/**
 * Members of a type, and for each the place that may have it besides. Anything else is an error
 * that names it.
 */
const KEYWORDS: ReadonlySet<string> = new Set([
  '$ref',
  'type',
  'nullable',
  'metadata',
  'allowedvalues',
  'minvalue',
  'maxvalue',
  'minlength',
  'maxlength',
  'items',
  'prefixitems',
  'properties',
  'additionalproperties',
  'discriminator',
]);

/**
 * Throws for a member of a type definition that is not known; `extra` are those of the place
 * (defaultValue, ...).
 */
export function checkTypeShape(
  type: JsonValue | undefined,
  path: string,
  extra: readonly string[] = [],
): asserts type is JsonObject {
  if (!isObject(type)) throw invalidTemplate('A type definition must be an object.', path);
  for (const [key, value] of Object.entries(type)) {
    const lower = key.toLowerCase();
    if (extra.some((name) => name.toLowerCase() === lower)) continue;
    if (!KEYWORDS.has(lower)) {
      throw invalidTemplate(`Unknown property '${key}' of a type definition.`, path);
    }
    if (lower === 'items') checkTypeShape(value, `${path}.items`);
    if (lower === 'additionalproperties' && typeof value !== 'boolean') {
      checkTypeShape(value, `${path}.additionalProperties`);
    }
    if (lower === 'prefixitems') {
      if (!Array.isArray(value)) throw invalidTemplate("'prefixItems' must be an array.", path);
      value.forEach((item, i) => checkTypeShape(item, `${path}.prefixItems[${i}]`));
    }
    if (lower === 'properties') {
      if (!isObject(value)) throw invalidTemplate("'properties' must be an object.", path);
      for (const [name, item] of Object.entries(value)) {
        checkTypeShape(item, `${path}.properties.${name}`);
      }
    }
    if (lower === 'discriminator') checkDiscriminator(value, path);
  }
  if (getProperty(type, '$ref') === undefined && getProperty(type, 'type') !== undefined) {
    baseType(type, path);
  }
}

function checkDiscriminator(value: JsonValue, path: string): void {
  const mapping = isObject(value) ? getProperty(value, 'mapping') : undefined;
  const name = isObject(value) ? getProperty(value, 'propertyName') : undefined;
  if (!isObject(mapping) || typeof name !== 'string') {
    throw invalidTemplate("A 'discriminator' must have 'propertyName' and 'mapping'.", path);
  }
  for (const [key, item] of Object.entries(mapping)) {
    checkTypeShape(item, `${path}.discriminator.mapping.${key}`);
  }
}

/** The `type` of a definition in lower case; throws when it is missing or unknown. */
export function baseType(type: JsonObject, path: string): BaseType {
  const name = getProperty(type, 'type');
  if (typeof name !== 'string') throw invalidTemplate('A type definition must have a type.', path);
  const lower = name.toLowerCase();
  if (!BASE_TYPES.has(lower)) {
    throw invalidTemplate(
      `The type '${name}' is not valid. The types are: 'string, int, bool, object, array, ` +
        `secureString, secureObject'.`,
      path,
    );
  }
  return lower as BaseType;
}

/** A type as ARM prints it in deployments: 'String', 'SecureObject', ... */
export function typeLabel(type: BaseType): string {
  return LABELS[type];
}

export function isSecure(type: BaseType): boolean {
  return type === 'securestring' || type === 'secureobject';
}
