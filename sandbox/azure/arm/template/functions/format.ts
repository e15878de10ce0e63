import { invalidTemplate } from '../engine-error.ts';
import type { JsonValue } from '../json.ts';
import { formatNumber } from './format-number.ts';
import { textOf } from './text-of.ts';

/**
 * .NET's composite formatting, culture invariant: {index[,alignment][:format]}, '{{' and '}}' for
 * braces (https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting).
 */
export function formatComposite(format: string, values: readonly JsonValue[]): string {
  let result = '';
  let at = 0;
  while (at < format.length) {
    const char = format.charAt(at);
    if (char !== '{' && char !== '}') {
      result += char;
      at += 1;
    } else if (format.charAt(at + 1) === char) {
      result += char;
      at += 2;
    } else {
      if (char === '}') throw malformed(format);
      const close = format.indexOf('}', at);
      if (close < 0) throw malformed(format);
      result += formatItem(format.slice(at + 1, close), values, format);
      at = close + 1;
    }
  }
  return result;
}

function malformed(format: string): Error {
  return invalidTemplate(
    `Unable to evaluate template language function 'format': the format is invalid: '${format}'.`,
  );
}

function formatItem(item: string, values: readonly JsonValue[], format: string): string {
  const match = /^(\d+)\s*(?:,\s*(-?\d+)\s*)?(?::(.*))?$/s.exec(item);
  if (match === null) throw malformed(format);
  const index = Number(match[1]);
  const value = values[index];
  if (value === undefined) {
    throw invalidTemplate(
      `Unable to evaluate template language function 'format': the format '${format}' refers to ` +
        'argument ' +
        `'${index}', and there are '${values.length}'.`,
    );
  }
  const specifier = match[3];
  const text =
    typeof value === 'number' && specifier ? formatNumber(value, specifier) : argumentText(value);
  const width = Number(match[2] ?? 0);
  return width >= 0 ? text.padStart(width) : text.padEnd(-width);
}

/** Objects and arrays show as JSON with single quotes, unlike those of string(). */
function argumentText(value: JsonValue): string {
  const text = textOf(value);
  return typeof value === 'object' ? text.replaceAll('"', "'") : text;
}
