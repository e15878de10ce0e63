import type { Model } from '../model/model.ts';
import type { FuncSymbol } from '../model/symbols.ts';
import type { CallNode, Expression, LambdaNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import { isAssignable } from './assignable.ts';
import { declaredType } from './declared-type.ts';
import type { Inference } from './infer.ts';
import {
  KNOWN_OBJECTS,
  OTHER_SCOPES,
  lambdaParameters,
  lambdaResult,
  signaturesOf,
} from './signatures.ts';
import type { Signature } from './signatures.ts';
import { ANY, STRING, arrayOf, isOpen, nameOf } from './value-type.ts';
import type { ValueType } from './value-type.ts';

/** The call that a lambda is an argument of. */
export function lambdaCallOf(model: Model, lambda: LambdaNode): CallNode | undefined {
  const parent = model.parents.get(lambda);
  return parent?.kind === 'call' ? parent : undefined;
}

const ITEMS: ValueType = arrayOf({
  kind: 'object',
  properties: new Map<string, ValueType>([
    ['key', STRING],
    ['value', ANY],
  ]),
  rest: undefined,
  strict: true,
});

// What these yield depends on their lambda.
const LAMBDA_FUNCTIONS: readonly string[] = ['map', 'filter', 'sort'];

function functionOf(model: Model, node: CallNode): [FuncSymbol, Model] | undefined {
  const symbol = model.references.get(node);
  if (symbol?.kind === 'func') return [symbol, model];
  if (symbol?.kind !== 'imported' || !symbol.target) return undefined;
  const target = symbol.target.symbols.get(symbol.original);
  return target?.kind === 'func' ? [target, symbol.target] : undefined;
}

/** A call of any kind: its arguments are compared with what the function takes. */
export function callType(inference: Inference, node: CallNode): ValueType {
  const { model } = inference;
  const base = node.base && bare(node.base);
  if (base && model.references.get(base)?.kind !== 'namespace')
    return memberCall(inference, node, base);
  const user = functionOf(model, node);
  if (user) return userCall(inference, node, ...user);
  const given = node.arguments.map((argument) => inference.of(argument));
  const { name } = node.name;
  const broken = given.find(({ kind }) => kind === 'error');
  if (broken) return broken;
  if (!checkLambdas(inference, node)) return { kind: 'error' };
  const overloads = signaturesOf(name);
  if (overloads.length > 0 && !checkArguments(inference, node, given, overloads)) {
    return { kind: 'error' };
  }
  const elsewhere = node.arguments.length > 0 ? OTHER_SCOPES.get(name) : undefined;
  const known = elsewhere ?? KNOWN_OBJECTS.get(name);
  if (known) return known;
  return resultOf(inference, node, given, overloads);
}

function memberCall(inference: Inference, node: CallNode, base: Expression): ValueType {
  for (const argument of node.arguments) inference.of(argument);
  const type = inference.model.references.get(base)?.kind === 'wildcard' ? ANY : inference.of(base);
  if (isOpen(type)) return type;
  if (type.kind === 'resource' || type.kind === 'object' || type.kind === 'union') return ANY;
  return type.kind === 'module' || type.kind === 'array'
    ? ANY
    : inference.fail(
        node.name,
        'BCP067',
        `Cannot call functions on type "${nameOf(type)}". An "object" type is required.`,
      );
}

function resultOf(
  inference: Inference,
  node: CallNode,
  given: readonly ValueType[],
  overloads: readonly Signature[],
): ValueType {
  const { name } = node.name;
  const [first] = given;
  const lambda = node.arguments[1];
  if (LAMBDA_FUNCTIONS.includes(name)) {
    if (first?.kind !== 'array' || lambda?.kind !== 'lambda') return ANY;
    return arrayOf(name === 'map' ? inference.of(lambda.body) : first.item);
  }
  if (name === 'items') return ITEMS;
  const fitting = overloads.filter((overload) => mismatch(given, overload) === undefined);
  const [only] = fitting;
  return only && fitting.length === 1 ? only.result : ANY;
}

function userCall(
  inference: Inference,
  node: CallNode,
  symbol: FuncSymbol,
  home: Model,
): ValueType {
  const { lambda } = symbol.node;
  const parameters = lambda.parameters.map((p) => declaredType(home, p.type));
  const given = node.arguments.map((argument) => inference.of(argument));
  const result = declaredType(home, lambda.returns);
  if (given.some(({ kind }) => kind === 'error')) return { kind: 'error' };
  return checkArguments(inference, node, given, [{ parameters, result }])
    ? result
    : { kind: 'error' };
}

/** The position of the first argument that does not fit; undefined if all do. */
function mismatch(given: readonly ValueType[], { parameters }: Signature): number | undefined {
  const found = given.findIndex((type, i) => {
    const wanted = parameters[Math.min(i, parameters.length - 1)];
    return wanted !== undefined && !isAssignable(type, wanted);
  });
  return found < 0 ? undefined : found;
}

function describe(given: ValueType | undefined, wanted: ValueType | undefined): string {
  const [from, to] = [given ?? ANY, wanted ?? ANY].map(nameOf);
  return `Argument of type "${from}" is not assignable to parameter of type "${to}".`;
}

function checkArguments(
  inference: Inference,
  node: CallNode,
  given: readonly ValueType[],
  overloads: readonly Signature[],
): boolean {
  const places = overloads.map((overload) => mismatch(given, overload));
  if (places.includes(undefined)) return true;
  const at = Math.max(...places.map((place) => place ?? 0));
  const argument = node.arguments[at] ?? node;
  const wanted = ({ parameters }: Signature): ValueType | undefined =>
    parameters[Math.min(at, parameters.length - 1)];
  const [only] = overloads;
  if (overloads.length === 1 && only) {
    inference.fail(argument, 'BCP070', describe(given[at], wanted(only)));
    return false;
  }
  const lines = overloads.map(
    (overload, i) =>
      `\n  Overload ${i + 1} of ${overloads.length} gave the following error:\n    ${describe(given[at], wanted(overload))}`,
  );
  inference.fail(argument, 'BCP048', `Cannot resolve function overload.${lines.join('')}`);
  return false;
}

/** Looks at the lambdas among the arguments: how many parameters they have and what they yield. */
function checkLambdas(inference: Inference, node: CallNode): boolean {
  const { name } = node.name;
  let good = true;
  for (const [position, argument] of node.arguments.entries()) {
    if (argument.kind !== 'lambda') continue;
    const [least, most] = lambdaParameters(name);
    const count = argument.parameters.length;
    const body = inference.body(argument);
    const wanted = lambdaResult(name, position);
    if (count >= least && count <= most && body.kind !== 'error' && isAssignable(body, wanted)) {
      continue;
    }
    good = false;
    inference.fail(
      argument,
      'BCP070',
      `Argument of type "${argument.parameters.map(() => 'any').join(', ')} => ${nameOf(body)}" is not assignable to parameter of type "any => ${nameOf(wanted)}".`,
    );
  }
  return good;
}
