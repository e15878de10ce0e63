import { isWithin } from '../../ids.ts';
import type { WhatIfResult } from './record.ts';

/** Results that are kept, by id, until their retention ends. */
export class WhatIfResults {
  readonly #byId = new Map<string, WhatIfResult>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Those that have not expired. */
  current(): WhatIfResult[] {
    for (const { id, expires } of this.#byId.values()) if (expires <= this.#now()) this.remove(id);
    return [...this.#byId.values()];
  }

  find(id: string): WhatIfResult | undefined {
    return this.current().find((result) => result.id.toLowerCase() === id.toLowerCase());
  }

  keep(result: WhatIfResult): void {
    this.#byId.set(result.id.toLowerCase(), result);
  }

  /** False if there is none. */
  remove(id: string): boolean {
    return this.#byId.delete(id.toLowerCase());
  }

  /** Removes what is on record below a scope that is gone. */
  forget(scopeId: string): void {
    for (const { id } of this.#byId.values()) if (isWithin(id, scopeId)) this.remove(id);
  }
}
