import { EngineError } from '../../arm/template/engine-error.ts';
import type { JsonValue } from '../../arm/template/json.ts';
import { EmitError, asCall, call, fromJson, text } from '../emit/arm.ts';
import type { Arm } from '../emit/arm.ts';
import { BASE, convert } from '../emit/convert.ts';
import type { Context } from '../emit/context.ts';
import { contextOf } from '../emit/template.ts';
import { loadedVariables } from '../emit/loaded-variables.ts';
import { findInlined } from '../emit/inline.ts';
import type { Model } from '../model/model.ts';
import type { ParamSymbol } from '../model/symbols.ts';
import { bare } from '../syntax/read.ts';
import { Evaluator, mapCalls } from './evaluate.ts';
import { ExternalInputs, isExternalCall } from './external-inputs.ts';

/** What a parameters file says of one parameter. */
export type Assigned =
  | { kind: 'value'; value: JsonValue }
  /** It depends on external inputs: what is left to be evaluated later. */
  | { kind: 'expression'; arm: Arm }
  | { kind: 'reference'; reference: object };

/** Evaluates the assignments of a parameters file and of those that it extends. */
export class Assignments {
  readonly model: Model;
  readonly inputs: ExternalInputs;
  private readonly context: Context;
  private readonly evaluator: Evaluator;
  private readonly base: Assignments | undefined;
  private readonly params = new Map<string, ParamSymbol>();
  private readonly done = new Map<string, Assigned>();
  private readonly variables = new Map<string, Arm>();
  private readonly overrides: Readonly<Record<string, JsonValue>>;

  constructor(
    model: Model,
    overrides: Readonly<Record<string, JsonValue>>,
    inputs = new ExternalInputs(),
  ) {
    this.model = model;
    this.overrides = overrides;
    this.inputs = inputs;
    this.context = contextOf(model);
    this.base = model.extended && new Assignments(model.extended, {}, inputs);
    for (const symbol of model.params) this.params.set(symbol.name, symbol);
    this.evaluator = new Evaluator({
      parameter: (name) => this.constant(name),
      variable: (name) => this.evaluator.value(this.variable(name)),
      userFunction: (name) => this.userFunction(name),
    });
    this.numberInputs();
  }

  /** All parameters with what is assigned to them, those of the extended file behind the own ones. */
  all(): Map<string, Assigned> {
    const result = new Map<string, Assigned>();
    const names = [...this.params.keys(), ...Object.keys(this.overrides)];
    for (const name of new Set(names)) result.set(name, this.assigned(name));
    for (const [name, assigned] of this.base?.all() ?? []) {
      if (!result.has(name)) result.set(name, assigned);
    }
    return result;
  }

  /** Inputs are numbered in the order of the parameters, then of the variables. */
  private numberInputs(): void {
    const values = [...this.model.params, ...this.model.vars].map((s) => s.node.value);
    for (const value of values) {
      if (value) this.withInputs(convert(this.context, value));
    }
  }

  private withInputs(arm: Arm): Arm {
    return mapCalls(arm, (inner) => {
      if (!isExternalCall(inner.name)) return inner;
      const given = inner.args.map((a) => this.evaluator.value(a));
      const name = this.inputs.add(given);
      return { ...call('externalInputs', text(name)), path: inner.path };
    });
  }

  private assigned(name: string): Assigned {
    const before = this.done.get(name);
    if (before) return before;
    const symbol = this.params.get(name);
    const override = this.overrides[name];
    let result: Assigned;
    if (override !== undefined) result = { kind: 'value', value: override };
    else if (symbol?.node.value) result = this.evaluate(symbol, symbol.node.value);
    else throw new EngineError('InvalidTemplate', `The parameter '${name}' is not assigned.`);
    this.done.set(name, result);
    return result;
  }

  private evaluate(symbol: ParamSymbol, node: NonNullable<ParamSymbol['node']['value']>): Assigned {
    const inner = bare(node);
    if (inner.kind === 'call' && inner.name.name === 'getSecret') {
      return {
        kind: 'reference',
        reference: this.secret(inner.arguments.map((a) => this.plain(a))),
      };
    }
    try {
      const arm = this.reduce(this.readBase(convert(this.context, node)));
      if (containsInput(arm)) return { kind: 'expression', arm: this.folded(arm) };
      return { kind: 'value', value: this.evaluator.value(arm) };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const message = `Failed to evaluate parameter "${symbol.name}": ${error.message}`;
      throw new EmitError(node, message, 'BCP338');
    }
  }

  private plain(node: Parameters<typeof convert>[1]): JsonValue {
    return this.evaluator.value(this.reduce(convert(this.context, node)));
  }

  private secret([subscription, group, vault, name, version]: JsonValue[]): object {
    const base = `/subscriptions/${String(subscription)}/resourceGroups/${String(group)}`;
    return {
      keyVault: { id: `${base}/providers/Microsoft.KeyVault/vaults/${String(vault)}` },
      secretName: name,
      ...(version === undefined ? {} : { secretVersion: version }),
    };
  }

  /** `base.name`: what the extended file assigns. */
  private readBase(arm: Arm): Arm {
    return mapCalls(arm, (inner) => {
      const [first, ...rest] = inner.path;
      if (inner.name !== BASE || first?.kind !== 'string') return inner;
      const assigned = this.base?.all().get(first.value);
      if (!assigned || assigned.kind === 'reference') {
        const message = `The extended file does not assign a value to '${first.value}'.`;
        throw new EngineError('InvalidTemplate', message);
      }
      const value = assigned.kind === 'value' ? fromJson(assigned.value) : assigned.arm;
      return rest.length > 0 ? { ...asCall(value), path: [...asCall(value).path, ...rest] } : value;
    });
  }

  /** Names that depend on external inputs are replaced by what they stand for. */
  private reduce(arm: Arm): Arm {
    return mapCalls(this.withInputs(arm), (inner) => {
      const name = inner.args[0]?.kind === 'string' ? inner.args[0].value : undefined;
      if (inner.name === 'readEnvironmentVariable') return fromJson(this.environment(inner.args));
      if (name === undefined) return inner;
      let found: Arm | undefined;
      if (inner.name === 'variables') found = this.variable(name);
      if (inner.name === 'parameters') {
        const assigned = this.assigned(name);
        if (assigned.kind === 'expression') found = assigned.arm;
      }
      if (!found || !containsInput(found)) return inner;
      return { ...asCall(found), path: [...asCall(found).path, ...inner.path] };
    });
  }

  /** What does not depend on external inputs is written as its value. */
  private folded(arm: Arm): Arm {
    return mapCalls(arm, (inner) => {
      const named = inner.name === 'variables' || inner.name === 'parameters';
      const user = this.userFunction(inner.name) !== undefined;
      if ((!named && !user) || containsInput(inner)) return inner;
      return fromJson(this.evaluator.value(inner));
    });
  }

  private environment(args: readonly Arm[]): JsonValue {
    const [name, fallback] = args.map((a) => this.evaluator.value(a));
    const value = process.env[String(name)];
    if (value !== undefined) return value;
    if (fallback !== undefined) return fallback;
    throw new EngineError(
      'InvalidTemplate',
      `Environment variable "${String(name)}" does not exist, and no default value set.`,
    );
  }

  private constant(name: string): JsonValue {
    const assigned = this.assigned(name);
    if (assigned.kind === 'value') return assigned.value;
    throw new EngineError('InvalidTemplate', `The value of '${name}' is not known yet.`);
  }

  private variable(name: string): Arm {
    const before = this.variables.get(name);
    if (before) return before;
    const arm = this.reduce(this.readBase(this.declaration(name)));
    this.variables.set(name, arm);
    return arm;
  }

  private declaration(name: string): Arm {
    const own = this.model.symbols.get(name);
    if (own?.kind === 'var') return convert(this.context, own.node.value);
    for (const [node, variable] of this.context.loadedNames) {
      if (variable === name) return contentOf(this.model, node);
    }
    const foreign = this.context.imports.foreign.find((f) => f.name === name);
    if (foreign?.symbol.kind === 'var')
      return convert(this.placeOf(foreign.model), foreign.symbol.node.value);
    if (foreign?.symbol.kind === 'content') return contentOf(foreign.model, foreign.symbol.node);
    throw new EngineError('InvalidTemplate', `The variable '${name}' is not found.`);
  }

  private placeOf(model: Model): Context {
    const inlined = findInlined(model);
    return { ...this.context, model, inlined, loadedNames: loadedVariables(model) };
  }

  private userFunction(name: string): { parameters: string[]; body: Arm } | undefined {
    const symbols = [...this.model.symbols.values()].map((symbol) => ({
      symbol,
      model: this.model,
    }));
    for (const { symbol, model } of [...symbols, ...this.context.imports.foreign]) {
      if (symbol.kind !== 'func' || this.context.imports.functionName(symbol) !== name) continue;
      const { lambda } = symbol.node;
      const body = convert(this.placeOf(model), lambda.body);
      return { parameters: lambda.parameters.map((p) => p.name.name), body };
    }
    return undefined;
  }
}

function contentOf(model: Model, node: Parameters<Model['loaded']['get']>[0]): Arm {
  const content = model.loaded.get(node);
  if (!content) return { kind: 'null' };
  return 'text' in content ? text(content.text) : fromJson(content.value);
}

function containsInput(arm: Arm): boolean {
  let found = false;
  mapCalls(arm, (inner) => {
    found ||= inner.name === 'externalInputs';
    return inner;
  });
  return found;
}
