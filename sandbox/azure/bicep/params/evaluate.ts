import { randomUUID } from 'node:crypto';
import { EngineError } from '../../arm/template/engine-error.ts';
import { evaluate } from '../../arm/template/evaluate/evaluate.ts';
import type { CopyCounter, Frame, TemplateContext } from '../../arm/template/evaluate/frame.ts';
import type { Expression } from '../../arm/template/expression/ast.ts';
import { parseExpression } from '../../arm/template/expression/parse.ts';
import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import type { TemplateHost } from '../../arm/template/types.ts';
import { asCall } from '../emit/arm.ts';
import type { Arm } from '../emit/arm.ts';

/** Where names in an expression get their values from. */
export interface Names {
  parameter(name: string): JsonValue;
  variable(name: string): JsonValue;
  userFunction(name: string): { parameters: string[]; body: Arm } | undefined;
}

const at = 0;

/** The value as the template engine's own syntax tree. */
function toExpression(value: Arm): Expression {
  if (value.kind === 'string') return { kind: 'string', value: value.value, at };
  if (value.kind === 'int') return { kind: 'number', value: Number(value.digits), at };
  const { name, args, path } = asCall(value);
  let expression: Expression = { kind: 'call', name, args: args.map(toExpression), at };
  for (const step of path) {
    expression =
      step.kind === 'string'
        ? { kind: 'property', base: expression, name: step.value, at }
        : { kind: 'index', base: expression, index: toExpression(step), at };
  }
  return expression;
}

/** Nothing of a deployment exists when a parameters file is compiled. */
function absent(what: string): never {
  throw new EngineError('InvalidTemplate', `${what} is not available in a parameters file.`);
}

const scope = (): TemplateHost['scope'] => ({ kind: 'tenant', id: '/' });

function host(): TemplateHost {
  return {
    scope: scope(),
    deployment: { name: 'main', id: '' },
    tenantId: '',
    now: new Date(),
    newGuid: () => randomUUID(),
    environment: {},
    resourceGroup: () => absent('resourceGroup()'),
    subscription: () => absent('subscription()'),
    reference: () => absent('reference()'),
    listAction: (name) => absent(`${name}()`),
  };
}

/** Evaluates constant expressions with the functions of the template engine. */
export class Evaluator {
  private readonly names: Names;
  private readonly context: TemplateContext;

  constructor(names: Names) {
    this.names = names;
    this.context = {
      host: host(),
      document: {},
      symbolic: true,
      parse: parseExpression,
      parameter: (name) => names.parameter(name),
      variable: (name) => names.variable(name),
      // Calls of user-defined functions are evaluated here, before the engine sees them.
      userFunction: () => undefined,
      checkType: () => undefined,
      lookup: () => ({ kind: 'none' }),
      byId: () => undefined,
      parameterValues: () => ({}),
    };
  }

  /** The value of an expression. Throws EngineError. */
  value(arm: Arm, copies: readonly CopyCounter[] = []): JsonValue {
    return this.within(arm, this.frame(copies));
  }

  private frame(copies: readonly CopyCounter[]): Frame {
    return {
      context: this.context,
      place: 'variable',
      phase: 'plan',
      copies,
      lambdas: new Map(),
      locals: undefined,
    };
  }

  private within(arm: Arm, frame: Frame): JsonValue {
    switch (arm.kind) {
      case 'array':
        return arm.items.map((item) => this.within(item, frame));
      case 'object': {
        const result: JsonObject = {};
        for (const { key, value } of arm.properties) {
          result[String(this.within(key, frame))] = this.within(value, frame);
        }
        return result;
      }
      case 'loop':
        return this.loop(arm, frame);
      case 'string':
      case 'int':
      case 'bool':
      case 'null':
      case 'call':
        return evaluate(toExpression(this.withoutUserCalls(arm)), frame);
    }
  }

  private loop(arm: Arm & { kind: 'loop' }, frame: Frame): JsonValue {
    const source = this.within(arm.source, frame);
    if (!Array.isArray(source)) {
      throw new EngineError('InvalidTemplate', 'A loop needs an array to go through.');
    }
    const name = copyName(arm.body);
    return source.map((_, index) => {
      const counter: CopyCounter = { name, index, kind: 'variable' };
      return this.value(arm.body, [...frame.copies, counter]);
    });
  }

  /** Replaces calls of user-defined functions by their bodies, with the arguments in place. */
  private withoutUserCalls(arm: Arm): Arm {
    return mapCalls(arm, (call) => {
      const user = this.names.userFunction(call.name);
      if (!user) return call;
      const given = new Map(user.parameters.map((name, i) => [name, call.args[i]]));
      const body = mapCalls(this.withoutUserCalls(user.body), (inner) => {
        const name = inner.name === 'parameters' ? inner.args[0] : undefined;
        const value = name?.kind === 'string' ? given.get(name.value) : undefined;
        return value ? { ...asCall(value), path: [...asCall(value).path, ...inner.path] } : inner;
      });
      const start = asCall(body);
      return { ...start, path: [...start.path, ...call.path] };
    });
  }
}

/** The name that `copyIndex` has inside a loop's body. */
function copyName(body: Arm): string | undefined {
  let name: string | undefined;
  mapCalls(body, (call) => {
    const first = call.args[0];
    if (call.name === 'copyIndex' && first?.kind === 'string') name ??= first.value;
    return call;
  });
  return name;
}

type Call = Arm & { kind: 'call' };

/** The same value with every call in it replaced, the inner ones first. */
export function mapCalls(arm: Arm, replace: (call: Call) => Arm): Arm {
  const map = (inner: Arm): Arm => mapCalls(inner, replace);
  switch (arm.kind) {
    case 'call':
      return replace({ ...arm, args: arm.args.map(map), path: arm.path.map(map) });
    case 'array':
      return { ...arm, items: arm.items.map(map) };
    case 'object':
      return {
        ...arm,
        properties: arm.properties.map((p) => ({ key: map(p.key), value: map(p.value) })),
      };
    case 'loop':
      return { ...arm, source: map(arm.source), body: map(arm.body) };
    case 'string':
    case 'int':
    case 'bool':
    case 'null':
      return arm;
  }
}
