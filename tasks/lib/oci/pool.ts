import { sharedSignal } from '../net/shared-signal.ts';

/** Bytes up to which a blob costs a registry a request rather than bandwidth. */
const small = 256 * 1024;
const middling = 4 * 1024 * 1024;
/** How many small blobs take the place of a big one. */
const nearby = 2;
const faraway = 6;
/** Milliseconds for an answer; above it a round trip costs more than a connection. */
const far = 10;

/** How much is done at once. */
export interface Lanes {
  /** Big items at a time. */
  readonly concurrency: number;
  /** Small ones in the place of each. */
  readonly small: number;
}

/**
 * @param latency of the registry in ms: small blobs wait for round trips, but each one more at a time
 *   costs another connection
 */
export function lanesFor(concurrency: number, latency: number): Lanes {
  return { concurrency, small: latency > far ? faraway : nearby };
}

/** Items that may be at work at once, at most, with this concurrency. */
export function atOnce(concurrency: number): number {
  return concurrency * faraway;
}

/**
 * Runs `work` for all items: at most so many big ones at once, or several smaller ones in the place of
 * each big one. Small blobs wait for round trips, big ones for bandwidth and memory.
 *
 * The first failure aborts the signal that the others got; when all have ended it is thrown.
 */
export async function runSized<T extends { readonly size: number }>(
  items: readonly T[],
  { concurrency, small: heavy }: Lanes,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = sharedSignal(signal, stop.signal);
  // Big ones first: one that starts last would run alone at the end.
  const waiting = [...items].sort((a, b) => b.size - a.size);
  const failures: unknown[] = [];
  const all = concurrency * heavy;
  const weightOf = ({ size }: T): number => {
    if (size <= small) return 1;
    return size <= middling ? heavy / 2 : heavy;
  };
  let room = all;
  await new Promise<void>((resolve) => {
    const next = (): void => {
      while (waiting.length > 0 && !either.aborted) {
        const item = pick(waiting, room, weightOf);
        if (item === undefined) return;
        const weight = weightOf(item);
        room -= weight;
        work(item, either)
          .catch((error: unknown) => {
            failures.push(error);
            stop.abort(error);
          })
          .finally(() => {
            room += weight;
            next();
          });
      }
      if (room === all) resolve();
    };
    next();
  });
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
}

/** Takes a big item while there is room for one, else a small one from the end. */
function pick<T>(waiting: T[], room: number, weightOf: (item: T) => number): T | undefined {
  const first = waiting[0];
  if (first !== undefined && weightOf(first) <= room) return waiting.shift();
  const last = waiting.at(-1);
  return last !== undefined && weightOf(last) <= room ? waiting.pop() : undefined;
}
