import type { ResourceNode } from './statements.ts';
import type { Span } from './token.ts';
import type { TypeNode } from './type-nodes.ts';

/** A name where it is written; `name` is empty if the text lacks it (already reported). */
export interface Name extends Span {
  kind: 'name';
  name: string;
}

export interface StringNode extends Span {
  kind: 'string';
  segments: string[];
  expressions: Expression[];
}
export interface IntegerNode extends Span {
  kind: 'integer';
  /** Decimal digits: the language has 64 bits, JavaScript's numbers have not. */
  digits: string;
}
export interface BooleanNode extends Span {
  kind: 'boolean';
  value: boolean;
}
export interface NullNode extends Span {
  kind: 'null';
}
export interface PropertyNode extends Span {
  kind: 'property';
  key: Name | StringNode;
  value: Expression;
}
export interface SpreadNode extends Span {
  kind: 'spread';
  expression: Expression;
}
export interface ObjectNode extends Span {
  kind: 'object';
  members: (PropertyNode | SpreadNode)[];
  /** Resources declared inside the body of a resource. */
  resources: ResourceNode[];
}
export interface ArrayNode extends Span {
  kind: 'array';
  items: (Expression | SpreadNode)[];
}
export interface ForNode extends Span {
  kind: 'for';
  item: LocalNode | undefined;
  index: LocalNode | undefined;
  source: Expression;
  body: Expression;
}
export interface LocalNode extends Span {
  kind: 'local';
  name: Name;
  /** Only of the parameters of a user-defined function. */
  type?: TypeNode;
}
export interface IfNode extends Span {
  kind: 'if';
  condition: Expression;
  body: Expression;
}
export interface UnaryNode extends Span {
  kind: 'unary';
  operator: '!' | '-';
  operand: Expression;
}
export interface BinaryNode extends Span {
  kind: 'binary';
  operator: string;
  left: Expression;
  right: Expression;
}
export interface TernaryNode extends Span {
  kind: 'ternary';
  condition: Expression;
  whenTrue: Expression;
  whenFalse: Expression;
}
export interface ParenthesesNode extends Span {
  kind: 'parentheses';
  expression: Expression;
}
export interface VariableNode extends Span {
  kind: 'variable';
  name: Name;
}
export interface CallNode extends Span {
  kind: 'call';
  /** Of `base.name(...)`: a namespace, a resource, a wildcard import. */
  base: Expression | undefined;
  name: Name;
  arguments: Expression[];
}
export interface AccessNode extends Span {
  kind: 'access';
  base: Expression;
  name: Name;
  safe: boolean;
}
export interface IndexNode extends Span {
  kind: 'index';
  base: Expression;
  index: Expression;
  safe: boolean;
  fromEnd: boolean;
}
/** `parent::child`. */
export interface NestedNode extends Span {
  kind: 'nested';
  base: Expression;
  name: Name;
}
export interface AssertNode extends Span {
  kind: 'nonnull';
  expression: Expression;
}
export interface LambdaNode extends Span {
  kind: 'lambda';
  parameters: LocalNode[];
  body: Expression;
  /** Only of a user-defined function. */
  returns?: TypeNode;
}
/** Text that could not be read; a problem has been reported for it. */
export interface MissingNode extends Span {
  kind: 'missing';
}

export type Expression =
  | StringNode
  | IntegerNode
  | BooleanNode
  | NullNode
  | ObjectNode
  | ArrayNode
  | ForNode
  | IfNode
  | UnaryNode
  | BinaryNode
  | TernaryNode
  | ParenthesesNode
  | VariableNode
  | CallNode
  | AccessNode
  | IndexNode
  | NestedNode
  | AssertNode
  | LambdaNode
  | MissingNode;
