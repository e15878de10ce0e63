import type { Expression } from '../syntax/nodes.ts';
import { decoratorNamed, keyText, propertyNamed } from '../syntax/read.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import { childrenOf, typeChildrenOf, valuesOf } from '../syntax/walk.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { isEnabled } from '../model/bicepconfig.ts';
import type { Model } from '../model/model.ts';
import { hasSecureOutputs } from './module-outputs.ts';

const STRUCTURED = new Set([
  'type-object',
  'type-array',
  'type-tuple',
  'type-union',
  'type-nullable',
  'type-call',
]);

function isStructured(type: TypeNode | undefined): boolean {
  if (!type) return false;
  return STRUCTURED.has(type.kind) || typeChildrenOf(type).some(isStructured);
}

/** Whether a loop of resources or modules is used as a whole, other than in `dependsOn`. */
function usesWholeLoop(model: Model, root: Expression): boolean {
  const visit = (node: ValueNode, parent: ValueNode | undefined): boolean => {
    const symbol = model.references.get(node);
    if ((symbol?.kind === 'resource' || symbol?.kind === 'module') && symbol.loop) {
      const indexed = parent?.kind === 'index' && parent.base === node;
      if (!indexed) return true;
    }
    if (node.kind === 'property' && keyText(node) === 'dependsOn') return false;
    return childrenOf(node).some((child) => visit(child, node));
  };
  return visit(root, undefined);
}

/** Whether a file needs a template with languageVersion 2.0, where resources have names of their own. */
export function needsSymbolicNames(model: Model): boolean {
  if (isEnabled(model.settings, 'symbolicNameCodegen')) return true;
  const kinds = new Set(model.program.statements.map((s) => s.kind));
  if (kinds.has('type') || kinds.has('func') || kinds.has('import')) return true;
  if (model.vars.some((v) => v.node.type)) return true;
  if (model.params.some((p) => isStructured(p.node.type))) return true;
  if (model.outputs.some((o) => isStructured(o.type))) return true;
  if (model.outputs.some((o) => decoratorNamed(o.decorators, 'secure'))) return true;
  if (model.modules.some((m) => !propertyNamed(m.body, 'name') || hasSecureOutputs(m))) return true;
  const resource = model.resources.some(
    (r) =>
      (r.existing && propertyNamed(r.body, 'dependsOn')) ||
      decoratorNamed(r.node.decorators, 'onlyIfNotExists') ||
      decoratorNamed(r.node.decorators, 'retryOn'),
  );
  if (resource) return true;
  return model.program.statements.some((s) => valuesOf(s).some((v) => usesWholeLoop(model, v)));
}
