import { invalidTemplate } from '../engine-error.ts';
import { integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';
import { addDuration, parseDuration } from './duration.ts';
import { formatDate } from './format-date.ts';

const SORTABLE =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,7})?(Z|[+-]\d{2}:\d{2})?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

export const dates: readonly BuiltIn[] = [
  strict('dateTimeAdd', 2, 3, (values, call) => {
    const base = stringAt(values, 0, call);
    const start = parseDate(base, call.name);
    const end = addDuration(start, parseDuration(stringAt(values, 1, call), call.name));
    const format = values.length > 2 ? stringAt(values, 2, call) : formatOf(base);
    return formatDate(end, format, call.name);
  }),
  strict('dateTimeFromEpoch', 1, 1, (values, call) => {
    const date = new Date(integerAt(values, 0, call) * 1000);
    if (Number.isNaN(date.getTime())) {
      throw invalidTemplate(
        `Unable to evaluate template language function '${call.name}': the time is out of range.`,
      );
    }
    return formatDate(date, "yyyy-MM-dd'T'HH:mm:ss'Z'", call.name);
  }),
  strict('dateTimeToEpoch', 1, 1, (values, call) =>
    Math.floor(parseDate(stringAt(values, 0, call), call.name).getTime() / 1000),
  ),
  strict('utcNow', 0, 1, (values, call) => {
    if (call.frame.place !== 'parameter') throw onlyForDefaults('utcNow');
    const format = values.length === 0 ? "yyyyMMdd'T'HHmmss'Z'" : stringAt(values, 0, call);
    return formatDate(call.frame.context.host.now, format, call.name);
  }),
  strict('newGuid', 0, 0, (_, call) => {
    if (call.frame.place !== 'parameter') throw onlyForDefaults('newGuid');
    return call.frame.context.host.newGuid();
  }),
];

function onlyForDefaults(name: string): Error {
  return invalidTemplate(
    `The template function '${name}' is not expected at this location: it can only be used in ` +
      'the default value ' +
      'of a parameter.',
  );
}

/**
 * Without a format the result looks like the base value; what .NET doesn't keep it prints in its
 * general format.
 */
function formatOf(base: string): string {
  const sortable = SORTABLE.exec(base);
  if (sortable !== null) {
    const fraction = sortable[7] === undefined ? '' : `.${'f'.repeat(sortable[7].length - 1)}`;
    return `yyyy-MM-dd'T'HH:mm:ss${fraction}'Z'`;
  }
  if (COMPACT.test(base)) return "yyyyMMdd'T'HHmmss'Z'";
  // Documented for a base in format 'u':
  // https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date#datetimeadd
  return 'M/d/yyyy h:mm:ss tt';
}

function parseDate(text: string, name: string): Date {
  const compact = COMPACT.exec(text);
  let iso = text.trim();
  if (compact !== null) {
    const [, y, mo, d, h, mi, s] = compact;
    iso = `${y}-${mo}-${d}T${h}:${mi}:${s}Z`;
  } else if (/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?(\.\d+)?Z?$/.test(iso)) {
    iso = iso.replace(' ', 'T');
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) iso += 'T00:00:00Z';
  else if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?$/.test(iso)) iso += 'Z';
  const general = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d{2}):(\d{2}) (AM|PM))?$/.exec(
    iso,
  );
  if (general !== null) {
    const [, mo, d, y, h = '12', mi = '0', s = '0', half = 'AM'] = general;
    const hour = (Number(h) % 12) + (half === 'PM' ? 12 : 0);
    return new Date(Date.UTC(Number(y), Number(mo) - 1, Number(d), hour, Number(mi), Number(s)));
  }
  const time = /^\d{4}-\d{2}-\d{2}T/.test(iso) ? Date.parse(iso) : NaN;
  if (Number.isNaN(time)) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': '${text}' is not a date and time ` +
        'in ISO 8601.',
    );
  }
  return new Date(time);
}
