/** Result of a step, job, stage or run, in the words of the service. */
export type TaskResult = 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Canceled' | 'Skipped';

export interface Issue {
  type: 'error' | 'warning';
  message: string;
  code?: string;
  sourcePath?: string;
  line?: number;
  column?: number;
}

export interface StepRecord {
  name: string;
  displayName: string;
  task: string;
  result: TaskResult;
  issues: Issue[];
  startedAt: string;
  finishedAt: string;
  /** Relative to the output folder; absent for a step that did not run. */
  log?: string;
  /** How often it was tried, if more than once. */
  attempts?: number;
}

export interface JobRecord {
  name: string;
  displayName: string;
  result: TaskResult;
  issues: Issue[];
  startedAt: string;
  finishedAt: string;
  steps: StepRecord[];
}

export interface StageRecord {
  name: string;
  displayName: string;
  result: TaskResult;
  startedAt: string;
  finishedAt: string;
  jobs: JobRecord[];
}

/** A file that a step handed over; `file` is relative to the output folder. */
export interface Attachment {
  type: string;
  name: string;
  file: string;
  stage: string;
  job: string;
  step: string;
}

export interface TestRun {
  title: string;
  format: string;
  files: string[];
  stage: string;
  job: string;
  step: string;
}

/** What a run leaves behind; the same as `run.json`. */
export interface RunResult {
  result: TaskResult;
  buildId: string;
  buildNumber: string;
  startedAt: string;
  finishedAt: string;
  stages: StageRecord[];
  attachments: Attachment[];
  /** Markdown files of `task.uploadsummary`. */
  summaries: Attachment[];
  artifacts: Attachment[];
  testResults: TestRun[];
  tags: string[];
  /** Output variables that are not secret: stage, job, `step.variable`. */
  outputs: Record<string, Record<string, Record<string, string>>>;
}

const order: readonly TaskResult[] = ['Succeeded', 'SucceededWithIssues', 'Failed'];

/**
 * The worse of two results; Canceled and Skipped stick.
 * AG: Microsoft.VisualStudio.Services.Agent/Util/TaskResultUtil.cs
 */
export function mergeResults(current: TaskResult | undefined, coming: TaskResult): TaskResult {
  if (current === undefined) return coming;
  if (current === 'Canceled' || current === 'Skipped') return current;
  if (coming === 'Canceled' || coming === 'Skipped') return coming;
  return order.indexOf(coming) > order.indexOf(current) ? coming : current;
}

/** Result of a stage or a run: skipped parts do not count unless all are skipped. */
export function combineResults(parts: readonly TaskResult[]): TaskResult {
  const counted = parts.filter((part) => part !== 'Skipped');
  if (counted.length === 0) return parts.length === 0 ? 'Succeeded' : 'Skipped';
  if (counted.includes('Canceled')) return 'Canceled';
  if (counted.includes('Failed')) return 'Failed';
  return counted.includes('SucceededWithIssues') ? 'SucceededWithIssues' : 'Succeeded';
}
