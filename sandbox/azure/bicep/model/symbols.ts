import type { ForNode, IfNode, LambdaNode, LocalNode, Name, ObjectNode } from '../syntax/nodes.ts';
import type {
  FuncNode,
  ModuleNode,
  ParamNode,
  ResourceNode,
  TypeDeclarationNode,
  VarNode,
} from '../syntax/statements.ts';
import type { JsonTemplate, Model } from './model.ts';

export type Scope = 'tenant' | 'managementGroup' | 'subscription' | 'resourceGroup';

export interface ParamSymbol {
  kind: 'param';
  name: string;
  node: ParamNode;
}
export interface VarSymbol {
  kind: 'var';
  name: string;
  node: VarNode;
}
export interface ResourceSymbol {
  kind: 'resource';
  name: string;
  node: ResourceNode;
  /** The resource in whose body this one is written. */
  outer: ResourceSymbol | undefined;
  children: ResourceSymbol[];
  /** Full type, `Microsoft.Network/virtualNetworks/subnets`. */
  type: string;
  apiVersion: string;
  existing: boolean;
  loop: ForNode | undefined;
  condition: IfNode | undefined;
  body: ObjectNode | undefined;
}
export interface ModuleSymbol {
  kind: 'module';
  name: string;
  node: ModuleNode;
  loop: ForNode | undefined;
  condition: IfNode | undefined;
  body: ObjectNode | undefined;
  /** Undefined if the file could not be read (already reported). */
  target: Model | JsonTemplate | undefined;
}
export interface TypeSymbol {
  kind: 'type';
  name: string;
  node: TypeDeclarationNode;
}
export interface FuncSymbol {
  kind: 'func';
  name: string;
  node: FuncNode;
}
export interface LocalSymbol {
  kind: 'local';
  name: string;
  node: LocalNode;
  role: 'item' | 'index' | 'lambda' | 'parameter';
  owner: ForNode | LambdaNode;
  /** Of a loop: the name that `copyIndex` needs; undefined for resources, modules and outputs. */
  loopName: string | undefined;
}
/** `import { original as name } from target`. */
export interface ImportedSymbol {
  kind: 'imported';
  name: string;
  at: Name;
  original: string;
  target: Model | undefined;
}
/** `import * as name from target`. */
export interface WildcardSymbol {
  kind: 'wildcard';
  name: string;
  at: Name;
  target: Model | undefined;
}
export interface NamespaceSymbol {
  kind: 'namespace';
  name: 'az' | 'sys';
}
/** `base` in a parameters file that extends another. */
export interface BaseSymbol {
  kind: 'base';
  name: 'base';
}

export type DeclaredSymbol =
  | ParamSymbol
  | VarSymbol
  | ResourceSymbol
  | ModuleSymbol
  | TypeSymbol
  | FuncSymbol
  | ImportedSymbol
  | WildcardSymbol;
export type AnySymbol = DeclaredSymbol | LocalSymbol | NamespaceSymbol | BaseSymbol;
