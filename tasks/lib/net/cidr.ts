import ipaddr from 'ipaddr.js';

/**
 * An IPv4 network. Addresses are unsigned 32-bit numbers, which a JavaScript number holds exactly.
 * IPv6 is refused by name until private endpoints of this kind of estate have it.
 */
export interface Cidr {
  /** First address. */
  readonly first: number;
  /** Last address. */
  readonly last: number;
  /** Length of the prefix, 0 to 32. */
  readonly bits: number;
}

const dotted = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Parses a dotted address without leading zeros; undefined for anything else, other spellings included. */
export function parseAddress(text: string): number | undefined {
  if (!dotted.test(text)) return undefined;
  return ipaddr.IPv4.parse(text).octets.reduce((value, octet) => value * 256 + octet, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** Number of addresses. */
export function size(cidr: Cidr): number {
  return cidr.last - cidr.first + 1;
}

/** The block of this length that begins at an address; the address has to be aligned to it. */
export function block(first: number, bits: number): Cidr {
  return { first, last: first + 2 ** (32 - bits) - 1, bits };
}

/** Why a text is no network, in words for a message; undefined if it is one. */
export function cidrProblem(text: string): string | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  if (text.includes(':')) return 'IPv6 is not supported yet';
  if (bits === undefined || rest.length > 0) return 'a network needs one "/" and a prefix length';
  const first = parseAddress(address);
  if (first === undefined) return `"${address}" is no IPv4 address`;
  if (!/^\d{1,2}$/.test(bits) || Number(bits) > 32) return `"/${bits}" is no length from /0 to /32`;
  const aligned = first - (first % 2 ** (32 - Number(bits)));
  return aligned === first
    ? undefined
    : `the network with this address and length begins at ${formatAddress(aligned)}`;
}

/** Parses `10.1.0.0/16`. Throws RangeError with the reason for anything else, host bits included. */
export function parseCidr(text: string): Cidr {
  const problem = cidrProblem(text);
  if (problem !== undefined) throw new RangeError(`"${text}": ${problem}`);
  const [address = '', bits = ''] = text.split('/');
  return block(parseAddress(address) ?? 0, Number(bits));
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.first)}/${cidr.bits}`;
}

/** Whether the second network lies wholly in the first. */
export function containsCidr(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * Whether an address in any usual spelling (also `::ffff:10.0.0.4`) lies in a network in CIDR notation.
 * False for text that is no address.
 */
export function contains(network: string, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const value = parseAddress(ipaddr.process(address).toString());
  const cidr = parseCidr(network);
  return value !== undefined && cidr.first <= value && value <= cidr.last;
}

/** Whether an address lies in any of the networks. */
export function containsAny(networks: readonly string[], address: string): boolean {
  return networks.some((network) => contains(network, address));
}

/** The address at an offset from the network's first one. Throws RangeError outside. */
export function host(network: string, offset: number): string {
  const cidr = parseCidr(network);
  if (!Number.isInteger(offset) || offset < 0 || offset >= size(cidr)) {
    throw new RangeError(`${network} has no address at offset ${offset}`);
  }
  return formatAddress(cidr.first + offset);
}

/**
 * The first free aligned block of a length in a space, or undefined when nothing of that size is left.
 * Lowest address first, space by space, so that the same document always gives the same plan.
 */
export function firstFree(
  spaces: readonly Cidr[],
  taken: readonly Cidr[],
  bits: number,
): Cidr | undefined {
  const step = 2 ** (32 - bits);
  for (const space of spaces) {
    if (bits < space.bits) continue;
    let first = space.first;
    while (first + step - 1 <= space.last) {
      const candidate = block(first, bits);
      const blocker = taken.find((other) => overlaps(other, candidate));
      if (!blocker) return candidate;
      // Behind the blocker, at the next multiple of the block's size.
      first = Math.ceil((blocker.last + 1) / step) * step;
    }
  }
  return undefined;
}
