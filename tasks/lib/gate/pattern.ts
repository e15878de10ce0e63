import { createContext, runInContext } from 'node:vm';

/** A pattern of a branch must not hold the agent: matching is stopped after this many ms. */
const limitMs = 250;

const scope = createContext(Object.create(null) as object);

/**
 * Whether a regular expression matches a text. Undefined when the engine gives up: on one that backtracks without
 * end after `limitMs`, which is its own limit, since a timer cannot interrupt a match; and on one whose program is
 * too large, which shows only now.
 */
export function matches(pattern: string, text: string): boolean | undefined {
  scope['pattern'] = pattern;
  scope['text'] = text;
  try {
    return runInContext('new RegExp(pattern, "u").test(text)', scope, {
      timeout: limitMs,
    }) as boolean;
  } catch {
    return undefined;
  }
}
