import { invalidTemplate } from '../engine-error.ts';

/**
 * A number by a .NET format string in the invariant culture: the standard ones (D, N, F, X, G, E,
 * P, C, B, R) with a precision, or a custom pattern of 0 # . , and literal text
 * (https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings). Throws
 * for others.
 */
export function formatNumber(value: number, specifier: string): string {
  const standard = /^([A-Za-z])(\d{0,3})$/.exec(specifier);
  if (standard === null) return formatCustom(value, specifier);
  const letter = standard[1] ?? '';
  const precision = standard[2] === '' ? undefined : Number(standard[2]);
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  switch (letter.toUpperCase()) {
    case 'D':
      return (
        sign +
        whole(value, specifier, size)
          .toString()
          .padStart(precision ?? 1, '0')
      );
    case 'N':
      return sign + grouped(size.toFixed(precision ?? 2));
    case 'F':
      return sign + size.toFixed(precision ?? 2);
    case 'P':
      return `${sign}${grouped((size * 100).toFixed(precision ?? 2))} %`;
    case 'C':
      return value < 0
        ? `(¤${grouped(size.toFixed(precision ?? 2))})`
        : `¤${grouped(size.toFixed(precision ?? 2))}`;
    case 'X':
      return hexadecimal(value, letter, precision ?? 1, specifier);
    case 'B':
      return whole(value, specifier, size)
        .toString(2)
        .padStart(precision ?? 1, '0');
    case 'E':
      return exponential(value, letter, precision ?? 6);
    case 'G':
      return precision === undefined || precision === 0
        ? String(value)
        : String(Number(value.toPrecision(precision)));
    case 'R':
      return String(value);
    default:
      throw unknownFormat(specifier);
  }
}

function unknownFormat(specifier: string): Error {
  return invalidTemplate(
    `Unable to evaluate template language function 'format': the format specifier '${specifier}' ` +
      'is not valid.',
  );
}

function whole(value: number, specifier: string, size: number): bigint {
  if (!Number.isInteger(value)) throw unknownFormat(specifier);
  return BigInt(size);
}

function grouped(digits: string): string {
  const [integer = '', fraction] = digits.split('.');
  const text = integer.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? text : `${text}.${fraction}`;
}

function hexadecimal(value: number, letter: string, width: number, specifier: string): string {
  whole(value, specifier, Math.abs(value));
  // Negative values print as 64-bit two's complement: the language's integers are 64 bits wide.
  const digits = BigInt.asUintN(64, BigInt(value)).toString(16).padStart(width, '0');
  return letter === 'X' ? digits.toUpperCase() : digits;
}

function exponential(value: number, letter: string, precision: number): string {
  const [mantissa = '', exponent = '+0'] = value.toExponential(precision).split('e');
  const digits = exponent.slice(1).padStart(3, '0');
  return `${mantissa}${letter}${exponent.charAt(0)}${digits}`;
}

function formatCustom(value: number, pattern: string): string {
  const sections = pattern.split(';');
  let section = sections[0] ?? '';
  let size = value;
  if (value < 0 && sections[1]) {
    section = sections[1];
    size = -value;
  } else if (value === 0 && sections[2] !== undefined) {
    section = sections[2];
  }
  const match = /^([^0#.,]*)([0#.,]*)(.*)$/s.exec(section);
  const digits = match?.[2] ?? '';
  if (match === null || /[%‰eE\\'"]/.test(section)) throw unknownFormat(pattern);
  const prefix = match[1] ?? '';
  const suffix = match[3] ?? '';
  if (digits === '') return section;
  const [integerPattern = '', fractionPattern = ''] = digits.split('.');
  const minimum = [...integerPattern].filter((c) => c === '0').length;
  const places = [...fractionPattern].filter((c) => c !== ',').length;
  const minimumPlaces = fractionPattern.lastIndexOf('0') + 1;
  const [integer = '0', fraction = ''] = Math.abs(size).toFixed(places).split('.');
  const shown = (integer === '0' && minimum === 0 ? '' : integer).padStart(minimum, '0');
  let decimals = fraction;
  while (decimals.length > minimumPlaces && decimals.endsWith('0'))
    decimals = decimals.slice(0, -1);
  const text = integerPattern.includes(',') ? grouped(shown) : shown;
  const sign = size < 0 ? '-' : '';
  return `${sign}${prefix}${text}${decimals === '' ? '' : `.${decimals}`}${suffix}`;
}
