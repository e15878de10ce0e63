import { invalidTemplate } from '../engine-error.ts';
import type { EngineError } from '../engine-error.ts';
import type { Frame } from '../evaluate/frame.ts';
import type { Expression, FunctionCall } from '../expression/ast.ts';
import { isObject, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

export type Evaluate = (expression: Expression, frame: Frame) => JsonValue;

export interface CallSite {
  /** The canonical name of the function. */
  name: string;
  frame: Frame;
}

/**
 * A function of the language. `lazy` ones look at their arguments themselves (if, and, lambda,
 * ...).
 */
export interface BuiltIn {
  name: string;
  min: number;
  max: number;
  run(values: readonly JsonValue[], call: CallSite): JsonValue;
  lazy?(expression: FunctionCall, frame: Frame, evaluate: Evaluate): JsonValue;
}

export function strict(
  name: string,
  min: number,
  max: number,
  run: (values: readonly JsonValue[], call: CallSite) => JsonValue,
): BuiltIn {
  return { name, min, max, run };
}

export function lazy(
  name: string,
  min: number,
  max: number,
  evaluate: (expression: FunctionCall, frame: Frame, evaluate: Evaluate) => JsonValue,
): BuiltIn {
  return {
    name,
    min,
    max,
    run: () => {
      throw new Error(`${name} takes its arguments unevaluated`);
    },
    lazy: evaluate,
  };
}

/** The error for an argument of the wrong type; `position` counts from 1. */
export function badArgument(
  call: { name: string },
  position: number,
  wanted: string,
  value: JsonValue | undefined,
): EngineError {
  return invalidTemplate(
    `The template language function '${call.name}' expects its parameter at position ` +
      `'${position}' to be ${wanted}. ` +
      `The provided value is of type '${typeName(value ?? null)}'.`,
  );
}

type Values = readonly JsonValue[];

export function stringAt(values: Values, i: number, call: { name: string }): string {
  const value = values[i];
  if (typeof value !== 'string') throw badArgument(call, i + 1, 'a string', value);
  return value;
}

export function integerAt(values: Values, i: number, call: { name: string }): number {
  const value = values[i];
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw badArgument(call, i + 1, 'an integer', value);
  }
  return value;
}

export function booleanAt(values: Values, i: number, call: { name: string }): boolean {
  const value = values[i];
  if (typeof value !== 'boolean') throw badArgument(call, i + 1, 'a boolean', value);
  return value;
}

export function arrayAt(values: Values, i: number, call: { name: string }): JsonValue[] {
  const value = values[i];
  if (!Array.isArray(value)) throw badArgument(call, i + 1, 'an array', value);
  return value;
}

export function objectAt(values: Values, i: number, call: { name: string }): JsonObject {
  const value = values[i];
  if (!isObject(value)) throw badArgument(call, i + 1, 'an object', value);
  return value;
}
