import { compare, ContextObject, equal, ExpressionError, isMapping, kindOf } from './value.ts';
import { toBoolean, toNumber, toText, tryString, Version } from './value.ts';
import type { Value } from './value.ts';

interface Builtin {
  arity: readonly [least: number, most: number];
  apply(args: readonly Value[]): Value;
}

const many = 255;

/** The general functions, by lower-case name. */
export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['eq', two((a, b) => equal(a, b))],
  ['ne', two((a, b) => !equal(a, b))],
  ['lt', two((a, b) => compare(a, b) < 0)],
  ['le', two((a, b) => compare(a, b) <= 0)],
  ['gt', two((a, b) => compare(a, b) > 0)],
  ['ge', two((a, b) => compare(a, b) >= 0)],
  ['xor', two((a, b) => toBoolean(a) !== toBoolean(b))],
  ['not', one((a) => !toBoolean(a))],
  ['in', { arity: [2, many], apply: isIn }],
  ['notin', { arity: [2, many], apply: (args) => !isIn(args) }],
  // All three arguments are evaluated, whatever the first one says.
  ['iif', { arity: [3, 3], apply: (a) => (toBoolean(at(a, 0)) ? at(a, 1) : at(a, 2)) }],
  ['contains', two((a, b) => fold(a).includes(fold(b)))],
  ['startswith', two((a, b) => fold(a).startsWith(fold(b)))],
  ['endswith', two((a, b) => fold(a).endsWith(fold(b)))],
  ['containsvalue', two((a, b) => items(a).some((item) => equal(item, b)))],
  ['length', one(length)],
  ['lower', one((a) => toText(a).toLowerCase())],
  ['upper', one((a) => toText(a).toUpperCase())],
  ['trim', one((a) => toText(a).trim())],
  ['replace', { arity: [3, 3], apply: replace }],
  ['substring', { arity: [2, 3], apply: substring }],
  ['join', two(join)],
  ['split', two(split)],
  ['format', { arity: [1, many], apply: format }],
  ['converttojson', one((a) => toJson(a, ''))],
]);

function one(apply: (value: Value) => Value): Builtin {
  return { arity: [1, 1], apply: (args) => apply(at(args, 0)) };
}

function two(apply: (left: Value, right: Value) => Value): Builtin {
  return { arity: [2, 2], apply: (args) => apply(at(args, 0), at(args, 1)) };
}

function at(args: readonly Value[], index: number): Value {
  return args[index] ?? null;
}

function isIn(args: readonly Value[]): boolean {
  return args.slice(1).some((other) => equal(at(args, 0), other));
}

function fold(value: Value): string {
  return toText(value).toUpperCase();
}

function items(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  if (isMapping(value)) return [...value.values()];
  if (value instanceof ContextObject) return [...value.all().values()];
  return [];
}

function length(value: Value): number {
  if (Array.isArray(value)) return value.length;
  if (isMapping(value)) return value.size;
  if (value instanceof ContextObject) return value.all().size;
  return toText(value).length;
}

function replace(args: readonly Value[]): string {
  const text = toText(at(args, 0));
  const old = toText(at(args, 1));
  return old === '' ? text : text.replaceAll(old, () => toText(at(args, 2)));
}

function substring(args: readonly Value[]): string {
  const text = toText(at(args, 0));
  const start = Math.max(0, Math.trunc(toNumber(at(args, 1))));
  const count = args.length > 2 ? Math.trunc(toNumber(at(args, 2))) : text.length;
  return text.slice(start, start + Math.max(0, count));
}

/** Elements that are no text (sequences, mappings) count as empty. */
function join(separator: Value, list: Value): string {
  if (!Array.isArray(list)) return tryString(list) ?? '';
  return list.map((item) => tryString(item) ?? '').join(toText(separator));
}

/** The second argument is a set of separating characters. */
function split(text: Value, separators: Value): Value[] {
  const found: string[] = [''];
  const set = new Set(toText(separators));
  for (const char of toText(text)) {
    if (set.has(char)) found.push('');
    else found[found.length - 1] += char;
  }
  return found;
}

function format(args: readonly Value[]): string {
  const pattern = toText(at(args, 0));
  let result = '';
  let index = 0;
  while (index < pattern.length) {
    const char = pattern.charAt(index);
    if ((char === '{' || char === '}') && pattern.charAt(index + 1) === char) {
      result += char;
      index += 2;
    } else if (char === '{') {
      const match = /^\{(\d+)(?::([^}]*))?\}/.exec(pattern.slice(index));
      if (!match) throw new ExpressionError(`the format string '${pattern}' is invalid`);
      const position = Number(match[1]) + 1;
      if (position >= args.length) {
        const given = `${String(args.length - 1)} given`;
        throw new ExpressionError(`'${pattern}' asks for argument {${match[1] ?? ''}}: ${given}`);
      }
      result += formatted(at(args, position), match[2]);
      index += match[0].length;
    } else if (char === '}') {
      throw new ExpressionError(`the format string '${pattern}' is invalid`);
    } else {
      result += char;
      index++;
    }
  }
  return result;
}

const dateParts: Record<string, (date: Date) => string> = {
  yyyy: (d) => String(d.getUTCFullYear()),
  yy: (d) => String(d.getUTCFullYear()).slice(-2),
  MM: (d) => pad(d.getUTCMonth() + 1),
  dd: (d) => pad(d.getUTCDate()),
  HH: (d) => pad(d.getUTCHours()),
  mm: (d) => pad(d.getUTCMinutes()),
  ss: (d) => pad(d.getUTCSeconds()),
};

function pad(part: number): string {
  return String(part).padStart(2, '0');
}

/** Format specifiers exist for dates only, in the documentation and here. */
function formatted(value: Value, specifier: string | undefined): string {
  const text = toText(value);
  if (specifier === undefined) return text;
  const time = Date.parse(text);
  if (!Number.isFinite(time)) {
    throw new ExpressionError(`'${text}' is no date, format ':${specifier}' does not apply`);
  }
  const date = new Date(time);
  return specifier.replaceAll(/yyyy|yy|MM|dd|HH|mm|ss/g, (part) => dateParts[part]?.(date) ?? part);
}

function toJson(value: Value, indent: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Version) return JSON.stringify(value.toString());
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const list = value.map((item) => inner + toJson(item, inner));
    return `[\n${list.join(',\n')}\n${indent}]`;
  }
  const map = value instanceof ContextObject ? value.all() : value;
  if (!isMapping(map)) throw new ExpressionError(`${kindOf(value)} has no JSON form`);
  if (map.size === 0) return '{}';
  const pairs = [...map].map(
    ([key, item]) => `${inner}${JSON.stringify(key)}: ${toJson(item, inner)}`,
  );
  return `{\n${pairs.join(',\n')}\n${indent}}`;
}
