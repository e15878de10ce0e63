import type { RecordAnswer } from '../net/resolve.ts';

/** What can be said of the age of a wrong answer. */
export type Age =
  /** Its time to live ran down while we looked: a cache holds it. */
  | { readonly kind: 'cached'; readonly left: number }
  /** It was given again with a full time to live: whoever is behind the resolver says so now. */
  | { readonly kind: 'fresh' }
  /** Looked at once, or without a time to live. */
  | { readonly kind: 'unknown'; readonly left: number | undefined };

interface Sight {
  readonly answer: string;
  readonly at: number;
  readonly ttl: number | undefined;
}

interface Watched {
  readonly first: Sight;
  readonly last: Sight;
  readonly renewed: boolean;
}

/** Clocks of caches run in whole seconds. */
const slack = 2;

/**
 * Remembers the answers of each resolver over the rounds: a time to live that runs down belongs to a cache, one that
 * starts again belongs to the answer's source.
 */
export class AnswerWatch {
  readonly #seen = new Map<string, Watched>();

  /** @param at milliseconds */
  note(answer: RecordAnswer, at: number): void {
    const key = keyOf(answer);
    const sight: Sight = { answer: signatureOf(answer), at, ttl: lifeOf(answer) };
    const known = this.#seen.get(key);
    if (known === undefined || known.last.answer !== sight.answer) {
      this.#seen.set(key, { first: sight, last: sight, renewed: false });
      return;
    }
    const renewed = known.renewed || isRenewed(known.last, sight);
    this.#seen.set(key, { first: known.first, last: sight, renewed });
  }

  /** The age of a resolver's latest answer. */
  age(answer: RecordAnswer): Age {
    const known = this.#seen.get(keyOf(answer));
    if (known === undefined) return { kind: 'unknown', left: lifeOf(answer) };
    if (known.renewed) return { kind: 'fresh' };
    const { first, last } = known;
    const ranDown = first.ttl !== undefined && last.ttl !== undefined && last.ttl < first.ttl;
    return ranDown ? { kind: 'cached', left: last.ttl ?? 0 } : { kind: 'unknown', left: last.ttl };
  }
}

function isRenewed(before: Sight, now: Sight): boolean {
  if (before.ttl === undefined || now.ttl === undefined) return false;
  const passed = (now.at - before.at) / 1000;
  return passed > slack && now.ttl > before.ttl - passed + slack;
}

/** Seconds for which a cache may give this answer again; undefined where it does not say. */
function lifeOf(answer: RecordAnswer): number | undefined {
  return answer.error === 'nxdomain' || answer.error === 'nodata'
    ? answer.negative?.ttl
    : answer.ttl;
}

function keyOf({ name, type, source }: RecordAnswer): string {
  return `${source} ${type} ${name}`;
}

function signatureOf({ error, chain, values }: RecordAnswer): string {
  return [error ?? '', ...chain, ...[...values].sort()].join(' ');
}
