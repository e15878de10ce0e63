import { invalidTemplate } from '../engine-error.ts';
import type { JsonValue } from '../json.ts';
import type { Frame, UserFunction } from './frame.ts';

/** User functions may call one another; a recursive one would never end. */
const MAX_DEPTH = 50;
const depths = new WeakMap<ReadonlyMap<string, JsonValue>, number>();

/**
 * Calls a function of the template: it sees its own parameters and nothing else of the template's.
 */
export function callUserFunction(
  user: UserFunction,
  values: readonly JsonValue[],
  frame: Frame,
  evaluateBody: (value: JsonValue, frame: Frame) => JsonValue,
): JsonValue {
  if (values.length !== user.parameters.length) {
    throw invalidTemplate(
      `The template function '${user.name}' is called with ${values.length} parameter(s); ` +
        `it is defined with ${user.parameters.length}.`,
    );
  }
  const depth = (frame.locals === undefined ? 0 : (depths.get(frame.locals) ?? 0)) + 1;
  if (depth > MAX_DEPTH) {
    throw invalidTemplate(`The template function '${user.name}' calls itself without end.`);
  }
  const locals = new Map<string, JsonValue>();
  user.parameters.forEach((parameter, i) => {
    const value = values[i] ?? null;
    const what = `The parameter '${parameter.name}' of the template function '${user.name}'`;
    frame.context.checkType(value, parameter.type, what);
    locals.set(parameter.name.toLowerCase(), value);
  });
  depths.set(locals, depth);
  const result = evaluateBody(user.output.value, {
    context: frame.context,
    place: 'function',
    phase: 'plan',
    copies: [],
    lambdas: new Map(),
    locals,
  });
  frame.context.checkType(
    result,
    user.output.type,
    `The output of the template function '${user.name}'`,
  );
  return result;
}
