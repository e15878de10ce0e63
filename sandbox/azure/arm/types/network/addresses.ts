import ipaddr from 'ipaddr.js';
import { ArmError } from '../../errors.ts';

/** An IPv4 range: first address as a number, and the prefix length. */
export interface Prefix {
  text: string;
  first: number;
  bits: number;
  size: number;
}

/**
 * Parses an IPv4 CIDR as Microsoft.Network takes it.
 * @param owner id of the resource, for the message
 * @throws ArmError InvalidAddressPrefixFormat, InvalidCIDRNotation
 */
export function parsePrefix(text: string, owner: string): Prefix {
  const match = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text);
  const bits = Number(match?.[2]);
  if (match?.[1] === undefined || bits > 32 || !ipaddr.IPv4.isValidFourPartDecimal(match[1])) {
    throw new ArmError(
      400,
      'InvalidAddressPrefixFormat',
      `Address prefix ${text} of resource ${owner} is not formatted correctly. It should follow CIDR ` +
        'notation, for example 10.0.0.0/24.',
    );
  }
  const size = 2 ** (32 - bits);
  const given = toNumber(match[1]);
  const first = given - (given % size);
  if (first !== given) {
    throw new ArmError(
      400,
      'InvalidCIDRNotation',
      `The address prefix ${text} in resource ${owner} has an invalid CIDR notation. For the given prefix ` +
        `length, the address prefix should be ${toText(first)}/${String(bits)}.`,
    );
  }
  return { text, first, bits, size };
}

export function overlaps(left: Prefix, right: Prefix): boolean {
  return left.first < right.first + right.size && right.first < left.first + left.size;
}

export function contains(outer: Prefix, inner: Prefix): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size;
}

/** Address number `index` of a range, as text. */
export function addressAt(prefix: Prefix, index: number): string {
  return toText(prefix.first + index);
}

/** Position of an address in a range; undefined if it lies outside or is no address. */
export function indexOf(prefix: Prefix, address: string): number | undefined {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  const index = toNumber(address) - prefix.first;
  return index >= 0 && index < prefix.size ? index : undefined;
}

/** Ranges that no virtual network may hold; the first is allowed for an estate on loopback. */
const forbidden = [
  '127.0.0.0/8',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '169.254.0.0/16',
  '168.63.129.16/32',
  '0.0.0.0/8',
];

/**
 * Refuses ranges that Azure does not route.
 * https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (the code's name is not documented)
 */
export function refuseForbidden(prefix: Prefix, owner: string, loopback: boolean): void {
  for (const range of loopback ? forbidden.slice(1) : forbidden) {
    if (!overlaps(prefix, parsePrefix(range, owner))) continue;
    throw new ArmError(
      400,
      'AddressPrefixNotAllowed',
      `Address prefix ${prefix.text} of resource ${owner} is not allowed: it overlaps with the reserved ` +
        `range ${range}.`,
    );
  }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => String(Math.floor(value / 2 ** shift) % 256)).join('.');
}
