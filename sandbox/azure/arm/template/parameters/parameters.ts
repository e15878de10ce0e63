import { EngineError, invalidTemplate } from '../engine-error.ts';
import type { Frame } from '../evaluate/frame.ts';
import { evaluateTree } from '../evaluate/tree.ts';
import { findKey, getProperty, isObject, toJson, typeName } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { PlannedParameter, TemplateHost } from '../types.ts';
import { resolveType } from './resolve.ts';
import { baseType, isSecure, typeLabel } from './schema.ts';
import { validateValue } from './validate.ts';
import type { Validation } from './validate.ts';

/**
 * The parameters of one deployment: given values, defaults evaluated when first asked for, all
 * validated.
 */
export class Parameters {
  private readonly declared: JsonObject;
  private readonly given: JsonObject;
  private readonly definitions: JsonObject;
  private readonly host: TemplateHost;
  private readonly frame: () => Frame;
  private readonly values = new Map<string, JsonValue>();
  private readonly pending = new Set<string>();

  constructor(
    declared: JsonObject,
    given: JsonObject,
    definitions: JsonObject,
    host: TemplateHost,
    frame: () => Frame,
  ) {
    this.declared = declared;
    this.given = given;
    this.definitions = definitions;
    this.host = host;
    this.frame = frame;
  }

  /**
   * Throws when parameters are given that the template does not have, or a value is missing or not
   * valid.
   */
  validate(): void {
    checkNames(this.declared, this.given);
    for (const name of Object.keys(this.declared)) this.value(name);
  }

  /** The value of a parameter by its case-blind name. */
  value(name: string): JsonValue {
    const key = findKey(this.declared, name);
    if (key === undefined) throw invalidTemplate(`The template parameter '${name}' is not found.`);
    const known = this.values.get(key);
    if (known !== undefined) return known;
    if (this.pending.has(key)) {
      throw invalidTemplate(
        `The default value of the template parameter '${key}' depends on itself.`,
        `parameters.${key}`,
      );
    }
    this.pending.add(key);
    try {
      const value = this.find(key);
      this.check(key, value);
      this.values.set(key, value);
      return value;
    } finally {
      this.pending.delete(key);
    }
  }

  /** What GET on the deployment shows: secure values are left out. */
  summary(): Record<string, PlannedParameter> {
    const result: Record<string, PlannedParameter> = {};
    for (const name of Object.keys(this.declared)) {
      const type = this.typeOf(name);
      const base = getProperty(type, 'type') === undefined ? 'object' : baseType(type, name);
      result[name] = { type: typeLabel(base) };
      if (!isSecure(base)) result[name].value = this.value(name);
    }
    return result;
  }

  private typeOf(key: string): JsonObject {
    const type = this.declared[key];
    const path = `parameters.${key}`;
    if (!isObject(type)) throw invalidTemplate('A parameter must be an object.', path);
    return resolveType(type, this.definitions, path);
  }

  private find(key: string): JsonValue {
    const type = this.typeOf(key);
    const givenKey = findKey(this.given, key);
    const given = givenKey === undefined ? undefined : this.given[givenKey];
    if (given !== undefined) return this.givenValue(key, given);
    const declared = this.declared[key];
    const fallback = isObject(declared) ? getProperty(declared, 'defaultValue') : undefined;
    const path = `parameters.${key}.defaultValue`;
    if (fallback !== undefined) return evaluateTree(fallback, this.frame(), path);
    if (getProperty(type, 'nullable') === true) return null;
    throw missing(key);
  }

  private givenValue(key: string, given: JsonValue): JsonValue {
    const value = isObject(given) ? getProperty(given, 'value') : undefined;
    if (value !== undefined) return value;
    const reference = isObject(given) ? getProperty(given, 'reference') : undefined;
    if (!isObject(reference)) throw missing(key);
    return this.secret(key, reference);
  }

  private secret(key: string, reference: JsonObject): string {
    const vault = getProperty(reference, 'keyVault');
    const id = isObject(vault) ? getProperty(vault, 'id') : undefined;
    const name = getProperty(reference, 'secretName');
    const version = getProperty(reference, 'secretVersion');
    const path = `parameters.${key}.reference`;
    if (typeof id !== 'string' || typeof name !== 'string') {
      throw invalidTemplate(
        `The reference of the template parameter '${key}' must name a key vault id and a secret.`,
        path,
      );
    }
    if (!isSecure(baseType(this.typeOf(key), path))) {
      throw new EngineError(
        'InvalidDeploymentParameterKeyVaultReference',
        `The template parameter '${key}' refers to a key vault secret and is not secure.`,
        { target: path },
      );
    }
    if (this.host.getSecret === undefined) {
      throw new EngineError(
        'KeyVaultParameterReferenceNotFound',
        `The key vault '${id}' of the template parameter '${key}' can't be read here.`,
        { target: path },
      );
    }
    return this.host.getSecret(id, name, typeof version === 'string' ? version : undefined);
  }

  private check(key: string, value: JsonValue): void {
    const validation: Validation = {
      definitions: this.definitions,
      unknown: this.host.partial?.stands,
      invalid: (bad, where, problem) => {
        const secure = isSecureParameter(this.typeOf(key));
        const shown = where === '' && !secure && typeof bad !== 'object' ? `'${String(bad)}' ` : '';
        const inside = where === '' ? '' : ` (at '${where}')`;
        return invalidTemplate(
          `The provided value ${shown}for the template parameter '${key}' is not valid${inside}. ` +
            `${problem}`,
          `parameters.${key}`,
        );
      },
      mistyped: (bad, where, expected) => {
        const inside = where === '' ? '' : ` at '${where}'`;
        return invalidTemplate(
          `Template parameter JToken type is not valid. Expected '${expected}'. Actual ` +
            `'${typeName(bad)}'. ` +
            `The parameter is '${key}'${inside}.`,
          `parameters.${key}`,
        );
      },
    };
    const type = this.declared[key];
    if (isObject(type)) validateValue(value, type, '', validation);
  }
}

function isSecureParameter(type: JsonObject): boolean {
  return getProperty(type, 'type') !== undefined && isSecure(baseType(type, ''));
}

function missing(key: string): EngineError {
  return invalidTemplate(
    `The value for the template parameter '${key}' is not provided.`,
    `parameters.${key}`,
  );
}

/** Throws when a parameter is given that the template does not define. */
export function checkNames(declared: JsonObject, given: JsonObject): void {
  const unknown = Object.keys(given).filter((name) => findKey(declared, name) === undefined);
  if (unknown.length === 0) return;
  throw invalidTemplate(
    'The following parameters were supplied, but do not correspond to any parameters defined in ' +
      'the template: ' +
      `'${unknown.join(', ')}'. The parameters defined in the template are: ` +
      `'${Object.keys(declared).join(', ')}'.`,
  );
}

/** The names of parameters without a value: not given, without a default, not nullable. */
export function missingParameters(
  declared: JsonObject,
  given: JsonObject,
  definitions: JsonObject,
): string[] {
  return Object.entries(declared)
    .filter(([name, type]) => {
      if (findKey(given, name) !== undefined || !isObject(type)) return false;
      if (getProperty(type, 'defaultValue') !== undefined) return false;
      const resolved = resolveType(type, definitions, `parameters.${name}`);
      return getProperty(resolved, 'nullable') !== true;
    })
    .map(([name]) => name);
}

/** Parameter values as they come from a request. */
export function givenParameters(parameters: Record<string, unknown>): JsonObject {
  const result = toJson(parameters);
  return isObject(result) ? result : {};
}
