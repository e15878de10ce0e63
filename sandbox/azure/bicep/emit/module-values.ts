import type { Expression } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import { symbolOf } from './context.ts';
import type { FileContext } from './context.ts';
import { isResource, targetOf } from './references.ts';

// Functions that yield some of the elements of their first argument.
const SELECTING = new Set(['filter', 'sort', 'skip', 'take', 'concat', 'union', 'intersection']);
const FIRST = new Set(['first', 'last', 'min', 'max']);

/** Whether the value is a list of modules: a loop of them, or a selection from one. */
function isModuleList(c: FileContext, expression: Expression): boolean {
  const node = bare(expression);
  const target = targetOf(c, node);
  if (target) return !isResource(target) && !!target.symbol.loop && !target.index;
  const first = node.kind === 'call' ? node.arguments[0] : undefined;
  return node.kind === 'call' && !!first && SELECTING.has(node.name.name) && isModuleList(c, first);
}

/** Whether the value is one module, so that `.outputs.x` of it means `.outputs.x.value`. */
export function isModuleValue(c: FileContext, expression: Expression): boolean {
  const node = bare(expression);
  const target = targetOf(c, node);
  if (target) return !isResource(target) && (!target.symbol.loop || !!target.index);
  const first = node.kind === 'call' ? node.arguments[0] : undefined;
  if (node.kind === 'call' && first && FIRST.has(node.name.name)) return isModuleList(c, first);
  if (node.kind === 'index') return isModuleList(c, node.base);
  if (node.kind !== 'variable') return false;
  const symbol = symbolOf(c, node);
  if (symbol?.kind !== 'local') return false;
  if (symbol.role === 'item' && symbol.owner.kind === 'for') {
    return isModuleList(c, symbol.owner.source);
  }
  if (symbol.role !== 'lambda') return false;
  const call = c.model.parents.get(symbol.owner);
  const list = call?.kind === 'call' ? call.arguments[0] : undefined;
  return !!list && isModuleList(c, list);
}
