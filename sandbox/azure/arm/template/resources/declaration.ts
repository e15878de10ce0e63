import { invalidTemplate } from '../engine-error.ts';
import { getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { TemplateDocument } from '../document.ts';

/** A resource as written; children that are written inside their parent have it as `parent`. */
export interface Declaration {
  json: JsonObject;
  symbol: string | undefined;
  path: string;
  parent: Declaration | undefined;
}

/** Members that say how to deploy; they are not sent to the resource provider. */
export const ENGINE_MEMBERS: ReadonlySet<string> = new Set([
  'condition',
  'copy',
  'dependson',
  'comments',
  'metadata',
  'scope',
  'existing',
  'resources',
  'subscriptionid',
  'resourcegroup',
  '@options',
]);

/** Members that go into the body of the PUT. */
const BODY_MEMBERS: ReadonlySet<string> = new Set([
  'name',
  'type',
  'apiversion',
  'location',
  'tags',
  'kind',
  'sku',
  'identity',
  'plan',
  'zones',
  'managedby',
  'managedbyextended',
  'extendedlocation',
  'placement',
  'etag',
  'properties',
]);

const OPTIONS: ReadonlySet<string> = new Set(['onlyifnotexists', 'retryon']);

/** All resources of the template in its order, children right after their parents. */
export function declarations(document: TemplateDocument): Declaration[] {
  const result: Declaration[] = [];
  const symbols = new Set<string>();
  const add = (
    json: JsonValue,
    symbol: string | undefined,
    path: string,
    parent?: Declaration,
  ): void => {
    if (!isObject(json)) throw invalidTemplate('A resource must be an object.', path);
    if (symbol !== undefined) {
      if (symbols.has(symbol.toLowerCase())) {
        throw invalidTemplate(`The symbolic name '${symbol}' is used twice.`, path);
      }
      symbols.add(symbol.toLowerCase());
    }
    const declaration: Declaration = { json, symbol, path, parent };
    checkMembers(declaration, document.symbolic);
    result.push(declaration);
    addChildren(declaration, getProperty(json, 'resources'));
  };
  const addChildren = (parent: Declaration, children: JsonValue | undefined): void => {
    if (children === undefined || children === null) return;
    const path = `${parent.path}.resources`;
    if (Array.isArray(children) && (!document.symbolic || children.length === 0)) {
      children.forEach((child, i) => add(child, undefined, `${path}[${i}]`, parent));
    } else if (isObject(children) && document.symbolic) {
      for (const [name, child] of Object.entries(children)) {
        add(child, name, `${path}.${name}`, parent);
      }
    } else {
      throw invalidTemplate(
        "Child 'resources' must be written like the template's own: an array, or an object with " +
          'symbolic names.',
        path,
      );
    }
  };
  if (Array.isArray(document.resources)) {
    document.resources.forEach((json, i) => add(json, undefined, `resources[${i}]`));
  } else {
    for (const [name, json] of Object.entries(document.resources)) {
      add(json, name, `resources.${name}`);
    }
  }
  return result;
}

function checkMembers(declaration: Declaration, symbolic: boolean): void {
  const { json, path } = declaration;
  for (const key of Object.keys(json)) {
    const lower = key.toLowerCase();
    if (lower === 'import' || lower === 'extension') {
      throw invalidTemplate(`Resources of an extension ('${key}') are not supported.`, path);
    }
    if (!ENGINE_MEMBERS.has(lower) && !BODY_MEMBERS.has(lower)) {
      throw invalidTemplate(
        `Could not find member '${key}' on object of type 'TemplateResource'.`,
        path,
      );
    }
  }
  for (const name of ['type', 'apiVersion', 'name']) {
    if (getProperty(json, name) === undefined) {
      throw invalidTemplate(`The required property '${name}' of a resource is missing.`, path);
    }
  }
  if (!symbolic && getProperty(json, 'existing') !== undefined) {
    throw invalidTemplate("'existing' resources need languageVersion '2.0'.", path);
  }
  if (declaration.parent !== undefined && getProperty(json, 'copy') !== undefined) {
    throw invalidTemplate("A child resource inside its parent can't have a copy.", path);
  }
  const options = getProperty(json, '@options');
  if (options === undefined) return;
  if (!isObject(options)) throw invalidTemplate("'@options' must be an object.", path);
  for (const key of Object.keys(options)) {
    if (!OPTIONS.has(key.toLowerCase())) {
      throw invalidTemplate(`Unknown property '${key}' of '@options'.`, path);
    }
  }
}

export function isDeploymentType(type: string): boolean {
  return type.toLowerCase() === 'microsoft.resources/deployments';
}

/** Properties of a nested deployment without its template: that refers to its own resources. */
export function withoutTemplate(value: JsonValue): JsonValue {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => key.toLowerCase() !== 'template'),
  );
}
