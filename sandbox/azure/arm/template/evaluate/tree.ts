import { EngineError, invalidTemplate, Unevaluated } from '../engine-error.ts';
import { isExpression } from '../expression/parse.ts';
import { findKey, getProperty, isObject, setProperty, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { evaluateText } from './evaluate.ts';
import type { CopyCounter, Frame } from './frame.ts';

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources#limits */
export const MAX_COPIES = 800;

/**
 * A part of the template with all expressions evaluated, in keys too, and property copies expanded.
 */
export function evaluateTree(value: JsonValue, frame: Frame, path: string): JsonValue {
  if (typeof value === 'string') return evaluateAt(value, frame, path);
  if (Array.isArray(value)) {
    return value.map((item, i) => evaluateTree(item, frame, `${path}[${i}]`));
  }
  if (!isObject(value)) return value;
  return evaluateObject(value, frame, path);
}

/** evaluateText() whose errors name the place. */
export function evaluateAt(text: string, frame: Frame, path: string): JsonValue {
  try {
    return evaluateText(text, frame);
  } catch (error) {
    if (error instanceof Unevaluated) return error.standIn(text, frame);
    throw error instanceof EngineError ? error.at(path) : error;
  }
}

function evaluateObject(object: JsonObject, frame: Frame, path: string): JsonObject {
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(object)) {
    if (key.toLowerCase() === 'copy' && isCopyList(item)) {
      for (const [name, items] of expandCopies(item, frame, 'property', `${path}.${key}`)) {
        setProperty(result, name, items());
      }
      continue;
    }
    const name = isExpression(key) ? stringKey(evaluateAt(key, frame, path), path) : key;
    setProperty(result, name, evaluateTree(item, frame, path === '' ? name : `${path}.${name}`));
  }
  return result;
}

function stringKey(value: JsonValue, path: string): string {
  if (typeof value === 'string') return value;
  throw invalidTemplate(
    `A property name must be a string; the expression has type '${typeName(value)}'.`,
    path,
  );
}

/** Whether a `copy` member is a loop over properties and not just a property of that name. */
export function isCopyList(value: JsonValue): value is JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item) =>
        isObject(item) &&
        findKey(item, 'name') !== undefined &&
        findKey(item, 'count') !== undefined,
    )
  );
}

/** The loops of a `copy` list, each with a function that evaluates its items. */
export function expandCopies(
  list: readonly JsonObject[],
  frame: Frame,
  kind: CopyCounter['kind'],
  path: string,
): [name: string, items: () => JsonValue[]][] {
  return list.map((entry, i) => {
    const at = `${path}[${i}]`;
    for (const key of Object.keys(entry)) {
      if (!['name', 'count', 'input'].includes(key.toLowerCase())) {
        throw invalidTemplate(`Unknown property '${key}' of a copy loop.`, at);
      }
    }
    const name = evaluateTree(getProperty(entry, 'name') ?? null, frame, `${at}.name`);
    if (typeof name !== 'string') {
      throw invalidTemplate('The name of a copy loop must be a string.', at);
    }
    const input = getProperty(entry, 'input');
    if (input === undefined) {
      throw invalidTemplate(`The copy loop '${name}' has no input.`, at);
    }
    const items = (): JsonValue[] => {
      const count = copyCount(getProperty(entry, 'count') ?? null, frame, `${at}.count`);
      return Array.from({ length: count }, (_, index) =>
        evaluateTree(
          input,
          { ...frame, copies: [...frame.copies, { name, index, kind }] },
          `${at}.input`,
        ),
      );
    };
    return [name, items];
  });
}

/** The count of a loop: an integer from 0 to 800. */
export function copyCount(value: JsonValue, frame: Frame, path: string): number {
  const count = evaluateTree(value, frame, path);
  if (typeof count !== 'number' || !Number.isInteger(count)) {
    throw invalidTemplate(
      `The count of a copy loop must be an integer; it is of type '${typeName(count)}'.`,
      path,
    );
  }
  if (count < 0) {
    throw invalidTemplate(`The count of a copy loop must not be negative; it is '${count}'.`, path);
  }
  if (count > MAX_COPIES) {
    throw invalidTemplate(
      `The count of a copy loop must not exceed '${MAX_COPIES}'; it is '${count}'.`,
      path,
    );
  }
  return count;
}
