import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import type { ErrorDetail } from '../errors.ts';

export type Path = readonly (string | number)[];

/** A mapping, list or single value of a document. */
export type Value = unknown;

/** One YAML file with the places of its parts. */
export interface SourceDocument {
  /** As given, for messages. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  readonly value: Value;
  has(path: Path): boolean;
  /**
   * Place of the key or list item at a path, or of the nearest part above it that the file has.
   */
  locate(path: Path): { file: string; line: number; column: number };
}

/** Names that would reach into JavaScript's own objects. */
const reservedKeys = new Set(['__proto__', 'constructor', 'prototype']);
const deepest = 40;

interface Step {
  /** Where to point at: the key of a mapping's entry, or the item itself. */
  readonly place: Node;
  readonly node: unknown;
}

function stepInto(node: unknown, key: string | number): Step | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isScalar(item.key) && String(item.key.value) === String(key),
    );
    return pair ? { place: pair.key as Node, node: pair.value } : undefined;
  }
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item ? { place: item as Node, node: item } : undefined;
  }
  return undefined;
}

/** Reads and parses one file. Faults are added to `problems`; undefined then. */
export async function readSource(
  name: string,
  problems: ErrorDetail[],
): Promise<SourceDocument | undefined> {
  const file = resolve(name);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why = code === 'ENOENT' ? 'it does not exist' : code;
    problems.push({ message: `The file cannot be read: ${why}.`, file: name });
    return undefined;
  }
  const counter = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = counter.linePos(offset);
    return { file: name, line, column: col };
  };
  for (const fault of [...parsed.errors, ...parsed.warnings]) {
    problems.push({ message: `YAML: ${fault.message.replace(/\.?$/, '.')}`, ...at(fault.pos[0]) });
  }
  if (parsed.errors.length > 0) return undefined;

  const follow = (node: unknown) => (isAlias(node) ? node.resolve(parsed) : node);
  const locate = (path: Path) => {
    let node: unknown = follow(parsed.contents);
    let place: Node | null = parsed.contents;
    for (const key of path) {
      const step = stepInto(node, key);
      if (!step) break;
      place = step.place;
      node = follow(step.node);
    }
    return at(place?.range?.[0] ?? 0);
  };
  const has = (path: Path) => {
    let node: unknown = follow(parsed.contents);
    for (const key of path) {
      const step = stepInto(node, key);
      if (!step) return false;
      node = follow(step.node);
    }
    return true;
  };

  let value: Value;
  try {
    value = parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push({
      message: `YAML: ${(error as Error).message}.`,
      file: name,
      line: 1,
      column: 1,
    });
    return undefined;
  }
  const before = problems.length;
  checkKeys(value, [], (path, message) => problems.push({ message, ...locate(path) }));
  return problems.length === before ? { name, file, value, has, locate } : undefined;
}

function checkKeys(value: Value, path: Path, report: (path: Path, message: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (path.length > deepest) {
    report(path, `${pathText(path)} is nested too deeply.`);
    return;
  }
  for (const key of Object.keys(value)) {
    const inner = [...path, key];
    if (reservedKeys.has(key)) report(inner, `${pathText(inner)} is not allowed as a key.`);
    else checkKeys((value as Record<string, unknown>)[key], inner, report);
  }
}

/** `hub.network.addressSpace[0]` */
export function pathText(path: Path): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`));
  return parts.join('').replace(/^\./, '') || 'the document';
}

export function isMapping(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Lays a document over another: mappings key by key, everything else as a whole. */
export function overlay(base: Value, over: Value): Value {
  if (!isMapping(base) || !isMapping(over)) return over;
  const merged: Record<string, Value> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = Object.hasOwn(base, key) ? overlay(base[key], value) : value;
  }
  return merged;
}

/** The parts of a document that are not mappings (or are empty ones), with their paths. */
export function leaves(value: Value, path: Path = []): { path: Path; value: Value }[] {
  if (!isMapping(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

/** The value at a path, or undefined. */
export function valueAt(value: Value, path: Path): Value {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) {
      return undefined;
    }
    current = (current as Record<string, Value>)[key];
  }
  return current;
}
