import type { CallNode } from '../syntax/nodes.ts';
import { valuesOf, walk } from '../syntax/walk.ts';
import { isLoadCall } from '../model/load-content.ts';
import type { Model } from '../model/model.ts';

const known = new WeakMap<Model, ReadonlyMap<CallNode, string>>();

/** The calls whose content becomes a variable of its own, with the names of these variables. */
export function loadedVariables(model: Model): ReadonlyMap<CallNode, string> {
  const before = known.get(model);
  if (before) return before;
  const result = new Map<CallNode, string>();
  for (const statement of model.program.statements) {
    // A function cannot read variables: there the content stays in place.
    if (statement.kind === 'func') continue;
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind !== 'call' || !isLoadCall(model, node)) return;
        const isText = /^load(TextContent|FileAsBase64)$/.test(node.name.name);
        // Assigned directly to a variable, text is that variable's value.
        if (isText && statement.kind === 'var' && value === node) return;
        result.set(node, `$fxv#${result.size}`);
      });
    }
  }
  known.set(model, result);
  return result;
}
