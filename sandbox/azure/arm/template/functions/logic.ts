import { EngineError } from '../engine-error.ts';
import { deepEqual, typeName } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { badArgument, booleanAt, lazy, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';

/** Logic and comparison. and, or, if and coalesce stop as soon as the result is known. */
export const logic: readonly BuiltIn[] = [
  strict('true', 0, 0, () => true),
  strict('false', 0, 0, () => false),
  strict('not', 1, 1, (values, call) => !booleanAt(values, 0, call)),
  lazy('and', 2, Infinity, (expression, frame, evaluate) =>
    expression.args.every((arg, i) => booleanOf(evaluate(arg, frame), i, 'and')),
  ),
  lazy('or', 2, Infinity, (expression, frame, evaluate) =>
    expression.args.some((arg, i) => booleanOf(evaluate(arg, frame), i, 'or')),
  ),
  lazy('if', 3, 3, (expression, frame, evaluate) => {
    const [condition, whenTrue, whenFalse] = expression.args;
    if (!condition || !whenTrue || !whenFalse) throw new Error('if has three arguments');
    const chosen = booleanOf(evaluate(condition, frame), 0, 'if') ? whenTrue : whenFalse;
    return evaluate(chosen, frame);
  }),
  lazy('coalesce', 1, Infinity, (expression, frame, evaluate) => {
    for (const arg of expression.args) {
      const value = evaluate(arg, frame);
      if (value !== null) return value;
    }
    return null;
  }),
  strict('bool', 1, 1, ([value = null], call) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    if (typeof value === 'string') {
      const text = value.trim().toLowerCase();
      if (text === 'true') return true;
      if (text === 'false') return false;
    }
    throw badArgument(call, 1, "a boolean, an integer, 'true' or 'false'", value);
  }),
  strict('equals', 2, 2, ([a = null, b = null]) => deepEqual(a, b)),
  strict('less', 2, 2, (values, call) => compare(values, call) < 0),
  strict('lessOrEquals', 2, 2, (values, call) => compare(values, call) <= 0),
  strict('greater', 2, 2, (values, call) => compare(values, call) > 0),
  strict('greaterOrEquals', 2, 2, (values, call) => compare(values, call) >= 0),
  strict('fail', 1, 1, (values, call) => {
    throw new EngineError('InvalidTemplate', stringAt(values, 0, call));
  }),
];

function booleanOf(value: JsonValue, i: number, name: string): boolean {
  if (typeof value !== 'boolean') throw badArgument({ name }, i + 1, 'a boolean', value);
  return value;
}

/**
 * Strings compare as words do, not by code: 'a' < 'A' < 'b'
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-comparison#greater).
 */
const COLLATOR = new Intl.Collator('en');

function compare([a = null, b = null]: readonly JsonValue[], call: CallSite): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return COLLATOR.compare(a, b);
  throw badArgument(
    call,
    typeof a === 'number' || typeof a === 'string' ? 2 : 1,
    typeof a === 'number' || typeof a === 'string'
      ? `of the type of the first ('${typeName(a)}')`
      : 'an integer or a string',
    typeof a === 'number' || typeof a === 'string' ? b : a,
  );
}
