/**
 * Values of pipeline expressions and their conversions:
 * https://learn.microsoft.com/azure/devops/pipelines/process/expressions#type-casting
 */
export type Value = null | boolean | number | string | Version | Value[] | Mapping | ContextObject;

/** Keys keep their order and spelling; `member` reads them whatever their letter case. */
export type Mapping = Map<string, Value>;

/** A version number of three or four parts, as in `gt(2.10.0, '2.9.9')`. */
export class Version {
  readonly parts: readonly number[];

  constructor(parts: readonly number[]) {
    this.parts = parts;
  }

  /** @returns undefined for text that is no version of two to four parts */
  static parse(text: string): Version | undefined {
    if (!/^\d+(\.\d+){1,3}$/.test(text)) return undefined;
    return new Version(text.split('.').map(Number));
  }

  toString(): string {
    return this.parts.join('.');
  }

  compare(other: Version): number {
    for (let i = 0; i < 4; i++) {
      const difference = (this.parts[i] ?? -1) - (other.parts[i] ?? -1);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

/** A named value whose members are looked up when asked for, such as `variables`. */
export class ContextObject {
  readonly #find: (name: string) => Value;
  readonly #all: () => Mapping;

  constructor(find: (name: string) => Value, all: () => Mapping) {
    this.#find = find;
    this.#all = all;
  }

  get(name: string): Value {
    return this.#find(name);
  }

  all(): Mapping {
    return this.#all();
  }
}

/** An expression that cannot be read, or has no value. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

export function isMapping(value: unknown): value is Mapping {
  return value instanceof Map;
}

export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a sequence';
  if (value instanceof Version) return 'a version';
  if (typeof value === 'object') return 'a mapping';
  return `a ${typeof value}`;
}

/** The member of a mapping, ignoring letter case; undefined if there is none. */
export function member<T>(map: ReadonlyMap<string, T>, key: string): T | undefined {
  const exact = map.get(key);
  if (exact !== undefined || map.has(key)) return exact;
  const folded = key.toLowerCase();
  for (const [name, value] of map) if (name.toLowerCase() === folded) return value;
  return undefined;
}

export function toBoolean(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return true;
}

/** @returns undefined where the service says that the cast fails */
export function tryNumber(value: Value): number | undefined {
  if (value === null) return 0;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (text === '') return 0;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text);
}

export function tryString(value: Value): string | undefined {
  if (value === null) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  if (value instanceof Version) return value.toString();
  return undefined;
}

function tryVersion(value: Value): Version | undefined {
  if (value instanceof Version) return value;
  if (typeof value === 'string') return Version.parse(value.trim());
  if (typeof value === 'number' && value > 0) return Version.parse(String(value));
  return undefined;
}

/** @throws ExpressionError for sequences and mappings */
export function toText(value: Value): string {
  const text = tryString(value);
  if (text === undefined) throw new ExpressionError(`${kindOf(value)} cannot be used as text`);
  return text;
}

/** @throws ExpressionError that shows the value */
export function toNumber(value: Value): number {
  const number = tryNumber(value);
  if (number !== undefined) return number;
  const shown = typeof value === 'string' ? `'${value}'` : kindOf(value);
  throw new ExpressionError(`${shown} cannot be converted to a number`);
}

/** `eq`: the right operand is cast to the type of the left one; a failed cast is just not equal. */
export function equal(left: Value, right: Value): boolean {
  if (left === null) return right === null || right === '';
  if (typeof left === 'boolean') return left === toBoolean(right);
  if (typeof left === 'number') return left === tryNumber(right);
  if (typeof left === 'string') return left.toLowerCase() === tryString(right)?.toLowerCase();
  if (left instanceof Version) {
    const other = tryVersion(right);
    return other !== undefined && left.compare(other) === 0;
  }
  return left === right;
}

/**
 * `lt`, `le`, `gt`, `ge`: negative, zero or positive.
 * @throws ExpressionError if the right operand cannot be cast to the type of the left one
 */
export function compare(left: Value, right: Value): number {
  if (typeof left === 'boolean') return Number(left) - Number(toBoolean(right));
  if (typeof left === 'string') {
    // Ordinal, ignoring case: the service compares upper-case UTF-16 units.
    const a = left.toUpperCase();
    const b = toText(right).toUpperCase();
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (left instanceof Version) {
    const other = tryVersion(right);
    if (other) return left.compare(other);
    throw new ExpressionError(`${kindOf(right)} cannot be converted to a version`);
  }
  return toNumber(left) - toNumber(right);
}
