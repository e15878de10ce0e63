import type { Expression } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import type { LocalSymbol, ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';
import { call, text } from './arm.ts';
import type { Arm, ArmCall } from './arm.ts';
import { symbolOf, withLocals } from './context.ts';
import type { Context, FileContext } from './context.ts';
import { convert, loopVariable } from './convert.ts';
import { moduleId, resourceId } from './resource-id.ts';
import { symbolicName } from './ancestors.ts';

/** The version of `Microsoft.Resources/deployments` that modules become. */
export const DEPLOYMENTS_VERSION = '2025-04-01';

/** A resource or module as an expression names it; of a collection perhaps one element. */
export interface Target<S> {
  symbol: S;
  index: Expression | undefined;
}

/** What an expression names, if it names a resource or module, or one element of a loop of them. */
export function targetOf(
  c: FileContext,
  expression: Expression,
): Target<ResourceSymbol> | Target<ModuleSymbol> | undefined {
  const node = bare(expression);
  if (node.kind === 'variable' || node.kind === 'nested') {
    const symbol = symbolOf(c, node);
    if (symbol?.kind === 'resource') return { symbol, index: undefined };
    if (symbol?.kind === 'module') return { symbol, index: undefined };
  }
  if (node.kind === 'index') {
    const base = targetOf(c, node.base);
    if (base?.symbol.loop && !base.index) return { ...base, index: node.index };
  }
  return undefined;
}

export function isResource(
  target: Target<ResourceSymbol> | Target<ModuleSymbol> | undefined,
): target is Target<ResourceSymbol> {
  return target?.symbol.kind === 'resource';
}

/** The place of a target's own declaration, its loop standing at the given index. */
export function contextAt(
  c: Context,
  symbol: { loop: ResourceSymbol['loop'] },
  index: Arm | undefined,
): Context {
  const { loop } = symbol;
  if (!loop || !index) return c;
  const replaced: (readonly [LocalSymbol, Arm])[] = [];
  for (const local of localsOf(c, loop)) replaced.push([local, loopVariable(c, local, index)]);
  return withLocals(c, replaced);
}

const loopLocals = new WeakMap<object, LocalSymbol[]>();

/** The variables of a loop that its body uses. */
function localsOf(c: FileContext, loop: object): LocalSymbol[] {
  const known = loopLocals.get(loop);
  if (known) return known;
  const list: LocalSymbol[] = [];
  for (const symbol of c.model.references.values()) {
    if (symbol.kind === 'local' && symbol.owner === loop && !list.includes(symbol))
      list.push(symbol);
  }
  loopLocals.set(loop, list);
  return list;
}

/** `'name'`, or for one element of a loop `format('name[{0}]', index)`. */
export function symbolicReference(c: Context, name: string, index: Expression | undefined): Arm {
  return index ? call('format', text(`${name}[{0}]`), convert(c, index)) : text(name);
}

/** `reference(...)` to a resource; `full` also gives what is outside its `properties`. */
export function resourceReference(
  c: Context,
  target: Target<ResourceSymbol>,
  full: boolean,
): ArmCall {
  const { symbol, index } = target;
  const name = symbolicName(c, symbol);
  const bySymbol = c.symbolic && !c.inlined.has(symbol);
  if (symbol.loop && !index) {
    return full ? call('references', text(name), text('full')) : call('references', text(name));
  }
  const id = bySymbol
    ? symbolicReference(c, name, index)
    : resourceId(contextAt(c, symbol, index && convert(c, index)), symbol);
  if (full) return call('reference', id, text(symbol.apiVersion), text('full'));
  return bySymbol ? call('reference', id) : call('reference', id, text(symbol.apiVersion));
}

/** `reference(...)` to the deployment that a module becomes. */
export function moduleReference(c: Context, target: Target<ModuleSymbol>): ArmCall {
  const { symbol, index } = target;
  if (symbol.loop && !index) return call('references', text(symbol.name));
  if (c.symbolic) return call('reference', symbolicReference(c, symbol.name, index));
  return call('reference', moduleIdAt(c, target), text(DEPLOYMENTS_VERSION));
}

export function moduleIdAt(c: Context, target: Target<ModuleSymbol>): Arm {
  const { symbol, index } = target;
  const at = index && convert(c, index);
  return moduleId(contextAt(c, symbol, at), symbol, at);
}
