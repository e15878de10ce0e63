import { evaluate } from '../expressions/evaluate.ts';
import type { Expression } from '../expressions/parser.ts';
import { ContextObject, toBoolean } from '../expressions/value.ts';
import type { Value } from '../expressions/value.ts';
import type { JobVariables } from './job-variables.ts';
import type { TaskResult } from './result.ts';

/** `variables` in run-time expressions. */
export function variablesValue(variables: JobVariables): ContextObject {
  return new ContextObject(
    (name) => variables.get(name) ?? null,
    () => variables.mapping(),
  );
}

/**
 * Whether a step runs, given how its job stands. Without a condition: `succeeded()`.
 * @throws ExpressionError
 */
export function stepRuns(
  condition: Expression | undefined,
  status: TaskResult,
  variables: JobVariables,
): boolean {
  const good = status === 'Succeeded' || status === 'SucceededWithIssues';
  if (!condition) return good;
  const functions = new Map<string, () => Value>([
    ['always', () => true],
    ['canceled', () => status === 'Canceled'],
    ['failed', () => status === 'Failed'],
    ['succeeded', () => good],
    ['succeededorfailed', () => good || status === 'Failed'],
  ]);
  const names = new Map<string, Value>([['variables', variablesValue(variables)]]);
  return toBoolean(evaluate(condition, { names, functions }));
}
