import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ExpressionError } from '../expressions/value.ts';
import { PipelineError } from '../expand/tree.ts';
import { safe } from './collector.ts';
import { CommandHandler } from './command-handler.ts';
import type { JobContext } from './job-context.ts';
import type { StepModel } from './model.ts';
import { mergeResults } from './result.ts';
import type { StepRecord, TaskResult } from './result.ts';
import { checkout, publishArtifact, runScript, runTask } from './step-actions.ts';
import type { Action } from './step-actions.ts';
import { stepRuns } from './step-condition.ts';
import type { StepKind } from './step-kinds.ts';

/** A step with the name its outputs go by and the way to run it. */
export interface PlannedStep {
  model: StepModel;
  reference: string;
  kind: StepKind;
}

/** Runs one step, or finds that it is not to be run, and changes the job's status accordingly. */
export async function runStep(step: PlannedStep, context: JobContext): Promise<StepRecord> {
  const { model } = step;
  const displayName = context.variables.expand(model.displayName);
  const startedAt = new Date().toISOString();
  const record: StepRecord = {
    name: step.reference,
    displayName,
    task: model.task,
    result: 'Skipped',
    issues: [],
    startedAt,
    finishedAt: startedAt,
  };
  try {
    if (!stepRuns(model.condition, context.status, context.variables)) return record;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    record.result = 'Failed';
    record.issues.push({ type: 'error', message: `condition: ${error.message}` });
    context.status = mergeStatus(context.status, 'Failed');
    context.print(`  ${displayName}: condition: ${error.message}`);
    return record;
  }
  await execute(step, context, record);
  context.status = mergeStatus(context.status, record.result);
  context.variables.define('Agent.JobStatus', context.status);
  return record;
}

/** A cancelled job stays cancelled; a skipped step changes nothing. */
function mergeStatus(status: TaskResult, result: TaskResult): TaskResult {
  if (result === 'Skipped') return status;
  return mergeResults(status, result);
}

async function execute(step: PlannedStep, context: JobContext, record: StepRecord): Promise<void> {
  const { model } = step;
  const number = String(context.nextLog()).padStart(3, '0');
  const name = `${number}-${safe(context.label)}-${safe(step.reference)}.log`;
  record.log = path.posix.join('logs', name);
  const file = createWriteStream(path.join(context.collector.out, 'logs', name));
  const write = (line: string): void => {
    const masked = context.masker.mask(line);
    file.write(`${masked}\n`);
    context.print(`    ${masked}`);
  };
  context.print(`  ${record.displayName}`);
  const began = performance.now();
  for (let attempt = 1; ; attempt++) {
    const result = await attemptOnce(step, context, record, write);
    record.result = result;
    const again = result === 'Failed' && attempt <= model.retries && !context.signal.aborted;
    if (!again) break;
    record.attempts = attempt + 1;
    write(
      `##[warning]attempt ${String(attempt)} failed, ${String(model.retries - attempt + 1)} left`,
    );
    await delay(context.retryDelay(attempt), undefined, { signal: context.signal }).catch(
      () => undefined,
    );
  }
  const tolerant = context.variables.expand(model.continueOnError).toLowerCase() === 'true';
  if (tolerant && record.result === 'Failed') record.result = 'SucceededWithIssues';
  record.finishedAt = new Date().toISOString();
  file.end();
  await finished(file);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  context.print(`  ${record.displayName}: ${record.result} in ${seconds} s`);
}

async function attemptOnce(
  step: PlannedStep,
  context: JobContext,
  record: StepRecord,
  write: (line: string) => void,
): Promise<TaskResult> {
  const { model, kind } = step;
  const timeout = new AbortController();
  const ended = new AbortController();
  const cancelled = context.signal.aborted ? [] : [context.signal];
  const cancel = AbortSignal.any([...cancelled, context.force]);
  const signal = AbortSignal.any([cancel, timeout.signal, ended.signal]);
  const owner = { stage: context.stage, job: context.job, step: step.reference };
  const task = kind.kind === 'task' ? kind.definition : undefined;
  const handler = new CommandHandler({
    context,
    owner,
    restrictions: {
      restricted: model.restricted || task?.restricted === true,
      settable: [model.settable, task?.settable].filter((list) => list !== undefined),
    },
    write,
    done: () => {
      ended.abort();
    },
  });
  const minutes = model.timeoutInMinutes;
  const timer =
    minutes > 0
      ? setTimeout(() => {
          timeout.abort();
        }, minutes * 60_000)
      : undefined;
  describe(step, context, record.displayName);
  try {
    await perform({ context, step: model, owner, handler, signal }, kind);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof TypeError || error instanceof ReferenceError) throw error;
    handler.fail(error.message);
  } finally {
    clearTimeout(timer);
  }
  record.issues.push(...handler.issues);
  if (timeout.signal.aborted) {
    const message = 'The task has timed out.';
    write(`##[error]${message}`);
    record.issues.push({ type: 'error', message });
    return 'Failed';
  }
  if (cancel.aborted) return 'Canceled';
  return handler.result ?? 'Succeeded';
}

function describe(step: PlannedStep, context: JobContext, displayName: string): void {
  const { variables } = context;
  variables.define('Task.DisplayName', displayName);
  variables.define('System.TaskDisplayName', displayName);
  variables.define('System.TaskInstanceName', step.reference);
  variables.define('System.TaskInstanceId', crypto.randomUUID());
}

async function perform(action: Action, kind: StepKind): Promise<void> {
  switch (kind.kind) {
    case 'task':
      await runTask(action, kind.definition);
      return;
    case 'script':
      await runScript(action, kind.definition, kind.shell);
      return;
    case 'checkout':
      try {
        await checkout(action);
      } catch (error) {
        if (error instanceof PipelineError) throw new Error(error.message);
        throw error;
      }
      return;
    case 'publish':
      publishArtifact(action);
      return;
    case 'nothing':
      return;
  }
}
