import type { JsonObject } from '../../arm/template/json.ts';
import type { CallNode, Name, StringNode } from './nodes.ts';
import type { Span } from './token.ts';

export interface TypeNameNode extends Span {
  kind: 'type-name';
  name: Name;
}
export interface TypeLiteralNode extends Span {
  kind: 'type-literal';
  value: string | number | boolean | null;
}
export interface TypeObjectNode extends Span {
  kind: 'type-object';
  properties: TypePropertyNode[];
  additional: TypePropertyNode | undefined;
}
export interface TypePropertyNode extends Span {
  kind: 'type-property';
  /** `*` of additional properties. */
  name: string;
  decorators: CallNode[];
  type: TypeNode;
}
export interface TypeTupleNode extends Span {
  kind: 'type-tuple';
  items: { decorators: CallNode[]; type: TypeNode }[];
}
export interface TypeArrayNode extends Span {
  kind: 'type-array';
  item: TypeNode;
}
export interface TypeNullableNode extends Span {
  kind: 'type-nullable';
  base: TypeNode;
}
export interface TypeNonNullNode extends Span {
  kind: 'type-nonnull';
  base: TypeNode;
}
export interface TypeUnionNode extends Span {
  kind: 'type-union';
  members: TypeNode[];
}
/** `base.name`, `base.*`, `base[*]` or `base[0]`. */
export interface TypeAccessNode extends Span {
  kind: 'type-access';
  base: TypeNode;
  step: { property: string } | { index: number } | 'items' | 'additional';
}
/** `resourceInput<'T@v'>` and its like. */
export interface TypeCallNode extends Span {
  kind: 'type-call';
  name: Name;
  arguments: TypeNode[];
}
/** `resource 'T@v'` as the type of a parameter or output. */
export interface TypeResourceNode extends Span {
  kind: 'type-resource';
  type: StringNode | undefined;
}
/** A type of a compiled template, as it is written there. */
export interface TypeJsonNode extends Span {
  kind: 'type-json';
  json: JsonObject;
  /** The definitions that it refers to. */
  references: TypeNameNode[];
}
export interface TypeMissingNode extends Span {
  kind: 'type-missing';
}

export type TypeNode =
  | TypeNameNode
  | TypeLiteralNode
  | TypeObjectNode
  | TypeTupleNode
  | TypeArrayNode
  | TypeNullableNode
  | TypeNonNullNode
  | TypeUnionNode
  | TypeAccessNode
  | TypeCallNode
  | TypeResourceNode
  | TypeJsonNode
  | TypeMissingNode;
