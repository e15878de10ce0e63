import { isModuleValue } from '../emit/module-values.ts';
import { outputsOf } from '../emit/module-outputs.ts';
import { isResource, targetOf } from '../emit/references.ts';
import { contextOf } from '../emit/template.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { AccessNode } from '../syntax/nodes.ts';
import { bare } from '../syntax/read.ts';
import { valuesOf, walk } from '../syntax/walk.ts';

function notThere(model: Model, node: AccessNode, type: string, names: readonly string[]): void {
  const list = [...names]
    .sort()
    .map((n) => `"${n}"`)
    .join(', ');
  const advice = names.length > 0 ? ` Available properties include ${list}.` : '';
  report(
    model,
    node.name,
    'BCP053',
    `The type "${type}" does not contain property "${node.name.name}".${advice}`,
  );
}

/** Looks at what is read of modules: only their name and the outputs that their files declare. */
export function checkModuleAccess(model: Model): void {
  if (model.kind === 'params' || model.modules.length === 0) return;
  const context = contextOf(model);
  const check = (node: AccessNode): void => {
    const target = targetOf(context, node.base);
    if (target && !isResource(target)) {
      if (target.symbol.loop && !target.index) return;
      const known = ['name', 'outputs'];
      if (!known.includes(node.name.name)) notThere(model, node, 'module', known);
      return;
    }
    const base = bare(node.base);
    if (base.kind !== 'access' || base.name.name !== 'outputs') return;
    const module = targetOf(context, base.base);
    if (!module || isResource(module) || !module.symbol.target) return;
    if (!isModuleValue(context, base.base)) return;
    const outputs = [...outputsOf(module.symbol).keys()];
    if (!outputs.includes(node.name.name)) notThere(model, node, 'outputs', outputs);
  };
  for (const statement of model.program.statements) {
    for (const value of valuesOf(statement)) {
      walk(value, (node) => {
        if (node.kind === 'access') check(node);
      });
    }
  }
}
