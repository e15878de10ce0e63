/** Longest wait that a service may ask for; more is a fault of its clock or ours. */
const longestMs = 10 * 60_000;

/**
 * Milliseconds to wait by the service's own word: `retry-after-ms`, `x-ms-retry-after-ms`, or `retry-after`
 * in seconds or as a date. Undefined when it says nothing that can be read. Header names are in lower case.
 */
export function retryAfter(
  headers: Readonly<Record<string, string | undefined>>,
  now: number,
): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = headers[name]?.trim() ?? '';
    if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(Number(value), longestMs);
  }
  const value = headers['retry-after']?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.min(Number(value) * 1000, longestMs);
  const date = value === '' ? NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), longestMs);
}

/**
 * Exponential wait before the next attempt, 1 s to 30 s, half of it random: agents that failed together must
 * not return together. `attempt` is one-based.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const whole = Math.min(30_000, 1000 * 2 ** (attempt - 1));
  return whole / 2 + (whole / 2) * random();
}
