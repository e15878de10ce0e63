import ipaddr from 'ipaddr.js';
import { contains } from './cidr.ts';

interface ForbiddenRange {
  readonly network: string;
  readonly what: string;
}

/**
 * Platform addresses: instance metadata with the machine's own identity, and the host's wire server. No
 * document may turn a task into a way to them, not even for a look.
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 */
const platform: readonly ForbiddenRange[] = [
  { network: '169.254.0.0/16', what: 'link-local, where the instance metadata service is' },
  { network: '168.63.129.16/32', what: 'the wire server of the Azure host' },
];

/** What Azure does not take as an address space: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq */
const unusable: readonly ForbiddenRange[] = [
  { network: '0.0.0.0/8', what: 'this network' },
  { network: '127.0.0.0/8', what: 'loopback' },
  { network: '169.254.0.0/16', what: 'link-local' },
  { network: '168.63.129.16/32', what: 'the wire server of the Azure host' },
  { network: '224.0.0.0/4', what: 'multicast' },
  { network: '255.255.255.255/32', what: 'broadcast' },
];

export function unusableSpaces(): readonly ForbiddenRange[] {
  return unusable;
}

/** IPv6 prefixes whose addresses reach an IPv4 one: the network and the bit at which that one begins. */
const embedding: readonly { prefix: string; bits: number; at: number }[] = [
  { prefix: '::', bits: 96, at: 12 },
  { prefix: '::ffff:0:0', bits: 96, at: 12 },
  { prefix: '::ffff:0:0:0', bits: 96, at: 12 },
  { prefix: '64:ff9b::', bits: 96, at: 12 },
  { prefix: '64:ff9b:1::', bits: 48, at: 12 },
  { prefix: '2002::', bits: 16, at: 2 },
];

/**
 * The dotted IPv4 address that a text means to a C library or a browser: decimal (`2852039166`), hexadecimal,
 * octal, with fewer than four parts, with a final dot, and inside IPv6 (mapped, translated, 6to4).
 * Undefined if the text is no address or an IPv6 address of its own.
 */
export function canonicalIPv4(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/%.*$/, '')
    .replace(/\.$/, '');
  if (ipaddr.IPv4.isValid(bare)) return ipaddr.IPv4.parse(bare).toString();
  if (!ipaddr.IPv6.isValid(bare)) return undefined;
  const address = ipaddr.IPv6.parse(bare);
  const bytes = address.toByteArray();
  for (const { prefix, bits, at } of embedding) {
    if (!address.match(ipaddr.IPv6.parse(prefix), bits)) continue;
    return bytes.slice(at, at + 4).join('.');
  }
  return undefined;
}

/**
 * Why an address must never be probed, or undefined. Takes every spelling, and link-local IPv6; a name has to
 * be resolved first, and what it resolves to asked again.
 */
export function forbiddenReason(address: string): string | undefined {
  const dotted = canonicalIPv4(address);
  if (dotted !== undefined) {
    return platform.find(({ network }) => contains(network, dotted))?.what;
  }
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  if (!ipaddr.IPv6.isValid(bare)) return undefined;
  const range = ipaddr.IPv6.parse(bare).range();
  return range === 'linkLocal' ? 'link-local' : undefined;
}

/** Azure's own DNS has the address of the wire server; nothing else there is asked, and no other DNS at such addresses. */
export function isForbiddenServer(address: string, port: number): boolean {
  return isForbidden(address) && (address !== '168.63.129.16' || port !== 53);
}

export function isForbidden(address: string): boolean {
  return forbiddenReason(address) !== undefined;
}
