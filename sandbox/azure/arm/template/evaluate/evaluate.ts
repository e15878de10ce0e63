import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { Expression, FunctionCall } from '../expression/ast.ts';
import { isExpression, unescapeLiteral } from '../expression/parse.ts';
import { findFunction } from '../functions/registry.ts';
import { isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { indexed, property } from './access.ts';
import { callUserFunction } from './user-function.ts';
import type { Frame } from './frame.ts';

/** The value of an expression. Throws EngineError. */
export function evaluate(expression: Expression, frame: Frame): JsonValue {
  switch (expression.kind) {
    case 'string':
    case 'number':
      return expression.value;
    case 'property':
      return property(evaluate(expression.base, frame), expression.name);
    case 'index':
      return indexed(evaluate(expression.base, frame), evaluate(expression.index, frame));
    case 'call':
      return call(expression, frame);
  }
}

/** The value of a string of the template: an expression, or a literal with its escape removed. */
export function evaluateText(text: string, frame: Frame): JsonValue {
  if (!isExpression(text)) return unescapeLiteral(text);
  const { context } = frame;
  const expression = context.parse(text);
  const { partial } = context.host;
  return partial === undefined ? evaluate(expression, frame) : partial.evaluate(expression, frame);
}

function call(expression: FunctionCall, frame: Frame): JsonValue {
  const builtIn = findFunction(expression.name);
  if (builtIn?.lazy !== undefined) {
    checkCount(builtIn, expression);
    return builtIn.lazy(expression, frame, evaluate);
  }
  return apply(
    expression,
    expression.args.map((arg) => evaluate(arg, frame)),
    frame,
  );
}

/** Calls a function, a lazy one excepted, with the values of its arguments. */
export function apply(
  expression: FunctionCall,
  values: readonly JsonValue[],
  frame: Frame,
): JsonValue {
  const builtIn = findFunction(expression.name);
  if (builtIn === undefined) {
    const user = frame.context.userFunction(expression.name);
    if (user === undefined) throw unknownFunction(expression.name);
    return callUserFunction(user, values, frame, evaluateBody);
  }
  checkCount(builtIn, expression);
  return builtIn.run(values, { name: builtIn.name, frame });
}

function evaluateBody(value: JsonValue, frame: Frame): JsonValue {
  if (typeof value === 'string') return evaluateText(value, frame);
  if (Array.isArray(value)) return value.map((item) => evaluateBody(item, frame));
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) result[key] = evaluateBody(item, frame);
  return result;
}

/** The error for a name that neither the language nor the template defines. */
export function unknownFunction(name: string): EngineError {
  return invalidTemplate(
    `The template function '${name}' is not valid: no such function is known.`,
  );
}

/** Throws when a built-in function is called with too few or too many arguments. */
export function checkCount(
  builtIn: { name: string; min: number; max: number },
  expression: FunctionCall,
): void {
  const { name, min, max } = builtIn;
  const count = expression.args.length;
  if (count >= min && count <= max) return;
  let wanted = `at least ${min}`;
  if (max === min) wanted = String(max);
  else if (max !== Infinity) wanted = `${min} to ${max}`;
  throw invalidTemplate(
    `Unable to evaluate template language function '${name}': function requires ${wanted} ` +
      'argument(s) while ' +
      `${count} were provided.`,
  );
}
