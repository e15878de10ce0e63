import type { FieldPath } from './check.ts';

/** Begins with a letter, and not after a backslash: `a{2,3}`, `\p{L}` and `\{` belong to a pattern. */
const placeholder = /(?<!\\[pPu]?)\{(\s*[a-z][^{}]*)\}/gi;
const whole = /^\{(\s*[a-z][^{}]*)\}$/i;

/** The objects that placeholders may draw on, by their first word. */
export type Scope = Readonly<Record<string, unknown>>;

/**
 * Puts values of the estate into every text of a check: `{stamp.parameters.keyVaultName}`. A text
 * that is nothing but one placeholder takes the value with its type, so that numbers and lists can
 * be given too.
 *
 * @param problem is told of each placeholder that names nothing
 */
export function expand(
  value: unknown,
  scope: Scope,
  problem: (field: FieldPath, message: string) => void,
  field: FieldPath = [],
): unknown {
  if (typeof value === 'string') return expandText(value, scope, (text) => problem(field, text));
  if (Array.isArray(value)) {
    return value.flatMap((entry, position) => {
      const expanded = expand(entry, scope, problem, [...field, position]);
      // A placeholder for a list inside a list stands for its entries.
      return Array.isArray(expanded) && typeof entry === 'string' ? expanded : [expanded];
    });
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => [
      key,
      expand(entry, scope, problem, [...field, key]),
    ]);
    return Object.fromEntries(entries) as unknown;
  }
  return value;
}

function expandText(text: string, scope: Scope, problem: (message: string) => void): unknown {
  const only = whole.exec(text)?.[1];
  if (only !== undefined) {
    const found = find(only.trim(), scope, problem);
    if (isMap(found)) return misfit(only.trim(), found, problem) ?? text;
    return found ?? text;
  }
  return text.replace(placeholder, (match, path: string) => {
    const found = find(path.trim(), scope, problem);
    if (found === undefined) return match;
    if (typeof found === 'object') return misfit(path.trim(), found, problem) ?? match;
    return String(found as string | number | boolean);
  });
}

function misfit(path: string, found: unknown, problem: (message: string) => void): undefined {
  const keys = isMap(found) ? `an object with ${Object.keys(found).join(', ')}` : 'a list';
  problem(`placeholder {${path}} is ${keys}, not a value`);
  return undefined;
}

function find(path: string, scope: Scope, problem: (message: string) => void): unknown {
  let current: unknown = scope;
  let before = '';
  for (const key of path.split('.')) {
    const keys = isMap(current) ? Object.keys(current) : [];
    const next = isMap(current) && Object.hasOwn(current, key) ? current[key] : undefined;
    if (next === undefined || next === null) {
      problem(unknownKey(path, before, key, keys, scope));
      return undefined;
    }
    current = next;
    before = before === '' ? key : `${before}.${key}`;
  }
  return current;
}

function unknownKey(
  path: string,
  before: string,
  key: string,
  keys: readonly string[],
  scope: Scope,
): string {
  if (before === '' && key === 'stamp' && !('stamp' in scope)) {
    return `placeholder {${path}} needs a topology and each: stamp`;
  }
  if (before === '' && keys.length === 0) return `placeholder {${path}} needs a topology`;
  const known = keys.length === 0 ? 'no keys' : keys.join(', ');
  const owner = before === '' ? 'the topology' : before;
  return `placeholder {${path}} names nothing: ${owner} has ${known}`;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
