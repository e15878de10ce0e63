import { invalidTemplate } from '../engine-error.ts';
import { arrayAt, badArgument, integerAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';
import { formatComposite } from './format.ts';
import { textOf } from './text-of.ts';

/** String functions; those that also take arrays are in arrays.ts. */
export const strings: readonly BuiltIn[] = [
  strict('format', 1, Infinity, (values, call) =>
    formatComposite(stringAt(values, 0, call), values.slice(1)),
  ),
  strict('string', 1, 1, ([value = null], call) => {
    if (value === null || (typeof value === 'number' && !Number.isInteger(value))) {
      throw badArgument(call, 1, 'a string, an integer, a boolean, an array or an object', value);
    }
    return textOf(value);
  }),
  strict('toLower', 1, 1, (values, call) =>
    oneByOne(stringAt(values, 0, call), (letter) => letter.toLowerCase()),
  ),
  strict('toUpper', 1, 1, (values, call) =>
    oneByOne(stringAt(values, 0, call), (letter) =>
      letter === 'ı' ? letter : letter.toUpperCase(),
    ),
  ),
  // To .NET a byte-order mark is no blank.
  strict('trim', 1, 1, (values, call) =>
    stringAt(values, 0, call).replaceAll(/^[^\S\ufeff]+|[^\S\ufeff]+$/g, ''),
  ),
  strict('startsWith', 2, 2, (values, call) =>
    stringAt(values, 0, call)
      .toLowerCase()
      .startsWith(stringAt(values, 1, call).toLowerCase()),
  ),
  strict('like', 2, 2, (values, call) =>
    like(stringAt(values, 0, call), stringAt(values, 1, call)),
  ),
  strict('endsWith', 2, 2, (values, call) =>
    stringAt(values, 0, call)
      .toLowerCase()
      .endsWith(stringAt(values, 1, call).toLowerCase()),
  ),
  strict('replace', 3, 3, (values, call) => {
    const old = stringAt(values, 1, call);
    if (old === '') throw badArgument(call, 2, 'a string that is not empty', old);
    return stringAt(values, 0, call)
      .split(old)
      .join(stringAt(values, 2, call));
  }),
  strict('split', 2, 2, (values, call) => {
    const text = stringAt(values, 0, call);
    const by = values[1];
    if (typeof by === 'string') return splitBy(text, [by]);
    const delimiters = arrayAt(values, 1, call);
    return splitBy(
      text,
      delimiters.map((_, i) => stringAt(delimiters, i, call)),
    );
  }),
  strict('join', 2, 2, (values, call) =>
    arrayAt(values, 0, call)
      .map((item) => {
        if (typeof item === 'object' || (typeof item === 'number' && !Number.isInteger(item))) {
          throw badArgument(call, 1, 'an array of strings, integers or booleans', item);
        }
        return textOf(item);
      })
      .join(stringAt(values, 1, call)),
  ),
  strict('substring', 2, 3, (values, call) => {
    const text = stringAt(values, 0, call);
    const index = integerAt(values, 1, call);
    const length = values.length < 3 ? text.length - index : integerAt(values, 2, call);
    if (index < 0 || length < 0 || index + length > text.length) {
      throw invalidTemplate(
        'The index and length parameters must refer to a location within the string. ' +
          `The index parameter: '${index}', the length parameter: '${length}', ` +
          `the length of the string parameter: '${text.length}'.`,
      );
    }
    return text.slice(index, index + length);
  }),
  strict('padLeft', 2, 3, (values, call) => {
    const [value] = values;
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw badArgument(call, 1, 'a string or an integer', value);
    }
    const pad = values.length < 3 ? ' ' : stringAt(values, 2, call);
    if (pad.length !== 1) throw badArgument(call, 3, 'a single character', pad);
    const width = integerAt(values, 1, call);
    if (width < 0 || width > 16_384) throw badArgument(call, 2, 'between 0 and 16384', width);
    return textOf(value).padStart(width, pad);
  }),
];

/** Changes the case of each letter by itself: .NET never makes two of one ('ß' stays), nor looks at its neighbours. */
function oneByOne(text: string, change: (letter: string) => string): string {
  return Array.from(text, (letter) => {
    const changed = change(letter);
    return Array.from(changed).length === 1 ? changed : letter;
  }).join('');
}

function splitBy(text: string, delimiters: readonly string[]): string[] {
  const usable = delimiters.filter((delimiter) => delimiter !== '');
  // .NET leaves the text whole when there is no delimiter to look for.
  if (usable.length === 0) return [text];
  const pattern = usable.map((d) => d.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.split(new RegExp(pattern));
}

/** Whether a text fits a pattern in which `*` stands for anything, without regard to letter case. */
function like(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const whole = text.toLowerCase();
  if (rest.length === 0) return whole === first;
  const last = rest.pop() ?? '';
  if (whole.length < first.length + last.length) return false;
  if (!whole.startsWith(first) || !whole.endsWith(last)) return false;
  let left = whole.slice(first.length, whole.length - last.length);
  for (const part of rest) {
    const at = left.indexOf(part);
    if (at < 0) return false;
    left = left.slice(at + part.length);
  }
  return true;
}
