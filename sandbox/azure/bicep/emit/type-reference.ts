import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { TypeSymbol } from '../model/symbols.ts';
import { decoratorNamed, literalText } from '../syntax/read.ts';
import type { CallNode } from '../syntax/nodes.ts';
import type { TypeNode, TypeObjectNode } from '../syntax/type-nodes.ts';
import { EmitError } from './arm.ts';
import type { FileContext } from './context.ts';
import { jsonPart } from './compiled-parts.ts';

/** A type in the text, with the file that the text is of. */
export interface PlacedType {
  model: Model;
  type: TypeNode;
  /** Of the declaration or property that has the type: `@discriminator` changes what it means. */
  decorators: readonly CallNode[];
}

/** A type that can be pointed at: `#/definitions/name/properties/x`. */
export interface PointedType extends PlacedType {
  pointer: string[];
}

const ofSymbol = (c: FileContext, model: Model, symbol: TypeSymbol): PointedType => ({
  model,
  type: symbol.node.type,
  decorators: symbol.node.decorators,
  pointer: ['definitions', c.imports.nameOf(symbol)],
});

/** The declaration behind a name, or behind `wildcard.name`; undefined if it is not of a user. */
function namedType(c: FileContext, model: Model, type: TypeNode): PointedType | undefined {
  if (type.kind === 'type-name') {
    const symbol = model.references.get(type);
    if (symbol?.kind === 'type') return ofSymbol(c, model, symbol);
    const target = symbol?.kind === 'imported' ? c.imports.target(symbol) : undefined;
    if (symbol?.kind === 'imported' && symbol.target && target?.kind === 'type') {
      return ofSymbol(c, symbol.target, target);
    }
  }
  if (type.kind === 'type-access' && typeof type.step === 'object' && 'property' in type.step) {
    const symbol = type.base.kind === 'type-name' ? model.references.get(type.base) : undefined;
    if (symbol?.kind === 'wildcard' && symbol.target) {
      const member = c.imports.member(symbol, type.step.property);
      if (member?.kind === 'type') return ofSymbol(c, symbol.target, member);
    }
  }
  return undefined;
}

function notFound(type: TypeNode, what: string): EmitError {
  return new EmitError(type, `The type does not contain ${what}.`, 'BCP053');
}

/** Through aliases, nullability and accesses to what the type is made of. */
export function resolveType(c: FileContext, placed: PlacedType): PlacedType {
  const { type } = placed;
  const pointed = pointedType(c, placed.model, type);
  if (pointed) return resolveType(c, pointed);
  if (type.kind === 'type-nullable' || type.kind === 'type-nonnull') {
    return resolveType(c, { ...placed, type: type.base });
  }
  return placed;
}

function step(
  c: FileContext,
  base: PointedType,
  access: TypeNode & { kind: 'type-access' },
): PointedType {
  const { type, model, pointer } = base;
  const next = pointedType(c, model, type);
  if (next) return step(c, next, access);
  if (type.kind === 'type-nullable' || type.kind === 'type-nonnull') {
    return step(c, { ...base, type: type.base }, access);
  }
  const { step: wanted } = access;
  if (type.kind === 'type-json') {
    const part = jsonPart(type, wanted);
    if (!part) throw notFound(access, 'that part');
    return { model, type: part.type, decorators: [], pointer: [...pointer, ...part.steps] };
  }
  if (wanted === 'items') {
    if (type.kind !== 'type-array') throw notFound(access, 'items');
    return { model, type: type.item, decorators: [], pointer: [...pointer, 'items'] };
  }
  if (wanted === 'additional') {
    if (type.kind !== 'type-object' || !type.additional) {
      throw notFound(access, 'additional properties');
    }
    const { type: inner, decorators } = type.additional;
    return { model, type: inner, decorators, pointer: [...pointer, 'additionalProperties'] };
  }
  if ('index' in wanted) {
    const item = type.kind === 'type-tuple' ? type.items[wanted.index] : undefined;
    if (!item) throw notFound(access, `an item ${wanted.index}`);
    return { model, ...item, pointer: [...pointer, 'prefixItems', String(wanted.index)] };
  }
  const property =
    type.kind === 'type-object'
      ? type.properties.find((p) => p.name.toLowerCase() === wanted.property.toLowerCase())
      : undefined;
  if (!property) throw notFound(access, `property "${wanted.property}"`);
  return {
    model,
    type: property.type,
    decorators: property.decorators,
    pointer: [...pointer, 'properties', wanted.property],
  };
}

/** What a name or an access names, if that is a type of a user; undefined for all other types. */
export function pointedType(c: FileContext, model: Model, type: TypeNode): PointedType | undefined {
  const named = namedType(c, model, type);
  if (type.kind === 'type-json') return compiledReference(c, model, type);
  if (named || type.kind !== 'type-access') return named;
  const base = pointedType(c, model, type.base);
  return base && step(c, base, type);
}

/** What a type of a compiled template refers to, if it is nothing but a reference. */
function compiledReference(
  c: FileContext,
  model: Model,
  type: TypeNode & { kind: 'type-json' },
): PointedType | undefined {
  const { $ref: ref, ...rest } = type.json;
  if (typeof ref !== 'string' || Object.keys(rest).some((key) => key !== 'metadata')) {
    return undefined;
  }
  const [name] = type.references;
  return name && /^#\/definitions\/[^/]+$/.test(ref) ? namedType(c, model, name) : undefined;
}

/** `#/definitions/a/properties/b`. */
export function pointerText(pointer: readonly string[]): string {
  const encode = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1');
  return ['#', ...pointer.map(encode)].join('/');
}

/** The name of the property that `@discriminator` names. */
export function discriminatorOf(decorators: readonly CallNode[]): string | undefined {
  const decorator = decoratorNamed(decorators, 'discriminator');
  return decorator && literalText(decorator.arguments[0]);
}

/** The text that a property of an object type must have, if its type is one literal. */
export function literalProperty(
  c: FileContext,
  model: Model,
  object: TypeObjectNode,
  name: string,
): string {
  const property = object.properties.find((p) => p.name === name);
  const resolved =
    property && resolveType(c, { model, type: property.type, decorators: property.decorators });
  if (resolved?.type.kind === 'type-literal' && typeof resolved.type.value === 'string') {
    return resolved.type.value;
  }
  report(
    model,
    object,
    'BCP364',
    `The property "${name}" must be a required string literal on all union member types.`,
  );
  return '';
}
