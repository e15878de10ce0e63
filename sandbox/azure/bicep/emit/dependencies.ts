import type { Expression } from '../syntax/nodes.ts';
import { propertyNamed, unwrapBody } from '../syntax/read.ts';
import { childrenOf, walk } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';
import type { LocalSymbol, ModuleSymbol, ResourceSymbol, VarSymbol } from '../model/symbols.ts';
import { ancestorsOf } from './ancestors.ts';
import type { FileContext } from './context.ts';

export type Dependent = ResourceSymbol | ModuleSymbol | VarSymbol;

/** One use of a resource, module or variable in a declaration. */
export interface Dependency {
  target: Dependent;
  /** Undefined also if the whole loop is meant. */
  index: Expression | undefined;
  /** Only what the declaration says is read (id, name ...), so an existing resource need not be waited for. */
  weak: boolean;
}

const INFO = new Set(['id', 'name', 'type', 'apiVersion']);

function isLooped(symbol: Dependent): boolean {
  return symbol.kind === 'var' ? symbol.node.value.kind === 'for' : !!symbol.loop;
}

/** Whether an expression uses loop or lambda variables that exist only inside `container`. */
function usesInnerLocals(c: FileContext, expression: Expression, container: ValueNode): boolean {
  let inner = false;
  walk(expression, (node) => {
    const symbol = c.model.references.get(node);
    if (symbol?.kind === 'local' && isInside(c, symbol, container)) inner = true;
  });
  return inner;
}

function isInside(c: FileContext, symbol: LocalSymbol, container: ValueNode): boolean {
  let node: ValueNode | undefined = symbol.owner;
  while (node) {
    if (node === container) return true;
    node = c.model.parents.get(node);
  }
  return false;
}

/** Collects what the declarations of a file use directly. */
export class DependencyFinder {
  private readonly c: FileContext;
  private readonly known = new Map<Dependent, Dependency[]>();
  private readonly reaching = new Map<Dependent, boolean>();

  constructor(c: FileContext) {
    this.c = c;
  }

  /** The uses in one declaration; variables that lead to no resource are left out. */
  of(symbol: Dependent): Dependency[] {
    const before = this.known.get(symbol);
    if (before) return before;
    const list: Dependency[] = [];
    this.known.set(symbol, list);
    if (symbol.kind === 'resource') {
      const parent = ancestorsOf(this.c, symbol).at(-1);
      if (parent) list.push({ target: parent.symbol, index: parent.index, weak: true });
    }
    this.visit(symbol, symbol.node.value, list);
    const useful = list.filter((d) => d.target.kind !== 'var' || this.reaches(d.target));
    this.known.set(symbol, useful);
    return useful;
  }

  private reaches(symbol: VarSymbol): boolean {
    const before = this.reaching.get(symbol);
    if (before !== undefined) return before;
    this.reaching.set(symbol, false);
    const result = this.of(symbol).length > 0;
    this.reaching.set(symbol, result);
    return result;
  }

  private visit(owner: Dependent, node: ValueNode, list: Dependency[]): void {
    // A resource written inside another one has dependencies of its own.
    if (node.kind === 'resource') return;
    const symbol = this.c.model.references.get(node);
    if (symbol?.kind === 'var' || symbol?.kind === 'resource' || symbol?.kind === 'module') {
      const index = this.indexOf(owner, node, isLooped(symbol));
      const weak = symbol.kind === 'resource' && this.isWeak(owner, node, symbol);
      list.push({ target: symbol, index, weak });
      if (node.kind === 'nested') return;
    }
    for (const child of childrenOf(node)) this.visit(owner, child, list);
  }

  private indexOf(owner: Dependent, node: ValueNode, looped: boolean): Expression | undefined {
    const parent = this.c.model.parents.get(node);
    if (!looped || parent?.kind !== 'index' || parent.base !== node) return undefined;
    const { body } = unwrapBody(owner.node.value);
    const container = body ?? owner.node.value;
    return usesInnerLocals(this.c, parent.index, container) ? undefined : parent.index;
  }

  private isWeak(owner: Dependent, node: ValueNode, symbol: ResourceSymbol): boolean {
    return this.readsInfo(node, symbol) || this.isCalled(node, symbol) || this.places(owner, node);
  }

  private readsInfo(node: ValueNode, symbol: ResourceSymbol): boolean {
    const parent = this.c.model.parents.get(node);
    if (parent?.kind === 'nonnull') return this.readsInfo(parent, symbol);
    if (parent?.kind === 'access') return INFO.has(parent.name.name);
    if (parent?.kind !== 'index' || parent.base !== node) return false;
    if (parent.index.kind === 'string') return INFO.has(parent.index.segments.join(''));
    return symbol.loop !== undefined && this.readsInfo(parent, symbol);
  }

  private isCalled(node: ValueNode, symbol: ResourceSymbol): boolean {
    const parent = this.c.model.parents.get(node);
    if (parent?.kind === 'nonnull') return this.isCalled(parent, symbol);
    if (parent?.kind === 'call') return parent.base === node;
    return parent?.kind === 'index' && symbol.loop !== undefined && this.isCalled(parent, symbol);
  }

  /** Whether the use stands in `parent:` or `scope:`. */
  private places(owner: Dependent, node: ValueNode): boolean {
    if (owner.kind === 'var') return false;
    const places = ['parent', 'scope'].map((name) => propertyNamed(owner.body, name));
    let above: ValueNode | undefined = node;
    while (above) {
      if (places.some((place) => place === above)) return true;
      above = this.c.model.parents.get(above);
    }
    return false;
  }
}
