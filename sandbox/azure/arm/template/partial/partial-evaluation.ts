import { EngineError } from '../engine-error.ts';
import { indexed, property } from '../evaluate/access.ts';
import { apply, checkCount } from '../evaluate/evaluate.ts';
import type { Frame } from '../evaluate/frame.ts';
import type { Expression, FunctionCall } from '../expression/ast.ts';
import type { BuiltIn, Evaluate } from '../functions/built-in.ts';
import { findFunction } from '../functions/registry.ts';
import type { JsonValue } from '../json.ts';
import type { PartialEvaluator } from '../types.ts';
import { Residues } from './residues.ts';

/** A host throws this from reference() or a list function that has no answer yet. */
export class NotDeployed extends Error {
  override readonly name = 'NotDeployed';
  readonly id: string;
  readonly apiVersion: string;

  constructor(id: string, apiVersion: string) {
    super(`${id} is not deployed yet`);
    this.id = id;
    this.apiVersion = apiVersion;
  }
}

class Undecided extends Error {}

/** Functions whose answers the host has or has not; undefined: it has not. */
export type Facts = Readonly<Record<string, (args: readonly JsonValue[]) => JsonValue | undefined>>;

// They look at containers, not at what is in them.
const CONTAINERS: ReadonlySet<string> = new Set([
  'parameters',
  'variables',
  'array',
  'concat',
  'createarray',
  'createobject',
  'empty',
  'first',
  'flatten',
  'indexfromend',
  'items',
  'last',
  'length',
  'objectkeys',
  'shallowmerge',
  'skip',
  'take',
  'tryget',
  'tryindexfromend',
]);

// All that they look at decides what they yield.
const DECIDING: ReadonlySet<string> = new Set(['and', 'or', 'coalesce']);

/** Evaluates as much of an expression as is known; the rest is kept, with all that is known put in. */
export class PartialEvaluation implements PartialEvaluator {
  readonly residues = new Residues();
  readonly stands = this.residues.stands;
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** The value, with tokens in it for what is not known. Throws EngineError. */
  evaluate = (expression: Expression, frame: Frame): JsonValue => {
    switch (expression.kind) {
      case 'string':
      case 'number':
        return expression.value;
      case 'property': {
        const base = this.evaluate(expression.base, frame);
        if (!this.stands(base)) return property(base, expression.name);
        return this.residues.token({ ...expression, base: this.residues.expression(base) });
      }
      case 'index': {
        const base = this.evaluate(expression.base, frame);
        const index = this.evaluate(expression.index, frame);
        if (!this.stands(base) && !this.residues.isUnknown(index)) return indexed(base, index);
        return this.residues.token({
          ...expression,
          base: this.residues.expression(base),
          index: this.residues.expression(index),
        });
      }
      case 'call':
        return this.#call(expression, frame);
    }
  };

  #call(call: FunctionCall, frame: Frame): JsonValue {
    const name = call.name.toLowerCase();
    const fact = Object.hasOwn(this.#facts, name) ? this.#facts[name] : undefined;
    if (fact !== undefined) {
      const values = call.args.map((arg) => this.evaluate(arg, frame));
      return fact(values) ?? this.#left(call, frame);
    }
    const builtIn = findFunction(name);
    if (builtIn?.lazy !== undefined) {
      checkCount(builtIn, call);
      return this.#lazy(builtIn, builtIn.lazy, call, frame);
    }
    const values = call.args.map((arg) => this.evaluate(arg, frame));
    if (builtIn !== undefined && !this.#isDecided(name, values)) return this.#left(call, frame);
    try {
      return apply(call, values, frame);
    } catch (error) {
      if (!(error instanceof NotDeployed)) throw error;
      return this.#asked(call, error, values);
    }
  }

  /** Whether a function can be called with values that may have tokens in them. */
  #isDecided(name: string, values: readonly JsonValue[]): boolean {
    const unknown = values.filter((value) => this.residues.isUnknown(value));
    if (unknown.length === 0 || name === 'createarray' || name === 'createobject') return true;
    return CONTAINERS.has(name) && unknown.every((value) => typeof value !== 'string');
  }

  #lazy(
    builtIn: BuiltIn,
    run: NonNullable<BuiltIn['lazy']>,
    call: FunctionCall,
    frame: Frame,
  ): JsonValue {
    const [first] = call.args;
    let unknown = false;
    const noting: Evaluate = (expression, inner) => {
      const value = this.evaluate(expression, inner);
      unknown ||= this.residues.isUnknown(value);
      return value;
    };
    const deciding: Evaluate = (expression, inner) => {
      const value = this.evaluate(expression, inner);
      if (this.stands(value)) throw new Undecided();
      return value;
    };
    try {
      if (DECIDING.has(builtIn.name)) return run(call, frame, deciding);
      if (first && builtIn.name !== 'lambda') deciding(first, frame);
      return run(call, frame, noting);
    } catch (error) {
      // A lambda that cannot be decided looks like one of the wrong type.
      const open = error instanceof Undecided || (error instanceof EngineError && unknown);
      if (!open) throw error;
      return this.#left(call, frame);
    }
  }

  /** The call with everything in its arguments that is known. */
  #left(call: FunctionCall, frame: Frame): string {
    return this.residues.token(this.#reduced(call, frame, false));
  }

  #reduced(expression: Expression, frame: Frame, whole = true): Expression {
    if (whole) {
      try {
        return this.residues.expression(this.evaluate(expression, frame));
      } catch (error) {
        // Part of a lambda, or a branch that may not be taken.
        if (!(error instanceof EngineError)) throw error;
      }
    }
    switch (expression.kind) {
      case 'call':
        return { ...expression, args: expression.args.map((arg) => this.#reduced(arg, frame)) };
      case 'property':
        return { ...expression, base: this.#reduced(expression.base, frame) };
      case 'index':
        return {
          ...expression,
          base: this.#reduced(expression.base, frame),
          index: this.#reduced(expression.index, frame),
        };
      case 'string':
      case 'number':
        return expression;
    }
  }

  /** A question about a resource names its id, whatever the template calls it. */
  #asked(
    call: FunctionCall,
    { id, apiVersion }: NotDeployed,
    values: readonly JsonValue[],
  ): string {
    const many = call.name.toLowerCase() === 'references';
    const args = many ? values : [id, apiVersion, ...values.slice(2)];
    return this.residues.token({
      ...call,
      args: args.map((value) => this.residues.expression(value)),
    });
  }
}
