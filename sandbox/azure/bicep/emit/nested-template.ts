import type { ModuleSymbol } from '../model/symbols.ts';
import type { Model } from '../model/model.ts';
import { EmitError } from './arm.ts';
import { templateOf } from './template.ts';

const built = new WeakMap<Model, Record<string, unknown>>();

/** The template that a module holds; the same for all modules of one file. */
export function nestedTemplate(symbol: ModuleSymbol): Record<string, unknown> {
  const { target } = symbol;
  if (!target) throw new EmitError(symbol.node.path, 'The referenced module has errors.', 'BCP104');
  if (target.kind === 'json') return target.template;
  const before = built.get(target);
  if (before) return before;
  const template = templateOf(target);
  built.set(target, template);
  return template;
}
