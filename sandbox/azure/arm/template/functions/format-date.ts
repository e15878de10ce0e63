import { invalidTemplate } from '../engine-error.ts';

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

/** The standard formats of .NET in the invariant culture, for UTC. */
const STANDARD: Readonly<Record<string, string>> = {
  d: 'MM/dd/yyyy',
  D: 'dddd, dd MMMM yyyy',
  f: 'dddd, dd MMMM yyyy HH:mm',
  F: 'dddd, dd MMMM yyyy HH:mm:ss',
  g: 'MM/dd/yyyy HH:mm',
  G: 'MM/dd/yyyy HH:mm:ss',
  m: 'MMMM dd',
  M: 'MMMM dd',
  o: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
  O: "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-dd'T'HH:mm:ss",
  t: 'HH:mm',
  T: 'HH:mm:ss',
  u: "yyyy-MM-dd HH:mm:ss'Z'",
  U: 'dddd, dd MMMM yyyy HH:mm:ss',
  y: 'yyyy MMMM',
  Y: 'yyyy MMMM',
};

const PART =
  /'[^']*'|"[^"]*"|\\.|d{1,4}|M{1,4}|y{1,5}|h{1,2}|H{1,2}|m{1,2}|s{1,2}|f{1,7}|F{1,7}|t{1,2}|z{1,3}|K|g{1,2}|%|[\s\S]/g;

/**
 * A UTC time by a .NET format string, standard or custom
 * (https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings).
 */
export function formatDate(date: Date, format: string, name: string): string {
  if (Number.isNaN(date.getTime())) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': the time is out of range.`,
    );
  }
  let custom = format;
  if (format.length === 1) {
    const standard = STANDARD[format];
    if (standard === undefined) {
      throw invalidTemplate(
        `Unable to evaluate template language function '${name}': '${format}' is not a date ` +
          'format.',
      );
    }
    custom = standard;
  }
  return custom.replaceAll(PART, (part) => formatPart(date, part));
}

function formatPart(date: Date, part: string): string {
  const first = part.charAt(0);
  const length = part.length;
  const digits = (value: number): string => String(value).padStart(length === 1 ? 1 : 2, '0');
  switch (first) {
    case "'":
    case '"':
      return length > 1 ? part.slice(1, -1) : part;
    case '\\':
      return part.slice(1);
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
      return fraction(date).slice(0, length);
    case 'F':
      return fraction(date).slice(0, length).replace(/0+$/, '');
    case 't':
      return (date.getUTCHours() < 12 ? 'AM' : 'PM').slice(0, length);
    case 'z':
      return length === 3 ? '+00:00' : `+${digits(0)}`;
    case 'K':
      return 'Z';
    case 'g':
      return 'A.D.';
    default:
      return part;
  }
}

function fraction(date: Date): string {
  return `${String(date.getUTCMilliseconds()).padStart(3, '0')}0000`;
}
