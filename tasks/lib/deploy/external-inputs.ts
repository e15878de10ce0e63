import type { ErrorDetail } from '../errors.ts';
import { asObject } from './template.ts';

/** Values for what a parameters file leaves to the tool that deploys it. */
export interface ExternalValues {
  /** By `kind:config`, by the config alone, or by the kind alone for an input without a config. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Environment variables that the user named, for inputs of the kind `sys.envVar`. */
  readonly variables: Readonly<Record<string, string>>;
}

interface Definition {
  readonly kind: string;
  readonly config: unknown;
}

/**
 * Fills in the external inputs of one file of parameters. The compiler writes a parameter that depends on one as
 * an expression over `externalInputs('name')`, and `externalInputDefinitions` that say what each name asks for.
 * https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions-parameters-file#externalinput
 */
export class ExternalInputs {
  readonly #definitions: Readonly<Record<string, unknown>>;
  readonly #values: ExternalValues;

  /** `document` is the compiled file. */
  constructor(document: Readonly<Record<string, unknown>>, values: ExternalValues) {
    this.#definitions = asObject(document['externalInputDefinitions']);
    this.#values = values;
  }

  /** The value of a parameter's expression, or what is missing for it. */
  resolve(parameter: string, expression: string): { value: unknown } | { problem: ErrorDetail } {
    const problem = (message: string) => ({ problem: { target: parameter, message } });
    // To compute is ARM's business, and the deployments API that this task speaks does not take expressions.
    const name = /^\[externalInputs\('([^']*)'\)\]$/i.exec(expression)?.[1];
    if (name === undefined) {
      return problem(
        `parameter "${parameter}" computes with external inputs: ${expression}; ` +
          'only one that is an external input as a whole can be filled in',
      );
    }
    const definition = this.#definition(name);
    if (definition === undefined) {
      return problem(`parameter "${parameter}" asks for an external input that is not defined`);
    }
    const found = this.#find(definition);
    if (found !== undefined) return found;
    const { kind, config } = definition;
    const where =
      kind === 'sys.envVar' ? 'name it in the input "environmentVariables" and set it' : undefined;
    const key = typeof config === 'string' ? config : kind;
    return problem(
      `parameter "${parameter}" asks for the external input ${shown(definition)}, which is not given; ` +
        (where ?? `give it in the input "externalInputs" as "${key}"`),
    );
  }

  #definition(name: string): Definition | undefined {
    if (!Object.hasOwn(this.#definitions, name)) return undefined;
    const { kind, config } = asObject(this.#definitions[name]);
    return typeof kind === 'string' ? { kind, config } : undefined;
  }

  #find({ kind, config }: Definition): { value: unknown } | undefined {
    const { given, variables } = this.#values;
    const keys = typeof config === 'string' ? [`${kind}:${config}`, config] : [kind];
    for (const key of keys) if (Object.hasOwn(given, key)) return { value: given[key] };
    const variable = kind === 'sys.envVar' && typeof config === 'string' ? config : undefined;
    return variable !== undefined && Object.hasOwn(variables, variable)
      ? { value: variables[variable] }
      : undefined;
  }
}

function shown({ kind, config }: Definition): string {
  return config === undefined ? kind : `${kind} ${JSON.stringify(config)}`;
}
