import type { CallNode, Expression, ForNode, LambdaNode, Name } from '../syntax/nodes.ts';
import { bare, keyText } from '../syntax/read.ts';
import type { ResourceNode, StatementNode } from '../syntax/statements.ts';
import { childrenOf, typeOf, valuesOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { bindType } from './bind-type.ts';
import {
  DECORATORS,
  PARAMS_ONLY,
  UNSUPPORTED_DECORATORS,
  argumentRange,
  builtIn,
  namespaceOf,
  replacedFunction,
} from './functions.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';
import type { AnySymbol, LocalSymbol, ResourceSymbol } from './symbols.ts';

type Names = ReadonlyMap<string, AnySymbol>;

/** The names that a piece of text can see besides those of the whole file. */
interface Where {
  model: Model;
  locals: Names;
  /** The statement that the text is of. */
  statement: StatementNode;
  /** What `copyIndex` is called in a loop at this place. */
  loopName: string | undefined;
}

export function unknownName(model: Model, name: Name): void {
  report(model, name, 'BCP057', `The name "${name.name}" does not exist in the current context.`);
}

function lookUp(where: Where, name: string): AnySymbol | undefined {
  const { model, locals } = where;
  const found = locals.get(name) ?? model.symbols.get(name);
  // A function sees neither what is given to the file nor what it deploys by module.
  const isHidden =
    where.statement.kind === 'func' && ['param', 'module'].includes(found?.kind ?? '');
  if (isHidden) return undefined;
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
  const at = { start: call.name.end, end: call.end };
  report(model, at, 'BCP071', `Expected ${wanted}, but got ${given}.`);
}

function bindBuiltIn(where: Where, call: CallNode): void {
  const { model } = where;
  const { name } = call.name;
  const found = builtIn(name);
  const replaced = replacedFunction(name);
  if (replaced) {
    report(model, call.name, replaced.code, replaced.message);
  } else if (!found || (PARAMS_ONLY.has(name) && model.kind === 'bicep')) {
    unknownName(model, call.name);
  } else {
    checkArguments(model, call, ...argumentRange(name, found, model.targetScope));
  }
}

/** Whether something else is declared with the name of a function that is called; reported. */
function isNoFunction(where: Where, call: CallNode): boolean {
  const { model, statement } = where;
  const { name } = call.name;
  const symbol = where.locals.get(name) ?? model.symbols.get(name);
  if (!symbol || symbol.kind === 'func' || symbol.kind === 'imported') return false;
  if ('node' in symbol && symbol.node === statement) {
    const message = 'This expression is referencing its own declaration, which is not allowed.';
    report(model, call.name, 'BCP079', message);
    return true;
  }
  const space = namespaceOf(name);
  const advice = space ? ` Did you mean "${space}.${name}"?` : '';
  const code = space ? 'BCP265' : 'BCP059';
  report(model, call.name, code, `The name "${name}" is not a function.${advice}`);
  return true;
}

function bindCall(where: Where, call: CallNode): void {
  const { model } = where;
  const { name } = call.name;
  const base = call.base && bare(call.base);
  if (base) {
    const symbol = model.references.get(base);
    if (symbol?.kind !== 'namespace') return;
    const space = namespaceOf(name);
    if (space === symbol.name || replacedFunction(name)) bindBuiltIn(where, call);
    else {
      const message = `The function "${name}" does not exist in namespace "${symbol.name}".`;
      report(model, call.name, 'BCP107', message);
    }
    return;
  }
  if (isNoFunction(where, call)) return;
  const symbol = model.symbols.get(name);
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
      // The name is taken, whatever is declared with it.
      if (node.name.name === 'base' && model.kind === 'params' && !model.extended) {
        const message =
          "The identifier 'base' is only available in parameter files that declare an 'extends' clause.";
        report(model, node.name, 'BCP437', message);
      } else if (!symbol) unknownName(model, node.name);
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
      const outer = model.references.get(bare(node.base));
      const of = outer && 'name' in outer ? `resource "${outer.name}"` : 'resource';
      const message = `The ${of} does not contain a nested resource named "${node.name.name}".`;
      report(model, node.name, 'BCP159', message);
    }
  }
}

function bindDecorator(where: Where, decorator: CallNode): void {
  const { model } = where;
  const { name } = decorator.name;
  const range = DECORATORS.get(name);
  const base = decorator.base?.kind === 'variable' ? decorator.base.name.name : undefined;
  if (UNSUPPORTED_DECORATORS.has(name)) {
    report(model, decorator, 'BCP000', `This compiler does not support @${name}().`);
  } else if (base === 'az') {
    const message = `The function "${name}" does not exist in namespace "az".`;
    report(model, decorator.name, 'BCP107', message);
  } else if (!base && isNoFunction(where, decorator)) {
    return;
  } else if (range) {
    checkArguments(model, decorator, ...range);
  } else if (builtIn(name)) {
    const message = `Function "${name}" cannot be used as a decorator.`;
    report(model, decorator.name, 'BCP152', message);
  } else {
    unknownName(model, decorator.name);
  }
}

function bindDecorators(where: Where, decorators: readonly CallNode[]): void {
  for (const decorator of decorators) {
    bindDecorator(where, decorator);
    for (const given of decorator.arguments) visit(where, given, undefined);
  }
}

function bindStatement(model: Model, statement: StatementNode): void {
  const where: Where = { model, statement, locals: new Map(), loopName: undefined };
  bindDecorators(where, statement.decorators);
  const type = typeOf(statement);
  if (type) bindType(model, type, (list) => bindDecorators(where, list));
  if (statement.kind === 'func') {
    bindLambda(where, statement.lambda, 'parameter');
    return;
  }
  for (const value of valuesOf(statement)) {
    if (statement.kind === 'var' || (statement.kind === 'param' && model.kind === 'params')) {
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
