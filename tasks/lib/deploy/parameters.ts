import { SpokelineError, type ErrorDetail } from '../errors.ts';
import { ExternalInputs, type ComputedParameter, type ExternalValues } from './external-inputs.ts';
import { nearest } from '../topology/nearest.ts';
import { asObject } from '../net/json-value.ts';
import { parseJsonObject, type Template } from './template.ts';

/** One parameter: a value, a reference to a secret in a key vault, or what Azure computes. */
export type Parameter =
  { readonly value: unknown } | { readonly reference: Record<string, unknown> } | ComputedParameter;
export type Parameters = Readonly<Record<string, Parameter>>;

/** The objects that a template receives when it declares parameters of these names. */
export interface Offered {
  readonly hub?: unknown;
  readonly stamp?: unknown;
  readonly topology?: unknown;
}

/**
 * Reads an ARM parameters file, also a compiled `.bicepparam` with external inputs, or a plain object of
 * values. `name` is the file, for messages. Throws INPUT_INVALID.
 */
export function readParameters(
  text: string,
  name: string,
  external: ExternalValues = { given: {}, variables: {} },
): Parameters {
  const body = parseJsonObject(text, name, 'INPUT_INVALID');
  const isFile =
    typeof body['$schema'] === 'string' && /deploymentParameters\.json#?$/i.test(body['$schema']);
  if (!isFile) return plainParameters(body);
  const inputs = new ExternalInputs(body, external);
  const problems: ErrorDetail[] = [];
  const found: Record<string, Parameter> = {};
  for (const [key, entry] of Object.entries(asObject(body['parameters']))) {
    const given = asObject(entry);
    if ('value' in given) found[key] = { value: given['value'] };
    else if ('reference' in given) found[key] = { reference: asObject(given['reference']) };
    else if (typeof given['expression'] === 'string') {
      const resolved = inputs.resolve(key, given['expression']);
      if (!('problems' in resolved)) found[key] = resolved;
      else problems.push(...resolved.problems.map((problem) => ({ ...problem, file: name })));
    } else {
      const message = `parameter "${key}" has neither "value" nor "reference"`;
      problems.push({ message, file: name, target: key });
    }
  }
  if (problems.length > 0) {
    const message = `${name} cannot be used as a parameters file.`;
    throw new SpokelineError('INPUT_INVALID', message, { details: problems });
  }
  return found;
}

/** Values of an inline document as parameters. */
export function plainParameters(values: Readonly<Record<string, unknown>>): Parameters {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
}

/**
 * What has to be set while a `.bicepparam` file is compiled: objects that are offered, that the template
 * declares and that the file leaves out; and the inline values. Throws INPUT_INVALID for an inline value that the
 * template does not declare or that cannot fit: the compiler would blame the file for it.
 */
export function overridesOf(
  template: Template,
  offered: Offered,
  assigned: readonly string[],
  inline: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { merged, problems } = merge(template, [plainParameters(inline)]);
  if (problems.length > 0) throw parameterProblems(problems);
  for (const [name, parameter] of Object.entries(accepted(template, offered))) {
    if (!assigned.includes(name)) merged[name] ??= parameter;
  }
  const values = Object.entries(merged).flatMap(([name, parameter]) =>
    'value' in parameter ? [[name, parameter.value] as const] : [],
  );
  return Object.fromEntries(values);
}

/**
 * All parameters of a deployment: what the topology offers and the template declares, then the file, then
 * the inline values, later ones winning. Throws INPUT_INVALID that lists every parameter that the template
 * does not declare, that is missing, or whose type cannot be right: found here, nothing has been sent yet.
 */
export function mergeParameters(
  template: Template,
  offered: Offered,
  given: readonly Parameters[],
): Parameters {
  const { merged, problems } = merge(template, [accepted(template, offered), ...given]);
  for (const [name, { optional, type }] of Object.entries(template.parameters)) {
    if (optional || Object.hasOwn(merged, name)) continue;
    problems.push({
      target: name,
      message: `parameter "${name}" (${type ?? 'any type'}) is missing, and the template has no default for it`,
    });
  }
  if (problems.length > 0) throw parameterProblems(problems);
  return merged;
}

/** What is offered and the template has a place for. */
function accepted(template: Template, offered: Offered): Record<string, Parameter> {
  const found: Record<string, Parameter> = {};
  for (const [name, value] of Object.entries(offered)) {
    if (value === undefined || !Object.hasOwn(template.parameters, name)) continue;
    // A template may have a parameter of this name with a meaning of its own, for example a text `stamp`.
    if (fits(template.parameters[name]?.type, value)) found[name] = { value };
  }
  return found;
}

function merge(
  template: Template,
  given: readonly Parameters[],
): { merged: Record<string, Parameter>; problems: ErrorDetail[] } {
  const merged: Record<string, Parameter> = {};
  // ARM compares names of parameters without regard to case.
  const declared = new Map(Object.keys(template.parameters).map((n) => [n.toLowerCase(), n]));
  const problems: ErrorDetail[] = [];
  for (const [name, parameter] of given.flatMap((set) => Object.entries(set))) {
    const known = declared.get(name.toLowerCase());
    if (known === undefined) {
      problems.push({ target: name, message: undeclared(name, [...declared.values()]) });
      continue;
    }
    const type = template.parameters[known]?.type;
    if ('value' in parameter && !fits(type, parameter.value)) {
      problems.push({ target: name, message: misfit(name, type, parameter.value) });
    }
    if ('expression' in parameter && template.parameters[known]?.secure === true) {
      // Nothing says that Azure hides external inputs as it hides secure parameters.
      const message =
        `parameter "${name}" is secure and computes with external inputs, which Azure may keep; ` +
        'let it be an external input as a whole';
      problems.push({ target: name, message });
    }
    merged[known] = parameter;
  }
  return { merged, problems };
}

function parameterProblems(details: readonly ErrorDetail[]): SpokelineError {
  const count = details.length === 1 ? 'One problem' : `${details.length} problems`;
  return new SpokelineError('INPUT_INVALID', `${count} in the parameters of the template.`, {
    details,
  });
}

function undeclared(name: string, known: readonly string[]): string {
  if (known.length === 0) return `parameter "${name}" is given, but the template declares none`;
  const close = nearest(name, known);
  const suggestion = close === undefined ? '' : `; did you mean "${close}"?`;
  return `parameter "${name}" is not declared by the template, which has ${known.join(', ')}${suggestion}`;
}

function misfit(name: string, type: string | undefined, value: unknown): string {
  const message = `parameter "${name}" is ${kindOf(value)}; allowed: ${type}`;
  // A build number such as 20261126.1 is a number to YAML.
  const quotable = typeof value !== 'object' && fits(type, '');
  return quotable ? `${message}, so put it in quotes` : message;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'bigint') return 'an integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a fraction';
  return typeof value === 'boolean' ? 'a boolean' : `a ${typeof value}`;
}

function fits(type: string | undefined, value: unknown): boolean {
  switch (type?.toLowerCase()) {
    case 'string':
    case 'securestring':
      return typeof value === 'string' || value === null;
    case 'int':
      return Number.isInteger(value) || typeof value === 'bigint' || value === null;
    case 'bool':
      return typeof value === 'boolean' || value === null;
    case 'array':
      return Array.isArray(value) || value === null;
    case 'object':
    case 'secureobject':
      return typeof value === 'object' && !Array.isArray(value);
    default:
      return true;
  }
}
