import type { CallNode, Expression, LambdaNode, Name } from './nodes.ts';
import type { Span } from './token.ts';
import type { TypeNode } from './type-nodes.ts';

interface Statement extends Span {
  decorators: CallNode[];
}
export interface TargetScopeNode extends Statement {
  kind: 'targetScope';
  value: Expression;
}
export interface MetadataNode extends Statement {
  kind: 'metadata';
  name: Name;
  value: Expression;
}
export interface ParamNode extends Statement {
  kind: 'param';
  name: Name;
  type: TypeNode | undefined;
  /** The default, or in a parameters file the value. */
  value: Expression | undefined;
}
export interface VarNode extends Statement {
  kind: 'var';
  name: Name;
  type: TypeNode | undefined;
  value: Expression;
}
export interface ResourceNode extends Statement {
  kind: 'resource';
  name: Name;
  type: Expression;
  existing: boolean;
  value: Expression;
}
export interface ModuleNode extends Statement {
  kind: 'module';
  name: Name;
  path: Expression;
  value: Expression;
}
export interface OutputNode extends Statement {
  kind: 'output';
  name: Name;
  type: TypeNode | undefined;
  value: Expression;
}
export interface TypeDeclarationNode extends Statement {
  kind: 'type';
  name: Name;
  type: TypeNode;
}
export interface FuncNode extends Statement {
  kind: 'func';
  name: Name;
  lambda: LambdaNode;
}
export interface ImportNode extends Statement {
  kind: 'import';
  /** `import { name as alias, ... }`. */
  items: { original: string; name: Name; span: Span }[];
  /** `import * as name`. */
  wildcard: Name | undefined;
  path: Expression;
}
export interface UsingNode extends Statement {
  kind: 'using';
  path: Expression | undefined;
}
export interface ExtendsNode extends Statement {
  kind: 'extends';
  path: Expression;
}
/** A statement that this compiler reads but does not compile. */
export interface UnsupportedNode extends Statement {
  kind: 'unsupported';
  what: string;
}

export type StatementNode =
  | TargetScopeNode
  | MetadataNode
  | ParamNode
  | VarNode
  | ResourceNode
  | ModuleNode
  | OutputNode
  | TypeDeclarationNode
  | FuncNode
  | ImportNode
  | UsingNode
  | ExtendsNode
  | UnsupportedNode;

export interface Program extends Span {
  statements: StatementNode[];
}
