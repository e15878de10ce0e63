import { block, parseAddress } from '../net/cidr.ts';

/** Addresses from the first to the last, both included, as unsigned 32-bit numbers. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A set of addresses: sorted, disjoint, not adjacent. */
export type RangeSet = readonly Range[];

export const nothing: RangeSet = [];
export const everything: RangeSet = [{ first: 0, last: 2 ** 32 - 1 }];

export interface Prefix extends Range {
  readonly bits: number;
}

/**
 * An address or a network in CIDR notation; undefined for anything else, a service tag for
 * instance. Host bits are cut off, as Azure does. IPv6 is not in here: it holds no IPv4 address.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length, ...rest] = text.trim().split('/');
  const first = parseAddress(address);
  if (first === undefined || rest.length > 0) return undefined;
  if (length === undefined) return block(first, 32);
  if (!/^\d{1,2}$/.test(length) || Number(length) > 32) return undefined;
  return block(first - (first % 2 ** (32 - Number(length))), Number(length));
}

/** The union of ranges in any order. */
export function unionOf(ranges: readonly Range[]): RangeSet {
  const sorted = [...ranges].sort((a, b) => a.first - b.first);
  const joined: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else joined.push({ first, last });
  }
  return joined;
}

/** The union of prefixes given as text; what is no prefix holds nothing. */
export function setOf(prefixes: readonly string[]): RangeSet {
  return unionOf(prefixes.flatMap((text) => parsePrefix(text) ?? []));
}

export function without(set: RangeSet, taken: RangeSet): RangeSet {
  const left: Range[] = [];
  for (const range of set) {
    let first = range.first;
    for (const hole of taken) {
      if (hole.last < first) continue;
      if (hole.first > range.last) break;
      if (hole.first > first) left.push({ first, last: hole.first - 1 });
      first = hole.last + 1;
    }
    if (first <= range.last) left.push({ first, last: range.last });
  }
  return left;
}

export function intersection(one: RangeSet, other: RangeSet): RangeSet {
  return without(one, without(everything, other));
}

export function holds(set: RangeSet, address: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const range = set[middle] as Range;
    if (address < range.first) high = middle - 1;
    else if (address > range.last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Number of addresses. */
export function countOf(set: RangeSet): number {
  return set.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}
