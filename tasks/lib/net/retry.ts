/** Longest wait that a service may ask for; more is a fault of its clock or ours. */
const longestAsked = 10 * 60_000;

/**
 * Milliseconds to wait by the service's own word: `retry-after-ms`, `x-ms-retry-after-ms`, or `retry-after`
 * in seconds or as a date. Undefined when it says nothing that can be read. Header names are in lower case.
 */
export function retryAfter(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
  longest: number = longestAsked,
): number | undefined {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const number = /^\d+(?:\.\d+)?$/;
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    if (number.test(text(name))) return Math.min(Number(text(name)), longest);
  }
  const value = text('retry-after');
  if (number.test(value)) return Math.min(Number(value) * 1000, longest);
  // Date.parse takes `-1` for a year.
  const date = /[a-z]/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - now), longest);
}

/** The waits of one kind of client, in milliseconds. */
export interface Growth {
  readonly shortest: number;
  readonly longest: number;
}

/** One request may be repeated after a second; half a minute is often enough to ask. */
const usual: Growth = { shortest: 1_000, longest: 30_000 };

/**
 * Exponential wait before the next attempt, half of it random: clients that failed together must not return
 * together. `attempt` is zero-based, `random` gives 0 to 1.
 */
export function backoff(attempt: number, random: () => number, growth: Growth = usual): number {
  const whole = Math.min(growth.longest, growth.shortest * 2 ** Math.min(attempt, 30));
  return whole / 2 + (whole / 2) * random();
}
