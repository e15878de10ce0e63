import { invalidTemplate } from './engine-error.ts';

/**
 * Values of the template language. Integers are JavaScript numbers: exact up to 2^53, as in most
 * JSON clients.
 */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

export interface JsonObject {
  [name: string]: JsonValue;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** ARM's word for the type of a value, as in "expected 'String', got 'Integer'". */
export function typeName(value: JsonValue): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  switch (typeof value) {
    case 'string':
      return 'String';
    case 'boolean':
      return 'Boolean';
    case 'number':
      return Number.isInteger(value) ? 'Integer' : 'Float';
    default:
      return 'Object';
  }
}

/**
 * Property names compare without regard to case, an exact match wins:
 * https://github.com/Azure/PSRule.Rules.Azure/issues/794
 */
export function findKey(object: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const wanted = name.toLowerCase();
  for (const key of Object.keys(object)) if (key.toLowerCase() === wanted) return key;
  return undefined;
}

/** The value of a property by its case-blind name; undefined when there is none. */
export function getProperty(object: JsonObject, name: string): JsonValue | undefined {
  const key = findKey(object, name);
  return key === undefined ? undefined : object[key];
}

/**
 * Sets a property so that even '__proto__' becomes an own one: template names are outside data.
 */
export function setProperty(object: JsonObject, name: string, value: JsonValue): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    object[name] = value;
  }
}

/** Deep equality; object property order does not matter, letter case does. */
export function deepEqual(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => deepEqual(item, b[i] ?? null));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key] ?? null, b[key] ?? null));
}

/** A copy that shares nothing: callers of the plan may change what they get. */
export function clone<T extends JsonValue>(value: T): T {
  return structuredClone(value);
}

/**
 * What came in as unknown (JSON.parse, a host's answer) as a JsonValue; undefined members are
 * dropped.
 */
export function toJson(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map((item) => toJson(item));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') {
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) setProperty(result, key, toJson(item));
    }
    return result;
  }
  if (typeof value === 'bigint') {
    throw invalidTemplate(`The number '${value}' is beyond 2^53, which this engine can't hold.`);
  }
  throw new TypeError(`not a JSON value: ${typeof value}`);
}
