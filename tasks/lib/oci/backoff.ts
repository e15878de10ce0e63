import type { Clock } from '../net/clock.ts';
import { backoff, retryAfter, type Growth } from '../net/retry.ts';

/** For a limit that counts all requests of an identity; ACR counts by the minute, so longer waits gain nothing. */
const throttle: Growth = { shortest: 250, longest: 30_000 };
/** For faults that concern one request only. */
const fault: Growth = { shortest: 250, longest: 30_000 };
/** Cut here: the task's own timeout decides beyond that. */
const longestAsked = 5 * 60_000;

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

  /** @param value of `Retry-After`, @returns milliseconds that everybody waits now. */
  throttled(value: string | undefined): number {
    const now = this.#clock.now();
    const asked = retryAfter({ 'retry-after': value }, now, longestAsked);
    // Answers to requests that were under way already belong to the same step.
    if (now >= this.#until) this.#inRow += 1;
    const own = backoff(this.#inRow, this.#random, throttle);
    // Told to come back at once, everybody would use up all tries at once.
    this.#until = Math.max(this.#until, now + (asked || own));
    return this.#until - now;
  }

  succeeded(): void {
    this.#inRow = 0;
  }

  /** Wait before the nth try of one request, in ms, for faults that concern nobody else. */
  pause(attempt: number): number {
    return backoff(attempt, this.#random, fault);
  }
}
