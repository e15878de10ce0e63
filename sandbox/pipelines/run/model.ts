import { parseExpression } from '../expressions/parser.ts';
import type { Expression } from '../expressions/parser.ts';
import { ExpressionError } from '../expressions/value.ts';
import type { Plain } from '../expand/expand.ts';
import { originOf } from '../expand/tree.ts';

/** A variable as the YAML says it; the value may be a run-time expression. */
export interface VariableModel {
  name: string;
  value: string;
  readonly: boolean;
}

export interface StepModel {
  /** `Name@major`. */
  task: string;
  name: string | undefined;
  displayName: string;
  condition: Expression | undefined;
  continueOnError: string;
  enabled: boolean;
  /** 0 is no limit. */
  timeoutInMinutes: number;
  retries: number;
  inputs: Record<string, string>;
  env: Record<string, string>;
  restricted: boolean;
  /** Patterns of names that the step may set; undefined is all. */
  settable: string[] | undefined;
  /** Place and name for messages. */
  where: string;
}

export type Strategy =
  | { kind: 'single' }
  | { kind: 'parallel'; count: number }
  | { kind: 'matrix'; legs: Record<string, Record<string, string>>; maxParallel: number }
  | { kind: 'computed'; expression: string; maxParallel: number };

export type HookName =
  'preDeploy' | 'deploy' | 'routeTraffic' | 'postRouteTraffic' | 'success' | 'failure';

export interface JobModel {
  name: string;
  displayName: string;
  dependsOn: string[];
  condition: Expression | undefined;
  continueOnError: string;
  timeoutInMinutes: number;
  /** How long steps that want to run after a cancel may take. */
  cancelTimeoutInMinutes: number;
  variables: VariableModel[];
  strategy: Strategy;
  steps: StepModel[];
  /** Only for deployment jobs. */
  hooks: { name: HookName; steps: StepModel[] }[] | undefined;
  environment: string | undefined;
}

export interface StageModel {
  name: string;
  displayName: string;
  dependsOn: string[];
  condition: Expression | undefined;
  variables: VariableModel[];
  jobs: JobModel[];
}

export interface PipelineModel {
  /** Format of the run's number; undefined is the service's default. */
  name: string | undefined;
  variables: VariableModel[];
  stages: StageModel[];
}

type Fields = { readonly [key: string]: Plain };

/** The default of the service for a job on a private agent is 60 minutes too. */
const defaultJobMinutes = 60;
const defaultCancelMinutes = 5;
const maximumRetries = 10;

/**
 * Reads an expanded pipeline into what the runner works with.
 * @param problems takes what this runner cannot do, each by name
 */
export function readModel(document: Fields, problems: string[]): PipelineModel {
  return new ModelReader(problems).pipeline(document);
}

class ModelReader {
  readonly #problems: string[];

  constructor(problems: string[]) {
    this.#problems = problems;
  }

  pipeline(document: Fields): PipelineModel {
    this.#pool(document, 'the pipeline');
    const stages = list(document.stages).map(map);
    return {
      name: optional(document.name),
      variables: this.#variables(document.variables, 'the pipeline'),
      stages: stages.map((stage, index) => this.#stage(stage, stages[index - 1])),
    };
  }

  #stage(stage: Fields, previous: Fields | undefined): StageModel {
    const name = word(stage.stage);
    const what = `${place(stage)}stage '${name}'`;
    this.#pool(stage, what);
    if (word(stage.trigger) === 'manual') {
      this.#problems.push(`${what}: stages with 'trigger: manual' cannot be run here`);
    }
    const before = previous ? [word(previous.stage)] : [];
    return {
      name,
      displayName: optional(stage.displayName) ?? name,
      dependsOn: stage.dependsOn === undefined ? before : list(stage.dependsOn).map(word),
      condition: this.#condition(stage.condition, what),
      variables: this.#variables(stage.variables, what),
      jobs: list(stage.jobs).map((job) => this.#job(map(job), name)),
    };
  }

  #job(job: Fields, stage: string): JobModel {
    const name = word(job.job ?? job.deployment);
    const what = `${place(job)}job '${stage}.${name}'`;
    this.#pool(job, what);
    for (const key of ['container', 'services']) {
      if (job[key] !== undefined) this.#problems.push(`${what}: '${key}' cannot be run here`);
    }
    const strategy = map(job.strategy);
    const hooks = job.deployment === undefined ? undefined : this.#hooks(strategy, what);
    return {
      name,
      displayName: optional(job.displayName) ?? name,
      dependsOn: list(job.dependsOn).map(word),
      condition: this.#condition(job.condition, what),
      continueOnError: word(job.continueOnError),
      timeoutInMinutes: this.#number(job.timeoutInMinutes, defaultJobMinutes, what),
      cancelTimeoutInMinutes: this.#number(job.cancelTimeoutInMinutes, defaultCancelMinutes, what),
      variables: this.#variables(job.variables, what),
      strategy: hooks ? { kind: 'single' } : this.#strategy(strategy, what),
      steps: this.#steps(job.steps, what),
      hooks,
      environment: optional(map(job.environment).name),
    };
  }

  #strategy(strategy: Fields, what: string): Strategy {
    const maxParallel = this.#number(strategy.maxParallel, 0, what);
    const { matrix } = strategy;
    if (strategy.parallel !== undefined) {
      const count = this.#number(strategy.parallel, 1, what);
      return { kind: 'parallel', count: Math.max(1, count) };
    }
    if (matrix === undefined) return { kind: 'single' };
    if (typeof matrix === 'string') return { kind: 'computed', expression: matrix, maxParallel };
    const legs = Object.entries(map(matrix)).map(([leg, values]) => [leg, words(values)] as const);
    return { kind: 'matrix', legs: Object.fromEntries(legs), maxParallel };
  }

  #hooks(strategy: Fields, what: string): NonNullable<JobModel['hooks']> {
    for (const kind of ['canary', 'rolling']) {
      if (strategy[kind] !== undefined) {
        this.#problems.push(`${what}: the deployment strategy '${kind}' cannot be run here`);
      }
    }
    const runOnce = map(strategy.runOnce);
    const on = map(runOnce.on);
    const order = ['preDeploy', 'deploy', 'routeTraffic', 'postRouteTraffic'] as const;
    const found: NonNullable<JobModel['hooks']> = [];
    for (const name of order) {
      if (runOnce[name] === undefined) continue;
      found.push({ name, steps: this.#steps(map(runOnce[name]).steps, what) });
    }
    for (const name of ['success', 'failure'] as const) {
      if (on[name] === undefined) continue;
      found.push({ name, steps: this.#steps(map(on[name]).steps, what) });
    }
    return found;
  }

  #steps(steps: Plain | undefined, what: string): StepModel[] {
    return list(steps).map((step, index) => {
      const where = `${what} step ${String(index + 1)}`;
      // The step's own place, not that of its job.
      const name = where.replace(/^\S+:\d+:\d+: /, '');
      return this.#step(map(step), `${place(map(step))}${name}`);
    });
  }

  #step(step: Fields, what: string): StepModel {
    const target = map(step.target);
    if (target.container !== undefined && target.container !== 'host') {
      this.#problems.push(`${what}: a container as target cannot be run here`);
    }
    const task = word(step.task);
    const settable = target.settableVariables;
    const retries = this.#number(step.retryCountOnTaskFailure, 0, what);
    return {
      task,
      name: optional(step.name),
      displayName: optional(step.displayName) ?? optional(step.name) ?? task.replace(/@.*/, ''),
      condition: this.#condition(step.condition, what),
      continueOnError: word(step.continueOnError),
      enabled: word(step.enabled).toLowerCase() !== 'false',
      timeoutInMinutes: this.#number(step.timeoutInMinutes, 0, what),
      retries: Math.min(retries, maximumRetries),
      inputs: words(step.inputs),
      env: words(step.env),
      restricted: target.commands === 'restricted',
      settable:
        settable === undefined ? undefined : settable === 'none' ? [] : list(settable).map(word),
      where: what,
    };
  }

  #variables(variables: Plain | undefined, what: string): VariableModel[] {
    const result: VariableModel[] = [];
    for (const item of list(variables).map(map)) {
      if (item.group !== undefined) {
        const group = word(item.group);
        this.#problems.push(`${what}: the variable group '${group}' is not known here`);
      } else {
        const readonly = word(item.readonly).toLowerCase() === 'true';
        result.push({ name: word(item.name), value: word(item.value), readonly });
      }
    }
    return result;
  }

  #condition(condition: Plain | undefined, what: string): Expression | undefined {
    const text = optional(condition);
    if (text === undefined) return undefined;
    try {
      return parseExpression(text.replace(/^\s*\$\[(.*)\]\s*$/s, '$1'));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#problems.push(`${what}: condition: ${error.message}`);
      return undefined;
    }
  }

  #number(value: Plain | undefined, fallback: number, what: string): number {
    const text = word(value);
    if (text === '') return fallback;
    const number = Number(text);
    if (Number.isFinite(number) && number >= 0) return number;
    this.#problems.push(`${what}: '${text}' is not a number`);
    return fallback;
  }

  #pool(holder: Fields, what: string): void {
    if (map(holder.pool).name === 'server') {
      this.#problems.push(`${what}: jobs in the pool 'server' cannot be run here`);
    }
  }
}

function place(holder: Fields): string {
  const at = originOf(holder)?.at;
  return at ? `${at.file}:${String(at.line)}:${String(at.column)}: ` : '';
}

function word(value: Plain | undefined): string {
  return typeof value === 'string' ? value : '';
}

function optional(value: Plain | undefined): string | undefined {
  const text = word(value);
  return text === '' ? undefined : text;
}

function list(value: Plain | undefined): Plain[] {
  return Array.isArray(value) ? value : [];
}

function map(value: Plain | undefined): Fields {
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function words(value: Plain | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map(value)).map(([key, item]) => [key, word(item)]));
}
