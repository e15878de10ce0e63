/**
 * What the agent hands to a task: inputs, variables and service endpoints. The real one is in task-lib.ts;
 * tests give plain data. An empty text counts as absent everywhere.
 */
export interface AgentPort {
  /** An input's value, trimmed. */
  input(name: string): string | undefined;
  /** An absolute path, or undefined when the user gave none: the agent fills in its working directory then. */
  pathInput(name: string): string | undefined;
  /** A job variable, for example `System.CollectionUri`. */
  variable(name: string): string | undefined;
  endpointUrl(id: string): string | undefined;
  endpointScheme(id: string): string | undefined;
  /** An authorization parameter such as `serviceprincipalkey`; the key ignores case. */
  endpointParameter(id: string, key: string): string | undefined;
  /** A data field such as `environmentAuthorityUrl`; the key ignores case. */
  endpointData(id: string, key: string): string | undefined;
  /** Environment variables that are needed to find and start programs. */
  environment(): Readonly<Record<string, string>>;
  /** A variable of the step's environment; the caller has the user's word that it may be read. */
  environmentVariable(name: string): string | undefined;
}

/** Where the job's files are: the base of relative paths in inputs. */
export function workingDirectory(port: AgentPort): string {
  return (
    port.variable('System.DefaultWorkingDirectory') ??
    port.variable('Build.SourcesDirectory') ??
    process.cwd()
  );
}
