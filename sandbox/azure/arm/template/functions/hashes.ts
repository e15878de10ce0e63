import { createHash } from 'node:crypto';
import { findKey } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { badArgument, objectAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn, CallSite } from './built-in.ts';

/** The name space that Resource Manager uses for guid(): UUID version 5 needs one. */
const GUID_NAMESPACE = '11fb06fb712d4ddd98c7e71bbd588830';
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export const hashes: readonly BuiltIn[] = [
  strict('guid', 1, Infinity, (values, call) => guid(texts(values, call))),
  strict('getRoleAssignmentName', 1, 1, roleAssignmentName),
  strict('uniqueString', 1, Infinity, (values, call) => uniqueString(texts(values, call))),
];

function texts(values: readonly JsonValue[], call: CallSite): string[] {
  return values.map((_, i) => stringAt(values, i, call));
}

/** https://github.com/Azure/bicep/pull/20293 */
function roleAssignmentName(values: readonly JsonValue[], call: CallSite): string {
  const given = objectAt(values, 0, call);
  const [scope = '', principal = '', role = ''] = ['scope', 'principalId', 'roleDefinitionId'].map(
    (name) => {
      const value = given[findKey(given, name) ?? name];
      if (typeof value === 'string') return value.toLowerCase();
      throw badArgument(call, 1, `an object with the text '${name}'`, given);
    },
  );
  return guid([scope.replace(/\/+$/, ''), principal, role.split('/').at(-1) ?? '']);
}

/** UUID version 5 (RFC 9562) of the parts joined by '-'. */
export function guid(parts: readonly string[]): string {
  const hash = createHash('sha1')
    .update(Buffer.from(GUID_NAMESPACE, 'hex'))
    .update(parts.join('-'), 'utf8')
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  const cut = (from: number, to: number): string => hex.slice(from, to);
  return `${cut(0, 8)}-${cut(8, 12)}-${cut(12, 16)}-${cut(16, 20)}-${cut(20, 32)}`;
}

/**
 * 13 characters of base 32: a 64-bit Murmur3 variant over the UTF-8 bytes of the parts joined by
 * '-'.
 */
export function uniqueString(parts: readonly string[]): string {
  const { high, low } = murmur64(Buffer.from(parts.join('-'), 'utf8'));
  let value = (BigInt(high) << 32n) | BigInt(low);
  // 13 characters hold 65 bits: the last one has a zero appended.
  value <<= 1n;
  let result = '';
  for (let shift = 60n; shift >= 0n; shift -= 5n) {
    result += BASE32.charAt(Number((value >> shift) & 31n));
  }
  return result;
}

const C1 = 0x239b961b;
const C2 = 0xab0e9789;

function murmur64(data: Buffer): { high: number; low: number } {
  const rotate = (x: number, r: number): number => (x << r) | (x >>> (32 - r));
  const mix1 = (k: number): number => Math.imul(rotate(Math.imul(k, C1), 15), C2);
  const mix2 = (k: number): number => Math.imul(rotate(Math.imul(k, C2), 17), C1);
  let h1 = 0;
  let h2 = 0;
  const blocks = data.length - (data.length % 8);
  for (let at = 0; at < blocks; at += 8) {
    h1 ^= mix1(data.readInt32LE(at));
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= mix2(data.readInt32LE(at + 4));
    h2 = (Math.imul((rotate(h2, 13) + h1) | 0, 5) + 0x0bcaa747) | 0;
  }
  const tail = data.subarray(blocks);
  if (tail.length > 0) {
    const padded = Buffer.alloc(8);
    tail.copy(padded);
    if (tail.length > 4) h2 ^= mix2(padded.readInt32LE(4));
    h1 ^= mix1(padded.readInt32LE(0));
  }
  h1 ^= data.length;
  h2 ^= data.length;
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  h1 = finalise(h1);
  h2 = finalise(h2);
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  return { high: h2 >>> 0, low: h1 >>> 0 };
}

function finalise(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
