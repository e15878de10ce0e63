import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { TypeSymbol } from '../model/symbols.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';

const isNullable = (type: TypeNode): boolean => type.kind === 'type-nullable';

/** The types of the file that every value of a type must hold a value of. */
function requiredBy(model: Model, type: TypeNode): TypeSymbol[] {
  const parts = (list: readonly TypeNode[]): TypeSymbol[] =>
    list.flatMap((part) => requiredBy(model, part));
  switch (type.kind) {
    case 'type-name': {
      const symbol = model.references.get(type);
      return symbol?.kind === 'type' ? [symbol] : [];
    }
    case 'type-object':
      return parts(type.properties.map((p) => p.type).filter((t) => !isNullable(t)));
    case 'type-tuple':
      return parts(type.items.map((item) => item.type).filter((t) => !isNullable(t)));
    case 'type-array':
      return isNullable(type.item) ? [] : parts([type.item]);
    case 'type-nullable':
    case 'type-nonnull':
    case 'type-access':
      return parts([type.base]);
    case 'type-union':
      return parts(type.members);
    default:
      return [];
  }
}

/** The shortest way from a type back to itself. */
function wayBack(model: Model, start: TypeSymbol): TypeSymbol[] | undefined {
  const queue: TypeSymbol[][] = [[start]];
  const seen = new Set<TypeSymbol>();
  for (const path of queue) {
    const last = path.at(-1) ?? start;
    for (const next of requiredBy(model, last.node.type)) {
      if (next === start) return path;
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return undefined;
}

/** Whether a type of the file goes on for ever, as checkTypeCycles has reported. */
export const hasEndlessType = (model: Model): boolean =>
  model.diagnostics.some(({ code }) => code === 'BCP298' || code === 'BCP299');

const isType = (symbol: { kind: string }): symbol is TypeSymbol => symbol.kind === 'type';

/** Reports types of which no value could ever be written, as each would have to hold another one. */
export function checkTypeCycles(model: Model): void {
  for (const symbol of [...model.symbols.values()].filter(isType)) {
    const path = wayBack(model, symbol);
    if (!path) continue;
    const names = path.map(({ name }) => `"${name}"`).join(' -> ');
    if (path.length === 1) {
      const message =
        'This type definition includes itself as required component, which creates a constraint that cannot be fulfilled.';
      report(model, symbol.node.name, 'BCP298', message);
    } else {
      const message = `This type definition includes itself as a required component via a cycle (${names}).`;
      report(model, symbol.node.name, 'BCP299', message);
    }
  }
}
