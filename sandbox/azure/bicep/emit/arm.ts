import { RealNumber, realText } from '../model/real-number.ts';
import type { Span } from '../syntax/token.ts';

/** A value of a template: a literal, or a call that the deployment engine evaluates. */
export type Arm =
  | { kind: 'string'; value: string }
  | { kind: 'int'; digits: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'null' }
  | { kind: 'object'; properties: ArmProperty[] }
  | { kind: 'array'; items: Arm[] }
  | ArmCall
  /** The value of a property or output that is a loop. */
  | { kind: 'loop'; source: Arm; body: Arm; at: Span };

export interface ArmProperty {
  /** A string, or the call that yields the name. */
  key: Arm;
  value: Arm;
}

/** `name(args)` followed by `.a[0]` and so on. */
export interface ArmCall {
  kind: 'call';
  name: string;
  args: Arm[];
  path: Arm[];
}

/** Something that this compiler cannot put into a template; reported at the place in the text. */
export class EmitError extends Error {
  readonly code: string;
  readonly at: Span;

  constructor(at: Span, message: string, code = 'BCP000') {
    super(message);
    this.at = at;
    this.code = code;
  }
}

export const text = (value: string): Arm => ({ kind: 'string', value });
export const integer = (value: number): Arm => ({ kind: 'int', digits: String(value) });
export const NULL: Arm = { kind: 'null' };
export const call = (name: string, ...args: Arm[]): ArmCall => ({
  kind: 'call',
  name,
  args,
  path: [],
});

const misplacedLoop = ({ at }: { at: Span }): EmitError =>
  new EmitError(at, 'A for-expression is not supported here.', 'BCP138');

/** The value as something that a property access can follow. */
export function asCall(value: Arm): ArmCall {
  switch (value.kind) {
    case 'call':
      return value;
    case 'string':
      return call('string', value);
    case 'int':
      return fitsEngine(BigInt(value.digits))
        ? call('int', value)
        : call('json', text(value.digits));
    case 'bool':
      return call(value.value ? 'true' : 'false');
    case 'null':
      return call('null');
    case 'array':
      return call('createArray', ...value.items);
    case 'object':
      return call('createObject', ...value.properties.flatMap((p) => [p.key, p.value]));
    case 'loop':
      throw misplacedLoop(value);
  }
}

/** `base.a.b`. */
export function append(base: Arm, ...path: Arm[]): ArmCall {
  const function_ = asCall(base);
  return { ...function_, path: [...function_.path, ...path] };
}

const INT_MAX = 2147483647n;

/** The engine's own parser reads 32 bits only. */
const fitsEngine = (value: bigint): boolean => value <= INT_MAX && value >= -INT_MAX - 1n;

function integerText(digits: string): string {
  return fitsEngine(BigInt(digits)) ? digits : `json('${digits}')`;
}

function pathText(step: Arm): string {
  if (step.kind === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(step.value)) {
    return `.${step.value}`;
  }
  return `[${expressionText(step)}]`;
}

/** The value as part of an expression, without the outer brackets. */
export function expressionText(value: Arm): string {
  if (value.kind === 'string') return `'${value.value.replaceAll("'", "''")}'`;
  if (value.kind === 'int') return integerText(value.digits);
  const { name, args, path } = asCall(value);
  return `${name}(${args.map(expressionText).join(', ')})${path.map(pathText).join('')}`;
}

/** A string of a template: literal text that looks like an expression, brackets at both ends, is escaped. */
export function stringText(value: string): string {
  return value.startsWith('[') && value.endsWith(']') ? `[${value}` : value;
}

/** The value as an expression in brackets; plain strings stay plain. */
export function expressionString(value: Arm): string {
  return value.kind === 'string' ? stringText(value.value) : `[${expressionText(value)}]`;
}

function keyOf(key: Arm): string {
  const name = expressionString(key);
  // Otherwise the engine takes it for a loop.
  return name.toLowerCase() === 'copy' ? `[string('${name}')]` : name;
}

/** A `copy` object of a property, variable or output. */
export function copyJson(name: string | undefined, source: Arm, body: Arm): object {
  const direct = body.kind === 'object' || body.kind === 'string';
  return {
    ...(name === undefined ? {} : { name }),
    count: expressionString(call('length', source)),
    input: direct ? toJson(body) : expressionString(asCall(body)),
  };
}

/** The properties of an object, those with loops first, as `copy`. */
export function propertiesJson(properties: readonly ArmProperty[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const loops: object[] = [];
  for (const { key, value } of properties) {
    if (value.kind === 'loop' && key.kind === 'string') {
      loops.push(copyJson(key.value, value.source, value.body));
    }
  }
  if (loops.length > 0) result['copy'] = loops;
  for (const { key, value } of properties) {
    if (value.kind !== 'loop') result[keyOf(key)] = toJson(value);
  }
  return result;
}

/** The value as it stands in a template; integers beyond 2^53 are bigints, which `jsonText` writes. */
export function toJson(value: Arm): unknown {
  switch (value.kind) {
    case 'string':
      return stringText(value.value);
    case 'int': {
      const number = Number(value.digits);
      return Number.isSafeInteger(number) ? number : BigInt(value.digits);
    }
    case 'bool':
      return value.value;
    case 'null':
      return null;
    case 'array':
      return value.items.map(toJson);
    case 'object':
      return propertiesJson(value.properties);
    case 'call':
      return expressionString(value);
    case 'loop':
      throw misplacedLoop(value);
  }
}

/** A value that was read from a file, as it stands: nothing in it is an expression. */
export function fromJson(value: unknown): Arm {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return { kind: 'bool', value };
  if (typeof value === 'bigint') return { kind: 'int', digits: String(value) };
  if (typeof value === 'number') {
    return Number.isInteger(value)
      ? { kind: 'int', digits: BigInt(value).toString() }
      : call('json', text(realText(value)));
  }
  if (value instanceof RealNumber) return call('json', text(realText(value.value)));
  if (value === null || value === undefined) return NULL;
  if (Array.isArray(value)) return { kind: 'array', items: value.map(fromJson) };
  const properties = Object.entries(value).map(([key, item]) => ({
    key: text(key),
    value: fromJson(item),
  }));
  return { kind: 'object', properties };
}
