import { asObject, listOf } from '../net/json-value.ts';

type Json = Record<string, unknown>;

const deepest = 20;

/** A type of a template with its references to the template's definitions followed; what the reference adds wins. */
export function resolved(given: Json, definitions: Json): Json {
  let current = given;
  for (let depth = 0; depth < deepest; depth += 1) {
    const target = current['$ref'];
    if (typeof target !== 'string' || !target.startsWith('#/definitions/')) return current;
    const name = decodeURIComponent(target.slice('#/definitions/'.length));
    const { $ref: _ref, ...own } = current;
    current = { ...asObject(definitions[name]), ...own };
  }
  return current;
}

/** Whether values of a type are secret, as a whole or in a part: `@secure()` may stand on a property, too. */
export function isSecure(
  given: Json,
  definitions: Json,
  seen: Set<unknown> = new Set<unknown>(),
): boolean {
  const { $ref: reference } = given;
  // Types may have themselves as parts.
  if (reference !== undefined && seen.has(reference)) return false;
  seen.add(reference);
  const type = resolved(given, definitions);
  return (
    isSecureName(type['type']) || parts(type).some((part) => isSecure(part, definitions, seen))
  );
}

/** The secret parts of a value, by its type. */
export function secretParts(
  given: Json,
  definitions: Json,
  value: unknown,
  depth = 0,
): readonly unknown[] {
  const type = resolved(given, definitions);
  if (isSecureName(type['type'])) return [value];
  if (depth >= deepest || typeof value !== 'object' || value === null) return [];
  const inside = (part: unknown, inner: unknown) =>
    secretParts(asObject(part), definitions, inner, depth + 1);
  if (Array.isArray(value)) {
    const first = listOf(type['prefixItems']);
    return value.flatMap((item, index) => inside(first[index] ?? type['items'], item));
  }
  const properties = asObject(type['properties']);
  const ofVariant = inside(variantOf(type, value as Json), value);
  const ofProperties = Object.entries(value).flatMap(([name, inner]) =>
    inside(properties[name] ?? type['additionalProperties'], inner),
  );
  return [...ofVariant, ...ofProperties];
}

/** The type that a value of a tagged union has by its tag; undefined for any other type. */
function variantOf(type: Json, value: Json): unknown {
  const { propertyName, mapping } = asObject(type['discriminator']);
  const tag = typeof propertyName === 'string' ? value[propertyName] : undefined;
  return typeof tag === 'string' ? asObject(mapping)[tag] : undefined;
}

function parts(type: Json): Json[] {
  return [
    ...Object.values(asObject(type['properties'])),
    ...listOf(type['prefixItems']),
    ...['items', 'additionalProperties'].flatMap((name) => type[name] ?? []),
    ...Object.values(asObject(asObject(type['discriminator'])['mapping'])),
  ].map(asObject);
}

function isSecureName(type: unknown): boolean {
  return typeof type === 'string' && /^secure(string|object)$/i.test(type);
}
