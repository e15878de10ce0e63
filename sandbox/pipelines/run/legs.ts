import { parse } from 'yaml';
import { ExpressionError } from '../expressions/value.ts';
import type { JobVariables } from './job-variables.ts';
import type { Strategy } from './model.ts';
import { runTimeSource, runTimeText } from './run-time.ts';
import type { RunTimeView } from './run-time.ts';

/** One of the jobs that a strategy makes of a job. */
export interface Leg {
  /** Undefined without a strategy. */
  name: string | undefined;
  variables: Readonly<Record<string, string>>;
}

const validName = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

/**
 * The jobs a strategy stands for; none for an empty matrix.
 * @throws ExpressionError if a computed matrix is no JSON object of objects of texts
 */
export function legsOf(strategy: Strategy, view: RunTimeView, variables: JobVariables): Leg[] {
  switch (strategy.kind) {
    case 'single':
      return [{ name: undefined, variables: {} }];
    case 'parallel':
      return Array.from({ length: strategy.count }, (_, index) => ({
        name: `slice${String(index + 1)}`,
        variables: {},
      }));
    case 'matrix':
      return checked(strategy.legs);
    case 'computed': {
      const source = runTimeSource(strategy.expression);
      if (source === undefined) {
        throw new ExpressionError(`the matrix '${strategy.expression}' is no run-time expression`);
      }
      return checked(parseLegs(runTimeText(source, view, variables)));
    }
  }
}

function parseLegs(text: string): Record<string, Record<string, string>> {
  if (text.trim() === '') return {};
  let document: unknown;
  try {
    // The service takes single quotes too, and its documentation uses them; YAML covers both.
    document = parse(text, { uniqueKeys: true });
  } catch {
    throw new ExpressionError(`the matrix is no JSON: ${text.slice(0, 100)}`);
  }
  if (!isObject(document)) throw new ExpressionError('the matrix must be a JSON object');
  const legs: Record<string, Record<string, string>> = {};
  for (const [name, values] of Object.entries(document)) {
    if (!isObject(values)) {
      throw new ExpressionError(`leg '${name}' of the matrix must be a JSON object`);
    }
    legs[name] = Object.fromEntries(
      Object.entries(values).map(([key, value]) => {
        if (typeof value === 'string') return [key, value];
        if (typeof value === 'number' || typeof value === 'boolean') return [key, String(value)];
        throw new ExpressionError(`'${key}' in leg '${name}' of the matrix must be text`);
      }),
    );
  }
  return legs;
}

function checked(legs: Readonly<Record<string, Record<string, string>>>): Leg[] {
  return Object.entries(legs).map(([name, variables]) => {
    if (validName.test(name)) return { name, variables };
    throw new ExpressionError(`'${name}' is no valid name for a leg of a matrix`);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
