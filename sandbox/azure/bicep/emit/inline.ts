import type { Expression } from '../syntax/nodes.ts';
import { bare, propertyNamed } from '../syntax/read.ts';
import { childrenOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { builtIn } from '../model/functions.ts';
import type { Model } from '../model/model.ts';
import type { ResourceSymbol, VarSymbol } from '../model/symbols.ts';

const KNOWN_BEFORE = new Set(['id', 'name', 'type', 'apiVersion']);

/** Answers questions about what is known before a deployment starts. */
export interface RunTime {
  inlined: Set<VarSymbol | ResourceSymbol>;
  /** Whether an expression reads something that is only known at run time. */
  reads(node: ValueNode): boolean;
}

const known = new WeakMap<Model, RunTime>();

/** The variables and existing resources of a file that are to be written out where they are used. */
export function findInlined(model: Model): Set<VarSymbol | ResourceSymbol> {
  return runTimeOf(model).inlined;
}

/**
 * The variables and existing resources that read something which is only known at run time. The engine evaluates
 * variables before it deploys anything, so these are written out wherever they are used.
 */
export function runTimeOf(model: Model): RunTime {
  const before = known.get(model);
  if (before) return before;
  const decided = new Map<VarSymbol | ResourceSymbol, boolean>();

  const resourceBehind = (node: Expression): ResourceSymbol | 'module' | undefined => {
    const inner = bare(node);
    if (inner.kind === 'index') return resourceBehind(inner.base);
    const symbol = model.references.get(inner);
    if (symbol?.kind === 'module') return 'module';
    return symbol?.kind === 'resource' ? symbol : undefined;
  };

  const access = (node: ValueNode & { kind: 'access' }): boolean | undefined => {
    const target = resourceBehind(node.base);
    const name = node.name.name;
    if (target === undefined) return undefined;
    if (target === 'module') return name !== 'name';
    if (!KNOWN_BEFORE.has(name)) return true;
    return name === 'id' || name === 'name' ? decide(target) : false;
  };

  const reads = (node: ValueNode): boolean => {
    if (node.kind === 'access') {
      const known = access(node);
      if (known !== undefined) return known;
    }
    const symbol = model.references.get(node);
    if (symbol?.kind === 'var') return decide(symbol);
    if (symbol?.kind === 'resource' || symbol?.kind === 'module') return true;
    if (node.kind === 'call' && !symbol) {
      const base = node.base && bare(node.base);
      const plain = !base || model.references.get(base)?.kind === 'namespace';
      if (plain && builtIn(node.name.name)?.runtime) return true;
      // `list...` of a resource.
      if (!plain && base && resourceBehind(base)) return true;
    }
    return childrenOf(node).some(reads);
  };

  const existing = (symbol: ResourceSymbol): boolean => {
    if (!symbol.existing) return false;
    if (symbol.outer && decide(symbol.outer)) return true;
    return (symbol.body?.members ?? []).some((member) => {
      if (member.kind === 'spread') return reads(member.expression);
      if (member === propertyNamed(symbol.body, 'dependsOn')) return false;
      if (
        member === propertyNamed(symbol.body, 'parent') ||
        member === propertyNamed(symbol.body, 'scope')
      ) {
        const target = resourceBehind(member.value);
        return target !== undefined && target !== 'module' && decide(target);
      }
      return reads(member);
    });
  };

  function decide(symbol: VarSymbol | ResourceSymbol): boolean {
    const earlier = decided.get(symbol);
    if (earlier !== undefined) return earlier;
    decided.set(symbol, false); // ends a cycle, which is reported elsewhere
    const result = symbol.kind === 'var' ? reads(symbol.node.value) : existing(symbol);
    decided.set(symbol, result);
    return result;
  }

  for (const symbol of [...model.vars, ...model.resources]) decide(symbol);
  const inlined = [...decided].filter(([, inline]) => inline).map(([symbol]) => symbol);
  const result: RunTime = { inlined: new Set(inlined), reads };
  known.set(model, result);
  return result;
}
