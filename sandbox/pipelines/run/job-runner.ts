import { ExpressionError } from '../expressions/value.ts';
import { runPart } from './agent-job.ts';
import type { JobOutcome, Place } from './agent-job.ts';
import type { JobVariables } from './job-variables.ts';
import { legsOf } from './legs.ts';
import type { Leg } from './legs.ts';
import type { PlannedJob, PlannedStage } from './plan.ts';
import { combineResults } from './result.ts';
import type { Issue, TaskResult } from './result.ts';
import { conditionHolds, defineVariables } from './run-time.ts';
import type { Finished, RunTimeView } from './run-time.ts';
import { startVariables } from './run-state.ts';
import type { RunState } from './run-state.ts';

/** Runs a job of the graph whose dependencies have ended. */
export async function runJob(
  state: RunState,
  stage: PlannedStage,
  job: PlannedJob,
  view: RunTimeView,
): Promise<JobOutcome> {
  const place: Place = { state, stage, job, view };
  const { model } = job;
  let legs: Leg[];
  try {
    const variables = serverVariables(place);
    if (!conditionHolds(model.condition, view, variables)) {
      return notRun(place, view.cancelled ? 'Canceled' : 'Skipped');
    }
    legs = legsOf(model.strategy, view, variables);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return notRun(place, 'Failed', error.message);
  }
  if (legs.length === 0) return notRun(place, 'Skipped', 'its matrix is empty');
  const outcome = model.hooks ? await runHooks(place) : await runLegs(place, legs);
  const tolerant = model.continueOnError.toLowerCase() === 'true';
  if (tolerant && outcome.result === 'Failed') outcome.result = 'SucceededWithIssues';
  for (const [name, { value, secret }] of outcome.outputs) {
    if (!secret) state.collector.output(stage.model.name, model.name, name, value);
  }
  return outcome;
}

function notRun(place: Place, result: TaskResult, reason?: string): JobOutcome {
  const { state, job } = place;
  const why = reason === undefined ? '' : `: ${reason}`;
  state.log(`  job ${job.model.name}: ${result}${why}`);
  const at = new Date().toISOString();
  const failed = result === 'Failed' && reason !== undefined;
  const issues: Issue[] = failed ? [{ type: 'error', message: reason }] : [];
  const { name, displayName } = job.model;
  const record = { name, displayName, result, issues, startedAt: at, finishedAt: at, steps: [] };
  return { records: [record], result, outputs: new Map() };
}

/** Variables as far as they are known before an agent is chosen. */
function serverVariables(place: Place): JobVariables {
  const variables = startVariables(place.state);
  const { pipelineVariables } = place.state;
  for (const list of [pipelineVariables, place.stage.model.variables, place.job.model.variables]) {
    defineVariables(variables, list, place.view);
  }
  return variables;
}

async function runLegs(place: Place, legs: readonly Leg[]): Promise<JobOutcome> {
  const { strategy } = place.job.model;
  const limit =
    'maxParallel' in strategy && strategy.maxParallel > 0 ? strategy.maxParallel : legs.length;
  const [part] = place.job.parts;
  const outcomes: JobOutcome[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < legs.length) {
      const position = next++;
      const leg = legs[position];
      if (leg && part) outcomes[position] = await runPart(place, part, leg, position, legs.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, legs.length) }, worker));
  return join(outcomes);
}

/** The hooks of a deployment job, each on an agent of its own, as the service does. */
async function runHooks(place: Place): Promise<JobOutcome> {
  const outcomes: JobOutcome[] = [];
  const single: Leg = { name: undefined, variables: {} };
  let result: TaskResult = 'Succeeded';
  for (const part of place.job.parts) {
    const { hook } = part;
    if (hook === 'success' && result !== 'Succeeded' && result !== 'SucceededWithIssues') continue;
    if (hook === 'failure' && result !== 'Failed') continue;
    if (hook !== 'success' && hook !== 'failure') {
      if (result === 'Failed' || result === 'Canceled') continue;
    }
    const outcome = await runPart(place, part, single, 0, 1);
    outcomes.push(outcome);
    if (hook !== 'failure') result = combineResults([result, outcome.result]);
  }
  return { ...join(outcomes), result };
}

function join(outcomes: readonly JobOutcome[]): JobOutcome {
  return {
    records: outcomes.flatMap((outcome) => outcome.records),
    result: combineResults(outcomes.map((outcome) => outcome.result)),
    outputs: new Map(outcomes.flatMap((outcome) => [...outcome.outputs])),
  };
}

/** What others see of a job that has ended. */
export function finishedJob(
  name: string,
  outcome: JobOutcome,
  dependencies: readonly Finished[],
): Finished {
  const ancestors = [...new Set(dependencies.flatMap((one) => [one, ...one.ancestors]))];
  return { name, result: outcome.result, outputs: outcome.outputs, ancestors };
}
