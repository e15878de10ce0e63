import { randomUUID } from 'node:crypto';

/**
 * JSON with whole numbers of any size: Azure's are 64 bits long, and a JavaScript number is exact up to 2^53 only.
 * Those beyond are a `bigint`, all others a number.
 */

/** What stands for a long number on its way through the JSON of JavaScript; no text from outside can know it. */
const mark = `whole:${randomUUID()}:`;
const textOrLong = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g');

/** As JSON.parse. Throws its SyntaxError. */
export function parseExact(text: string): unknown {
  const plain: unknown = JSON.parse(text);
  if (!/\d{16}/.test(text)) return plain;
  const long = text.replace(textOrLong, (found) =>
    found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `"${mark}${found}"`,
  );
  return JSON.parse(long, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** As JSON.stringify. Throws its TypeError for a circle. */
export function writeExact(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? `${mark}${item}` : item),
    indent,
  );
  return text.replace(marked, '$1');
}

/** The same value with a number in the place of each bigint that is not too large for one. */
export function withNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (Array.isArray(value)) return (value as unknown[]).map(withNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withNumbers(item)]));
}

/** Whether a bigint is anywhere in a value. */
export function hasLongNumber(value: unknown): boolean {
  if (typeof value === 'bigint') return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLongNumber);
}
