import type { Grace } from './child-process.ts';
import type { Collector } from './collector.ts';
import type { Connection } from './connections.ts';
import type { JobVariables } from './job-variables.ts';
import type { Masker } from './masker.ts';
import type { TaskResult } from './result.ts';

/** Folders of the agent that runs a job. */
export interface AgentFolders {
  /** `Agent.BuildDirectory`, the work folder's `1`. */
  build: string;
  sources: string;
  staging: string;
  binaries: string;
  testResults: string;
  temp: string;
  tools: string;
  work: string;
  root: string;
}

export interface OutputVariable {
  value: string;
  secret: boolean;
}

/** What the steps of one job share. */
export interface JobContext {
  stage: string;
  /** Unique in the run: names log files. */
  label: string;
  job: string;
  variables: JobVariables;
  masker: Masker;
  collector: Collector;
  folders: AgentFolders;
  connections: readonly Connection[];
  collectionUri: string;
  accessToken: string;
  /** The agent's own process environment. */
  base: Readonly<Record<string, string>>;
  /** Aborted when the job is cancelled or has timed out; later steps still run if they ask to. */
  signal: AbortSignal;
  /** Aborted when nothing may run any longer. */
  force: AbortSignal;
  grace: Grace;
  retryDelay(attempt: number): number;
  /** So far. */
  status: TaskResult;
  /** By `step.variable`. */
  outputs: Map<string, OutputVariable>;
  prependedPaths: string[];
  /** Process groups to clear when the job ends. */
  groups: number[];
  /** Folder of `self` or a repository resource. */
  repository(alias: string): string;
  /** How many repositories the job checks out: with several, each gets a folder. */
  checkouts: number;
  /** One line for the console; masked already. */
  print(line: string): void;
  /** Numbers the log files of the run. */
  nextLog(): number;
  /** Gives the run another number. */
  renumber(number: string): void;
}
