import { isObject } from '../../arm/template/json.ts';
import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import type { Context } from './context.ts';
import type { PlacedType } from './type-reference.ts';

type Json = Record<string, unknown>;
export type Literal = string | number | boolean | null | object;

/** The literals that a type of a compiled template consists of, if it consists of nothing else. */
export function jsonLiterals({ type, allowedValues, nullable }: JsonObject): Literal[] | undefined {
  if (!Array.isArray(allowedValues) || type === 'array') return undefined;
  const literals = allowedValues as Literal[];
  return nullable === true ? [...literals, null] : literals;
}

/** The pointer with the name that its definition has in the importing template. */
function renamed(c: Context, { model }: PlacedType, ref: string): string {
  const [, definition = '', rest = ''] = /^#\/definitions\/([^/]+)(.*)$/s.exec(ref) ?? [];
  const name = definition.replaceAll('~1', '/').replaceAll('~0', '~');
  const symbol = model.symbols.get(name);
  if (symbol?.kind !== 'type') return ref;
  const own = c.imports.nameOf(symbol).replaceAll('~', '~0').replaceAll('/', '~1');
  return `#/definitions/${own}${rest}`;
}

function rewritten(c: Context, placed: PlacedType, value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map((item) => rewritten(c, placed, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string'
        ? renamed(c, placed, item)
        : rewritten(c, placed, item),
    ]),
  );
}

/** A type of a compiled template as it stands in the one that imports it. */
export function compiledTypeJson(c: Context, placed: PlacedType): Json {
  const { type } = placed;
  const result = rewritten(c, placed, type.kind === 'type-json' ? type.json : {}) as Json;
  const { metadata, ...rest } = result;
  if (!isObject(metadata)) return result;
  // Who exports it is the importing template's business.
  const kept = Object.entries(metadata).filter(
    ([key]) => key !== '__bicep_export!' && key !== '__bicep_imported_from!',
  );
  return kept.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(kept) };
}

/** The variants that a type of a compiled template adds to a union told apart by the property `name`. */
export function jsonVariant(c: Context, placed: PlacedType, name: string, pointer: string): Json {
  const json = placed.type.kind === 'type-json' ? placed.type.json : {};
  const { discriminator, properties } = json;
  if (isObject(discriminator) && isObject(discriminator['mapping'])) {
    return rewritten(c, placed, discriminator['mapping']) as Json;
  }
  const property = isObject(properties) ? properties[name] : undefined;
  const allowed = isObject(property) ? property['allowedValues'] : undefined;
  return { [Array.isArray(allowed) ? String(allowed[0]) : '']: { $ref: pointer } };
}
