import type { Connection } from './connections.ts';
import type { JobVariables } from './job-variables.ts';

export interface TaskEnvironmentOptions {
  /** The agent's own process environment. */
  base: Readonly<Record<string, string>>;
  /** `env:` of the step, with macros replaced. */
  env: Readonly<Record<string, string>>;
  variables: JobVariables;
  /** By the names of task.json, with macros replaced. */
  inputs: ReadonlyMap<string, string>;
  /** Only those that the inputs name. */
  connections: readonly Connection[];
  collectionUri: string;
  accessToken: string;
  /** Folders put in front of PATH by earlier steps, the last first. */
  prependedPaths: readonly string[];
}

/**
 * The environment of a Node task, made from nothing:
 * AG Agent.Worker/Handlers/Handler.cs and NodeHandler.cs.
 */
export function taskEnvironment(options: TaskEnvironmentOptions): Record<string, string> {
  const result: Record<string, string> = { ...options.base };
  for (const [name, value] of Object.entries(options.env)) result[name] = value.trim();
  addVariables(result, options.variables);
  for (const [name, value] of options.inputs) result[`INPUT_${format(name)}`] = value;
  addSystemConnection(result, options.collectionUri, options.accessToken);
  for (const connection of options.connections) addConnection(result, connection);
  const path = options.variables.get('PATH') ?? result.PATH ?? '';
  result.PATH = [...options.prependedPaths, path].join(':');
  result.TF_BUILD = 'True';
  return result;
}

/** Dots and blanks become underlines; a minus stays. */
export function format(name: string): string {
  return name.replace(/[. ]/g, '_').toUpperCase();
}

function addVariables(result: Record<string, string>, variables: JobVariables): void {
  const open: string[] = [];
  const secret: string[] = [];
  for (const variable of variables.all()) {
    if (variable.secret) {
      secret.push(variable.name);
      result[`SECRET_${format(variable.name)}`] = variable.value;
      continue;
    }
    open.push(variable.name);
    result[format(variable.name)] = variable.value;
    if (variable.name.toLowerCase() === 'agent.jobstatus')
      result['agent.jobstatus'] = variable.value;
  }
  result.VSTS_PUBLIC_VARIABLES = JSON.stringify(open);
  result.VSTS_SECRET_VARIABLES = JSON.stringify(secret);
}

function addSystemConnection(
  result: Record<string, string>,
  collectionUri: string,
  accessToken: string,
): void {
  const parameters = { AccessToken: accessToken };
  result.ENDPOINT_URL_SYSTEMVSSCONNECTION = collectionUri;
  result.ENDPOINT_AUTH_SYSTEMVSSCONNECTION = JSON.stringify({ parameters, scheme: 'OAuth' });
  result.ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION = 'OAuth';
  result.ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN = accessToken;
}

function addConnection(result: Record<string, string>, connection: Connection): void {
  const id = connection.id.toLowerCase();
  const { parameters, scheme, data } = connection;
  result[`ENDPOINT_URL_${id}`] = connection.url;
  result[`ENDPOINT_AUTH_${id}`] = JSON.stringify({ parameters, scheme });
  result[`ENDPOINT_AUTH_SCHEME_${id}`] = scheme;
  for (const [key, value] of Object.entries(parameters)) {
    result[`ENDPOINT_AUTH_PARAMETER_${id}_${format(key)}`] = value;
  }
  result[`ENDPOINT_DATA_${id}`] = JSON.stringify(data);
  for (const [key, value] of Object.entries(data)) {
    result[`ENDPOINT_DATA_${id}_${format(key)}`] = value;
  }
}
