import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { sharedSignal } from '../net/shared-signal.ts';

/**
 * Runs `work` with a signal that also aborts after `ms`; it then fails with TIMEOUT and what
 * `doing` says it was doing. A cancel by the caller stays what it is.
 */
export async function withDeadline<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal,
  doing: () => string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, done.signal).then(
    () => late.abort(new SpokelineError('TIMEOUT', `Not done after ${ms / 1000} s: ${doing()}`)),
    () => undefined,
  );
  try {
    return await work(sharedSignal(signal, late.signal));
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    done.abort();
    await timer;
  }
}
