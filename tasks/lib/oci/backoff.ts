import type { Clock } from '../net/clock.ts';

/** ACR counts by the minute, so that longer waits gain nothing. */
const longest = 30_000;

/**
 * One back-off for all connections to a registry: its limits count an identity's requests, so when
 * one of them is told to wait, the others only make it worse.
 */
export class SharedBackoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #until = 0;
  #inRow = 0;

  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves when requests may go out again. */
  async ready(signal: AbortSignal): Promise<void> {
    for (;;) {
      const wait = this.#until - this.#clock.now();
      if (wait <= 0) return;
      await this.#clock.sleep(wait, signal);
    }
  }

  /** @returns milliseconds that everybody waits now. */
  throttled(retryAfter: string | undefined): number {
    const now = this.#clock.now();
    const asked = retryAfterMs(retryAfter, now);
    // Answers to requests that were under way already belong to the same step.
    if (now >= this.#until) this.#inRow += 1;
    const own = Math.min(longest, 250 * 2 ** this.#inRow) * (0.75 + this.#random() / 2);
    this.#until = Math.max(this.#until, now + (asked ?? own));
    return this.#until - now;
  }

  succeeded(): void {
    this.#inRow = 0;
  }

  /** Wait before the nth try of one request, in ms, for faults that concern nobody else. */
  pause(attempt: number): number {
    return Math.min(longest, 250 * 2 ** attempt) * (0.75 + this.#random() / 2);
  }
}

/**
 * Value of a `Retry-After` header (seconds or a date) in ms; undefined if there is none that makes
 * sense. Cut at five minutes: the task's own timeout decides beyond that.
 */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(seconds, 0), 300) * 1000;
}
