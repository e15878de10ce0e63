import * as v from 'valibot';
import { isMapping, pathText, valueAt, type Path, type Value } from './document.ts';
import { nearest } from './nearest.ts';

/** A breach of a schema, in words, at a path of the document. */
export interface Breach {
  readonly path: Path;
  readonly message: string;
}

interface SchemaNode {
  readonly type: string;
  readonly message?: unknown;
  readonly entries?: Record<string, SchemaNode>;
  readonly key?: SchemaNode;
  readonly value?: SchemaNode;
  readonly item?: SchemaNode;
  readonly wrapped?: SchemaNode;
  readonly options?: readonly unknown[];
  readonly pipe?: readonly SchemaNode[];
}

/** Optional schemas and pipes around the schema that says the shape. */
function core(schema: SchemaNode): SchemaNode {
  const first = schema.pipe?.[0];
  if (first && first !== schema) return core(first);
  return schema.wrapped ? core(schema.wrapped) : schema;
}

function schemaAt(schema: SchemaNode, path: Path): SchemaNode | undefined {
  let current: SchemaNode | undefined = schema;
  for (const key of path) {
    if (!current) return undefined;
    const shape = core(current);
    current = shape.entries ? shape.entries[String(key)] : (shape.value ?? shape.item);
  }
  return current;
}

/** The rule of a schema as its own messages put it. */
function allowed(schema: SchemaNode | undefined): string {
  if (!schema) return 'another value';
  for (const part of [...(schema.pipe ?? [])].reverse()) {
    if (part.type !== schema.type && typeof part.message === 'string') return part.message;
  }
  if (schema.wrapped) return allowed(schema.wrapped);
  if (typeof schema.message === 'string') return schema.message;
  const first = schema.pipe?.[0];
  if (first && first !== schema) return allowed(first);
  switch (schema.type) {
    case 'strict_object':
      return `a mapping with the keys ${Object.keys(schema.entries ?? {}).join(', ')}`;
    case 'record':
      return 'a mapping';
    case 'array':
      return 'a list';
    case 'string':
      return 'a text';
    default:
      return `a ${schema.type}`;
  }
}

/** A value as a message shows it. */
export function shown(value: Value): string {
  if (Array.isArray(value)) return 'a list';
  if (isMapping(value)) return 'a mapping';
  if (value === null || value === undefined) return 'empty';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Checks a document against a schema; every breach says what is given and what is allowed. */
export function validate<S extends v.GenericSchema>(
  schema: S,
  value: Value,
): { output: v.InferOutput<S>; breaches: [] } | { output?: undefined; breaches: Breach[] } {
  const result = v.safeParse(schema, value);
  if (result.success) return { output: result.output, breaches: [] };
  const root = schema as unknown as SchemaNode;
  const seen = new Set<string>();
  const breaches: Breach[] = [];
  for (const issue of result.issues) {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    const message = describe(root, value, path, issue);
    // A pattern and the check behind it may both fail: the first one says enough.
    const key = path.join('\u0000');
    if (seen.has(key)) continue;
    seen.add(key);
    breaches.push({ path, message });
  }
  return { breaches };
}

function describe(root: SchemaNode, value: Value, path: Path, issue: v.GenericIssue): string {
  const where = pathText(path);
  const last = issue.path?.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const parent = core(schemaAt(root, path.slice(0, -1)) ?? root);
    const known = Object.keys(parent.entries ?? {});
    const close = nearest(String(path.at(-1)), known);
    return close === undefined
      ? `${where} is not a known key; allowed: ${known.join(', ')}.`
      : `${where} is not a known key; did you mean "${close}"?`;
  }
  const given = valueAt(value, path);
  // A rule of the issue's own is more exact than the schema's: it may say which part is wrong.
  const rule = issue.kind === 'validation' ? issue.message : allowed(schemaAt(root, path));
  if (last?.type === 'object' && 'origin' in last && last.origin === 'key') {
    if (issue.type === 'strict_object') return `${where} is missing; allowed: ${rule}.`;
    return `${where} has a name that is not allowed; allowed: ${issue.message}.`;
  }
  return `${where} is ${shown(given)}; allowed: ${rule}.`;
}
