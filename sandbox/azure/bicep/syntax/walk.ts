import type { Expression, LocalNode, PropertyNode, SpreadNode } from './nodes.ts';
import type { ResourceNode, StatementNode } from './statements.ts';
import type { TypeNode } from './type-nodes.ts';

/** Every node that has a place of its own in a tree of values. */
export type ValueNode = Expression | PropertyNode | SpreadNode | ResourceNode | LocalNode;

const defined = <T>(list: readonly (T | undefined)[]): T[] =>
  list.filter((x): x is T => x !== undefined);

/** The direct children of a node, in the order of the text. */
export function childrenOf(node: ValueNode): ValueNode[] {
  switch (node.kind) {
    case 'string':
      return node.expressions;
    case 'object':
      return [...node.members, ...node.resources].sort((a, b) => a.start - b.start);
    case 'array':
      return node.items;
    case 'property':
      return node.key.kind === 'string' ? [node.key, node.value] : [node.value];
    case 'spread':
    case 'parentheses':
    case 'nonnull':
      return [node.expression];
    case 'for':
      return defined<ValueNode>([node.source, node.item, node.index, node.body]);
    case 'if':
      return [node.condition, node.body];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'ternary':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'call':
      return node.base ? [node.base, ...node.arguments] : node.arguments;
    case 'access':
    case 'nested':
      return [node.base];
    case 'index':
      return [node.base, node.index];
    case 'lambda':
      return [...node.parameters, node.body];
    case 'resource':
      return [node.value];
    case 'integer':
    case 'boolean':
    case 'null':
    case 'variable':
    case 'missing':
    case 'local':
      return [];
  }
}

/** The values that a declaration holds, without those of its decorators. */
export function valuesOf(statement: StatementNode): Expression[] {
  switch (statement.kind) {
    case 'targetScope':
    case 'metadata':
    case 'var':
    case 'output':
    case 'resource':
    case 'module':
      return [statement.value];
    case 'param':
      return defined([statement.value]);
    case 'func':
      return [statement.lambda];
    case 'type':
    case 'import':
    case 'using':
    case 'extends':
    case 'unsupported':
      return [];
  }
}

/** The type that a declaration names. */
export function typeOf(statement: StatementNode): TypeNode | undefined {
  switch (statement.kind) {
    case 'param':
    case 'var':
    case 'output':
    case 'type':
      return statement.type;
    default:
      return undefined;
  }
}

/** The direct parts of a type. */
export function typeChildrenOf(type: TypeNode): TypeNode[] {
  switch (type.kind) {
    case 'type-object':
      return defined([...type.properties.map((p) => p.type), type.additional?.type]);
    case 'type-tuple':
      return type.items.map((item) => item.type);
    case 'type-array':
      return [type.item];
    case 'type-nullable':
    case 'type-nonnull':
    case 'type-access':
      return [type.base];
    case 'type-union':
      return type.members;
    case 'type-call':
      return type.arguments;
    case 'type-json':
      return type.references;
    case 'type-name':
    case 'type-literal':
    case 'type-resource':
    case 'type-missing':
      return [];
  }
}

/** Visits a node and everything below it; a visitor that returns false keeps out of that part. */
export function walk(node: ValueNode, visit: (node: ValueNode) => boolean | void): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}
