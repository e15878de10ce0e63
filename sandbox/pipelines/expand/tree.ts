import type { Template } from '../expressions/text.ts';
import type { Mapping, Value } from '../expressions/value.ts';

/** A pipeline or template file, parsed. */
export interface SourceFile {
  /** Alias of the repository resource, or `self`. */
  repository: string;
  /** From the root of its repository, with slashes, without one at the start. */
  path: string;
  /** How messages call it. */
  display: string;
  root: Tree;
}

/** A place in a file; line and column count from 1. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

export interface ScalarTree {
  kind: 'scalar';
  text: string;
  /** What an unquoted `true`, `12` or nothing means where types matter; the text otherwise. */
  value: Value;
  template: Template;
  at: Position;
}

export interface SequenceTree {
  kind: 'sequence';
  items: Tree[];
  at: Position;
}

export interface MappingTree {
  kind: 'mapping';
  pairs: { key: ScalarTree; value: Tree }[];
  at: Position;
}

/** A YAML node with its expressions parsed and its place kept. */
export type Tree = ScalarTree | SequenceTree | MappingTree;

/**
 * A number, boolean or null as the file spells it. Where it is printed the spelling counts
 * (`1.10` stays `1.10`), where it is an object parameter the value does.
 */
export class Literal {
  readonly text: string;
  readonly value: Value;

  constructor(text: string, value: Value) {
    this.text = text;
    this.value = value;
  }
}

/** Expanded content. */
export type Data = Literal | Value | Data[] | Map<string, Data>;

/** The items of a sequence; none for anything else. */
export function listOf(data: Data | undefined): readonly Data[] {
  return Array.isArray(data) ? data : [];
}

export function isMap(data: Data | undefined): data is Map<string, Data> {
  return data instanceof Map;
}

/** A pipeline that the service would reject; the message starts with the place if it is known. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly at: Position | undefined;

  constructor(message: string, at?: Position) {
    super(at ? `${at.file}:${String(at.line)}:${String(at.column)}: ${message}` : message);
    this.at = at;
  }
}

/** Values for `type: object`: numbers and booleans are what they look like. */
export function typed(data: Data): Value {
  if (data instanceof Literal) return data.value;
  if (Array.isArray(data)) return data.map(typed);
  if (data instanceof Map) return copyOrigin(data, mapValues(data, typed));
  return data;
}

/** Values for untyped parameters: every scalar is text. */
export function textual(data: Data): Value {
  if (data instanceof Literal) return data.text;
  if (Array.isArray(data)) return data.map(textual);
  if (data instanceof Map) return copyOrigin(data, mapValues(data, textual));
  return data;
}

function mapValues(data: ReadonlyMap<string, Data>, change: (item: Data) => Value): Mapping {
  return new Map([...data].map(([key, item]) => [key, change(item)]));
}

interface Origin {
  at: Position;
  file: SourceFile;
}

const origins = new WeakMap<object, Origin>();

/** Remembers which file a mapping was written in: template paths in it are relative to that file. */
export function setOrigin(data: object, origin: Origin): void {
  origins.set(data, origin);
}

export function originOf(data: unknown): Origin | undefined {
  return typeof data === 'object' && data !== null ? origins.get(data) : undefined;
}

function copyOrigin<T extends object>(from: object, to: T): T {
  const origin = origins.get(from);
  if (origin) origins.set(to, origin);
  return to;
}
