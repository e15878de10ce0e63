import type { Expression } from '../syntax/nodes.ts';
import { propertyNamed } from '../syntax/read.ts';
import type { ResourceSymbol } from '../model/symbols.ts';
import type { FileContext } from './context.ts';
import { isResource, targetOf } from './references.ts';

/** A resource above another one. */
export interface Ancestor {
  symbol: ResourceSymbol;
  /** Of `parent: list[index]`. */
  index: Expression | undefined;
  /** Whether the child is written in its body. */
  nested: boolean;
}

/** The resources above one, the outermost first. */
export function ancestorsOf(c: FileContext, symbol: ResourceSymbol): Ancestor[] {
  const { outer } = symbol;
  if (outer) return [...ancestorsOf(c, outer), { symbol: outer, index: undefined, nested: true }];
  const parent = propertyNamed(symbol.body, 'parent');
  const target = parent && targetOf(c, parent.value);
  if (!isResource(target) || target.symbol === symbol) return [];
  return [...ancestorsOf(c, target.symbol), { ...target, nested: false }];
}

/** The key in a template of languageVersion 2.0: `outer::inner`. */
export function symbolicName(c: FileContext, symbol: ResourceSymbol): string {
  return symbol.outer ? `${symbolicName(c, symbol.outer)}::${symbol.name}` : symbol.name;
}
