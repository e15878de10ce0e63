/** Hands out a bounded amount of something, for example bytes of memory, in the order of asking. */
export class Budget {
  #left: number;
  readonly #total: number;
  readonly #waiting: { readonly amount: number; readonly go: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  /**
   * Runs `work` when the amount is there, and takes it back afterwards. More than the total waits
   * for all of it, so that a single one is never stuck.
   */
  async spend<T>(amount: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const taken = Math.min(amount, this.#total);
    await this.#take(taken, signal);
    try {
      return await work();
    } finally {
      this.#left += taken;
      this.#serve();
    }
  }

  #take(amount: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const entry = {
        amount,
        go: () => {
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = (): void => {
        const position = this.#waiting.indexOf(entry);
        if (position >= 0) this.#waiting.splice(position, 1);
        reject(signal.reason as Error);
        this.#serve();
      };
      signal.addEventListener('abort', stop, { once: true });
      this.#waiting.push(entry);
      this.#serve();
    });
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.amount > this.#left) return;
      this.#waiting.shift();
      this.#left -= next.amount;
      next.go();
    }
  }
}
