import { evaluate } from '../expressions/evaluate.ts';
import { parseExpression } from '../expressions/parser.ts';
import type { Expression } from '../expressions/parser.ts';
import { ExpressionError, toBoolean, tryNumber, tryString } from '../expressions/value.ts';
import type { Mapping, Value } from '../expressions/value.ts';
import { JobVariables } from './job-variables.ts';
import type { OutputVariable } from './job-context.ts';
import type { VariableModel } from './model.ts';
import type { TaskResult } from './result.ts';
import { variablesValue } from './step-condition.ts';

/** A stage or job that has ended, as those that depend on it see it. */
export interface Finished {
  name: string;
  result: TaskResult;
  outputs: ReadonlyMap<string, OutputVariable>;
  /** Only for stages. */
  jobs?: readonly Finished[];
  /** All it depends on, directly or not. */
  ancestors: readonly Finished[];
}

/** What expressions on the server see while a run goes on. */
export interface RunTimeView {
  /** Stages or jobs that are depended on directly. */
  dependencies: readonly Finished[];
  /** For jobs: the stages their stage depends on directly. */
  stages: readonly Finished[];
  cancelled: boolean;
  startedAt: string;
  counters: Map<string, number>;
}

const good: readonly TaskResult[] = ['Succeeded', 'SucceededWithIssues'];

/**
 * Whether a stage or job runs. Without a condition: `succeeded()`. `succeeded` and `failed` look
 * at everything before it in the graph, not only at what it depends on directly.
 * @throws ExpressionError
 */
export function conditionHolds(
  condition: Expression | undefined,
  view: RunTimeView,
  variables: JobVariables,
): boolean {
  const before = new Set(view.dependencies.flatMap((one) => [one, ...one.ancestors]));
  const chosen = (args: readonly Value[]): Finished[] => {
    if (args.length === 0) return [...before];
    const names = new Set(args.map((arg) => tryString(arg)?.toLowerCase()));
    return [...before].filter((one) => names.has(one.name.toLowerCase()));
  };
  const succeeded = (args: readonly Value[]): boolean =>
    !view.cancelled && chosen(args).every((one) => good.includes(one.result));
  const failed = (args: readonly Value[]): boolean =>
    !view.cancelled && chosen(args).some((one) => one.result === 'Failed');
  if (!condition) return succeeded([]);
  const functions = new Map<string, (args: Value[]) => Value>([
    ['always', () => true],
    ['canceled', () => view.cancelled],
    ['failed', failed],
    ['succeeded', succeeded],
    ['succeededorfailed', (args) => succeeded(args) || failed(args)],
  ]);
  return toBoolean(evaluate(condition, { names: namesOf(view, variables), functions }));
}

function namesOf(view: RunTimeView, variables: JobVariables): Map<string, Value> {
  const stages: Mapping = new Map();
  for (const stage of view.stages) {
    const jobs = (stage.jobs ?? []).map((job) => [job.name, finishedValue(job)] as const);
    stages.set(stage.name, new Map<string, Value>(jobs));
  }
  const dependencies: Mapping = new Map();
  for (const one of view.dependencies) dependencies.set(one.name, finishedValue(one));
  return new Map<string, Value>([
    ['variables', variablesValue(variables)],
    ['dependencies', dependencies],
    ['stageDependencies', stages],
    ['pipeline', new Map([['startTime', view.startedAt]])],
  ]);
}

function finishedValue(one: Finished): Mapping {
  const outputs: Mapping = new Map([...one.outputs].map(([name, { value }]) => [name, value]));
  return new Map<string, Value>([
    ['result', one.result],
    ['outputs', outputs],
  ]);
}

/** A scalar that is one run-time expression, or undefined. */
export function runTimeSource(text: string): string | undefined {
  return /^\s*\$\[(.*)\]\s*$/s.exec(text)?.[1];
}

/**
 * The value of a `$[ ]` expression as text.
 * @throws ExpressionError
 */
export function runTimeText(source: string, view: RunTimeView, variables: JobVariables): string {
  const functions = new Map<string, (args: Value[]) => Value>([
    ['counter', (args) => counter(view.counters, args)],
  ]);
  const value = evaluate(parseExpression(source), { names: namesOf(view, variables), functions });
  const text = tryString(value);
  if (text === undefined) throw new ExpressionError(`'${source.trim()}' gives no text`);
  return text;
}

function counter(counters: Map<string, number>, args: readonly Value[]): number {
  const key = tryString(args[0] ?? null) ?? '';
  const seed = tryNumber(args[1] ?? null) ?? 0;
  const value = counters.get(key) ?? seed;
  counters.set(key, value);
  return value;
}

/** Adds variables of the YAML; run-time expressions are evaluated in their order. */
export function defineVariables(
  variables: JobVariables,
  models: readonly VariableModel[],
  view: RunTimeView,
): void {
  for (const { name, value, readonly } of models) {
    const source = runTimeSource(value);
    const secret = source !== undefined && comesFromSecret(source, view);
    const text = source === undefined ? value : runTimeText(source, view, variables);
    if (source === undefined) variables.define(name, text, { readonly });
    else variables.set(name, text, { readonly, secret });
  }
}

/** An output that was secret stays secret in the job that maps it. */
function comesFromSecret(source: string, view: RunTimeView): boolean {
  const jobs = [...view.dependencies, ...view.stages.flatMap((stage) => stage.jobs ?? [])];
  return jobs.some((one) =>
    [...one.outputs].some(([name, { secret }]) => secret && source.includes(`'${name}'`)),
  );
}
