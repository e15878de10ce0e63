import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunResult } from '../pipelines/run/result.ts';
import type { Example } from './example.ts';
import type { Failing, Report } from './report-schema.ts';

/** What one pipeline of the example did. */
export interface PipelineRun {
  readonly file: string;
  /** Folder of the run's own files. */
  readonly folder: string;
  readonly run: RunResult;
}

const gateAttachment = 'spokeline.gate';

function secondsBetween(from: string | undefined, to: string | undefined): number {
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 100) / 10);
}

function pipelineOf({ file, run }: PipelineRun): Report['pipelines'][number] {
  return {
    file,
    result: run.result,
    seconds: secondsBetween(run.startedAt, run.finishedAt),
    stages: run.stages.map((stage) => ({
      name: stage.name,
      result: stage.result,
      seconds: secondsBetween(stage.startedAt, stage.finishedAt),
      jobs: stage.jobs.map((job) => ({
        name: job.name,
        result: job.result,
        seconds: secondsBetween(job.startedAt, job.finishedAt),
        steps: job.steps.map((step) => ({
          name: step.displayName,
          task: step.task,
          result: step.result,
          seconds: secondsBetween(step.startedAt, step.finishedAt),
          issues: step.issues.map(({ type, message }) => ({ severity: type, message })),
        })),
      })),
    })),
  };
}

/** What NetworkGate attached, the last one if several did; undefined if none came to a verdict. */
async function readGate(runs: readonly PipelineRun[]): Promise<Report['gate']> {
  const files = runs.flatMap(({ folder, run }) =>
    run.attachments.filter((a) => a.type === gateAttachment).map((a) => join(folder, a.file)),
  );
  const last = files.at(-1);
  if (last === undefined) return undefined;
  return JSON.parse(await readFile(last, 'utf8')) as Report['gate'];
}

/** What ImagePush set as outputs, wherever its step stands. */
function pushedImage(runs: readonly PipelineRun[]): Report['image'] {
  const outputs = runs.flatMap(({ run }) =>
    Object.values(run.outputs).flatMap((stage) => Object.values(stage)),
  );
  for (const job of outputs) {
    const [name] = Object.keys(job).filter((key) => key.endsWith('.reference'));
    const step = name?.replace(/\.reference$/, '');
    const [reference, digest] = [job[`${step}.reference`], job[`${step}.digest`]];
    if (reference !== undefined && digest !== undefined) return { reference, digest };
  }
  return undefined;
}

/** Checks that did not pass, in the order of their ids. */
export function failingChecks(gate: Report['gate']): Failing[] {
  return (gate?.checks ?? [])
    .filter((check) => check.status !== 'pass')
    .map((check) => ({ id: check.id, code: check.code, observed: check.class }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Puts the runs of an example's pipelines together. The result is `passed` only if every pipeline succeeded and
 * the gate said that every check passed: a run without a gate's verdict has failed.
 */
export async function collectReport(
  example: Example,
  runs: readonly PipelineRun[],
  startedAt: Date,
  finishedAt: Date,
): Promise<Report> {
  const gate = await readGate(runs);
  const image = pushedImage(runs);
  const succeeded =
    runs.length === example.setup.pipelines.length &&
    runs.every(({ run }) => /^succeeded/i.test(run.result));
  const failing = failingChecks(gate);
  const passed = succeeded && gate?.verdict === 'pass' && failing.length === 0;
  return {
    schemaVersion: 1,
    example: example.name,
    ...(example.break === undefined ? {} : { break: example.break.name }),
    result: passed ? 'passed' : 'failed',
    startedAt: startedAt.toISOString(),
    seconds: (finishedAt.getTime() - startedAt.getTime()) / 1000,
    pipelines: runs.map(pipelineOf),
    ...(gate === undefined ? {} : { gate }),
    failing,
    ...(image === undefined ? {} : { image }),
  };
}
