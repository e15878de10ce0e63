import { invalidTemplate } from '../engine-error.ts';
import type { EngineError } from '../engine-error.ts';
import { deepEqual, findKey, getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isNullable, resolveType } from './resolve.ts';
import { baseType } from './schema.ts';
import type { BaseType } from './schema.ts';

export interface Validation {
  definitions: JsonObject;
  /** Whether a value stands for one that is not known: then nothing can be said of it. */
  unknown?: ((value: JsonValue) => boolean) | undefined;
  /** The error for a value that breaks a constraint. */
  invalid(value: JsonValue, where: string, problem: string): EngineError;
  /** The error for a value of the wrong type. */
  mistyped(value: JsonValue, where: string, expected: string): EngineError;
}

const EXPECTED: Readonly<Record<BaseType, string>> = {
  string: 'String, Uri',
  securestring: 'String, Uri',
  int: 'Integer',
  bool: 'Boolean',
  object: 'Object',
  secureobject: 'Object',
  array: 'Array',
};

/**
 * Checks a value against a type, into its depth. `where` is the path inside the value, '' for
 * itself.
 */
export function validateValue(
  value: JsonValue,
  declared: JsonObject,
  where: string,
  validation: Validation,
): void {
  if (validation.unknown?.(value) === true) return;
  const type = resolveType(declared, validation.definitions, where);
  if (value === null && getProperty(type, 'nullable') === true) return;
  // A definition without a type (a nullable union, `any`) constrains nothing but its allowed
  // values.
  const base = getProperty(type, 'type') === undefined ? undefined : baseType(type, where);
  if (base !== undefined && !hasType(value, base)) {
    throw validation.mistyped(value, where, EXPECTED[base]);
  }
  checkAllowed(value, type, where, validation);
  if (typeof value === 'number') checkRange(value, type, where, validation);
  if (typeof value === 'string' || Array.isArray(value)) {
    checkLength(value, type, where, validation);
  }
  if (Array.isArray(value)) checkItems(value, type, where, validation);
  else if (isObject(value)) checkProperties(value, type, where, validation);
}

function hasType(value: JsonValue, base: BaseType): boolean {
  switch (base) {
    case 'string':
    case 'securestring':
      return typeof value === 'string';
    case 'int':
      return typeof value === 'number' && Number.isInteger(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'object':
    case 'secureobject':
      return isObject(value);
    case 'array':
      return Array.isArray(value);
  }
}

function checkAllowed(
  value: JsonValue,
  type: JsonObject,
  where: string,
  validation: Validation,
): void {
  const allowed = getProperty(type, 'allowedValues');
  if (allowed === undefined) return;
  if (!Array.isArray(allowed)) {
    throw invalidTemplate("'allowedValues' must be an array.", where);
  }
  const known = (item: JsonValue): boolean => allowed.some((entry) => same(entry, item));
  // For arrays the list names the elements that may occur, unless it lists whole arrays.
  const fits =
    known(value) ||
    (Array.isArray(value) && !allowed.some((entry) => Array.isArray(entry)) && value.every(known));
  if (fits) return;
  const list = allowed.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)));
  throw validation.invalid(
    value,
    where,
    `The parameter value is not part of the allowed value(s): '${list.join(',')}'.`,
  );
}

/** Allowed strings compare without regard to case: https://github.com/Azure/bicep/issues/2489 */
function same(allowed: JsonValue, value: JsonValue): boolean {
  if (typeof allowed === 'string' && typeof value === 'string') {
    return allowed.toLowerCase() === value.toLowerCase();
  }
  return deepEqual(allowed, value);
}

function bound(type: JsonObject, name: string, where: string): number | undefined {
  const value = getProperty(type, name);
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw invalidTemplate(`'${name}' must be an integer.`, where);
  return value;
}

function checkRange(value: number, type: JsonObject, where: string, validation: Validation): void {
  const min = bound(type, 'minValue', where);
  const max = bound(type, 'maxValue', where);
  if (min !== undefined && value < min) {
    const problem = `The value must be greater than or equal to '${min}'.`;
    throw validation.invalid(value, where, problem);
  }
  if (max !== undefined && value > max) {
    throw validation.invalid(value, where, `The value must be less than or equal to '${max}'.`);
  }
}

function checkLength(
  value: string | JsonValue[],
  type: JsonObject,
  where: string,
  validation: Validation,
): void {
  const min = bound(type, 'minLength', where);
  const max = bound(type, 'maxLength', where);
  if (min !== undefined && value.length < min) {
    const problem = `Length of the value should be greater than or equal to '${min}'.`;
    throw validation.invalid(value, where, problem);
  }
  if (max !== undefined && value.length > max) {
    const problem = `Length of the value should be less than or equal to '${max}'.`;
    throw validation.invalid(value, where, problem);
  }
}

function checkItems(
  value: JsonValue[],
  type: JsonObject,
  where: string,
  validation: Validation,
): void {
  const prefix = getProperty(type, 'prefixItems');
  const rest = getProperty(type, 'items');
  const tuple = Array.isArray(prefix) ? prefix : [];
  if (value.length < tuple.length) {
    const problem = `The array must have at least '${tuple.length}' items.`;
    throw validation.invalid(value, where, problem);
  }
  value.forEach((item, i) => {
    const declared = tuple[i] ?? rest;
    if (isObject(declared)) validateValue(item, declared, `${where}[${i}]`, validation);
  });
}

function checkProperties(
  value: JsonObject,
  type: JsonObject,
  where: string,
  validation: Validation,
): void {
  const declared = unionProperties(value, type, where, validation);
  const names = Object.entries(declared);
  for (const [name, propertyType] of names) {
    if (!isObject(propertyType)) continue;
    const key = findKey(value, name);
    if (key === undefined) {
      if (isNullable(propertyType, validation.definitions, `${where}.${name}`)) continue;
      throw validation.invalid(value, where, `The required property '${name}' is missing.`);
    }
    validateValue(value[key] ?? null, propertyType, join(where, name), validation);
  }
  const additional = getProperty(type, 'additionalProperties');
  if (additional === undefined || additional === true) return;
  for (const [key, item] of Object.entries(value)) {
    if (findKey(declared, key) !== undefined) continue;
    if (isObject(additional)) {
      validateValue(item, additional, join(where, key), validation);
    } else {
      throw validation.invalid(
        value,
        where,
        `The property '${key}' is not permitted. The permitted properties are: ` +
          `'${names.map(([name]) => name).join(', ')}'.`,
      );
    }
  }
}

/** The properties of the type, and of the variant that a discriminator selects. */
function unionProperties(
  value: JsonObject,
  type: JsonObject,
  where: string,
  validation: Validation,
): JsonObject {
  const own = getProperty(type, 'properties');
  const base = isObject(own) ? own : {};
  const discriminator = getProperty(type, 'discriminator');
  if (!isObject(discriminator)) return base;
  const name = getProperty(discriminator, 'propertyName');
  const mapping = getProperty(discriminator, 'mapping');
  if (typeof name !== 'string' || !isObject(mapping)) return base;
  const tag = getProperty(value, name);
  const variants = Object.keys(mapping);
  const variant = typeof tag === 'string' ? variants.find((key) => key === tag) : undefined;
  const variantType = variant === undefined ? undefined : mapping[variant];
  if (!isObject(variantType)) {
    const given = tag === undefined ? 'is missing' : `has the value '${String(tag)}'`;
    throw validation.invalid(
      value,
      where,
      `The discriminator '${name}' ${given}. The permitted values are: '${variants.join(',')}'.`,
    );
  }
  const resolved = resolveType(variantType, validation.definitions, where);
  // The variant's own rules (sealed or not) apply to the object as a whole.
  validateValue(value, resolved, where, validation);
  const properties = getProperty(resolved, 'properties');
  return { ...base, ...(isObject(properties) ? properties : {}) };
}

function join(where: string, name: string): string {
  return where === '' ? name : `${where}.${name}`;
}
