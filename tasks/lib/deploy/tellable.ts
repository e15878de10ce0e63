import type { Parameters } from './parameters.ts';
import { secretsIn, type Template } from './template.ts';

/** Parameters as a program may know them that predicts and writes down what it was told. */
export interface Tellable {
  /** Secrets inside of objects and lists are replaced by `***`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Names of texts that are secret, or that Azure takes from a key vault. */
  readonly untold: readonly string[];
  /** Names of what only Azure can compute. */
  readonly unknown: readonly string[];
}

export function tellable(template: Template, parameters: Parameters): Tellable {
  const values: Record<string, unknown> = {};
  const untold: string[] = [];
  const unknown: string[] = [];
  for (const [name, parameter] of Object.entries(parameters)) {
    if ('reference' in parameter) untold.push(name);
    else if ('expression' in parameter) unknown.push(name);
    else {
      const secrets = secretsIn(template, 'parameters', name, parameter.value);
      if (typeof parameter.value === 'string' && secrets.length > 0) untold.push(name);
      else values[name] = covered(parameter.value, new Set(secrets));
    }
  }
  return { values, untold, unknown };
}

/** The value without its secret parts, in the same shape: a template may loop over it. */
function covered(value: unknown, secrets: ReadonlySet<unknown>): unknown {
  const secret = secrets.has(value);
  if (Array.isArray(value)) {
    return (value as unknown[]).map((item) => covered(item, secret ? new Set([item]) : secrets));
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, item]) => [key, covered(item, secret ? new Set([item]) : secrets)] as const,
    );
    return Object.fromEntries(members);
  }
  return secret && typeof value !== 'boolean' && value !== null ? '***' : value;
}
