/** What a template says of how many steps its deployment has. */
export interface Expected {
  /** Resources as written: a loop counts once. */
  readonly resources: number;
  /** Those that every deployment of the template has: neither of a loop of unknown length nor under a condition. */
  readonly certain: number;
}

/** Before the first poll; most deployments that have nothing to do have ended by then. */
const firstDelay = 500;
const laterFirstDelay = 1_000;

/** Milliseconds before the first poll. */
export function pollFirst({ resources, certain }: Expected): number {
  // Polls at full seconds meet the end with one request to spare. Where nobody can know from a list that more will
  // come, no list is ever asked for without it.
  return certain === resources ? firstDelay : laterFirstDelay;
}

/**
 * Milliseconds from one poll to the next of a deployment that has run for `elapsed`: a second while most of
 * them end, then so much that a deployment of ten minutes loses 2 s, and 4 s at worst.
 */
export function pollDelay(elapsed: number): number {
  if (elapsed < 60_000) return 1_000;
  if (elapsed < 120_000) return 2_000;
  return elapsed < 240_000 ? 3_000 : 4_000;
}

/** The poll that is never outdone in requests: each 2 s the deployment and what its operations are, from the start on. */
const fixedDelay = 2_000;

/** The requests about the end: the deployment, and the list with the last lines. */
const lastRequests = 2;

/** Counts requests against those of a fixed poll that shows the same. */
export class PollBudget {
  #spent = 0;
  #ticks = 0;
  #allowed = 0;

  spend(): void {
    this.#spent += 1;
  }

  /**
   * Whether `requests` may be sent in a poll at `elapsed` milliseconds after the start, and the end be seen in any
   * later poll, without ever having sent more than the fixed poll has when it sees the same end.
   *
   * @param nested nested deployments whose operations are shown, which the fixed poll would list as well
   */
  allows(requests: number, elapsed: number, nested: number): boolean {
    const each = 2 + nested;
    for (; this.#ticks * fixedDelay <= elapsed; this.#ticks += 1) this.#allowed += each;
    const ticksBy = (time: number) => Math.floor(time / fixedDelay) + 1 - this.#ticks;
    // An end after this moment is seen by the tick that follows it.
    const allowedAfter = (time: number) => this.#allowed + (ticksBy(time) + 1) * each;
    const after = this.#spent + requests + lastRequests;
    const next = elapsed + pollDelay(elapsed);
    return after <= allowedAfter(elapsed) && after + 1 <= allowedAfter(next);
  }
}
