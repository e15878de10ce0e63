import { declaredType } from '../infer/declared-type.ts';
import { nameOf } from '../infer/value-type.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { TypeSymbol } from '../model/symbols.ts';
import { decoratorNamed, literalText } from '../syntax/read.ts';
import type { CallNode } from '../syntax/nodes.ts';
import type { TypeAccessNode, TypeNode, TypeObjectNode } from '../syntax/type-nodes.ts';
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

/** Why a type has no such part. */
function badStep({ model, type }: PlacedType, access: TypeAccessNode): EmitError {
  const name = nameOf(declaredType(model, type));
  const { step, base, end } = access;
  const inner = { start: base.end + 1, end: end - 1 };
  if (step === 'items') {
    const message =
      "The array item type access operator ('[*]') can only be used with typed arrays.";
    return new EmitError({ start: base.end, end }, message, 'BCP390');
  }
  if (step === 'additional') {
    const message = `The type "${name}" does not declare an additional properties type.`;
    return new EmitError({ start: end - 1, end }, message, 'BCP389');
  }
  if ('index' in step) {
    if (type.kind !== 'type-tuple') {
      const message = `Cannot access elements of type "${name}" by index. An tuple type is required.`;
      return new EmitError(inner, message, 'BCP388');
    }
    const message = `The provided index value of "${step.index}" is not valid for type "${name}". Indexes for this type must be between 0 and ${type.items.length - 1}.`;
    return new EmitError(inner, message, 'BCP311');
  }
  const at = model.text[end - 1] === ']' ? inner : { start: end - step.property.length, end };
  if (type.kind !== 'type-object') {
    const message = `Cannot access properties of type "${name}". An "object" type is required.`;
    return new EmitError(at, message, 'BCP055');
  }
  const known = type.properties.map((property) => `"${property.name}"`).sort();
  const message = `The type "${name}" does not contain property "${step.property}". Available properties include ${known.join(', ')}.`;
  return new EmitError(at, message, 'BCP053');
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

function step(c: FileContext, base: PointedType, access: TypeAccessNode): PointedType {
  const { type, model, pointer } = base;
  const next = pointedType(c, model, type);
  if (next) return step(c, next, access);
  if (type.kind === 'type-nullable' || type.kind === 'type-nonnull') {
    const message = 'A part of a type that may be null is not supported.';
    throw new EmitError(access, message);
  }
  const { step: wanted } = access;
  if (type.kind === 'type-json') {
    const part = jsonPart(type, wanted);
    if (!part) throw badStep(base, access);
    return { model, type: part.type, decorators: [], pointer: [...pointer, ...part.steps] };
  }
  if (wanted === 'items') {
    if (type.kind !== 'type-array') throw badStep(base, access);
    return { model, type: type.item, decorators: [], pointer: [...pointer, 'items'] };
  }
  if (wanted === 'additional') {
    if (type.kind !== 'type-object' || !type.additional) throw badStep(base, access);
    const { type: inner, decorators } = type.additional;
    return { model, type: inner, decorators, pointer: [...pointer, 'additionalProperties'] };
  }
  if ('index' in wanted) {
    const item = type.kind === 'type-tuple' ? type.items[wanted.index] : undefined;
    if (!item) throw badStep(base, access);
    return { model, ...item, pointer: [...pointer, 'prefixItems', String(wanted.index)] };
  }
  const property =
    type.kind === 'type-object'
      ? type.properties.find((p) => p.name.toLowerCase() === wanted.property.toLowerCase())
      : undefined;
  if (!property) throw badStep(base, access);
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
  const encode = (part: string): string =>
    encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')).replaceAll(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
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
  const isRequired = property?.type.kind !== 'type-nullable';
  if (
    isRequired &&
    resolved?.type.kind === 'type-literal' &&
    typeof resolved.type.value === 'string'
  ) {
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
