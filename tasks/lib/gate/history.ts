import type { CheckResult } from './result.ts';

/** How many of the last rounds a check has to pass. */
export interface Quorum {
  readonly passes: number;
  /** The last rounds that are looked at. */
  readonly of: number;
}

/** The last results of every check, from which one that counts is made. */
export class History {
  readonly #quorum: Quorum;
  readonly #last = new Map<string, CheckResult[]>();

  constructor(quorum: Quorum) {
    this.#quorum = quorum;
  }

  /**
   * Takes the result of a round. @returns what counts now: a result of these rounds that says whether the
   * check passed often enough
   */
  add(result: CheckResult): CheckResult {
    const { passes, of } = this.#quorum;
    if (of === 1) return result;
    const last = [...(this.#last.get(result.id) ?? []), result].slice(-of);
    this.#last.set(result.id, last);
    const passed = last.filter(({ status }) => status === 'pass');
    const enough = passed.length >= passes;
    const rounds = { passed: passed.length, of: last.length };
    const shown = enough ? passed.at(-1) : last.findLast(({ status }) => status !== 'pass');
    if (shown !== undefined) return { ...shown, ms: result.ms, at: result.at, rounds };
    return {
      ...result,
      rounds,
      status: 'unknown',
      code: 'NOT_YET_OFTEN_ENOUGH',
      observed: `${result.observed}; passed in ${passed.length} rounds so far`,
      expected: `${result.expected}, in ${passes} of ${of} rounds`,
      class: 'sampling',
    };
  }
}
