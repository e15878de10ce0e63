import { createHash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';
import { parseExact } from '../net/exact-json.ts';
import { asObject } from '../net/json-value.ts';
import { isSecure, resolved, secretParts } from './secure-types.ts';
import type { Expected } from './pace.ts';
import { scopeOfSchema, type ScopeKind } from './scope.ts';

/** What a template says about one parameter or output. */
export interface Declaration {
  /** As written, for example `string` or `secureObject`; undefined when it is only a `$ref`. */
  readonly type: string | undefined;
  /** Whether a value is secret, or holds something that is. */
  readonly secure: boolean;
}

export interface ParameterDeclaration extends Declaration {
  /** Whether a deployment may leave it out. */
  readonly optional: boolean;
}

/** An ARM template and what has to be known of it before it is sent. */
export interface Template {
  /** Where it can be deployed. */
  readonly scope: ScopeKind;
  readonly body: Readonly<Record<string, unknown>>;
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly outputs: Readonly<Record<string, Declaration>>;
  /** Resources as written, with those inside of others, and without existing ones. */
  readonly expected: Expected;
}

/**
 * Reads the JSON text of an ARM template. `name` is the file, for messages.
 * Throws TEMPLATE_INVALID for anything that is no template; ARM itself judges the rest.
 */
export function readTemplate(text: string, name: string): Template {
  const body = parseJsonObject(text, name, 'TEMPLATE_INVALID');
  const schema = body['$schema'];
  const scope = typeof schema === 'string' ? scopeOfSchema(schema) : undefined;
  if (scope === undefined) {
    throw new SpokelineError(
      'TEMPLATE_INVALID',
      `${name} is no ARM template: "$schema" is ${JSON.stringify(schema ?? null)}, ` +
        'not the address of a deploymentTemplate.json.',
    );
  }
  const definitions = asObject(body['definitions']);
  const parameters: Record<string, ParameterDeclaration> = {};
  for (const [key, value] of Object.entries(asObject(body['parameters']))) {
    const given = resolved(asObject(value), definitions);
    parameters[key] = {
      ...declaration(given, definitions),
      optional: 'defaultValue' in given || given['nullable'] === true,
    };
  }
  const outputs: Record<string, Declaration> = {};
  for (const [key, value] of Object.entries(asObject(body['outputs']))) {
    outputs[key] = declaration(resolved(asObject(value), definitions), definitions);
  }
  const resources = body['resources'];
  if (typeof resources !== 'object' || resources === null) {
    throw new SpokelineError('TEMPLATE_INVALID', `${name} has no "resources".`);
  }
  return { scope, body, parameters, outputs, expected: expectedOf(resources) };
}

/** In templates written by hand children may stand inside of their parents. */
function expectedOf(resources: unknown, parentIsCertain = true): Expected {
  let [all, certain] = [0, 0];
  for (const resource of Object.values(resources ?? {}).map(asObject)) {
    const isCertain = parentIsCertain && !('copy' in resource) && !('condition' in resource);
    const children = expectedOf(resource['resources'], isCertain);
    const own = resource['existing'] === true ? 0 : 1;
    all += own + children.resources;
    certain += (isCertain ? own : 0) + children.certain;
  }
  return { resources: all, certain };
}

/** What is secret in a value of a parameter or output, by its declaration. */
export function secretsIn(
  template: Template,
  section: 'parameters' | 'outputs',
  name: string,
  value: unknown,
): readonly unknown[] {
  const declared = asObject(asObject(template.body[section])[name]);
  return secretParts(declared, asObject(template.body['definitions']), value);
}

/** Parses a JSON object, perhaps with comments; an error names file, line and column. */
export function parseJsonObject(
  text: string,
  name: string,
  code: 'TEMPLATE_INVALID' | 'INPUT_INVALID',
): Record<string, unknown> {
  let value: unknown;
  try {
    // Editors on Windows write a byte order mark, which JSON.parse refuses.
    value = parseExact(withoutComments(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    // Node quotes what stands around the fault, which may be a secret in a file of parameters.
    const said = error instanceof Error ? error.message : String(error);
    const message = said.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, '');
    const offset = Number(/position (\d+)/.exec(message)?.[1] ?? Number.NaN);
    const before = Number.isNaN(offset) ? [] : text.slice(0, offset).split('\n');
    const place =
      before.length === 0 ? {} : { line: before.length, column: (before.at(-1) ?? '').length + 1 };
    throw new SpokelineError(code, `${name} is not JSON.`, {
      details: [{ message, file: name, ...place }],
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SpokelineError(code, `${name} holds no JSON object.`);
  }
  return value as Record<string, unknown>;
}

/**
 * The same text with blanks in the place of comments, which Azure's own tools take; lines and columns stay.
 * https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#comments-and-metadata
 */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\/\/.*|\/\*[^]*?\*\//g, (found) =>
    found.startsWith('"') ? found : found.replace(/[^\r\n]/g, ' '),
  );
}

function declaration(
  given: Record<string, unknown>,
  definitions: Record<string, unknown>,
): Declaration {
  const type = typeof given['type'] === 'string' ? given['type'] : undefined;
  return { type, secure: isSecure(given, definitions) };
}

/** A short fingerprint of any JSON value, independent of the order of keys. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`);
    return `{${entries.join(',')}}`;
  }
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null');
}
