import { ExpressionError } from '../expressions/value.ts';
import type { JobOutcome } from './agent-job.ts';
import type { OutputVariable } from './job-context.ts';
import { finishedJob, runJob } from './job-runner.ts';
import type { PlannedStage } from './plan.ts';
import { combineResults } from './result.ts';
import type { StageRecord, TaskResult } from './result.ts';
import { conditionHolds, defineVariables } from './run-time.ts';
import type { Finished, RunTimeView } from './run-time.ts';
import { startVariables } from './run-state.ts';
import type { RunState } from './run-state.ts';

interface Node {
  name: string;
  dependsOn: readonly string[];
}

/** Runs nodes as soon as those they depend on have ended. The graph is known to have no circles. */
async function runGraph<N extends Node, R>(
  nodes: readonly N[],
  run: (node: N, dependencies: readonly R[]) => Promise<R>,
): Promise<R[]> {
  const started = new Map<string, Promise<R>>();
  const start = (node: N): Promise<R> => {
    const key = node.name.toLowerCase();
    const known = started.get(key);
    if (known) return known;
    const before = node.dependsOn.map((name) => {
      const found = nodes.find((other) => other.name.toLowerCase() === name.toLowerCase());
      if (!found) throw new Error(`'${node.name}' depends on unknown '${name}'`);
      return start(found);
    });
    const running = Promise.all(before).then((dependencies) => run(node, dependencies));
    started.set(key, running);
    return running;
  };
  return Promise.all(nodes.map(start));
}

interface StageOutcome {
  record: StageRecord;
  finished: Finished;
}

/** Runs all stages. @returns their records in the order of the file */
export async function runStages(
  state: RunState,
  stages: readonly PlannedStage[],
): Promise<StageRecord[]> {
  const nodes = stages.map((stage) => ({ ...stage.model, stage }));
  const outcomes = await runGraph<(typeof nodes)[number], StageOutcome>(nodes, (node, before) =>
    runStage(
      state,
      node.stage,
      before.map((outcome) => outcome.finished),
    ),
  );
  return outcomes.map((outcome) => outcome.record);
}

function viewOf(
  state: RunState,
  dependencies: readonly Finished[],
  stages: readonly Finished[],
): RunTimeView {
  return {
    dependencies,
    stages,
    cancelled: state.cancel.aborted,
    startedAt: state.identity.startedAt,
    counters: state.counters,
  };
}

async function runStage(
  state: RunState,
  stage: PlannedStage,
  dependencies: readonly Finished[],
): Promise<StageOutcome> {
  const { name, displayName, condition } = stage.model;
  const startedAt = new Date().toISOString();
  const record: StageRecord = {
    name,
    displayName,
    result: 'Skipped',
    startedAt,
    finishedAt: startedAt,
    jobs: [],
  };
  const refused = refusal(state, condition, viewOf(state, dependencies, []));
  if (refused) {
    record.result = refused.result;
    state.log(`stage ${name}: ${refused.result}${refused.reason}`);
    return { record, finished: finishedStage(name, refused.result, [], [], dependencies) };
  }
  state.log(`stage ${name}: started`);
  const nodes = stage.jobs.map((job) => ({ ...job.model, job }));
  const jobs = await runGraph<(typeof nodes)[number], { outcome: JobOutcome; finished: Finished }>(
    nodes,
    async (node, before) => {
      const needed = before.map((other) => other.finished);
      const outcome = await runJob(state, stage, node.job, viewOf(state, needed, dependencies));
      return { outcome, finished: finishedJob(node.name, outcome, needed) };
    },
  );
  record.jobs = jobs.flatMap(({ outcome }) => outcome.records);
  record.result = combineResults(jobs.map(({ outcome }) => outcome.result));
  record.finishedAt = new Date().toISOString();
  const seconds = ((Date.parse(record.finishedAt) - Date.parse(startedAt)) / 1000).toFixed(1);
  state.log(`stage ${name}: ${record.result} in ${seconds} s`);
  const outputs = jobs.flatMap(({ finished }) =>
    [...finished.outputs].map(([key, value]) => [`${finished.name}.${key}`, value] as const),
  );
  const ended = jobs.map(({ finished }) => finished);
  return { record, finished: finishedStage(name, record.result, outputs, ended, dependencies) };
}

/** Why a stage does not start. */
function refusal(
  state: RunState,
  condition: PlannedStage['model']['condition'],
  view: RunTimeView,
): { result: TaskResult; reason: string } | undefined {
  try {
    const variables = startVariables(state);
    defineVariables(variables, state.pipelineVariables, view);
    if (conditionHolds(condition, view, variables)) return undefined;
    return { result: view.cancelled ? 'Canceled' : 'Skipped', reason: '' };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { result: 'Failed', reason: `: ${error.message}` };
  }
}

function finishedStage(
  name: string,
  result: TaskResult,
  outputs: readonly (readonly [string, OutputVariable])[],
  jobs: readonly Finished[],
  dependencies: readonly Finished[],
): Finished {
  const ancestors = [...new Set(dependencies.flatMap((one) => [one, ...one.ancestors]))];
  return { name, result, outputs: new Map(outputs), jobs, ancestors };
}
