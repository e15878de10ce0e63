import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { backoff } from '../net/retry.ts';
import type { Answer } from './port.ts';

/** Time that is left, and how to wait in it. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970 after which nothing is waited for. */
  readonly deadline: number;
  /** From 0 to 1; spreads clients that were throttled together. */
  readonly random: () => number;
  /** Told of each answer that has to be asked for again. */
  readonly onDelay: (text: string) => void;
}

/** A service that asks for less is asked again soon enough all the same. */
const shortest = 1_000;

/** Milliseconds to wait before try number `attempt` (from 0): what the service asks for, or a back-off. */
export function nextTry(
  attempt: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  return retryAfterMs === undefined ? backoff(attempt, random) : Math.max(retryAfterMs, shortest);
}

/** Waits, but not beyond the deadline. Rejects with the signal's reason when the run is cancelled. */
export async function pause(patience: Patience, ms: number): Promise<void> {
  const left = patience.deadline - patience.clock.now();
  await patience.clock.sleep(Math.max(0, Math.min(ms, left)), patience.signal);
  patience.signal.throwIfAborted();
}

export function timeIsUp(patience: Patience): boolean {
  return patience.clock.now() >= patience.deadline;
}

/** The error when the time given to the task ran out while waiting for `what`. */
export function outOfTime(what: string, reason: string): SpokelineError {
  return new SpokelineError(
    'TIMEOUT',
    `The time given to the task ran out while ${what}: ${reason}.`,
  );
}

/** Asks until there is an answer. Throws TIMEOUT at the deadline, saying `what` was being done. */
export async function insist<T>(
  patience: Patience,
  what: string,
  ask: () => Promise<Answer<T>>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    patience.signal.throwIfAborted();
    const answer = await ask();
    if (answer.kind === 'value') return answer.value;
    if (timeIsUp(patience)) throw outOfTime(what, answer.reason);
    const ms = nextTry(attempt, answer.retryAfterMs, patience.random);
    patience.onDelay(`${answer.reason} while ${what}; asking again in ${seconds(ms)}.`);
    await pause(patience, ms);
  }
}

/** Milliseconds as people read them: `0.8 s`, `42 s`, `3 min 5 s`. */
export function seconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
