/** An IPv4 prefix: network address as an unsigned 32-bit number, and its length. */
export interface Prefix {
  base: number;
  length: number;
}

/** The address as an unsigned 32-bit number; undefined unless it is four decimal parts. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** An address (as /32) or `a.b.c.d/n`; undefined for anything else, a service tag for instance. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const base = parseAddress(address);
  if (base === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { base, length: 32 };
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  return { base: mask(base, Number(length)), length: Number(length) };
}

export function prefixHolds(prefix: Prefix, address: number): boolean {
  return mask(address, prefix.length) === prefix.base;
}

/** Whether any of these prefixes (as text; what is no prefix is passed over) holds the address. */
export function anyHolds(prefixes: readonly string[], address: number): boolean {
  return prefixes.some((text) => {
    const prefix = parsePrefix(text);
    return prefix !== undefined && prefixHolds(prefix, address);
  });
}

/**
 * Ranges that are nobody's on the internet: the ones Azure routes to nowhere by default, and
 * loopback, on which the sandbox's own networks lie.
 */
export const privateRanges: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
];

function mask(address: number, length: number): number {
  if (length === 0) return 0;
  const size = 2 ** (32 - length);
  return address - (address % size);
}
