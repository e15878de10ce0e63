import { ArmError, invalidContent } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import generated from './generated/property-tables.json' with { type: 'json' };

interface Field {
  type: string;
  readOnly?: boolean;
  required?: boolean;
  values?: readonly string[];
  model?: string;
  fields?: Fields;
  of?: Field;
}

interface Fields {
  [name: string]: Field;
}

const text: Field = { type: 'string' };

/** Models that no @azure/arm-* package of Node 20's time describes, or describes too early a version of. */
const byHand: Record<string, Fields> = {
  // https://learn.microsoft.com/azure/templates/microsoft.authorization/locks
  'authorization.ManagementLock': {
    properties: {
      type: 'object',
      required: true,
      fields: {
        level: { type: 'string', required: true, values: ['CanNotDelete', 'ReadOnly'] },
        notes: text,
        owners: { type: 'array', of: { type: 'any' } },
      },
    },
  },
  'resources.ResourceGroup': {
    id: text,
    name: text,
    type: text,
    location: { type: 'string', required: true },
    managedBy: text,
    tags: { type: 'map', of: text },
    properties: {
      type: 'object',
      fields: { provisioningState: { type: 'string', readOnly: true } },
    },
  },
  'resources.Tags': { tags: { type: 'map', of: text } },
};

/** Properties that came with a later api-version than the one the package was made from. */
const later: Record<string, Record<string, Field>> = {
  // https://learn.microsoft.com/azure/dns/private-dns-fallback (2024-06-01)
  'privatedns.VirtualNetworkLink': {
    resolutionPolicy: { type: 'string', values: ['Default', 'NxDomainRedirect'] },
  },
  'privatedns.PrivateZone': { internalId: { type: 'string', readOnly: true } },
};

const models = generated.models as Record<string, Fields>;

/** Members of the envelope that the manager handles itself, for every type. */
const envelope = new Set([
  'id',
  'name',
  'type',
  'location',
  'tags',
  'apiversion',
  'dependson',
  'comments',
  'scope',
  'etag',
]);

/** True if a model of this name is known. */
export function hasModel(model: string): boolean {
  return byHand[model] !== undefined || models[model] !== undefined;
}

/**
 * The body as the type takes it: known properties only, in their canonical spelling, without those that only the
 * service writes. Null counts as absent.
 * @param model key of the property tables, for example `network.VirtualNetwork`
 * @throws ArmError InvalidRequestContent that names the path of what does not fit
 */
export function checkBody(model: string, body: unknown): Json {
  if (!isObject(body)) throw invalidContent("The request body is not a JSON object. Path ''");
  const own: Json = {};
  for (const [key, value] of Object.entries(body)) {
    if (!envelope.has(key.toLowerCase())) own[key] = value;
  }
  return checkFields(fieldsOf(model), own, '', nameOf(model), true);
}

/** What of a resource's present body a PUT of it may hold: the rest is computed by the service. */
export function writablePart(model: string, body: Json): Json {
  return known(fieldsOf(model), body);
}

function known(fields: Fields, value: Json): Json {
  const result: Json = {};
  for (const [name, item] of Object.entries(value)) {
    const field = fields[name];
    if (field === undefined || field.readOnly === true || item === undefined) continue;
    result[name] = knownValue(field, item);
  }
  return result;
}

function knownValue(field: Field, value: unknown): unknown {
  const { of } = field;
  if (of !== undefined && Array.isArray(value)) return value.map((item) => knownValue(of, item));
  const inner = innerFields(field);
  return inner !== undefined && isObject(value) ? known(inner, value) : value;
}

function innerFields(field: Field): Fields | undefined {
  return field.fields ?? (field.model === undefined ? undefined : fieldsOf(field.model));
}

/** What a body gives for properties that only the service writes, by path: `properties.subnets[0].etag`. */
export function readOnlyPart(model: string, body: Json): { path: string; value: unknown }[] {
  return [...readOnlyIn({ type: 'object', fields: fieldsOf(model) }, body, '')];
}

function* readOnlyIn(
  field: Field,
  value: unknown,
  path: string,
): Generator<{ path: string; value: unknown }> {
  const { of } = field;
  if (of !== undefined && Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* readOnlyIn(of, item, `${path}[${index}]`);
    return;
  }
  const inner = innerFields(field);
  if (inner === undefined || !isObject(value)) return;
  const byKey = new Map(Object.entries(inner).map(([name, item]) => [name.toLowerCase(), item]));
  for (const [key, item] of Object.entries(value)) {
    const known = byKey.get(key.toLowerCase());
    if (known === undefined || item === null || item === undefined) continue;
    if (path === '' && envelope.has(key.toLowerCase())) continue;
    const where = path === '' ? key : `${path}.${key}`;
    if (known.readOnly === true) yield { path: where, value: item };
    else yield* readOnlyIn(known, item, where);
  }
}

function fieldsOf(model: string): Fields {
  const fields = byHand[model] ?? models[model];
  if (fields === undefined) throw new Error(`the property tables have no model '${model}'`);
  const more = later[model];
  const properties = fields['properties'];
  if (more === undefined || properties === undefined) return fields;
  return {
    ...fields,
    properties: { ...properties, fields: { ...properties.fields, ...more } },
  };
}

function nameOf(model: string): string {
  return model.slice(model.indexOf('.') + 1);
}

function checkFields(fields: Fields, value: Json, path: string, owner: string, root = false): Json {
  const result: Json = {};
  const byKey = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  for (const [given, item] of Object.entries(value)) {
    const name = byKey.get(given.toLowerCase());
    const field = name === undefined ? undefined : fields[name];
    const where = path === '' ? given : `${path}.${given}`;
    if (name === undefined || field === undefined) {
      throw invalidContent(
        `Could not find member '${given}' on object of type '${owner}'. Path '${where}'`,
      );
    }
    if (field.readOnly === true || item === null || item === undefined) continue;
    result[name] = checkField(field, item, where, owner);
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required !== true || field.readOnly === true || result[name] !== undefined) continue;
    if (root && envelope.has(name.toLowerCase())) continue;
    const where = path === '' ? name : `${path}.${name}`;
    throw new ArmError(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: 'Required property '${name}' not ` +
        `found in JSON. Path '${where}'.'.`,
      { target: where },
    );
  }
  return result;
}

function checkField(field: Field, value: unknown, path: string, owner: string): unknown {
  switch (field.type) {
    case 'any':
      return value;
    case 'object': {
      if (!isObject(value)) throw wrongType(value, 'an object', path);
      if (field.fields !== undefined) return checkFields(field.fields, value, path, owner);
      return checkFields(fieldsOf(field.model ?? ''), value, path, nameOf(field.model ?? ''));
    }
    case 'array': {
      if (!Array.isArray(value)) throw wrongType(value, 'an array', path);
      const { of } = field;
      return value.map((item: unknown, index) => {
        const where = `${path}[${String(index)}]`;
        if (of === undefined) return item;
        if (item === null) throw wrongType(item, of.type, where);
        return checkField(of, item, where, owner);
      });
    }
    case 'map': {
      if (!isObject(value)) throw wrongType(value, 'an object', path);
      const { of } = field;
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== null)
          .map(([key, item]) => [
            key,
            of === undefined ? item : checkField(of, item, `${path}.${key}`, owner),
          ]),
      );
    }
    default:
      return scalar(field, value, path);
  }
}

/** The service converts between text, numbers and truth values where it can, as its JSON reader does. */
function scalar(field: Field, value: unknown, path: string): unknown {
  if (typeof value === 'object') throw wrongType(value, `a ${field.type}`, path);
  if (field.type === 'boolean') {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return /^t/i.test(value);
    throw wrongType(value, 'a boolean', path);
  }
  if (field.type === 'number') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number !== 'number' || Number.isNaN(number))
      throw wrongType(value, 'a number', path);
    return number;
  }
  const words = String(value);
  if (field.values === undefined) return words;
  const known = field.values.find((allowed) => allowed.toLowerCase() === words.toLowerCase());
  if (known !== undefined) return known;
  throw invalidContent(
    `Error converting value "${words}" at path '${path}'. Allowed values: ${field.values.join(', ')}`,
  );
}

function wrongType(value: unknown, wanted: string, path: string): ArmError {
  const shown = JSON.stringify(value) ?? String(value);
  return invalidContent(
    `Error converting value ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown} to ${wanted}. ` +
      `Path '${path}'`,
  );
}
