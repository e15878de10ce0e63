import { invalidTemplate } from '../engine-error.ts';
import type { JsonValue } from '../json.ts';
import { badArgument, integerAt, strict } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';

type Values = readonly JsonValue[];

/** Integer arithmetic and conversions. */
export const numbers: readonly BuiltIn[] = [
  strict('add', 2, 2, (values, call) => binary(values, call, (a, b) => a + b)),
  strict('sub', 2, 2, (values, call) => binary(values, call, (a, b) => a - b)),
  strict('mul', 2, 2, (values, call) => binary(values, call, (a, b) => a * b)),
  strict('div', 2, 2, (values, call) => {
    notZero(values, call);
    return binary(values, call, (a, b) => Math.trunc(a / b));
  }),
  strict('mod', 2, 2, (values, call) => {
    notZero(values, call);
    return binary(values, call, (a, b) => a % b);
  }),
  strict('int', 1, 1, ([value = null], call) => {
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    if (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)) {
      return exact(Number(value), call);
    }
    throw badArgument(call, 1, 'an integer or a string that holds one', value);
  }),
  strict('float', 1, 1, ([value = null], call) => {
    if (typeof value === 'number') return value;
    if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value)) {
      return Number(value);
    }
    throw badArgument(call, 1, 'a number or a string that holds one', value);
  }),
];

function binary(values: Values, call: CallSite, run: (a: number, b: number) => number): number {
  const result = exact(run(integerAt(values, 0, call), integerAt(values, 1, call)), call);
  // JSON has no negative zero.
  return result === 0 ? 0 : result;
}

function notZero(values: Values, call: CallSite): void {
  if (integerAt(values, 1, call) === 0) {
    throw invalidTemplate(`The template language function '${call.name}' can't divide by zero.`);
  }
}

/** The language's integers have 64 bits; beyond 2^53 this engine says so instead of rounding. */
function exact(value: number, call: CallSite): number {
  if (!Number.isSafeInteger(value)) {
    throw invalidTemplate(
      `The template language function '${call.name}' has a result beyond 2^53, which this engine ` +
        `can't hold.`,
    );
  }
  return value;
}
