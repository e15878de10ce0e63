import { invalidTemplate } from '../engine-error.ts';
import { ticksPerSecond } from './moment.ts';

/** As the engine counts them, whatever the calendar says. */
const days = { year: 365n, month: 30n };
/** TimeSpan.MaxValue. */
const longest = 2n ** 63n - 1n;

/**
 * The length in units of 100 ns of an ISO 8601 duration such as 'P3Y', '-P9D' or 'P1DT1H0.5S'. A year has 365 days and
 * a month 30, and weeks are not known, as .NET's XmlConvert.ToTimeSpan has it, by which the engine reads it. Throws
 * EngineError.
 */
export function parseDuration(text: string, name: string): bigint {
  const match =
    /^(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/.exec(
      text.trim(),
    );
  const part = (i: number): bigint => BigInt(match?.[i] ?? 0);
  const fraction = BigInt((match?.[8] ?? '').slice(0, 7).padEnd(7, '0'));
  const wholeDays = part(2) * days.year + part(3) * days.month + part(4);
  const seconds = wholeDays * 86_400n + part(5) * 3_600n + part(6) * 60n + part(7);
  const ticks = seconds * ticksPerSecond + fraction;
  if (match === null || /P$|T$/.test(text.trim()) || ticks > longest) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': '${text}' is not a duration in ` +
        'ISO 8601.',
    );
  }
  return match[1] === '-' ? -ticks : ticks;
}
