import type { ErrorDetail } from '../errors.ts';
import { asObject } from '../net/json-value.ts';

/** Values for what a parameters file leaves to the tool that deploys it. */
export interface ExternalValues {
  /** By `kind:config`, by the config alone, or by the kind alone for an input without a config. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Environment variables that the user named, for inputs of the kind `sys.envVar`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether Azure may be asked to compute with them. */
  readonly computed?: boolean;
}

/** What an expression asks for by a name, and the answer. */
export interface ExternalInput {
  readonly kind: string;
  readonly config?: unknown;
  readonly value: unknown;
}

/** A parameter that Azure computes from external inputs, by name. */
export interface ComputedParameter {
  readonly expression: string;
  readonly inputs: Readonly<Record<string, ExternalInput>>;
}

interface Definition {
  readonly kind: string;
  readonly config: unknown;
}

/**
 * Fills in the external inputs of one file of parameters. The compiler writes a parameter that depends on one as
 * an expression over `externalInputs('name')`, and `externalInputDefinitions` that say what each name asks for. One
 * that is such an input as a whole becomes its value; what computes with them is left to Azure, whose deployments API
 * takes expressions since 2025-04-01.
 * https://learn.microsoft.com/azure/templates/microsoft.resources/change-log/deployments
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

  /** A parameter's expression with all that it asks for, or what is missing for it. */
  resolve(
    parameter: string,
    expression: string,
  ): { value: unknown } | ComputedParameter | { problems: ErrorDetail[] } {
    const whole = /^\[externalInputs\('([^']*)'\)\]$/i.exec(expression)?.[1];
    const names = [...expression.matchAll(/\bexternalInputs\('([^']*)'\)/gi)].map(
      ([, name]) => name,
    );
    if (whole === undefined && (names.length === 0 || this.#values.computed !== true)) {
      const message =
        `parameter "${parameter}" computes with external inputs: ${expression}; ` +
        'only one that is an external input as a whole can be filled in';
      return { problems: [{ target: parameter, message }] };
    }
    const inputs: Record<string, ExternalInput> = {};
    const problems: ErrorDetail[] = [];
    for (const name of new Set(names.filter((given) => given !== undefined))) {
      const found = this.#input(parameter, name);
      if (typeof found === 'string') problems.push({ target: parameter, message: found });
      else inputs[name] = found;
    }
    if (problems.length > 0) return { problems };
    const own = whole === undefined ? undefined : inputs[whole];
    return own === undefined ? { expression, inputs } : { value: own.value };
  }

  /** An input by its name in the file, or what is wrong with it. */
  #input(parameter: string, name: string): ExternalInput | string {
    const definition = this.#definition(name);
    if (definition === undefined) {
      return `parameter "${parameter}" asks for an external input that is not defined`;
    }
    const found = this.#find(definition);
    const { kind, config } = definition;
    if (found !== undefined) {
      return { kind, ...(config === undefined ? {} : { config }), value: found.value };
    }
    const where =
      kind === 'sys.envVar' ? 'name it in the input "environmentVariables" and set it' : undefined;
    const key = typeof config === 'string' ? config : kind;
    return (
      `parameter "${parameter}" asks for the external input ${shown(definition)}, which is not given; ` +
      (where ?? `give it in the input "externalInputs" as "${key}"`)
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
