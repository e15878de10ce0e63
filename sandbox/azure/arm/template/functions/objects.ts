import { invalidTemplate } from '../engine-error.ts';
import { indexed } from '../evaluate/access.ts';
import { findKey, getProperty, isObject, setProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { arrayAt, badArgument, integerAt, objectAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';

export const objects: readonly BuiltIn[] = [
  strict('createObject', 0, Infinity, (values, call) => {
    if (values.length % 2 !== 0) {
      throw invalidTemplate(
        `The template language function 'createObject' expects an even number of parameters; ` +
          `it is called with ${values.length}.`,
      );
    }
    const result: JsonObject = {};
    for (let i = 0; i < values.length; i += 2) {
      // Names that differ in case stay two here, unlike in other objects.
      setProperty(result, stringAt(values, i, call), values[i + 1] ?? null);
    }
    return result;
  }),
  strict('items', 1, 1, (values, call) => {
    const object = objectAt(values, 0, call);
    return sortedKeys(object).map((key) => ({ key, value: object[key] ?? null }));
  }),
  strict('objectKeys', 1, 1, (values, call) => sortedKeys(objectAt(values, 0, call))),
  strict('shallowMerge', 1, 1, (values, call) => {
    const parts = arrayAt(values, 0, call);
    const result: JsonObject = {};
    parts.forEach((part) => {
      if (!isObject(part)) throw badArgument(call, 1, 'an array of objects', part);
      for (const [name, value] of Object.entries(part)) {
        setProperty(result, findKey(result, name) ?? name, value);
      }
    });
    return result;
  }),
  strict('null', 0, 0, () => null),
  strict('tryGet', 2, Infinity, (values, call) => {
    const first = tryGet(values[0] ?? null, values[1] ?? null, call);
    if (first === undefined || first === null) return null;
    // Bicep compiles a.?b.c to tryGet(a, 'b', 'c'): only the first access is a safe one.
    return values.slice(2).reduce<JsonValue>((value, key) => indexed(value, key), first);
  }),
  strict('tryIndexFromEnd', 2, 2, (values, call) => {
    const index = integerAt(values, 1, call);
    const value = values[0] ?? null;
    if (value === null) return null;
    const items = arrayAt(values, 0, call);
    return index < 1 ? null : (items[items.length - index] ?? null);
  }),
];

function tryGet(value: JsonValue, key: JsonValue, call: { name: string }): JsonValue | undefined {
  if (value === null) return undefined;
  if (typeof key === 'string') return isObject(value) ? getProperty(value, key) : undefined;
  if (typeof key !== 'number' || !Number.isInteger(key)) {
    throw badArgument(call, 2, 'a string or an integer', key);
  }
  return Array.isArray(value) ? value[key] : undefined;
}

/**
 * Objects have no order in ARM: items() and objectKeys() sort by name, so that indexes are stable.
 */
function sortedKeys(object: JsonObject): string[] {
  return Object.keys(object).sort((a, b) => {
    const [x, y] = [a.toUpperCase(), b.toUpperCase()];
    if (x === y) return 0;
    return x < y ? -1 : 1;
  });
}
