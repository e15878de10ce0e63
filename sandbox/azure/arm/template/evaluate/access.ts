import { invalidTemplate } from '../engine-error.ts';
import { getProperty, isObject, typeName } from '../json.ts';
import type { JsonValue } from '../json.ts';

/** value.name with ARM's error when there is none. */
export function property(base: JsonValue, name: string): JsonValue {
  if (!isObject(base)) {
    throw invalidTemplate(
      `The language expression property '${name}' can't be evaluated: the value is of type ` +
        `'${typeName(base)}', ` +
        'not an object.',
    );
  }
  const value = getProperty(base, name);
  if (value === undefined) {
    throw invalidTemplate(
      `The language expression property '${name}' doesn't exist, available properties are ` +
        `'${Object.keys(base).join(', ')}'.`,
    );
  }
  return value;
}

/** value[index] with ARM's error when there is none. */
export function indexed(base: JsonValue, index: JsonValue): JsonValue {
  if (typeof index === 'string') return property(base, index);
  if (typeof index !== 'number' || !Number.isInteger(index)) {
    throw invalidTemplate(
      `The language expression property index has type '${typeName(index)}'; it must be a string ` +
        'or an integer.',
    );
  }
  if (!Array.isArray(base)) {
    throw invalidTemplate(
      `The language expression property '${index}' can't be evaluated: the value is of type ` +
        `'${typeName(base)}', ` +
        'not an array.',
    );
  }
  const value = base[index];
  if (value === undefined) {
    throw invalidTemplate(
      `The language expression property array index '${index}' is out of bounds.`,
    );
  }
  return value;
}
