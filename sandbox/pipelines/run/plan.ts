import { PipelineError } from '../expand/tree.ts';
import { findConnection } from './connections.ts';
import type { Connection } from './connections.ts';
import type { HookName, JobModel, PipelineModel, StageModel, StepModel } from './model.ts';
import { resolveStep } from './step-kinds.ts';
import type { Catalog } from './step-kinds.ts';
import type { PlannedStep } from './step-runner.ts';
import { namedInputs } from './task-catalog.ts';

/** Steps that one agent carries out: a job, or a hook of a deployment job. */
export interface PlannedPart {
  hook: HookName | undefined;
  steps: PlannedStep[];
}

export interface PlannedJob {
  model: JobModel;
  parts: PlannedPart[];
  /** Those that the inputs of its steps name. */
  connections: Connection[];
}

export interface PlannedStage {
  model: StageModel;
  jobs: PlannedJob[];
}

export interface PlanOptions {
  catalog: Catalog;
  connections: readonly Connection[];
  /** Whether there is something that issues OIDC tokens. */
  federation: boolean;
  /** @throws PipelineError for unknown aliases */
  repository(alias: string): string;
}

/**
 * Resolves all steps before anything runs.
 * @param problems takes everything that keeps the run from starting
 */
export function planRun(
  model: PipelineModel,
  options: PlanOptions,
  problems: string[],
): PlannedStage[] {
  return model.stages.map((stage) => ({
    model: stage,
    jobs: stage.jobs.map((job) => planJob(stage.name, job, options, problems)),
  }));
}

function planJob(
  stage: string,
  job: JobModel,
  options: PlanOptions,
  problems: string[],
): PlannedJob {
  const where = `job '${stage}.${job.name}'`;
  const connections = new Map<string, Connection>();
  const plan = (steps: readonly StepModel[], hook: HookName | undefined): PlannedPart => {
    const references = new Set(steps.map((step) => step.name?.toLowerCase()));
    const planned = steps.map((step) => {
      const place = step.where;
      const kind = resolveStep(step, options.catalog, place, problems);
      const found = connectionsOf({ model: step, reference: '', kind }, options, place, problems);
      for (const connection of found) connections.set(connection.id.toLowerCase(), connection);
      if (kind.kind === 'checkout') checkRepository(step, options, place, problems);
      return { model: step, reference: step.name ?? generated(step, references), kind };
    });
    duplicates(steps, where, problems);
    return { hook, steps: planned };
  };
  const parts = job.hooks
    ? job.hooks.map((hook) => plan(hook.steps, hook.name))
    : [plan(withCheckout(job.steps), undefined)];
  return { model: job, parts, connections: [...connections.values()] };
}

/** Jobs check out their own repository unless a step says otherwise; deployment jobs do not. */
function withCheckout(steps: readonly StepModel[]): StepModel[] {
  if (steps.some((step) => step.task === 'Checkout@1')) return [...steps];
  const checkout: StepModel = {
    task: 'Checkout@1',
    name: undefined,
    displayName: 'Checkout self',
    condition: undefined,
    continueOnError: '',
    enabled: true,
    timeoutInMinutes: 0,
    retries: 0,
    inputs: { repository: 'self' },
    env: {},
    restricted: false,
    settable: undefined,
    where: 'checkout',
  };
  return [checkout, ...steps];
}

function generated(step: StepModel, used: Set<string | undefined>): string {
  const base = step.task.replace(/@.*/, '').replace(/\W/g, '_');
  let name = base;
  for (let i = 1; used.has(name.toLowerCase()); i++) name = `${base}${String(i)}`;
  used.add(name.toLowerCase());
  return name;
}

function duplicates(steps: readonly StepModel[], where: string, problems: string[]): void {
  const seen = new Set<string>();
  for (const { name } of steps) {
    if (name === undefined) continue;
    if (!/^[A-Za-z_]\w*$/.test(name)) problems.push(`${where}: '${name}' is no valid step name`);
    if (seen.has(name.toLowerCase())) problems.push(`${where}: step '${name}' is defined twice`);
    seen.add(name.toLowerCase());
  }
}

function checkRepository(
  step: StepModel,
  options: PlanOptions,
  where: string,
  problems: string[],
): void {
  const alias = step.inputs.repository ?? 'self';
  if (alias.toLowerCase() === 'none') return;
  try {
    options.repository(alias);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    problems.push(`${where}: ${error.message}`);
  }
}

function connectionsOf(
  step: PlannedStep,
  options: PlanOptions,
  where: string,
  problems: string[],
): Connection[] {
  if (step.kind.kind !== 'task') return [];
  const { definition } = step.kind;
  const values = namedInputs(definition, step.model.inputs);
  const found: Connection[] = [];
  for (const input of definition.inputs) {
    if (!input.type.toLowerCase().startsWith('connectedservice:')) continue;
    const value = (values.get(input.name) ?? '').trim();
    if (value === '') continue;
    // A macro is known when the job runs only: the job may then use any connection.
    if (value.includes('$(')) return [...options.connections];
    const connection = findConnection(options.connections, value);
    if (!connection) {
      const known = options.connections.map((c) => c.name).join(', ') || 'none';
      const name = `${step.model.task}: input '${input.aliases[0] ?? input.name}'`;
      problems.push(`${where}: ${name}: unknown service connection '${value}'; known: ${known}`);
    } else if (connection.scheme === 'WorkloadIdentityFederation' && !options.federation) {
      const name = connection.name;
      problems.push(`${where}: connection '${name}' needs OIDC tokens, and nothing issues them`);
    } else {
      found.push(connection);
    }
  }
  return found;
}
