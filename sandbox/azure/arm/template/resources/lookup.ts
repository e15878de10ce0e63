import type { ReferenceLookup, ReferenceTarget } from '../evaluate/frame.ts';
import { relativeName } from './expand.ts';
import type { Node } from './expand.ts';

/** Finds resources of the plan by symbolic name, name, id or copy loop. */
export class ResourceIndex {
  private readonly symbols = new Map<string, Node[]>();
  private readonly names = new Map<string, Node[]>();
  private readonly ids = new Map<string, Node>();
  private readonly loops = new Map<string, Node[]>();

  constructor(nodes: readonly Node[]) {
    for (const node of nodes) {
      const { declaration, placement, copyGroup } = node;
      if (declaration.symbol !== undefined) push(this.symbols, declaration.symbol, node);
      if (copyGroup !== undefined) push(this.loops, copyGroup.name, node);
      if (placement.id === '') continue;
      push(this.names, placement.name, node);
      const relative = relativeName(placement.id);
      if (relative !== placement.name) push(this.names, relative, node);
      const flat = `${placement.type}/${placement.name}`;
      if (flat !== relative) push(this.names, flat, node);
      const id = placement.id.toLowerCase();
      // With exclusive conditions the one that is deployed counts.
      if (this.ids.get(id)?.condition !== true) this.ids.set(id, node);
    }
  }

  /** reference('x') and list*('x'). */
  lookup(name: string): ReferenceLookup {
    const nodes = this.bySymbol(name) ?? this.byName(name);
    const [first] = nodes;
    if (first === undefined) return { kind: 'none' };
    const many = first.declaration.symbol !== undefined && first.copyGroup !== undefined;
    if (nodes.length === 1 && (!many || name.endsWith(']'))) {
      return { kind: 'one', target: targetOf(first) };
    }
    return { kind: 'many', targets: nodes.map((node) => targetOf(node)) };
  }

  byId(id: string): Node | undefined {
    return this.ids.get(id.replace(/\/+$/, '').toLowerCase());
  }

  /**
   * What an entry of dependsOn stands for: undefined when nothing in the template has that name.
   */
  dependency(name: string, isKnownLoop: (name: string) => boolean): Node[] | undefined {
    const symbols = this.bySymbol(name);
    if (symbols !== undefined) return symbols;
    if (name.startsWith('/')) {
      const node = this.byId(name);
      return node === undefined ? undefined : [node];
    }
    const loop = this.loops.get(name.toLowerCase());
    if (loop !== undefined) return loop;
    const named = this.byName(name);
    if (named.length > 0) return named;
    // A loop of no items is a dependency on nothing.
    return isKnownLoop(name) ? [] : undefined;
  }

  private bySymbol(name: string): Node[] | undefined {
    const match = /^(.+)\[(\d+)\]$/.exec(name);
    if (match === null) return this.symbols.get(name.toLowerCase());
    const nodes = this.symbols.get((match[1] ?? '').toLowerCase());
    return nodes?.filter((node) => node.copyGroup?.index === Number(match[2]));
  }

  private byName(name: string): Node[] {
    return this.names.get(name.toLowerCase()) ?? [];
  }
}

function push(map: Map<string, Node[]>, name: string, node: Node): void {
  const key = name.toLowerCase();
  const list = map.get(key);
  if (list === undefined) map.set(key, [node]);
  else list.push(node);
}

export function targetOf(node: Node): ReferenceTarget {
  return {
    id: node.placement.id,
    type: node.placement.type,
    name: node.placement.name,
    apiVersion: node.apiVersion,
    condition: node.condition,
  };
}
