import type { CallNode, Expression, ForNode, LambdaNode, Name } from '../syntax/nodes.ts';
import { bare, keyText } from '../syntax/read.ts';
import type { ResourceNode, StatementNode } from '../syntax/statements.ts';
import { childrenOf, typeOf, valuesOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { bindType } from './bind-type.ts';
import { DECORATORS, PARAMS_ONLY, UNSUPPORTED_DECORATORS, builtIn } from './functions.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';
import type { AnySymbol, LocalSymbol, ResourceSymbol } from './symbols.ts';

type Names = ReadonlyMap<string, AnySymbol>;

/** The names that a piece of text can see besides those of the whole file. */
interface Where {
  model: Model;
  locals: Names;
  /** What `copyIndex` is called in a loop at this place. */
  loopName: string | undefined;
}

export function unknownName(model: Model, name: Name): void {
  report(model, name, 'BCP057', `The name "${name.name}" does not exist in the current context.`);
}

function lookUp(where: Where, name: string): AnySymbol | undefined {
  const { model, locals } = where;
  const found = locals.get(name) ?? model.symbols.get(name);
  if (found) return found;
  if (name === 'az' || name === 'sys') return { kind: 'namespace', name };
  if (name === 'base' && model.extended) return { kind: 'base', name };
  return undefined;
}

function refer(where: Where, node: object, symbol: AnySymbol): void {
  where.model.references.set(node, symbol);
  where.model.used.add(symbol);
}

function checkArguments(model: Model, call: CallNode, min: number, max: number): void {
  const given = call.arguments.length;
  if (given >= min && given <= max) return;
  const wanted =
    min === max
      ? `${min} argument${min === 1 ? '' : 's'}`
      : max >= 1000
        ? `at least ${min} argument${min === 1 ? '' : 's'}`
        : `${min} to ${max} arguments`;
  report(model, call, 'BCP071', `Expected ${wanted}, but got ${given}.`);
}

function bindBuiltIn(where: Where, call: CallNode): void {
  const { model } = where;
  const found = builtIn(call.name.name);
  if (!found) {
    unknownName(model, call.name);
  } else if (PARAMS_ONLY.has(call.name.name) && model.kind === 'bicep') {
    report(
      model,
      call.name,
      'BCP057',
      `The function "${call.name.name}" is only available in parameters files.`,
    );
  } else {
    checkArguments(model, call, found.min, found.max);
  }
}

function bindCall(where: Where, call: CallNode): void {
  const { model } = where;
  const base = call.base && bare(call.base);
  if (base) {
    const symbol = model.references.get(base);
    if (symbol?.kind === 'namespace') bindBuiltIn(where, call);
    return;
  }
  const symbol = model.symbols.get(call.name.name);
  if (symbol?.kind === 'func' || symbol?.kind === 'imported') {
    refer(where, call, symbol);
    if (symbol.kind === 'func') {
      const wanted = symbol.node.lambda.parameters.length;
      checkArguments(model, call, wanted, wanted);
    }
    return;
  }
  bindBuiltIn(where, call);
}

function withLocals(where: Where, symbols: readonly LocalSymbol[]): Where {
  const locals = new Map(where.locals);
  for (const symbol of symbols) locals.set(symbol.name, symbol);
  return { ...where, locals };
}

function bindLoop(where: Where, loop: ForNode): void {
  const { loopName } = where;
  visit(where, loop.source, loop);
  const symbols: LocalSymbol[] = [];
  for (const [node, role] of [
    [loop.item, 'item'],
    [loop.index, 'index'],
  ] as const) {
    if (node)
      symbols.push({ kind: 'local', name: node.name.name, node, role, owner: loop, loopName });
  }
  visit(withLocals(where, symbols), loop.body, loop);
}

function bindLambda(where: Where, lambda: LambdaNode, role: 'lambda' | 'parameter'): void {
  const symbols = lambda.parameters.map((node): LocalSymbol => {
    if (node.type) bindType(where.model, node.type);
    return { kind: 'local', name: node.name.name, node, role, owner: lambda, loopName: undefined };
  });
  if (lambda.returns) bindType(where.model, lambda.returns);
  visit(withLocals(where, symbols), lambda.body, lambda);
}

function nestedChild(where: Where, base: Expression, name: Name): ResourceSymbol | undefined {
  const inner = bare(base);
  const target = inner.kind === 'index' ? bare(inner.base) : inner;
  const symbol = where.model.references.get(target);
  if (symbol?.kind !== 'resource') return undefined;
  return symbol.children.find((child) => child.name === name.name);
}

function bindNestedResource(where: Where, node: ResourceNode, outer: ValueNode): void {
  const symbol = [...where.locals.values()].find((s) => s.kind === 'resource' && s.node === node);
  bindDecorators(where, node.decorators);
  const inner = symbol?.kind === 'resource' ? withChildren(where, symbol) : where;
  where.model.parents.set(node, outer);
  visit({ ...inner, loopName: undefined }, node.value, node);
}

function withChildren(where: Where, symbol: ResourceSymbol): Where {
  const locals = new Map(where.locals);
  for (const child of symbol.children) locals.set(child.name, child);
  return { ...where, locals };
}

function visit(where: Where, node: ValueNode, parent: ValueNode | undefined): void {
  const { model } = where;
  if (parent) model.parents.set(node, parent);
  switch (node.kind) {
    case 'variable': {
      const symbol = lookUp(where, node.name.name);
      if (!symbol) unknownName(model, node.name);
      else refer(where, node, symbol);
      return;
    }
    case 'for':
      bindLoop(where, node);
      return;
    case 'lambda':
      bindLambda(where, node, 'lambda');
      return;
    case 'resource':
      bindNestedResource(where, node, parent ?? node);
      return;
    case 'property':
      if (node.key.kind === 'string') visit(where, node.key, node);
      visit({ ...where, loopName: keyText(node) ?? '' }, node.value, node);
      return;
    default:
      for (const child of childrenOf(node)) visit(where, child, node);
  }
  if (node.kind === 'call') bindCall(where, node);
  if (node.kind === 'nested') {
    const child = nestedChild(where, node.base, node.name);
    if (child) refer(where, node, child);
    else {
      report(
        model,
        node.name,
        'BCP159',
        `The resource does not contain a nested resource named "${node.name.name}".`,
      );
    }
  }
}

function bindDecorators(where: Where, decorators: readonly CallNode[]): void {
  for (const decorator of decorators) {
    const { name } = decorator.name;
    if (UNSUPPORTED_DECORATORS.has(name)) {
      report(where.model, decorator, 'BCP000', `This compiler does not support @${name}().`);
    } else if (!DECORATORS.has(name)) {
      unknownName(where.model, decorator.name);
    }
    for (const given of decorator.arguments) visit(where, given, undefined);
  }
}

function bindStatement(model: Model, statement: StatementNode): void {
  const where: Where = { model, locals: new Map(), loopName: undefined };
  bindDecorators(where, statement.decorators);
  const type = typeOf(statement);
  if (type) bindType(model, type, (list) => bindDecorators(where, list));
  if (statement.kind === 'func') {
    bindLambda(where, statement.lambda, 'parameter');
    return;
  }
  for (const value of valuesOf(statement)) {
    if (statement.kind === 'var') {
      visit({ ...where, loopName: statement.name.name }, value, undefined);
    } else if (statement.kind === 'resource') {
      const symbol = model.symbols.get(statement.name.name);
      const inner = symbol?.kind === 'resource' ? withChildren(where, symbol) : where;
      model.parents.set(value, statement);
      visit(inner, value, statement);
    } else {
      visit(where, value, undefined);
    }
  }
}

/** Finds out what every name of a file means; unknown ones are reported. */
export function bind(model: Model): void {
  for (const statement of model.program.statements) bindStatement(model, statement);
}
