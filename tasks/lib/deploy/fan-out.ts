/** How one of several things went. */
export type Ending<T> =
  | { readonly item: T; readonly state: 'succeeded' }
  | { readonly item: T; readonly state: 'failed'; readonly error: unknown }
  /** The run was cancelled before its turn. */
  | { readonly item: T; readonly state: 'skipped' };

/**
 * Runs `work` for each item, `concurrency` at a time. One that fails does not stop the others; after an abort of
 * the signal none begins, and those that run are awaited, for they have something to end. Never rejects.
 */
export async function fanOut<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<Ending<T>[]> {
  const endings: Ending<T>[] = items.map((item) => ({ item, state: 'skipped' }));
  const waiting = [...items.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      if (signal.aborted) return;
      const [index, item] = next;
      try {
        await work(item);
        endings[index] = { item, state: 'succeeded' };
      } catch (error) {
        endings[index] = { item, state: 'failed', error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  return endings;
}
