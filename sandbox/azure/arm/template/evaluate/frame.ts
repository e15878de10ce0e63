import type { Expression } from '../expression/ast.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { TemplateHost } from '../types.ts';

/** Where an expression stands; some functions are allowed only in some places. */
export type Place = 'parameter' | 'variable' | 'resource' | 'output' | 'function';

export interface CopyCounter {
  /** Undefined for output copies, which have no name. */
  name: string | undefined;
  index: number;
  /**
   * copyIndex() without a name means the copy of the resource or of the output, never one of a
   * property.
   */
  kind: 'resource' | 'property' | 'variable' | 'output';
}

/** A resource as reference() and list*() find it. */
export interface ReferenceTarget {
  id: string;
  type: string;
  name: string;
  apiVersion: string;
  condition: boolean;
}

/** What a symbol or name in reference('x') stands for. */
export type ReferenceLookup =
  | { kind: 'one'; target: ReferenceTarget }
  | { kind: 'many'; targets: ReferenceTarget[] }
  | { kind: 'none' };

export interface UserFunction {
  name: string;
  parameters: { name: string; type: JsonObject }[];
  output: { type: JsonObject; value: JsonValue };
}

/** The template an expression belongs to. */
export interface TemplateContext {
  host: TemplateHost;
  /** The whole template, for deployment().properties.template. */
  document: JsonObject;
  /** languageVersion 2.0 or newer: resources have symbolic names. */
  symbolic: boolean;
  parse(text: string): Expression;
  parameter(name: string): JsonValue;
  variable(name: string): JsonValue;
  userFunction(name: string): UserFunction | undefined;
  /** Checks a value against a declared type: arguments and results of user functions. */
  checkType(value: JsonValue, type: JsonObject, what: string): void;
  lookup(reference: string): ReferenceLookup;
  /** The resource of this template with that id. */
  byId(id: string): ReferenceTarget | undefined;
  /**
   * The values of the parameters, for deployment().properties.parameters; secure ones are left out.
   */
  parameterValues(): JsonObject;
}

export interface Frame {
  context: TemplateContext;
  place: Place;
  /** 'plan': nothing is deployed yet and reference() is an error. */
  phase: 'plan' | 'run';
  copies: readonly CopyCounter[];
  lambdas: ReadonlyMap<string, JsonValue>;
  /** The parameters of the user function being evaluated. */
  locals: ReadonlyMap<string, JsonValue> | undefined;
}
