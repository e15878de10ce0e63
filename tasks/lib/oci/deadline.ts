import { setMaxListeners } from 'node:events';
import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';

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
    const either = AbortSignal.any([signal, late.signal]);
    // Many requests at once may listen to it, which Node would take for a leak.
    setMaxListeners(0, either);
    return await work(either);
  } catch (error) {
    signal.throwIfAborted();
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    done.abort();
    await timer;
  }
}
