import { invalidTemplate } from '../engine-error.ts';
import { formatCustom } from './custom-number.ts';

/**
 * A number by a .NET format string in the invariant culture: the standard ones (D, N, F, X, G, E,
 * P, C, B, R) with a precision, or a custom pattern
 * (https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings). Throws
 * for others.
 */
export function formatNumber(value: number, specifier: string): string {
  const standard = /^([A-Za-z])(\d{0,3})$/.exec(specifier);
  if (standard === null) {
    const custom = formatCustom(value, specifier);
    if (custom === undefined) throw unknownFormat(specifier);
    return custom;
  }
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
        : general(value, letter, precision);
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

/** Scientific where the precision has not room for the whole number, with an exponent of two digits. */
function general(value: number, letter: string, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(precision - 1).split('e');
  const exponent = Number(power);
  if (exponent < precision && exponent > -6) return String(Number(value.toPrecision(precision)));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  const shortest = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${shortest}${letter === 'g' ? 'e' : 'E'}${exponent < 0 ? '-' : '+'}${digits}`;
}
