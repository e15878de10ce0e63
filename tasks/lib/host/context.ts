import type { Clock } from '../net/clock.ts';

/**
 * The job's log. Any text may be passed, also text of other programs and services: it is split into lines,
 * masked, stripped of control characters, and no line of it can become a logging command.
 */
export interface Log {
  info(text: string): void;
  /** A line in the log only; `TaskContext.issue` also shows it on the run's summary page. */
  warning(text: string): void;
  error(text: string): void;
  /** Shown only when the run has `System.Debug` set. */
  debug(text: string): void;
  /** Percent is 0 to 100; the text names what is being done. */
  progress(percent: number, text: string): void;
}

/** Where this task runs. Empty texts stand for what the agent did not tell, for example in a local run. */
export interface AgentInfo {
  /** Emptied by the agent at the start and the end of a job. */
  readonly tempDirectory: string;
  readonly toolsDirectory?: string;
  readonly workingDirectory: string;
  /** Name of the agent. */
  readonly name?: string;
  readonly buildId: string;
  /** Web page of the run, without credentials. */
  readonly runUrl?: string;
  readonly stage: string;
  readonly job: string;
  readonly attempt: string;
  /** Name of the step, which no other step of the job has: its own, or one that the service gave it. */
  readonly step: string;
  /** What is needed to find and start programs (PATH, HOME, proxies ...), and nothing secret. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Place of an issue in a file of the user; line and column are one-based. */
export interface IssuePlace {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly code?: string;
}

export interface OutputOptions {
  readonly secret?: boolean;
  /** The output that names a file with the value, for one that may be too long. */
  readonly whole?: string;
}

/** What a task may do to the job it runs in. */
export interface TaskContext {
  /** Aborts on SIGINT and SIGTERM. The agent ends the process 7.5 s later. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly clock: Clock;
  readonly agent: AgentInfo;
  /** Hides the text, each of its lines and its JSON-escaped form from everything printed afterwards. */
  mask(secret: string): void;
  /**
   * Sets an output variable; a secret one is masked first. One that is longer than later steps can be given is not
   * set: a warning says so.
   */
  setOutput(name: string, value: string, options?: OutputOptions): void;
  uploadSummary(markdownFile: string): void;
  addAttachment(type: string, name: string, file: string): void;
  publishTestResults(junitFile: string, title: string): void;
  issue(severity: 'error' | 'warning', message: string, at?: IssuePlace): void;
}
