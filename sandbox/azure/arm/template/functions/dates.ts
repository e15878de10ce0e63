import { invalidTemplate } from '../engine-error.ts';
import { integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';
import { parseDuration } from './duration.ts';
import { formatMoment } from './format-date.ts';
import { epochSeconds, later, momentOf, outOfRange, parseMoment } from './moment.ts';

/** What dateTimeAdd() prints without a format: the wall clock's time, whatever its offset, as if it were UTC. */
const SORTABLE = "yyyy-MM-dd'T'HH:mm:ss'Z'";
/**
 * The exception that the documentation has (the library in the Bicep CLI has none): a base in format 'u' comes back in
 * the general one
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date#datetimeadd).
 */
const UNIVERSAL = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}Z$/;
const GENERAL = 'M/d/yyyy h:mm:ss tt';

export const dates: readonly BuiltIn[] = [
  strict('dateTimeAdd', 2, 3, (values, call) => {
    const base = stringAt(values, 0, call);
    const start = parseMoment(base, call.name);
    const end = later(start, parseDuration(stringAt(values, 1, call), call.name), call.name);
    const own = UNIVERSAL.test(base) ? GENERAL : SORTABLE;
    return formatMoment(end, values.length > 2 ? stringAt(values, 2, call) : own, call.name);
  }),
  strict('dateTimeFromEpoch', 1, 1, (values, call) => {
    const date = new Date(integerAt(values, 0, call) * 1000);
    if (Number.isNaN(date.getTime())) throw outOfRange(call.name);
    return formatMoment(later(momentOf(date), 0n, call.name), SORTABLE, call.name);
  }),
  strict('dateTimeToEpoch', 1, 1, (values, call) =>
    epochSeconds(parseMoment(stringAt(values, 0, call), call.name)),
  ),
  strict('utcNow', 0, 1, (values, call) => {
    if (call.frame.place !== 'parameter') throw onlyForDefaults('utcNow');
    const format = values.length === 0 ? "yyyyMMdd'T'HHmmss'Z'" : stringAt(values, 0, call);
    return formatMoment(momentOf(call.frame.context.host.now), format, call.name);
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
