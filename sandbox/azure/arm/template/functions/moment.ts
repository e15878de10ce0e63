import { invalidTemplate } from '../engine-error.ts';
import type { EngineError } from '../engine-error.ts';

/**
 * A point in time as .NET's DateTimeOffset holds it, which the language's date functions work on: what a clock on the
 * wall shows, in units of 100 ns since 1970, and its distance from UTC in minutes.
 */
export interface Moment {
  readonly ticks: bigint;
  readonly offset: number;
}

export const ticksPerSecond = 10_000_000n;
const ticksPerMs = 10_000n;
/** The first tick of the year 1 and the last of 9999. */
const earliest = BigInt(Date.parse('0001-01-01T00:00:00Z')) * ticksPerMs;
const latest = BigInt(Date.parse('9999-12-31T23:59:59.999Z')) * ticksPerMs + (ticksPerMs - 1n);

/** ISO 8601 with `T` or a blank, and how far it may be cut short. */
const ISO =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?)? ?(Z|[+-]\d{2}:\d{2})?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const GENERAL = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2})(?: (AM|PM))?)?$/;
const RFC1123 = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

export function momentOf(date: Date): Moment {
  return { ticks: BigInt(date.getTime()) * ticksPerMs, offset: 0 };
}

/** The same point in time as a clock in UTC shows it. */
export function inUtc({ ticks, offset }: Moment): Moment {
  return { ticks: ticks - BigInt(offset) * 60n * ticksPerSecond, offset: 0 };
}

/** Whole seconds since 1970 in UTC, rounded down. */
export function epochSeconds(moment: Moment): number {
  const { ticks } = inUtc(moment);
  const seconds = ticks / ticksPerSecond;
  return Number(ticks < 0n && ticks % ticksPerSecond !== 0n ? seconds - 1n : seconds);
}

/** The wall clock's date, with the ticks that a Date cannot hold. */
export function wallClock({ ticks }: Moment): { date: Date; fraction: bigint } {
  const fraction = ((ticks % ticksPerSecond) + ticksPerSecond) % ticksPerSecond;
  return { date: new Date(Number((ticks - fraction) / ticksPerMs)), fraction };
}

/** Later (or earlier) by a number of ticks. Throws EngineError beyond the years 1 to 9999. */
export function later(moment: Moment, ticks: bigint, name: string): Moment {
  const moved = moment.ticks + ticks;
  if (moved < earliest || moved > latest) throw outOfRange(name);
  return { ticks: moved, offset: moment.offset };
}

export function outOfRange(name: string): EngineError {
  return invalidTemplate(
    `Unable to evaluate template language function '${name}': the time is out of range.`,
  );
}

/**
 * Reads a date and time: ISO 8601, the compact form that utcNow() has by default, and what .NET's invariant culture
 * prints. Without an offset it is UTC. Throws EngineError for anything else.
 */
export function parseMoment(text: string, name: string): Moment {
  const found = fieldsOf(text.trim());
  const moment = found && momentFrom(found);
  if (moment === undefined) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': '${text}' is not a date and time ` +
        'in ISO 8601.',
    );
  }
  return moment;
}

interface Fields {
  /** Year, month, day, hour, minute, second. */
  readonly numbers: readonly number[];
  readonly fraction?: string | undefined;
  readonly zone?: string | undefined;
}

function fieldsOf(text: string): Fields | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    return { numbers: iso.slice(1, 7).map((n = '0') => Number(n)), fraction: iso[7], zone: iso[8] };
  }
  const compact = COMPACT.exec(text);
  if (compact !== null) return { numbers: compact.slice(1).map(Number) };
  const general = GENERAL.exec(text);
  if (general !== null) {
    const [, month, day, year, hour = '0', minute = '0', second = '0', half] = general;
    if (half !== undefined && (Number(hour) < 1 || Number(hour) > 12)) return undefined;
    const hours =
      half === undefined ? Number(hour) : (Number(hour) % 12) + (half === 'PM' ? 12 : 0);
    return { numbers: [year, month, day, hours, minute, second].map(Number) };
  }
  const rfc = RFC1123.exec(text);
  if (rfc === null) return undefined;
  const month = MONTHS.indexOf(rfc[2] ?? '') / 3 + 1;
  return { numbers: [rfc[3], month, rfc[1], rfc[4], rfc[5], rfc[6]].map(Number) };
}

function momentFrom({ numbers, fraction, zone }: Fields): Moment | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const valid =
    Number.isInteger(month) &&
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  if (!valid) return undefined;
  const [sign = '+', hours = '0', minutes = '0'] =
    /^([+-])(\d+):(\d+)$/.exec(zone ?? '')?.slice(1) ?? [];
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  // The eighth digit rounds the seventh.
  const parts = BigInt(Math.round(Number(`0${fraction ?? '.0'}`) * 1e7));
  return { ticks: BigInt(date.getTime()) * ticksPerMs + parts, offset };
}
