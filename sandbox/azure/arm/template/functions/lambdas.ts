import { invalidTemplate } from '../engine-error.ts';
import type { Frame } from '../evaluate/frame.ts';
import type { Expression, FunctionCall } from '../expression/ast.ts';
import { findKey, isObject, setProperty, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { badArgument, lazy, strict, stringAt } from './built-in.ts';
import type { BuiltIn, Evaluate } from './built-in.ts';

type Lambda = (...values: JsonValue[]) => JsonValue;

/** Functions that take a lambda, and lambdaVariables(). */
export const lambdas: readonly BuiltIn[] = [
  lazy('filter', 2, 2, (call, frame, evaluate) => {
    const keep = lambdaAt(call, 1, frame, evaluate, 1, 2);
    return arrayOf(call, frame, evaluate).filter((item, i) => booleanFrom(keep(item, i), call));
  }),
  lazy('map', 2, 2, (call, frame, evaluate) => {
    const convert = lambdaAt(call, 1, frame, evaluate, 1, 2);
    return arrayOf(call, frame, evaluate).map((item, i) => convert(item, i));
  }),
  lazy('reduce', 3, 3, (call, frame, evaluate) => {
    const items = arrayOf(call, frame, evaluate);
    const join = lambdaAt(call, 2, frame, evaluate, 2, 3);
    const start = evaluate(argument(call, 1), frame);
    return items.reduce<JsonValue>((value, item, i) => join(value, item, i), start);
  }),
  lazy('sort', 2, 2, (call, frame, evaluate) => {
    const before = lambdaAt(call, 1, frame, evaluate, 2, 2);
    const items = [...arrayOf(call, frame, evaluate)];
    // A lambda that calls both orders right makes a sort by (a, b) depend on the engine; ours and theirs agree so.
    return items.sort((a, b) => {
      if (booleanFrom(before(b, a), call)) return booleanFrom(before(a, b), call) ? 0 : 1;
      return booleanFrom(before(a, b), call) ? -1 : 0;
    });
  }),
  lazy('toObject', 2, 3, (call, frame, evaluate) => {
    const keyOf = lambdaAt(call, 1, frame, evaluate, 1, 2);
    const valueOf =
      call.args.length > 2 ? lambdaAt(call, 2, frame, evaluate, 1, 2) : (item: JsonValue) => item;
    const result: JsonObject = {};
    arrayOf(call, frame, evaluate).forEach((item, i) => {
      const name = keyFrom(keyOf(item, i), call);
      if (findKey(result, name) !== undefined) {
        throw invalidTemplate(
          `The lambda of the template language function '${call.name}' returned the key '${name}' twice.`,
        );
      }
      setProperty(result, name, valueOf(item, i));
    });
    return result;
  }),
  lazy('groupBy', 2, 3, (call, frame, evaluate) => {
    const keyOf = lambdaAt(call, 1, frame, evaluate, 1, 2);
    const valueOf =
      call.args.length > 2 ? lambdaAt(call, 2, frame, evaluate, 1, 2) : (item: JsonValue) => item;
    const groups: Record<string, JsonValue[]> = {};
    arrayOf(call, frame, evaluate).forEach((item, i) => {
      const name = keyFrom(keyOf(item, i), call);
      const key = findKey(groups, name) ?? name;
      const group = groups[key] ?? [];
      group.push(valueOf(item, i));
      setProperty(groups, key, group);
    });
    return groups;
  }),
  lazy('mapValues', 2, 2, (call, frame, evaluate) => {
    const convert = lambdaAt(call, 1, frame, evaluate, 1, 1);
    const object = evaluate(argument(call, 0), frame);
    if (!isObject(object)) throw badArgument(call, 1, 'an object', object);
    const result: JsonObject = {};
    for (const [key, value] of Object.entries(object)) setProperty(result, key, convert(value));
    return result;
  }),
  strict('lambdaVariables', 1, 1, (values, call) => {
    const name = stringAt(values, 0, call);
    const value = call.frame.lambdas.get(name.toLowerCase());
    if (value === undefined) {
      throw invalidTemplate(`The lambda variable '${name}' is not found.`);
    }
    return value;
  }),
  lazy('lambda', 1, Infinity, () => {
    throw invalidTemplate(
      "The template function 'lambda' is not expected at this location: it can only be an " +
        'argument of filter, map, ' +
        'reduce, sort, toObject, groupBy or mapValues.',
    );
  }),
];

function argument(call: FunctionCall, i: number): Expression {
  const arg = call.args[i];
  if (arg === undefined) throw new Error(`${call.name} has no argument ${i}`);
  return arg;
}

function arrayOf(call: FunctionCall, frame: Frame, evaluate: Evaluate): JsonValue[] {
  const value = evaluate(argument(call, 0), frame);
  if (!Array.isArray(value)) throw badArgument(call, 1, 'an array', value);
  return value;
}

function lambdaAt(
  call: FunctionCall,
  i: number,
  frame: Frame,
  evaluate: Evaluate,
  min: number,
  max: number,
): Lambda {
  const lambda = argument(call, i);
  if (lambda.kind !== 'call' || lambda.name.toLowerCase() !== 'lambda') {
    throw invalidTemplate(
      `The template language function '${call.name}' expects its parameter at position ` +
        `'${i + 1}' to be a lambda.`,
    );
  }
  const body = lambda.args[lambda.args.length - 1];
  const names = lambda.args.slice(0, -1).map((arg) => {
    if (arg.kind === 'string') return arg.value.toLowerCase();
    throw invalidTemplate("The template function 'lambda' expects its variable names as strings.");
  });
  if (body === undefined || names.length < min || names.length > max) {
    const wanted = min === max ? `${min}` : `${min} or ${max}`;
    throw invalidTemplate(
      `The template language function '${call.name}' expects a lambda with ${wanted} ` +
        'variable(s); ' +
        `it has ${names.length}.`,
    );
  }
  return (...values) => {
    const variables = new Map(frame.lambdas);
    names.forEach((name, n) => variables.set(name, values[n] ?? null));
    return evaluate(body, { ...frame, lambdas: variables });
  };
}

function booleanFrom(value: JsonValue, call: FunctionCall): boolean {
  if (typeof value === 'boolean') return value;
  throw invalidTemplate(
    `The lambda of the template language function '${call.name}' must return a boolean. ` +
      `The returned value is of type '${typeName(value)}'.`,
  );
}

function keyFrom(value: JsonValue, call: FunctionCall): string {
  if (typeof value === 'string') return value;
  throw invalidTemplate(
    `The lambda of the template language function '${call.name}' must return a string as the ` +
      'key. ' +
      `The returned value is of type '${typeName(value)}'.`,
  );
}
