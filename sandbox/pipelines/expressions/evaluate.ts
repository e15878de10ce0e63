import { builtins } from './functions.ts';
import type { Expression } from './parser.ts';
import { ContextObject, ExpressionError, isMapping, member } from './value.ts';
import { toBoolean, tryNumber, tryString } from './value.ts';
import type { Value } from './value.ts';

/** What an expression can see. */
export interface EvaluationContext {
  /** `parameters`, `variables`, loop variables …; found whatever the letter case. */
  names: ReadonlyMap<string, Value>;
  /** Functions beside the general ones, such as `succeeded`; keys in lower case. */
  functions?: ReadonlyMap<string, (args: Value[]) => Value>;
}

/** Result of `.*`: what follows applies to each element, and drops those that lack it. */
class Filtered {
  readonly items: Value[];

  constructor(items: Value[]) {
    this.items = items;
  }
}

/** @throws ExpressionError for unknown names and functions, and for failed casts */
export function evaluate(expression: Expression, context: EvaluationContext): Value {
  const result = step(expression, context);
  return result instanceof Filtered ? result.items : result;
}

function step(expression: Expression, context: EvaluationContext): Value | Filtered {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name': {
      const value = member(context.names, expression.name);
      if (value !== undefined) return value;
      const known = [...context.names.keys()].join(', ');
      throw new ExpressionError(
        `unrecognized value '${expression.name}'; known here: ${known || 'none'}`,
      );
    }
    case 'call':
      return call(expression.name, expression.args, context);
    case 'index': {
      const target = step(expression.target, context);
      const key = evaluate(expression.key, context);
      if (!(target instanceof Filtered)) return at(target, key, expression.target);
      const found = target.items.map((item) => at(item, key, expression.target));
      return new Filtered(found.filter((item) => item !== null));
    }
    case 'wildcard': {
      const target = step(expression.target, context);
      if (target instanceof Filtered) return new Filtered(target.items.flatMap(elements));
      return new Filtered(elements(target));
    }
  }
}

function elements(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (isMapping(value)) return [...value.values()];
  if (value instanceof ContextObject) return [...value.all().values()];
  return [];
}

function at(target: Value, key: Value, named: Expression): Value {
  if (Array.isArray(target)) {
    const index = tryNumber(key);
    if (index === undefined || index < 0) return null;
    return target[Math.floor(index)] ?? null;
  }
  const name = tryString(key);
  if (name === undefined) return null;
  if (target instanceof ContextObject) {
    try {
      return target.get(name);
    } catch (error) {
      if (!(error instanceof ExpressionError) || named.kind !== 'name') throw error;
      throw new ExpressionError(`'${named.name}.${name}': ${error.message}`);
    }
  }
  return isMapping(target) ? (member(target, name) ?? null) : null;
}

function call(name: string, args: Expression[], context: EvaluationContext): Value {
  const folded = name.toLowerCase();
  const value = (index: number): Value => {
    const argument = args[index];
    return argument ? evaluate(argument, context) : null;
  };
  switch (folded) {
    case 'and':
      return lazy(name, args, 2) && args.every((_, i) => toBoolean(value(i)));
    case 'or':
      return lazy(name, args, 2) && args.some((_, i) => toBoolean(value(i)));
    case 'coalesce': {
      lazy(name, args, 2);
      let last: Value = null;
      for (let i = 0; i < args.length; i++) {
        last = value(i);
        if (last !== null && last !== '') return last;
      }
      return last;
    }
    default: {
      const own = context.functions?.get(folded);
      if (own) return own(args.map((_, i) => value(i)));
      const builtin = builtins.get(folded);
      if (!builtin) throw new ExpressionError(`unrecognized function '${name}'`);
      const [least, most] = builtin.arity;
      if (args.length < least || args.length > most) {
        const range = least === most ? String(least) : `${String(least)} to ${String(most)}`;
        throw new ExpressionError(
          `function '${name}' takes ${range} arguments, not ${String(args.length)}`,
        );
      }
      return builtin.apply(args.map((_, i) => value(i)));
    }
  }
}

/** Functions that do not evaluate all their arguments check the number themselves. */
function lazy(name: string, args: Expression[], least: number): true {
  if (args.length >= least) return true;
  throw new ExpressionError(
    `function '${name}' takes at least ${String(least)} arguments, not ${String(args.length)}`,
  );
}
