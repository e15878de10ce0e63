import type { CallNode } from '../syntax/nodes.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import { typeChildrenOf } from '../syntax/walk.ts';
import { AMBIENT_TYPES } from './functions.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';

const NONE = (): void => {};

/** Finds out what the names in a type mean; `decorators` is called for those of its parts. */
export function bindType(
  model: Model,
  type: TypeNode,
  decorators: (list: readonly CallNode[]) => void = NONE,
): void {
  if (type.kind === 'type-name') {
    const { name } = type.name;
    const symbol = model.symbols.get(name);
    if (symbol && ['type', 'imported', 'wildcard'].includes(symbol.kind)) {
      model.references.set(type, symbol);
      model.used.add(symbol);
    } else if (!AMBIENT_TYPES.has(name) && name !== 'sys') {
      report(
        model,
        type.name,
        'BCP302',
        `The name "${name}" is not a valid type. Please specify one of the following types: "array", "bool", "int", "object", "string".`,
      );
    }
  }
  if (type.kind === 'type-object') {
    for (const property of type.properties) decorators(property.decorators);
    if (type.additional) decorators(type.additional.decorators);
  }
  if (type.kind === 'type-tuple') for (const item of type.items) decorators(item.decorators);
  for (const part of typeChildrenOf(type)) bindType(model, part, decorators);
}
