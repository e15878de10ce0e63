import { valuesOf, walk } from '../syntax/walk.ts';
import type { Span } from '../syntax/token.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { AnySymbol } from '../model/symbols.ts';

type Node = Extract<AnySymbol, { kind: 'param' | 'var' | 'resource' | 'module' | 'func' }>;

interface Use {
  target: Node;
  at: Span;
}

const isNode = (symbol: AnySymbol | undefined): symbol is Node =>
  symbol !== undefined && ['param', 'var', 'resource', 'module', 'func'].includes(symbol.kind);

function usesOf(model: Model, symbol: Node): Use[] {
  const uses: Use[] = [];
  for (const value of valuesOf(symbol.node)) {
    walk(value, (node) => {
      if (node.kind === 'resource') return false;
      const target = model.references.get(node);
      if (isNode(target)) uses.push({ target, at: node });
      return undefined;
    });
  }
  if (symbol.kind === 'resource' && symbol.outer) {
    uses.push({ target: symbol.outer, at: symbol.node.name });
  }
  return uses;
}

/** Reports declarations that need themselves, directly or through others. */
export function checkCycles(model: Model): void {
  const nodes: Node[] = [...model.symbols.values(), ...model.resources].filter(isNode);
  const edges = new Map(nodes.map((node) => [node, usesOf(model, node)]));
  for (const start of new Set(nodes)) {
    const path = shortestCycle(start, edges);
    if (!path) continue;
    const first = path[0]?.at ?? start.node;
    if (path.length === 1) {
      report(
        model,
        first,
        'BCP079',
        'This expression is referencing its own declaration, which is not allowed.',
      );
    } else {
      const names = [start.name, ...path.map((use) => use.target.name)];
      report(
        model,
        first,
        'BCP080',
        `The expression is involved in a cycle ("${names.join('" -> "')}").`,
      );
    }
  }
}

/** The uses that lead from a declaration back to it. */
function shortestCycle(start: Node, edges: Map<Node, Use[]>): Use[] | undefined {
  const queue: Use[][] = (edges.get(start) ?? []).map((use) => [use]);
  const seen = new Set<Node>();
  for (let i = 0; i < queue.length; i++) {
    const path = queue[i] ?? [];
    const last = path[path.length - 1];
    if (!last) continue;
    if (last.target === start) return path;
    if (seen.has(last.target)) continue;
    seen.add(last.target);
    for (const use of edges.get(last.target) ?? []) queue.push([...path, use]);
  }
  return undefined;
}
