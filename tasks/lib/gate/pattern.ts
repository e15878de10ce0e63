import { createContext, runInContext } from 'node:vm';

/** A pattern of a branch must not hold the agent: matching is stopped after this many ms. */
const limitMs = 250;

const scope = createContext(Object.create(null) as object);

/**
 * Whether a regular expression matches a text. Undefined when it takes too long, as one that backtracks
 * without end does. The time limit is the engine's own, since a timer cannot interrupt a match.
 */
export function matches(pattern: string, text: string): boolean | undefined {
  scope['pattern'] = pattern;
  scope['text'] = text;
  try {
    return runInContext('new RegExp(pattern, "u").test(text)', scope, {
      timeout: limitMs,
    }) as boolean;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
