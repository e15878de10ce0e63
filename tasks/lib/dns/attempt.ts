import { SpokelineError, type ErrorDetail } from '../errors.ts';
import type { Clock } from '../net/clock.ts';

export interface ApplyContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly info: (text: string) => void;
}

/** Tries for one record or zone group when others write at the same time. */
export const tries = 5;
/**
 * Tries for a link whose network is busy. Azure works on one link of a network at a time, for up to half a minute, and another run may have
 * one for each of its zones.
 */
export const linkTries = 25;
/** Milliseconds between two of them at most. */
const longestPause = 15_000;

/** How long a link waits after its nth try: almost five minutes in all. */
export function linkPause(n: number): number {
  return Math.min(2_000 * n, longestPause);
}
/** Lines of what was done in a message; the log has them all. */
const shownWrites = 20;

/** What a run has written, for the case that it does not come to its end. */
export class Journal {
  readonly #done: string[] = [];
  readonly #underWay = new Set<string>();
  readonly #info: (text: string) => void;

  constructor(info: (text: string) => void) {
    this.#info = info;
  }

  /** Number of writes. */
  get writes(): number {
    return this.#done.length;
  }

  wrote(text: string): void {
    this.#done.push(text);
    this.#info(`  ${text}`);
  }

  /** Runs a write; one that is broken off stays under way: nobody knows whether it was made. */
  async write<T>(what: string, run: () => Promise<T>): Promise<T> {
    this.#underWay.add(what);
    try {
      const result = await run();
      this.#underWay.delete(what);
      return result;
    } catch (error) {
      if (!(error instanceof SpokelineError && error.code === 'CANCELLED')) {
        this.#underWay.delete(what);
      }
      throw error;
    }
  }

  /** The same failure, with what was done before it. */
  interrupted(error: unknown, planned: number, signal: AbortSignal): unknown {
    const failure = asFailure(error, signal);
    if (failure === undefined) return error;
    const open = [...this.#underWay].map((what) => `perhaps written: ${what}`);
    const lines = [...this.#done, ...open];
    const more = lines.length - shownWrites;
    const details: ErrorDetail[] = [
      ...failure.details,
      ...lines.slice(0, shownWrites).map((line) => ({ message: `before that: ${line}` })),
      ...(more > 0 ? [{ message: `before that: ${more} more, see the log` }] : []),
    ];
    return new SpokelineError(
      failure.code,
      `${failure.message} ${this.#done.length} of ${planned} writes were made before and stay.`,
      {
        details,
        transient: failure.transient,
        cause: failure,
        ...(failure.hint === undefined ? {} : { hint: failure.hint }),
        ...(failure.correlationId === undefined ? {} : { correlationId: failure.correlationId }),
      },
    );
  }
}

function asFailure(error: unknown, signal: AbortSignal): SpokelineError | undefined {
  if (error instanceof SpokelineError) return error;
  if (!signal.aborted) return undefined;
  return new SpokelineError('CANCELLED', 'The run was cancelled.', { cause: error });
}

/**
 * Runs a conditional write. Returns the error after which the present state has to be read: somebody else
 * was first, another operation is under way (409), or the answer was lost and nobody knows.
 */
export async function attempt(write: () => Promise<void>): Promise<SpokelineError | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (!(error instanceof SpokelineError)) throw error;
    const again =
      error.transient || error.code === 'ARM_PRECONDITION' || error.code === 'ARM_CONFLICT';
    if (!again) throw error;
    return error;
  }
}

export function contested(
  what: string,
  last: SpokelineError | undefined,
  made = tries,
): SpokelineError {
  const message = `The ${what} could not be written in ${made} tries: ${last?.message ?? ''}`;
  return new SpokelineError(last?.code ?? 'ARM_PRECONDITION', message, {
    details: last?.details ?? [],
    cause: last,
    ...(last?.correlationId === undefined ? {} : { correlationId: last.correlationId }),
  });
}
