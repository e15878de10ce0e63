import type { ModuleSymbol, ResourceSymbol } from '../model/symbols.ts';

/** Values of an object by their names; what is not listed has the type `rest`, or is not there. */
export interface ObjectType {
  kind: 'object';
  properties: ReadonlyMap<string, ValueType>;
  /** Undefined if there is nothing but `properties`. */
  rest: ValueType | undefined;
  /** What messages call it, if not `object`. */
  name?: string;
  /** Whether reading anything else is an error, not only suspicious. */
  strict: boolean;
  /** Whether writing anything else is one. */
  sealed?: boolean;
}

export interface UnionType {
  kind: 'union';
  members: readonly ValueType[];
  /** The property by whose value objects are told apart, if the members are such. */
  tag?: string;
}

export interface ArrayType {
  kind: 'array';
  item: ValueType;
  /** Of an array of a fixed length. */
  items?: readonly ValueType[];
}

/**
 * What is known of a value before a deployment. `any` is everything that this compiler cannot know, above all the
 * properties of resources; `error` is what has been reported already. Neither is ever in the way of anything.
 */
export type ValueType =
  | { kind: 'any' | 'error' | 'null' | 'lambda' }
  | { kind: 'string'; value?: string }
  | { kind: 'int'; value?: string }
  | { kind: 'bool'; value?: boolean }
  | ArrayType
  | ObjectType
  | UnionType
  | { kind: 'resource'; symbol: ResourceSymbol }
  | { kind: 'module'; symbol: ModuleSymbol };

export const ANY: ValueType = { kind: 'any' };
export const ERROR: ValueType = { kind: 'error' };
export const NULL: ValueType = { kind: 'null' };
export const STRING: ValueType = { kind: 'string' };
export const INT: ValueType = { kind: 'int' };
export const BOOL: ValueType = { kind: 'bool' };
export const ARRAY: ArrayType = { kind: 'array', item: ANY };
export const OBJECT: ObjectType = {
  kind: 'object',
  properties: new Map(),
  rest: ANY,
  strict: false,
};

export const arrayOf = (item: ValueType): ArrayType => ({ kind: 'array', item });

export const isOpen = (type: ValueType): boolean => type.kind === 'any' || type.kind === 'error';

export const isNullable = (type: ValueType): boolean =>
  type.kind === 'null' || (type.kind === 'union' && type.members.some((m) => m.kind === 'null'));

/** One type for values of several; alternatives that are the same count once. */
export function unionOf(types: readonly ValueType[]): ValueType {
  const members = types.flatMap((type) => (type.kind === 'union' ? type.members : [type]));
  const open = members.find(isOpen);
  if (open) return open;
  // Objects of one name may have different properties.
  const key = (type: ValueType): unknown =>
    type.kind === 'object' || type.kind === 'array' ? type : nameOf(type);
  const distinct = [...new Map(members.map((type) => [key(type), type])).values()];
  const [only] = distinct;
  if (distinct.length === 1 && only) return only;
  const union: UnionType = { kind: 'union', members: distinct };
  const tagged = types.filter(({ kind }) => kind !== 'null');
  const [first] = tagged;
  // Being nullable changes nothing about how the others are told apart.
  if (tagged.length !== 1 || first?.kind !== 'union' || first.tag === undefined) return union;
  return { ...union, tag: first.tag };
}

/** The same without null, which the compiler only warns of. */
export function withoutNull(type: ValueType): ValueType {
  if (type.kind !== 'union') return type;
  const members = type.members.filter(({ kind }) => kind !== 'null');
  return type.tag === undefined ? unionOf(members) : { ...type, members };
}

/** A type as messages name it. */
export function nameOf(type: ValueType): string {
  switch (type.kind) {
    case 'string':
      return type.value === undefined ? 'string' : `'${type.value}'`;
    case 'int':
    case 'bool':
      return type.value === undefined ? type.kind : String(type.value);
    case 'array':
      return arrayName(type);
    case 'object':
      return type.name ?? objectName(type);
    case 'union':
      return type.members.map(nameOf).sort().join(' | ');
    case 'resource':
      return `${type.symbol.type}@${type.symbol.apiVersion}`;
    default:
      return type.kind;
  }
}

/** The properties of a declared type; a written object is only called one. */
function objectName({ properties, rest, strict }: ObjectType): string {
  if (strict || (properties.size === 0 && !rest)) return 'object';
  if (properties.size === 0 && rest?.kind === 'any') return 'object';
  const name = (type: ValueType): string => (type.kind === 'object' ? 'object' : nameOf(type));
  const parts = [...properties].map(([key, type]) => `${key}: ${name(type)}`);
  return `{ ${[...parts, ...(rest ? [`*: ${name(rest)}`] : [])].join(', ')} }`;
}

function arrayName({ item, items }: ArrayType): string {
  if (items) return items.length === 0 ? '<empty array>' : `[${items.map(nameOf).join(', ')}]`;
  if (item.kind === 'any') return 'array';
  return item.kind === 'union' ? `(${nameOf(item)})[]` : `${nameOf(item)}[]`;
}
