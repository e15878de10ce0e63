import type { CallNode } from '../syntax/nodes.ts';
import type { TypeNode, TypePropertyNode } from '../syntax/type-nodes.ts';
import { typeChildrenOf } from '../syntax/walk.ts';
import { AMBIENT_TYPES } from './functions.ts';
import type { Model } from './model.ts';
import { report } from './model.ts';

const NONE = (): void => {};

const BUILT_IN = [
  'any',
  'array',
  'bool',
  'int',
  'object',
  'resourceInput',
  'resourceOutput',
  'string',
];

function typeNames(model: Model): string {
  const own = [...model.symbols.values()].flatMap((s) => (s.kind === 'type' ? [s.name] : []));
  return [...BUILT_IN, ...own.sort()].map((name) => `"${name}"`).join(', ');
}

function repeatedProperties(model: Model, properties: readonly TypePropertyNode[]): void {
  for (const [i, property] of properties.entries()) {
    if (!properties.slice(0, i).some(({ name }) => name === property.name)) continue;
    const at = { start: property.start, end: property.start + property.name.length };
    const message = `The property "${property.name}" is declared multiple times in this object. Remove or rename the duplicate properties.`;
    report(model, at, 'BCP025', message);
  }
}

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
    } else if (symbol) {
      const message = `'${name}' refers to a value but is being used as a type here.`;
      report(model, type.name, 'BCP287', message);
    } else if (!AMBIENT_TYPES.has(name) && name !== 'sys') {
      report(
        model,
        type.name,
        'BCP302',
        `The name "${name}" is not a valid type. Please specify one of the following types: ${typeNames(model)}.`,
      );
    }
  }
  if (type.kind === 'type-object') {
    repeatedProperties(model, type.properties);
    for (const property of type.properties) decorators(property.decorators);
    if (type.additional) decorators(type.additional.decorators);
  }
  if (type.kind === 'type-tuple') for (const item of type.items) decorators(item.decorators);
  for (const part of typeChildrenOf(type)) bindType(model, part, decorators);
}
