import { createContext, runInContext } from 'node:vm';

/** A pattern of a branch must not hold the agent: matching is stopped after this many ms. */
const limitMs = 250;

const scope = createContext(Object.create(null) as object);

/**
 * Whether a regular expression matches a text. Undefined when the engine gives up: on one that backtracks without
 * end after `limitMs`, which is its own limit, since a timer cannot interrupt a match; and on one whose program is
 * too large, which shows only now. The limit counts the time in which a busy machine does nothing for the match,
 * too: a second try tells that from the pattern.
 */
export function matches(pattern: string, text: string): boolean | undefined {
  return tryMatch(pattern, text) ?? tryMatch(pattern, text);
}

function tryMatch(pattern: string, text: string): boolean | undefined {
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
