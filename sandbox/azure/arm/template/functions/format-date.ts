import { invalidTemplate } from '../engine-error.ts';
import type { EngineError } from '../engine-error.ts';
import { inUtc, wallClock } from './moment.ts';
import type { Moment } from './moment.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The standard formats of DateTimeOffset in the invariant culture. */
const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

/** Those that show UTC whatever the offset. */
const UTC = /^[rRu]$/;

const PART =
  /'[^']*'|"[^"]*"|\\.|d{1,4}|M{1,4}|y{1,5}|h{1,2}|H{1,2}|m{1,2}|s{1,2}|f+|F+|t{1,2}|z{1,3}|K|g{1,2}|%|[\s\S]/g;

/**
 * A point in time by a .NET format string, standard or custom; an empty one shows date, time and offset
 * (https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings). Throws EngineError
 * for a format that .NET refuses.
 */
export function formatMoment(moment: Moment, format: string, name: string): string {
  let custom = format === '' ? 'MM/dd/yyyy HH:mm:ss zzz' : format;
  if (format.length === 1) {
    const standard = STANDARD[format];
    if (standard === undefined) throw notAFormat(format, name);
    custom = standard;
  }
  const shown = UTC.test(format) ? inUtc(moment) : moment;
  const clock = wallClock(shown);
  return custom.replaceAll(PART, (part) => {
    const text = formatPart(clock, shown.offset, part);
    if (text === undefined) throw notAFormat(format, name);
    return text;
  });
}

function notAFormat(format: string, name: string): EngineError {
  return invalidTemplate(
    `Unable to evaluate template language function '${name}': '${format}' is not a date format.`,
  );
}

function formatPart(
  { date, fraction }: ReturnType<typeof wallClock>,
  offset: number,
  part: string,
): string | undefined {
  const first = part.charAt(0);
  const length = part.length;
  const digits = (value: number): string => String(value).padStart(length === 1 ? 1 : 2, '0');
  const parts = String(fraction).padStart(7, '0').slice(0, length);
  switch (first) {
    case "'":
    case '"':
      return length > 1 ? part.slice(1, -1) : undefined;
    case '\\':
      return length > 1 ? part.slice(1) : undefined;
    case '%':
      return '';
    case 'd':
      if (length === 3) return (DAYS[date.getUTCDay()] ?? '').slice(0, 3);
      if (length === 4) return DAYS[date.getUTCDay()] ?? '';
      return digits(date.getUTCDate());
    case 'M':
      if (length === 3) return (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3);
      if (length === 4) return MONTHS[date.getUTCMonth()] ?? '';
      return digits(date.getUTCMonth() + 1);
    case 'y': {
      const year = date.getUTCFullYear();
      return length <= 2 ? digits(year % 100) : String(year).padStart(length, '0');
    }
    case 'h':
      return digits(date.getUTCHours() % 12 || 12);
    case 'H':
      return digits(date.getUTCHours());
    case 'm':
      return digits(date.getUTCMinutes());
    case 's':
      return digits(date.getUTCSeconds());
    case 'f':
      return length > 7 ? undefined : parts;
    case 'F':
      return length > 7 ? undefined : parts.replace(/0+$/, '');
    case 't':
      return (date.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, length);
    case 'z':
      return length === 3 ? offsetText(offset) : offsetText(offset, digits);
    case 'K':
      return offsetText(offset);
    case 'g':
      return 'A.D.';
    default:
      return part;
  }
}

/** `+02:00`, or the hours alone. */
function offsetText(minutes: number, hoursOnly?: (hours: number) => string): string {
  const size = Math.abs(minutes);
  const sign = minutes < 0 ? '-' : '+';
  const hours = Math.floor(size / 60);
  if (hoursOnly !== undefined) return sign + hoursOnly(hours);
  return `${sign}${String(hours).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`;
}
