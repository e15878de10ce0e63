import * as v from 'valibot';
import { parseAddress } from '../net/cidr.ts';
import { askable } from '../net/dns-message.ts';
import { canonicalIpv6 } from '../net/ipv6.ts';
import { validate } from '../topology/validate.ts';
import { byHand, recordTypes, type RecordType, type WantedRecord } from './model.ts';
import { label, zoneName, type Report } from './zone-name.ts';

/** A record set that people declare. */
export interface DeclaredRecord {
  readonly record: Omit<WantedRecord, 'ttl'> & { readonly ttl: number | undefined };
  /** Stamp that it goes with, `hub` or `operations`; undefined for the only one of a run. */
  readonly stamp: string | undefined;
}

const namePattern = new RegExp(`^(?:@|\\*|(?:\\*\\.)?${label}(?:\\.${label})*)$`, 'i');
const hostPattern = new RegExp(`^${label}(?:\\.${label})*\\.?$`, 'i');
const recordsPerSet = 20;
/** Of a whole name in its usual notation: RFC 1035, 2.3.4. */
const nameLength = 253;
/** Of all texts of a set: https://learn.microsoft.com/azure/dns/dns-zones-records#txt-records */
const textLength = 4096;

const oneOrMoreRule = `a text, or a list of 1 to ${recordsPerSet} texts`;
const oneOrMore = v.pipe(
  v.union([v.string(), v.array(v.string())], oneOrMoreRule),
  v.check(
    (given) => typeof given === 'string' || (given.length > 0 && given.length <= recordsPerSet),
    oneOrMoreRule,
  ),
);
const recordSchema = v.record(
  zoneName,
  v.record(
    v.pipe(v.string(), v.regex(namePattern, 'a name such as api, *.apps or @'), v.toLowerCase()),
    v.strictObject({
      A: v.optional(oneOrMore),
      AAAA: v.optional(oneOrMore),
      CNAME: v.optional(v.string('one name')),
      TXT: v.optional(oneOrMore),
      ttl: v.optional(
        v.pipe(
          v.number('a whole number from 1 to 2147483647'),
          v.integer('a whole number from 1 to 2147483647'),
          v.minValue(1, 'a whole number from 1 to 2147483647'),
          v.maxValue(2147483647, 'a whole number from 1 to 2147483647'),
        ),
      ),
      stamp: v.optional(v.string('the name of a stamp, hub, or operations')),
    }),
  ),
);

/** Reads the input `records`: zone, name, then values by type. */
export function readRecords(document: unknown, report: Report): DeclaredRecord[] {
  const { output, breaches } = validate(recordSchema, document);
  for (const { message } of breaches) report(`is not right: ${message}`);
  // Names in DNS have no case, so that one of two would be lost.
  const [zones, ...names] = [document, ...valuesOf(document)].map(spellings);
  for (const twice of zones ?? []) report(`has the zone ${twice}`);
  for (const twice of names.flat()) report(`has the name ${twice}`);
  const found: DeclaredRecord[] = [];
  for (const [zone, names] of Object.entries(output ?? {})) {
    for (const [name, entry] of Object.entries(names)) {
      const types = recordTypes.filter((type) => entry[type] !== undefined);
      const where = `${name} in ${zone}`;
      if (name.length + 1 + zone.length > nameLength) {
        report(`has a name of more than ${nameLength} characters: ${where}`);
      }
      if (types.length === 0) report(`has no ${recordTypes.join(', ')} for ${where}`);
      if (types.includes('CNAME') && (types.length > 1 || name === '@')) {
        const why = name === '@' ? 'the zone itself has other records' : types.join(' and ');
        report(`has a CNAME beside other records for ${where} (${why}); a CNAME stands alone`);
      }
      for (const type of types) {
        const values = [entry[type] ?? []].flat().map((value) => canonical(type, value));
        for (const problem of problemsOf(type, values)) report(`has ${problem} for ${where}`);
        const set = { zone, name, type, values: [...values].sort() };
        found.push({
          record: {
            ...set,
            ttl: entry.ttl,
            fqdns: [name === '@' ? zone : askable(`${name}.${zone}`)],
            parts: [{ source: byHand, values: set.values }],
            writer: 'record',
          },
          stamp: entry.stamp,
        });
      }
    }
  }
  return found;
}

function valuesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

/** The keys of an object that differ in letter case alone, in words. */
function spellings(value: unknown): string[] {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const first = new Map<string, string>();
  return keys.flatMap((key) => {
    const known = first.get(key.toLowerCase());
    first.set(key.toLowerCase(), known ?? key);
    return known === undefined ? [] : [`${key}, which is ${known} as well`];
  });
}

/** One spelling of a value, so that equal ones are the same text. */
export function canonical(type: RecordType, value: string): string {
  switch (type) {
    case 'A':
    case 'TXT':
      return value;
    case 'AAAA':
      return canonicalIpv6(value) ?? value;
    case 'CNAME':
      return value.toLowerCase().replace(/\.$/, '');
  }
}

function problemsOf(type: RecordType, values: readonly string[]): string[] {
  const problems: string[] = [];
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) problems.push(`${type} ${twice} twice`);
  switch (type) {
    case 'A':
    case 'AAAA':
      for (const value of values) {
        const right = type === 'A' ? parseAddress(value) : canonicalIpv6(value);
        const version = type === 'A' ? 4 : 6;
        if (right === undefined) {
          problems.push(`${JSON.stringify(value)}, which is no IPv${version} address,`);
        }
      }
      break;
    case 'CNAME':
      for (const value of values) {
        if (!hostPattern.test(value)) problems.push(`${JSON.stringify(value)}, which is no name,`);
      }
      break;
    case 'TXT':
      if (values.reduce((sum, value) => sum + value.length, 0) > textLength) {
        problems.push(`texts of more than ${textLength} characters`);
      }
      break;
  }
  return problems;
}
