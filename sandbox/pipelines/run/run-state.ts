import type { RegisteredJob } from '../../devops/devops.ts';
import type { AgentPool } from './agent-folders.ts';
import type { Grace } from './child-process.ts';
import type { Collector } from './collector.ts';
import type { Connection } from './connections.ts';
import { JobVariables } from './job-variables.ts';
import type { Masker } from './masker.ts';
import type { VariableModel } from './model.ts';
import { runVariables } from './predefined.ts';
import type { RunIdentity } from './predefined.ts';

/** What all stages and jobs of a run share. */
export interface RunState {
  identity: RunIdentity;
  collector: Collector;
  masker: Masker;
  agents: AgentPool;
  connections: readonly Connection[];
  base: Readonly<Record<string, string>>;
  /** Variables from outside of the YAML. */
  given: Readonly<Record<string, string>>;
  pipelineVariables: readonly VariableModel[];
  /** A token and a plan for each job. */
  register(connections: readonly Connection[]): RegisteredJob;
  /** Aborted when the run is cancelled. */
  cancel: AbortSignal;
  /** Aborted when everything has to end at once. */
  force: AbortSignal;
  grace: Grace;
  retryDelay(attempt: number): number;
  log(line: string): void;
  counters: Map<string, number>;
  /** Jobs that run now; their lines are told apart when there are several. */
  running: number;
  logs: number;
  repository(alias: string): string;
}

/** Variables of the run and those given from outside, before those of the YAML. */
export function startVariables(state: RunState): JobVariables {
  const variables = new JobVariables();
  for (const [name, value] of Object.entries(runVariables(state.identity))) {
    variables.set(name, value, { readonly: true });
  }
  for (const [name, value] of Object.entries(state.given)) variables.set(name, value);
  return variables;
}
