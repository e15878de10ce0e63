import type { CallNode } from '../syntax/nodes.ts';
import type { MetadataNode, OutputNode, Program } from '../syntax/statements.ts';
import type { Directive } from '../syntax/token.ts';
import type { ValueNode } from '../syntax/walk.ts';
import { LineMap } from './diagnostic.ts';
import type { Diagnostic } from './diagnostic.ts';
import type {
  AnySymbol,
  DeclaredSymbol,
  ModuleSymbol,
  ParamSymbol,
  ResourceSymbol,
  Scope,
  VarSymbol,
} from './symbols.ts';

/** A compiled template that is used as it is. */
export interface JsonTemplate {
  kind: 'json';
  path: string;
  template: Record<string, unknown>;
  /** Of a module of a registry: its reference. */
  source?: string;
}

/** What a `load...Content()` call yields. */
export type LoadedContent = { text: string } | { value: unknown };

/** One `.bicep` or `.bicepparam` file with its names resolved. */
export interface Model {
  kind: 'bicep' | 'params';
  path: string;
  /** What imports from it say that they are from, if not its path. */
  source?: string;
  text: string;
  lines: LineMap;
  /** Of the nearest `bicepconfig.json`; undefined if there is none. */
  settings: unknown;
  program: Program;
  directives: Directive[];
  diagnostics: Diagnostic[];
  targetScope: Scope;
  /** Top-level names. Outputs and metadata have name spaces of their own. */
  symbols: Map<string, DeclaredSymbol>;
  params: ParamSymbol[];
  vars: VarSymbol[];
  /** In the order in which templates list them: a child before the resource that it is written in. */
  resources: ResourceSymbol[];
  modules: ModuleSymbol[];
  outputs: OutputNode[];
  metadata: MetadataNode[];
  /** What each name in the text means. Keys are the nodes that hold the name. */
  references: Map<object, AnySymbol>;
  parents: Map<ValueNode, ValueNode>;
  loaded: Map<CallNode, LoadedContent>;
  /** Symbols that something refers to, for the findings about unused ones. */
  used: Set<AnySymbol>;
  /** Of a parameters file: what `using` and `extends` name. */
  using: { target: Model | JsonTemplate | undefined } | undefined;
  extended: Model | undefined;
}

/** A file that declares nothing yet. */
export function emptyModel(kind: Model['kind'], path: string, text: string): Model {
  return {
    kind,
    path,
    text,
    lines: new LineMap(text),
    settings: undefined,
    program: { statements: [], start: 0, end: text.length },
    directives: [],
    diagnostics: [],
    targetScope: 'resourceGroup',
    symbols: new Map(),
    params: [],
    vars: [],
    resources: [],
    modules: [],
    outputs: [],
    metadata: [],
    references: new Map(),
    parents: new Map(),
    loaded: new Map(),
    used: new Set(),
    using: undefined,
    extended: undefined,
  };
}

/** Adds an error at a place in the text. */
export function report(
  model: Model,
  at: { start: number; end: number },
  code: string,
  message: string,
  level: Diagnostic['level'] = 'Error',
): void {
  model.diagnostics.push({ start: at.start, end: at.end, level, code, message });
}

export function hasErrors(model: Model): boolean {
  return model.diagnostics.some((d) => d.level === 'Error');
}
