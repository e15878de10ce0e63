import type { Model } from '../model/model.ts';
import type { CallNode } from '../syntax/nodes.ts';
import type { TypeNode, TypeObjectNode, TypeUnionNode } from '../syntax/type-nodes.ts';
import { EmitError } from './arm.ts';
import type { Context } from './context.ts';
import { applyDecorators } from './decorators.ts';
import { compiledTypeJson, jsonLiterals, jsonVariant } from './compiled-types.ts';
import type { Literal } from './compiled-types.ts';
import { RESOURCE_TYPED, ambientJson, derivedTypeJson } from './derived-types.ts';
import {
  discriminatorOf,
  literalProperty,
  pointedType,
  pointerText,
  resolveType,
} from './type-reference.ts';
import type { PlacedType } from './type-reference.ts';

type Json = Record<string, unknown>;

/** The literals that a type consists of, if it consists of nothing else. */
function literalsOf(c: Context, placed: PlacedType): Literal[] | undefined {
  const { model, type } = placed;
  const pointed = pointedType(c, model, type);
  if (pointed) return literalsOf(c, pointed);
  if (type.kind === 'type-literal') return [type.value];
  if (type.kind === 'type-json') return jsonLiterals(type.json);
  if (type.kind === 'type-nullable') {
    const base = literalsOf(c, { ...placed, type: type.base });
    return base && [...base, null];
  }
  if (type.kind === 'type-union') {
    if (discriminatorOf(placed.decorators) !== undefined) return undefined;
    const members = type.members.map((m) => literalsOf(c, { model, type: m, decorators: [] }));
    return members.every((m) => m !== undefined) ? members.flat() : undefined;
  }
  return compositeLiteral(c, model, type);
}

/** An object or tuple type all of whose parts are single literals is a literal itself. */
function compositeLiteral(c: Context, model: Model, type: TypeNode): Literal[] | undefined {
  const one = (part: TypeNode): Literal | undefined => {
    const list = literalsOf(c, { model, type: part, decorators: [] });
    return list?.length === 1 ? list[0] : undefined;
  };
  if (type.kind === 'type-tuple') {
    const items = type.items.map((item) => one(item.type));
    return items.includes(undefined) ? undefined : [items as Literal[]];
  }
  if (type.kind === 'type-object' && !type.additional) {
    const entries = type.properties.map((p) => [p.name, one(p.type)] as const);
    if (entries.some(([, value]) => value === undefined)) return undefined;
    return [Object.fromEntries(entries)];
  }
  return undefined;
}

/** How the compiler writes a literal type; unions are sorted by it. */
function literalName(value: Literal): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`;
  if (Array.isArray(value) && value.length === 0) return '<empty array>';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function sortedUnique(values: readonly Literal[]): Literal[] {
  const byName = new Map(values.map((v) => [literalName(v), v]));
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, v]) => v);
}

function kindOf(value: Literal): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : 'object';
}

const notValid = (type: TypeNode): EmitError =>
  new EmitError(type, 'The type definition is not valid.', 'BCP289');

const notOneKind = (type: TypeNode): EmitError =>
  new EmitError(
    type,
    "Type unions must be reducible to a single ARM type (such as 'string', 'int', or 'bool').",
    'BCP294',
  );

function literalsJson(type: TypeNode, values: readonly Literal[]): Json {
  const present = sortedUnique(values.filter((v) => v !== null));
  const kinds = new Set(present.map(kindOf));
  const [kind] = kinds;
  if (kinds.size !== 1) {
    throw notOneKind(type);
  }
  const nullable = present.length < values.length && values.includes(null);
  return { type: kind, allowedValues: present, ...(nullable ? { nullable: true } : {}) };
}

function objectJson(c: Context, model: Model, type: TypeObjectNode): Json {
  const properties: Json = {};
  for (const property of type.properties) {
    const { decorators } = property;
    const json = typeJson(c, { model, type: property.type, decorators });
    properties[property.name] = applyDecorators(c, json, decorators);
  }
  const result: Json = { type: 'object', properties };
  if (type.additional) {
    const { decorators } = type.additional;
    const json = typeJson(c, { model, type: type.additional.type, decorators });
    result['additionalProperties'] = applyDecorators(c, json, decorators);
  }
  return result;
}

/** The members of a union that is told apart by one property, by that property's value. */
function mappingOf(c: Context, model: Model, type: TypeNode, name: string): Json {
  if (type.kind !== 'type-union') return variant(c, model, type, name);
  const mapping: Json = {};
  for (const member of type.members) {
    for (const [tag, json] of Object.entries(variant(c, model, member, name))) {
      if (Object.hasOwn(mapping, tag)) {
        const message = `The value "'${tag}'" for discriminator property "${name}" is duplicated across multiple union member types. The value must be unique across all union member types.`;
        throw new EmitError(member, message, 'BCP365');
      }
      mapping[tag] = json;
    }
  }
  return mapping;
}

function variant(c: Context, model: Model, member: TypeNode, name: string): Json {
  const pointed = pointedType(c, model, member);
  if (pointed) {
    const behind = resolveType(c, pointed);
    if (behind.type.kind === 'type-union') return mappingOf(c, behind.model, behind.type, name);
    if (behind.type.kind === 'type-json') {
      return jsonVariant(c, behind, name, pointerText(pointed.pointer));
    }
    if (behind.type.kind === 'type-object') {
      const key = literalProperty(c, behind.model, behind.type, name);
      return { [key]: { $ref: pointerText(pointed.pointer) } };
    }
  }
  if (member.kind === 'type-object') {
    return { [literalProperty(c, model, member, name)]: objectJson(c, model, member) };
  }
  if (member.kind === 'type-union') return mappingOf(c, model, member, name);
  throw new EmitError(
    member,
    'The "discriminator" decorator can only be applied to object-only union types with unique member types.',
    'BCP363',
  );
}

const notLiteral = (
  c: Context,
  { model }: PlacedType,
  union: TypeUnionNode,
): TypeNode | undefined =>
  union.members.find((type) => !literalsOf(c, { model, type, decorators: [] }));

function unionJson(c: Context, placed: PlacedType): Json {
  const name = discriminatorOf(placed.decorators);
  if (name !== undefined) {
    const mapping = mappingOf(c, placed.model, placed.type, name);
    return { type: 'object', discriminator: { propertyName: name, mapping } };
  }
  const literals = literalsOf(c, placed);
  if (literals) return literalsJson(placed.type, literals);
  const other = placed.type.kind === 'type-union' ? notLiteral(c, placed, placed.type) : undefined;
  throw new EmitError(
    other ?? placed.type,
    'All members of a union type declaration must be literal values.',
    'BCP293',
  );
}

/** A type as the members of a parameter, output or definition of a template. */
export function typeJson(c: Context, placed: PlacedType): Json {
  const { model, type } = placed;
  const pointed = pointedType(c, model, type);
  if (pointed) return { $ref: pointerText(pointed.pointer) };
  switch (type.kind) {
    case 'type-name':
      return ambientJson(type.name.name);
    case 'type-literal':
      if (type.value === null) break;
      return { type: kindOf(type.value), allowedValues: [type.value] };
    case 'type-object':
      return objectJson(c, model, type);
    case 'type-array': {
      const item: PlacedType = { model, type: type.item, decorators: [] };
      const direct = pointedType(c, model, type.item) ? undefined : literalsOf(c, item);
      if (direct && type.item.kind !== 'type-nullable') {
        // Arrays among other literals could not be told from the array around them.
        const kinds = new Set(direct.map(kindOf));
        if (kinds.has('array') && kinds.size > 1) throw notOneKind(type.item);
        if (direct.every((value) => value === null)) throw notValid(type.item);
        return { type: 'array', allowedValues: sortedUnique(direct) };
      }
      return { type: 'array', items: typeJson(c, item) };
    }
    case 'type-tuple':
      return { type: 'array', prefixItems: tupleItems(c, model, type.items), items: false };
    case 'type-nullable':
      return { ...typeJson(c, { ...placed, type: type.base }), nullable: true };
    case 'type-nonnull':
      return { ...typeJson(c, { ...placed, type: type.base }), nullable: false };
    case 'type-union':
      return unionJson(c, placed);
    case 'type-access':
    case 'type-call': {
      const derived = derivedTypeJson(type);
      if (derived) return derived;
      break;
    }
    case 'type-json':
      return compiledTypeJson(c, placed);
    case 'type-resource':
      throw new EmitError(type, RESOURCE_TYPED, 'BCP231');
    case 'type-missing':
      break;
  }
  if (type.kind === 'type-literal') {
    throw notValid(type);
  }
  throw new EmitError(type, 'This type is not supported here.');
}

function tupleItems(
  c: Context,
  model: Model,
  items: readonly { decorators: CallNode[]; type: TypeNode }[],
): Json[] {
  return items.map(({ decorators, type }) =>
    applyDecorators(c, typeJson(c, { model, type, decorators }), decorators),
  );
}
