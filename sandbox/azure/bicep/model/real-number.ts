/**
 * A number of a loaded file that is written with a point or an exponent, or that no 64 bits hold. A template has
 * no such literals: it becomes a call of `json()`.
 */
export class RealNumber {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

const LONG_MAX = 2n ** 63n - 1n;

/** A whole number as a number, or as a bigint if JavaScript's numbers cannot hold it. */
export function wholeNumber(value: bigint): number | bigint | RealNumber {
  if (value > LONG_MAX || value < -LONG_MAX - 1n) return new RealNumber(Number(value));
  const number = Number(value);
  // There is no negative zero among whole numbers.
  return Number.isSafeInteger(number) ? number + 0 : value;
}

/** A number as .NET writes it: 17 digits before it changes to an exponent, which has two digits at least. */
export function realText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0';
  const [, sign = '', digits = '', power = ''] =
    /^(-?)([\d.]+)e([-+]\d+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 17) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits}E${exponent < 0 ? '-' : '+'}${size}`;
  }
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** The same value with ordinary numbers only. */
export function plainNumbers(value: unknown): unknown {
  if (value instanceof RealNumber) return value.value;
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainNumbers(item)]));
}
