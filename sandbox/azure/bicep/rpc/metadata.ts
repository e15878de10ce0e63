import type { CallNode } from '../syntax/nodes.ts';
import { decoratorNamed, literalText } from '../syntax/read.ts';
import type { StatementNode } from '../syntax/statements.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import { isExported } from '../model/compilation.ts';
import type { Position } from '../model/diagnostic.ts';
import type { Model } from '../model/model.ts';

interface Range {
  start: Position;
  end: Position;
}

/** The place of a declaration with its decorators. */
export function rangeOf(
  model: Model,
  node: { start: number; end: number; decorators: readonly CallNode[] },
): Range {
  const start = node.decorators[0]?.start ?? node.start;
  return { start: model.lines.position(start), end: model.lines.position(node.end) };
}

function described(decorators: readonly CallNode[]): { description?: string } {
  const description = literalText(decoratorNamed(decorators, 'description')?.arguments[0]);
  return description === undefined ? {} : { description };
}

/** A type as messages name it: `string[]`, `'a' | 'b'`, `{ name: string }`. */
export function typeName(type: TypeNode): string {
  const grouped = (inner: TypeNode): string =>
    inner.kind === 'type-union' ? `(${typeName(inner)})` : typeName(inner);
  switch (type.kind) {
    case 'type-name':
      return type.name.name;
    case 'type-literal':
      return typeof type.value === 'string' ? `'${type.value}'` : String(type.value);
    case 'type-array':
      return `${grouped(type.item)}[]`;
    case 'type-nullable':
      return ['null', typeName(type.base)].sort().join(' | ');
    case 'type-nonnull':
      return typeName(type.base);
    case 'type-union':
      return type.members.map(typeName).sort().join(' | ');
    case 'type-tuple':
      return `[${type.items.map((item) => typeName(item.type)).join(', ')}]`;
    case 'type-object': {
      const members = [...type.properties, ...(type.additional ? [type.additional] : [])];
      return `{ ${members.map((p) => `${p.name}: ${typeName(p.type)}`).join(', ')} }`;
    }
    case 'type-access': {
      const { step } = type;
      if (step === 'items') return `${typeName(type.base)}[*]`;
      if (step === 'additional') return `${typeName(type.base)}.*`;
      return 'index' in step
        ? `${typeName(type.base)}[${step.index}]`
        : `${typeName(type.base)}.${step.property}`;
    }
    case 'type-call':
      return `${type.name.name}<${type.arguments.map(typeName).join(', ')}>`;
    case 'type-resource':
      return `resource<${type.type?.segments.join('') ?? ''}>`;
    case 'type-json':
      return String(type.json['type'] ?? 'any');
    case 'type-missing':
      return 'error';
  }
}

function typeInfo(model: Model, type: TypeNode): { range?: Range; name: string } {
  const symbol = model.references.get(type);
  if (symbol?.kind === 'type') return { range: rangeOf(model, symbol.node), name: symbol.name };
  return { name: typeName(type) };
}

function definition(model: Model, node: StatementNode & { kind: 'param' | 'output' }): object {
  return {
    range: rangeOf(model, node),
    name: node.name.name,
    ...(node.type ? { type: typeInfo(model, node.type) } : {}),
    ...described(node.decorators),
  };
}

const KINDS = { type: 'TypeAlias', var: 'Variable', func: 'Function' } as const;

/** What `bicep/getMetadata` tells of a file. */
export function metadataOf(model: Model): object {
  const exports: object[] = [];
  for (const symbol of model.symbols.values()) {
    if (symbol.kind !== 'type' && symbol.kind !== 'var' && symbol.kind !== 'func') continue;
    if (!isExported(symbol)) continue;
    const { node, name, kind } = symbol;
    exports.push({
      range: rangeOf(model, node),
      name,
      kind: KINDS[kind],
      ...described(node.decorators),
    });
  }
  return {
    metadata: model.metadata.flatMap(({ name, value }) => {
      const text = literalText(value);
      return text === undefined ? [] : [{ name: name.name, value: text }];
    }),
    // A parameters file only assigns.
    parameters: (model.kind === 'params' ? [] : model.params).map((p) => definition(model, p.node)),
    outputs: model.outputs.map((o) => definition(model, o)),
    exports,
  };
}
