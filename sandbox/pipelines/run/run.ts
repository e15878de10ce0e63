import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Devops, RegisteredJob } from '../../devops/devops.ts';
import { expandPipeline } from '../expand/expand.ts';
import { PipelineError } from '../expand/tree.ts';
import { AgentPool } from './agent-folders.ts';
import { agentGrace } from './child-process.ts';
import type { Grace } from './child-process.ts';
import { Collector } from './collector.ts';
import { secretsOf } from './connections.ts';
import type { Connection } from './connections.ts';
import { Masker } from './masker.ts';
import { readModel } from './model.ts';
import { planRun } from './plan.ts';
import { buildNumber, runVariables } from './predefined.ts';
import type { RunIdentity } from './predefined.ts';
import { combineResults } from './result.ts';
import type { RunResult } from './result.ts';
import type { RunState } from './run-state.ts';
import { runStages } from './stage-runner.ts';
import type { Catalog } from './step-kinds.ts';
import { readTask } from './task-catalog.ts';

export interface RunOptions {
  /** The pipeline file, inside `root`. */
  file: string;
  /** Folder of the pipeline's repository. */
  root: string;
  /** Folders of repository resources by `owner/name@ref`. */
  repos?: Readonly<Record<string, string>>;
  parameters?: Readonly<Record<string, unknown>>;
  /** Variables from outside of the YAML. */
  variables?: Readonly<Record<string, string>>;
  /** `Name@major` -> folder with task.json. */
  tasks?: Readonly<Record<string, string>>;
  connections?: readonly Connection[];
  /** Folder for run.json, logs, attachments; made if missing. */
  out: string;
  /** Joins the minimal environment of the agent's own process (PATH, HOME, LANG). */
  environment?: Readonly<Record<string, string>>;
  /** One readable line an event. */
  log(line: string): void;
  /** Cancels the run, as the button in the service does. */
  signal?: AbortSignal;
  /** Ends all that is still running after a cancel. */
  force?: AbortSignal;
  /** Registers each job and issues its OIDC tokens. */
  devops?: Devops;
  /** In place of `devops`: one OIDC endpoint and token for all jobs. */
  oidc?: { requestUri: string; accessToken: string };
  /** Jobs at once. */
  parallel?: number;
  /** Between the signals that end a task; the agent's if absent. */
  grace?: Grace;
  /** Milliseconds before the n-th retry; the agent's if absent. */
  retryDelay?: (attempt: number) => number;
  now?: () => Date;
}

/**
 * Runs a pipeline on this machine as the service and an agent would.
 * @throws PipelineError if it is rejected before anything runs; the message names all problems
 */
export async function runPipeline(options: RunOptions): Promise<RunResult> {
  const started = options.now?.() ?? new Date();
  const identity = identityOf(options, started);
  const catalog = readCatalog(options.tasks ?? {});
  const expanded = expandPipeline({
    file: options.file,
    root: options.root,
    repositories: options.repos ?? {},
    parameters: options.parameters ?? {},
    variables: { ...runVariables(identity), ...options.variables },
  });
  const problems: string[] = [];
  const model = readModel(expanded.document, problems);
  const connections = options.connections ?? [];
  const federation = options.devops !== undefined || options.oidc !== undefined;
  const planOptions = { catalog, connections, federation, repository: expanded.folder };
  const stages = planRun(model, planOptions, problems);
  if (problems.length > 0) throw new PipelineError(problems.join('\n'));

  const values = { ...runVariables(identity), ...options.variables };
  identity.buildNumber = buildNumber(model.name, started, (name) => {
    const key = Object.keys(values).find((other) => other.toLowerCase() === name.toLowerCase());
    return key === undefined ? undefined : new Map(Object.entries(values)).get(key);
  });
  const masker = new Masker();
  for (const secret of connections.flatMap(secretsOf)) masker.add(secret);
  const collector = new Collector(path.resolve(options.out));
  const agents = new AgentPool(options.parallel ?? 4);
  const state: RunState = {
    identity,
    collector,
    masker,
    agents,
    connections,
    base: baseEnvironment(options.environment ?? {}),
    given: options.variables ?? {},
    pipelineVariables: model.variables,
    register: (used) => register(options, used),
    cancel: options.signal ?? new AbortController().signal,
    force: options.force ?? new AbortController().signal,
    grace: options.grace ?? agentGrace,
    // AG: Agent.Worker/RetryHelper.cs, ExponentialDelay
    retryDelay: options.retryDelay ?? ((attempt) => attempt ** 2 * 5000),
    log: options.log,
    counters: new Map(),
    running: 0,
    logs: 0,
    repository: expanded.folder,
  };
  try {
    const records = await runStages(state, stages);
    const result: RunResult = {
      result: state.cancel.aborted ? 'Canceled' : combineResults(records.map((r) => r.result)),
      buildId: identity.buildId,
      buildNumber: identity.buildNumber,
      startedAt: identity.startedAt,
      finishedAt: new Date().toISOString(),
      stages: records,
      ...collector.collected,
    };
    await writeFile(path.join(collector.out, 'run.json'), `${JSON.stringify(result, null, 2)}\n`);
    options.log(`run ${identity.buildNumber}: ${result.result}`);
    return result;
  } finally {
    await agents.close();
  }
}

function identityOf(options: RunOptions, started: Date): RunIdentity {
  const organization = options.devops?.organization ?? 'spokeline-sandbox';
  const base = options.devops?.url ?? 'https://localhost';
  return {
    buildId: String(Math.floor(started.getTime() / 1000)),
    buildNumber: '',
    pipeline: path.basename(options.file).replace(/\.ya?ml$/, ''),
    repository: path.basename(path.resolve(options.root)),
    organization,
    project: options.devops?.project ?? 'delivery',
    collectionUri: `${base}/${organization}/`,
    startedAt: started.toISOString(),
    sourceBranch: 'refs/heads/main',
    sourceVersion: '0'.repeat(40),
  };
}

function readCatalog(tasks: Readonly<Record<string, string>>): Catalog {
  return new Map(
    Object.entries(tasks).map(([name, folder]) => {
      if (!/^[\w-]+@\d+$/.test(name)) throw new PipelineError(`'${name}' is not Name@major`);
      const absolute = path.resolve(folder);
      if (!existsSync(absolute)) throw new PipelineError(`${name}: folder ${absolute} not found`);
      const task = readTask(absolute);
      const [major = ''] = task.version.split('.');
      if (`${task.name}@${major}`.toLowerCase() !== name.toLowerCase()) {
        throw new PipelineError(`${name}: ${absolute} holds ${task.name}@${major}`);
      }
      return [name.toLowerCase(), task];
    }),
  );
}

/** The least an agent's process has; all else has to be declared by the caller. */
function baseEnvironment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const result: Record<string, string> = { LANG: 'C.UTF-8' };
  for (const name of ['PATH', 'HOME', 'LANG']) {
    const value = process.env[name];
    if (value !== undefined) result[name] = value;
  }
  return { ...result, ...extra };
}

function register(options: RunOptions, connections: readonly Connection[]): RegisteredJob {
  if (options.devops) return options.devops.registerJob(connections);
  return {
    planId: randomUUID(),
    jobId: randomUUID(),
    oidcRequestUri: options.oidc?.requestUri ?? '',
    accessToken: options.oidc?.accessToken ?? randomBytes(39).toString('base64url'),
    end() {
      // Nothing was registered anywhere.
    },
  };
}
