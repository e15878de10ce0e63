import type { RegisteredJob } from '../../devops/devops.ts';
import { killGroup } from './child-process.ts';
import type { AgentFolders, JobContext, OutputVariable } from './job-context.ts';
import type { JobVariables } from './job-variables.ts';
import type { Leg } from './legs.ts';
import type { PlannedJob, PlannedPart, PlannedStage } from './plan.ts';
import { jobVariables } from './predefined.ts';
import type { Issue, JobRecord, StepRecord, TaskResult } from './result.ts';
import { defineVariables } from './run-time.ts';
import type { RunTimeView } from './run-time.ts';
import { startVariables } from './run-state.ts';
import type { RunState } from './run-state.ts';
import { runStep } from './step-runner.ts';

/** A job with everything its strategy made of it. */
export interface JobOutcome {
  records: JobRecord[];
  result: TaskResult;
  outputs: Map<string, OutputVariable>;
}

/** Where a part of a job runs. */
export interface Place {
  state: RunState;
  stage: PlannedStage;
  job: PlannedJob;
  view: RunTimeView;
}

/** How a part is called, in the log and in the timeline. */
function nameOf(job: PlannedJob, part: PlannedPart, leg: Leg): string {
  const suffix = leg.name ?? (part.hook === 'deploy' ? undefined : part.hook);
  return suffix === undefined ? job.model.name : `${job.model.name}.${suffix}`;
}

/** Runs a part of a job on the next free agent. */
export function runPart(
  place: Place,
  part: PlannedPart,
  leg: Leg,
  position: number,
  total: number,
): Promise<JobOutcome> {
  const { state, job } = place;
  const name = nameOf(job, part, leg);
  const title = job.model.displayName;
  const named: NamedPart = {
    ...place,
    part,
    leg,
    name,
    label: `${place.stage.model.name}.${name}`,
    displayName: leg.name === undefined ? title : `${title} ${leg.name}`,
    position,
    total,
  };
  return state.agents.use(async (agent, folders) => {
    const registered = state.register(job.connections);
    state.masker.add(registered.accessToken);
    try {
      return await runOnAgent(named, registered, agent, folders);
    } finally {
      registered.end();
    }
  });
}

/** A part of a job with the names it goes by. */
interface NamedPart extends Place {
  part: PlannedPart;
  leg: Leg;
  name: string;
  label: string;
  displayName: string;
  position: number;
  total: number;
}

async function runOnAgent(
  named: NamedPart,
  registered: RegisteredJob,
  agent: number,
  folders: AgentFolders,
): Promise<JobOutcome> {
  const { state, job, part, leg, label } = named;
  const startedAt = new Date();
  const timeout = new AbortController();
  const variables = agentVariables(named, registered, agent, folders);
  const late = new AbortController();
  const context = contextFor(named, registered, folders, variables, {
    timeout: timeout.signal,
    late: late.signal,
  });
  const endLate = abortLater(context.signal, late, job.model.cancelTimeoutInMinutes);
  const minutes = job.model.timeoutInMinutes;
  const timer =
    minutes > 0
      ? setTimeout(() => {
          timeout.abort();
        }, minutes * 60_000)
      : undefined;
  const steps: StepRecord[] = [];
  state.running++;
  state.log(`  job ${label}: started`);
  try {
    await runSteps(part, context, steps);
  } finally {
    clearTimeout(timer);
    endLate();
    state.running--;
    for (const pid of context.groups) killGroup(pid);
  }
  const issues: Issue[] = [];
  if (timeout.signal.aborted) {
    const message = `The job ran longer than the maximum time of ${String(minutes)} minutes.`;
    issues.push({ type: 'error', message });
    state.log(`  job ${label}: ${message}`);
  }
  const finishedAt = new Date();
  const seconds = ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1);
  state.log(`  job ${label}: ${context.status} in ${seconds} s`);
  const record: JobRecord = {
    name: named.name,
    displayName: named.displayName,
    result: context.status,
    issues,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    steps,
  };
  const prefix = leg.name ?? (part.hook === undefined ? undefined : job.model.name);
  const outputs = [...context.outputs].map(
    ([key, value]) => [prefix === undefined ? key : `${prefix}.${key}`, value] as const,
  );
  return { records: [record], result: record.result, outputs: new Map(outputs) };
}

/** Some minutes after the cancel, what still runs has to end. @returns what stops the clock */
function abortLater(cancel: AbortSignal, late: AbortController, minutes: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => {
      late.abort();
    }, minutes * 60_000);
  };
  if (cancel.aborted) begin();
  else cancel.addEventListener('abort', begin, { once: true });
  return () => {
    cancel.removeEventListener('abort', begin);
    clearTimeout(timer);
  };
}

function agentVariables(
  named: NamedPart,
  registered: RegisteredJob,
  agent: number,
  folders: AgentFolders,
): JobVariables {
  const { state, stage, job, leg, view } = named;
  const variables = startVariables(state);
  const identity = {
    stage: stage.model.name,
    stageDisplayName: stage.model.displayName,
    phase: job.model.name,
    job: leg.name ?? job.model.name,
    displayName: named.displayName,
    position: named.position + 1,
    total: named.total,
    planId: registered.planId,
    jobId: registered.jobId,
  };
  for (const [key, value] of Object.entries(jobVariables(identity, folders, agent))) {
    variables.set(key, value);
  }
  const { accessToken, oidcRequestUri } = registered;
  variables.set('System.AccessToken', accessToken, { secret: true, readonly: true });
  if (oidcRequestUri !== '') variables.set('System.OidcRequestUri', oidcRequestUri);
  if (job.model.environment !== undefined) {
    variables.set('Environment.Name', job.model.environment);
  }
  for (const list of [state.pipelineVariables, stage.model.variables, job.model.variables]) {
    defineVariables(variables, list, view);
  }
  for (const [key, value] of Object.entries(leg.variables)) variables.define(key, value);
  return variables;
}

function contextFor(
  named: NamedPart,
  registered: RegisteredJob,
  folders: AgentFolders,
  variables: JobVariables,
  signals: { timeout: AbortSignal; late: AbortSignal },
): JobContext {
  const { state, stage, job, part, label } = named;
  // A job that starts after the cancel does so because its condition asks for it.
  const cancel = state.cancel.aborted ? state.force : state.cancel;
  return {
    stage: stage.model.name,
    label,
    job: named.name,
    variables,
    masker: state.masker,
    collector: state.collector,
    folders,
    connections: job.connections,
    collectionUri: state.identity.collectionUri,
    accessToken: registered.accessToken,
    base: state.base,
    signal: AbortSignal.any([cancel, signals.timeout]),
    force: AbortSignal.any([state.force, signals.late]),
    grace: state.grace,
    retryDelay: state.retryDelay,
    status: 'Succeeded',
    outputs: new Map(),
    prependedPaths: [],
    groups: [],
    repository: state.repository,
    checkouts: part.steps.filter((step) => isRealCheckout(step.model.inputs, step.kind.kind))
      .length,
    print: (line) => {
      state.log(state.running > 1 ? `  [${label}]${line}` : `  ${line}`);
    },
    nextLog: () => ++state.logs,
    renumber: (number) => {
      state.identity.buildNumber = number;
    },
  };
}

function isRealCheckout(inputs: Readonly<Record<string, string>>, kind: string): boolean {
  return kind === 'checkout' && inputs.repository?.toLowerCase() !== 'none';
}

async function runSteps(
  part: PlannedPart,
  context: JobContext,
  records: StepRecord[],
): Promise<void> {
  for (const step of part.steps) {
    if (!step.model.enabled) continue;
    if (context.signal.aborted) context.status = 'Canceled';
    if (context.force.aborted) break;
    records.push(await runStep(step, context));
  }
  if (context.signal.aborted) context.status = 'Canceled';
}
