import { invalidTemplate } from '../engine-error.ts';
import { deepEqual, findKey, isObject, setProperty, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { arrayAt, badArgument, integerAt, objectAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';
import { textOf } from './text-of.ts';

type Values = readonly JsonValue[];

/** Functions over arrays, and those over arrays, strings and objects alike. */
export const arrays: readonly BuiltIn[] = [
  strict('array', 1, 1, ([value = null]) => (Array.isArray(value) ? value : [value])),
  strict('createArray', 0, Infinity, (values) => [...values]),
  strict('concat', 1, Infinity, concat),
  strict('contains', 2, 2, contains),
  strict('empty', 1, 1, (values, call) => {
    const value = values[0] ?? null;
    return value === null || lengthOf(value, call) === 0;
  }),
  strict('length', 1, 1, (values, call) => lengthOf(values[0] ?? null, call)),
  strict('first', 1, 1, ([value], call) => end(value, 0, call)),
  strict('last', 1, 1, ([value], call) => end(value, -1, call)),
  strict('indexOf', 2, 2, (values, call) => position(values, call, 'first')),
  strict('lastIndexOf', 2, 2, (values, call) => position(values, call, 'last')),
  strict('skip', 2, 2, (values, call) => {
    const count = Math.max(0, integerAt(values, 1, call));
    return sequence(values, call).slice(count);
  }),
  strict('take', 2, 2, (values, call) => {
    const count = Math.max(0, integerAt(values, 1, call));
    return sequence(values, call).slice(0, count);
  }),
  strict('range', 2, 2, (values, call) => {
    const start = integerAt(values, 0, call);
    const count = integerAt(values, 1, call);
    // Limits:
    // https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array#range
    if (count < 0 || count > 10_000) {
      throw badArgument(call, 2, 'between 0 and 10000', count);
    }
    if (start + count > 2_147_483_647) {
      throw invalidTemplate(
        "The template language function 'range' expects the sum of its parameters to be at most " +
          "'2147483647'.",
      );
    }
    return Array.from({ length: count }, (_, i) => start + i);
  }),
  strict('union', 1, Infinity, (values, call) =>
    Array.isArray(values[0])
      ? distinct(values.flatMap((_, i) => arrayAt(values, i, call)))
      : values.map((_, i) => objectAt(values, i, call)).reduce((a, b) => merge(a, b, call)),
  ),
  strict('distinct', 1, 1, (values, call) => distinct(arrayAt(values, 0, call))),
  strict('intersection', 2, Infinity, (values, call) =>
    Array.isArray(values[0])
      ? values.map((_, i) => arrayAt(values, i, call)).reduce(inBoth)
      : values.map((_, i) => objectAt(values, i, call)).reduce((a, b) => common(a, b)),
  ),
  strict('distinct', 1, 1, (values, call) => distinct(arrayAt(values, 0, call))),
  strict('flatten', 1, 1, (values, call) => {
    const outer = arrayAt(values, 0, call);
    return outer.flatMap((item) => {
      if (!Array.isArray(item)) throw badArgument(call, 1, 'an array of arrays', item);
      return item;
    });
  }),
  strict('min', 1, Infinity, (values, call) => Math.min(...integers(values, call))),
  strict('max', 1, Infinity, (values, call) => Math.max(...integers(values, call))),
  strict('indexFromEnd', 2, 2, (values, call) => {
    const items = arrayAt(values, 0, call);
    const index = integerAt(values, 1, call);
    const item = index < 1 ? undefined : items[items.length - index];
    if (item === undefined) {
      throw invalidTemplate(
        `The language expression property array index '^${index}' is out of bounds.`,
      );
    }
    return item;
  }),
];

function concat(values: Values, call: CallSite): JsonValue {
  if (values.some((value) => Array.isArray(value))) {
    if (values.every((value) => Array.isArray(value))) return values.flat();
    throw invalidTemplate(
      `The provided parameters for language function '${call.name}' are invalid. ` +
        'Either all or none of the parameters must be an array.',
    );
  }
  return values
    .map((value, i) => {
      if (typeof value === 'object') throw badArgument(call, i + 1, 'a string', value);
      return textOf(value);
    })
    .join('');
}

function contains(values: Values, call: CallSite): boolean {
  const [container = null, item = null] = values;
  if (Array.isArray(container)) return container.some((entry) => deepEqual(entry, item));
  if (typeof container === 'string') return container.includes(stringAt(values, 1, call));
  if (isObject(container)) return findKey(container, stringAt(values, 1, call)) !== undefined;
  throw badArgument(call, 1, 'an array, a string or an object', container);
}

function lengthOf(value: JsonValue, call: CallSite): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (isObject(value)) return Object.keys(value).length;
  throw badArgument(call, 1, 'an array, a string or an object', value);
}

function end(value: JsonValue | undefined, at: number, call: CallSite): JsonValue {
  if (typeof value === 'string') return value.at(at) ?? '';
  if (Array.isArray(value)) return value.at(at) ?? null;
  throw badArgument(call, 1, 'an array or a string', value);
}

function position(values: Values, call: CallSite, which: 'first' | 'last'): number {
  const [where = null, item = null] = values;
  if (Array.isArray(where)) {
    const same = (entry: JsonValue): boolean => deepEqual(entry, item);
    return which === 'first' ? where.findIndex(same) : where.findLastIndex(same);
  }
  const text = stringAt(values, 0, call).toLowerCase();
  const sought = stringAt(values, 1, call).toLowerCase();
  if (which === 'first') return text.indexOf(sought);
  // Nothing is found last at the last character, as .NET had it before version 5.
  return sought === '' ? Math.max(0, text.length - 1) : text.lastIndexOf(sought);
}

function sequence(values: Values, call: CallSite): JsonValue[] | string {
  const value = values[0];
  if (typeof value === 'string' || Array.isArray(value)) return value;
  throw badArgument(call, 1, 'an array or a string', value);
}

function integers(values: Values, call: CallSite): number[] {
  const list = values.length === 1 && Array.isArray(values[0]) ? values[0] : values;
  if (list.length === 0) throw badArgument(call, 1, 'an array that is not empty', []);
  return list.map((_, i) => integerAt(list, i, call));
}

/** Sets tell their items apart by their JSON, order of properties included. */
function distinct(items: readonly JsonValue[]): JsonValue[] {
  const byText = new Map<string, JsonValue>();
  for (const item of items) {
    const text = JSON.stringify(item);
    if (!byText.has(text)) byText.set(text, item);
  }
  return [...byText.values()];
}

function inBoth(a: readonly JsonValue[], b: readonly JsonValue[]): JsonValue[] {
  const texts = new Set(b.map((item) => JSON.stringify(item)));
  return distinct(a.filter((item) => texts.has(JSON.stringify(item))));
}

/**
 * union() of objects goes into nested objects and replaces nested arrays; the last name's case wins, and null replaces
 * nothing.
 */
function merge(a: JsonObject, b: JsonObject, call: CallSite): JsonObject {
  let result: JsonObject = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const key = findKey(result, name);
    const old = key === undefined ? undefined : result[key];
    if (key === undefined || old === undefined || old === null) {
      setProperty(result, name, value);
      continue;
    }
    if (value === null) continue;
    if (shapeOf(old) !== shapeOf(value)) {
      throw invalidTemplate(
        `The template language function '${call.name}' failed to evaluate due to a type mismatch: ` +
          `the property '${name}' is of type '${typeName(old)}' in one object and '${typeName(value)}' in another.`,
      );
    }
    if (key !== name) result = renamed(result, key, name);
    setProperty(result, name, isObject(old) && isObject(value) ? merge(old, value, call) : value);
  }
  return result;
}

/** The property keeps its place among the others. */
function renamed(object: JsonObject, from: string, to: string): JsonObject {
  const entries = Object.entries(object);
  return Object.fromEntries(entries.map(([key, value]) => [key === from ? to : key, value]));
}

function shapeOf(value: JsonValue): string {
  return typeof value === 'object' ? typeName(value) : 'value';
}

function common(a: JsonObject, b: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(a)) {
    if (Object.hasOwn(b, name) && deepEqual(value, b[name] ?? null))
      setProperty(result, name, value);
  }
  return result;
}
