import { invalidTemplate } from './engine-error.ts';
import { getProperty, isObject, toJson } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { checkTypeShape } from './parameters/schema.ts';
import type { DeploymentScope } from './types.ts';

/** A template whose outer shape has been checked. */
export interface TemplateDocument {
  json: JsonObject;
  /** languageVersion 2.0 or newer. */
  symbolic: boolean;
  scopeKind: DeploymentScope['kind'];
  definitions: JsonObject;
  parameters: JsonObject;
  variables: JsonObject;
  functions: JsonValue[];
  resources: JsonObject | JsonObject[];
  outputs: JsonObject;
}

const MEMBERS: ReadonlySet<string> = new Set([
  '$schema',
  'contentversion',
  'languageversion',
  'apiprofile',
  'metadata',
  'definitions',
  'parameters',
  'variables',
  'functions',
  'resources',
  'outputs',
]);

const SCHEMA = /\/schemas\/([^/]+)\/(\w+)\.json#?$/i;

const SCHEMA_KINDS: Readonly<Record<string, DeploymentScope['kind']>> = {
  deploymenttemplate: 'resourceGroup',
  subscriptiondeploymenttemplate: 'subscription',
  managementgroupdeploymenttemplate: 'managementGroup',
  tenantdeploymenttemplate: 'tenant',
};

/**
 * Versions of the resource group schema that Resource Manager accepts; the others have one each.
 */
const SCHEMA_VERSIONS: Readonly<Record<DeploymentScope['kind'], readonly string[]>> = {
  resourceGroup: ['2014-04-01-preview', '2015-01-01', '2018-05-01', '2019-04-01', '2019-08-01'],
  subscription: ['2018-05-01', '2019-08-01'],
  managementGroup: ['2019-08-01'],
  tenant: ['2019-08-01'],
};

const PARAMETER_MEMBERS = ['defaultValue'];
const OUTPUT_MEMBERS = ['value', 'condition', 'copy'];

/**
 * Checks the outer shape of a template. Throws EngineError InvalidTemplate for what is missing or
 * unknown.
 */
export function readDocument(template: unknown): TemplateDocument {
  const json = toJson(template);
  if (!isObject(json)) throw invalidTemplate('The template must be a JSON object.');
  for (const key of Object.keys(json)) {
    if (!MEMBERS.has(key.toLowerCase())) {
      throw invalidTemplate(`Could not find member '${key}' on object of type 'Template'.`, key);
    }
  }
  const scopeKind = readSchema(getProperty(json, '$schema'));
  if (typeof getProperty(json, 'contentVersion') !== 'string') {
    throw invalidTemplate("The required property 'contentVersion' is missing or not a string.");
  }
  const symbolic = readLanguageVersion(getProperty(json, 'languageVersion'));
  const document: TemplateDocument = {
    json,
    symbolic,
    scopeKind,
    definitions: section(json, 'definitions'),
    parameters: section(json, 'parameters'),
    variables: section(json, 'variables'),
    functions: readFunctions(json),
    resources: readResources(json, symbolic),
    outputs: section(json, 'outputs'),
  };
  checkTypes(document);
  checkLimit('parameters', document.parameters, 256);
  checkLimit('variables', document.variables, 512);
  checkLimit('outputs', document.outputs, 64);
  return document;
}

function readSchema(schema: JsonValue | undefined): DeploymentScope['kind'] {
  if (typeof schema !== 'string') {
    throw invalidTemplate("The required property '$schema' is missing or not a string.");
  }
  const match = SCHEMA.exec(schema);
  const kind = SCHEMA_KINDS[(match?.[2] ?? '').toLowerCase()];
  if (kind === undefined || !SCHEMA_VERSIONS[kind].includes(match?.[1] ?? '')) {
    throw invalidTemplate(`Template schema '${schema}' is not supported.`, '$schema');
  }
  return kind;
}

function readLanguageVersion(version: JsonValue | undefined): boolean {
  if (version === undefined || version === '1.0' || version === '1.9-experimental') return false;
  if (version === '2.0' || version === '2.1-experimental') return true;
  throw invalidTemplate(
    `The language version '${String(version)}' is not supported.`,
    'languageVersion',
  );
}

function section(json: JsonObject, name: string): JsonObject {
  const value = getProperty(json, name) ?? {};
  if (!isObject(value)) throw invalidTemplate(`'${name}' must be an object.`, name);
  return value;
}

function readFunctions(json: JsonObject): JsonValue[] {
  const value = getProperty(json, 'functions') ?? [];
  if (!Array.isArray(value)) throw invalidTemplate("'functions' must be an array.", 'functions');
  return value;
}

function readResources(json: JsonObject, symbolic: boolean): JsonObject | JsonObject[] {
  const value = getProperty(json, 'resources');
  if (value === undefined || value === null) {
    throw invalidTemplate("The required property 'resources' is missing.");
  }
  if (symbolic) {
    // An empty list is what older tools write for 'none'.
    if (Array.isArray(value) && value.length === 0) return {};
    if (isObject(value)) return value;
    throw invalidTemplate(
      "'resources' must be an object keyed by symbolic name when languageVersion is '2.0'.",
      'resources',
    );
  }
  if (!Array.isArray(value)) {
    throw invalidTemplate(
      "'resources' must be an array when languageVersion is not '2.0'.",
      'resources',
    );
  }
  return value.map((item, i) => {
    if (!isObject(item)) throw invalidTemplate('A resource must be an object.', `resources[${i}]`);
    return item;
  });
}

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits */
function checkLimit(name: string, section: JsonObject, most: number): void {
  const count = Object.keys(section).length;
  if (count <= most) return;
  throw invalidTemplate(`A template has at most '${most}' ${name}; this one has '${count}'.`, name);
}

function checkTypes(document: TemplateDocument): void {
  if (!document.symbolic && Object.keys(document.definitions).length > 0) {
    throw invalidTemplate("'definitions' need languageVersion '2.0'.", 'definitions');
  }
  for (const [name, type] of Object.entries(document.definitions)) {
    checkTypeShape(type, `definitions.${name}`);
  }
  for (const [name, type] of Object.entries(document.parameters)) {
    checkTyped(type, `parameters.${name}`, PARAMETER_MEMBERS);
  }
  for (const [name, type] of Object.entries(document.outputs)) {
    checkTyped(type, `outputs.${name}`, OUTPUT_MEMBERS);
  }
}

function checkTyped(type: JsonValue, path: string, extra: readonly string[]): void {
  checkTypeShape(type, path, extra);
  if (getProperty(type, 'type') === undefined && getProperty(type, '$ref') === undefined) {
    throw invalidTemplate("The required property 'type' is missing.", path);
  }
}
