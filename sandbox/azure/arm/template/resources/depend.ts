import { EngineError, invalidTemplate } from '../engine-error.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { evaluateTree } from '../evaluate/tree.ts';
import { visitExpression } from '../expression/ast.ts';
import type { Expression } from '../expression/ast.ts';
import { isRunTimeFunction } from '../functions/registry.ts';
import { getProperty, isObject } from '../json.ts';
import { isDeploymentType, withoutTemplate } from './declaration.ts';
import { describing, relativeName } from './expand.ts';
import type { Node } from './expand.ts';
import type { ResourceIndex } from './lookup.ts';
import { runTimeTexts } from './run-time.ts';

/**
 * The dependencies of all nodes, as keys: those written, those that reference() by name or symbolic
 * name implies, and those that a serial copy has on the batch before. Throws for unknown names and
 * for cycles.
 */
export function dependencies(nodes: readonly Node[], index: ResourceIndex): Map<string, string[]> {
  const result = new Map<string, string[]>();
  const loops = new Set<string>();
  for (const node of nodes) addLoopName(node, loops);
  const batches = batchesOf(nodes);
  for (const node of nodes) {
    const keys = new Set<string>();
    if (node.condition) {
      describing(node.declaration, () => {
        for (const found of explicit(node, index, loops)) keys.add(found.key);
        for (const found of implicit(node, index)) keys.add(found.key);
      });
      for (const found of batches.get(node) ?? []) keys.add(found.key);
    }
    result.set(node.key, [...keys]);
  }
  // ARM drops dependencies on resources that are not deployed.
  const skipped = new Set(nodes.filter((node) => !node.condition).map((node) => node.key));
  for (const [key, keys] of result)
    result.set(
      key,
      keys.filter((other) => !skipped.has(other)),
    );
  checkCycles(nodes, result);
  return result;
}

function addLoopName(node: Node, loops: Set<string>): void {
  if (node.copyGroup !== undefined) loops.add(node.copyGroup.name.toLowerCase());
}

/** For serial copies: the nodes of the previous batch. */
function batchesOf(nodes: readonly Node[]): Map<Node, Node[]> {
  const result = new Map<Node, Node[]>();
  const loops = new Map<string, Node[]>();
  for (const node of nodes) {
    if (node.copyGroup?.mode !== 'serial') continue;
    const key = `${node.declaration.path}#${node.copyGroup.name}`;
    loops.set(key, [...(loops.get(key) ?? []), node]);
  }
  for (const members of loops.values()) {
    const size = members[0]?.copyGroup?.batchSize ?? 1;
    const deployed = members.filter((node) => node.condition);
    deployed.forEach((node, i) => {
      const start = Math.floor(i / size) * size - size;
      if (start >= 0) result.set(node, deployed.slice(start, start + size));
    });
  }
  return result;
}

function explicit(node: Node, index: ResourceIndex, loops: ReadonlySet<string>): Node[] {
  const { json, path } = node.declaration;
  const written = evaluateTree(
    getProperty(json, 'dependsOn') ?? [],
    node.frame,
    `${path}.dependsOn`,
  );
  if (!Array.isArray(written)) {
    throw invalidTemplate("'dependsOn' must be an array.", `${path}.dependsOn`);
  }
  return written.flatMap((name) => {
    if (typeof name !== 'string' || name === '') {
      throw invalidTemplate("An entry of 'dependsOn' must be a string.", `${path}.dependsOn`);
    }
    const found = index.dependency(
      name,
      (loop) => loops.has(loop.toLowerCase()) || isLoop(node, loop),
    );
    if (found === undefined) {
      const shown = name.startsWith('/') ? relativeName(name) : name;
      throw invalidTemplate(
        `The resource '${shown}' is not defined in the template.`,
        `${path}.dependsOn`,
      );
    }
    return found;
  });
}

/** Whether the template has a loop or a symbol of that name, even one without items. */
function isLoop(node: Node, name: string): boolean {
  const { resources } = node.frame.context.document;
  if (!isObject(resources)) {
    const list = Array.isArray(resources) ? resources : [];
    return list.some((item) => {
      const copy = isObject(item) ? getProperty(item, 'copy') : undefined;
      return (
        isObject(copy) && String(getProperty(copy, 'name')).toLowerCase() === name.toLowerCase()
      );
    });
  }
  return getProperty(resources, name.replace(/\[\d+\]$/, '')) !== undefined;
}

function implicit(node: Node, index: ResourceIndex): Node[] {
  const { json, path } = node.declaration;
  const found: Node[] = [];
  const isDeployment = isDeploymentType(node.placement.type);
  for (const [member, value] of Object.entries(json)) {
    if (['dependson', 'copy', 'resources'].includes(member.toLowerCase())) continue;
    const inspected = isDeployment ? withoutTemplate(value) : value;
    for (const text of runTimeTexts(inspected, node.frame.context)) {
      visitExpression(node.frame.context.parse(text), (part) => {
        if (part.kind !== 'call' || !isRunTimeFunction(part.name)) return;
        const name = referencedName(part.args[0], node);
        if (name === undefined || name.startsWith('/')) return;
        const nodes = index.dependency(name, () => false);
        if (nodes !== undefined) found.push(...nodes);
        else if (node.frame.context.lookup(name).kind === 'none' && !isLoop(node, name)) {
          throw invalidTemplate(
            `The resource '${name}' is not defined in the template.`,
            `${path}.${member}`,
          );
        }
      });
    }
  }
  return found;
}

/** The name in reference(name); undefined when it can't be known before deploying. */
function referencedName(arg: Expression | undefined, node: Node): string | undefined {
  if (arg === undefined) return undefined;
  try {
    const value = evaluate(arg, node.frame);
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // Inside a property loop: format('nic[{0}]', copyIndex('x')) can be any of nic.
    let symbol: string | undefined;
    visitExpression(arg, (part) => {
      const match = part.kind === 'string' ? /^(.+)\[\{0\}\]$/.exec(part.value) : null;
      if (match !== null) symbol = match[1];
    });
    return symbol;
  }
}

function checkCycles(nodes: readonly Node[], edges: ReadonlyMap<string, string[]>): void {
  const state = new Map<string, 'open' | 'done'>();
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  for (const start of nodes) {
    // An explicit stack: chains of serial copies are as long as there are resources.
    const stack: { key: string; next: number }[] = [{ key: start.key, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top === undefined) break;
      if (state.get(top.key) === 'done') {
        stack.pop();
        continue;
      }
      state.set(top.key, 'open');
      const next = edges.get(top.key)?.[top.next];
      if (next === undefined) {
        state.set(top.key, 'done');
        stack.pop();
      } else {
        top.next += 1;
        if (state.get(next) === 'open') {
          const node = byKey.get(next);
          throw invalidTemplate(
            `Circular dependency detected on resource: '${node?.placement.id ?? next}'.`,
            node?.declaration.path,
          );
        }
        if (state.get(next) === undefined) stack.push({ key: next, next: 0 });
      }
    }
  }
}
