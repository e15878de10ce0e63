import { isIPv4 } from 'node:net';
import { canonicalIpv6 } from './ipv6.ts';

/** Queries for records of a name or the origin of a zone, and their answers (RFC 1035). */
export type QueryType = 'A' | 'AAAA' | 'CNAME' | 'SOA' | 'TXT';

export interface DnsAnswer {
  readonly id: number;
  readonly rcode: number;
  readonly truncated: boolean;
  /** The name asked for, in lower case without the final dot. */
  readonly question: string;
  readonly type: QueryType;
  readonly records: readonly DnsRecord[];
  /** Who says that there is nothing more, and for how long that may be remembered (RFC 2308). */
  readonly negative?: NegativeAnswer;
}

export interface NegativeAnswer {
  /** The zone whose SOA came with the answer; empty for the root. */
  readonly zone: string;
  /** Seconds that are left. */
  readonly ttl: number;
}

export interface DnsRecord {
  readonly name: string;
  readonly ttl: number;
  readonly type: QueryType;
  /** An address, a name, a text, or the name of a zone's primary server. */
  readonly data: string;
}

const queryTypes: Readonly<Record<QueryType, number>> = {
  A: 1,
  CNAME: 5,
  SOA: 6,
  TXT: 16,
  AAAA: 28,
};
const typeNames = new Map(
  Object.entries(queryTypes).map(([name, type]) => [type, name as QueryType]),
);
const typeOpt = 41;
const classIn = 1;
/** Largest answer asked for over UDP; what is larger comes over TCP. https://www.dnsflagday.net/2020/ */
const udpSize = 1232;

/** The reason why a text cannot be asked for, or undefined. */
export function nameProblem(name: string): string | undefined {
  const bare = name.replace(/\.$/, '');
  if (bare === '') return 'is empty';
  if (isIPv4(bare)) return 'is an address';
  // The length of the name on the wire: a byte before each label and the root at the end.
  if (bare.length + 2 > 255) return 'is longer than 253 characters';
  for (const label of bare.split('.')) {
    if (label === '') return 'has an empty label';
    if (label.length > 63)
      return `has a label of more than 63 characters: ${label.slice(0, 20)}...`;
    if (!/^[0-9a-z_-]+$/i.test(label)) return `has a character outside a-z, 0-9, - and _: ${label}`;
  }
  return undefined;
}

/** A name that can be asked for: below a wildcard, any will do. */
export function askable(name: string): string {
  return name.replace(/^\*/, 'spokeline-check');
}

/** Throws RangeError for a name that cannot be asked for. */
export function encodeQuery(id: number, name: string, type: QueryType = 'A'): Buffer {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new RangeError(`"${name}" ${problem}`);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(0x0100, 2); // recursion desired
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(1, 10);
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, 'ascii')]);
  const question = Buffer.from([0, 0, queryTypes[type], 0, classIn]);
  const opt = Buffer.alloc(11);
  opt.writeUInt16BE(typeOpt, 1);
  opt.writeUInt16BE(udpSize, 3);
  return Buffer.concat([header, ...labels, question, opt]);
}

/** Reads a name at an offset; pointers must lead backwards, so that a loop ends. */
function readName(message: Buffer, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let offset = start;
  let next: number | undefined;
  let lowest = start;
  let length = 0;
  for (;;) {
    const head = message.readUInt8(offset);
    if (head === 0) {
      return { name: labels.join('.').toLowerCase(), next: next ?? offset + 1 };
    }
    if ((head & 0xc0) === 0xc0) {
      const target = message.readUInt16BE(offset) & 0x3fff;
      next ??= offset + 2;
      if (target >= lowest) throw new RangeError('a name points forwards or to itself');
      lowest = target;
      offset = target;
      continue;
    }
    if (head > 63) throw new RangeError('a label of an unknown kind');
    length += head + 1;
    if (length > 255) throw new RangeError('a name is too long');
    if (offset + 1 + head > message.length) throw new RangeError('a label is cut off');
    labels.push(message.toString('latin1', offset + 1, offset + 1 + head));
    offset += head + 1;
  }
}

function readData(type: QueryType, message: Buffer, from: number, to: number): string {
  const data = message.subarray(from, to);
  switch (type) {
    case 'A':
      if (data.length !== 4) throw new RangeError('an A record without four bytes');
      return data.join('.');
    case 'AAAA':
      if (data.length !== 16) throw new RangeError('an AAAA record without sixteen bytes');
      return canonicalIpv6(data.toString('hex').replace(/(.{4})(?=.)/g, '$1:')) ?? '';
    case 'CNAME':
    case 'SOA':
      return readName(message, from).name;
    case 'TXT':
      return readStrings(data);
  }
}

/** A text comes as strings of at most 255 bytes, cut anywhere (RFC 1035, 3.3.14). */
function readStrings(data: Buffer): string {
  const strings: Buffer[] = [];
  for (let offset = 0; offset < data.length;) {
    const next = offset + 1 + data.readUInt8(offset);
    if (next > data.length) throw new RangeError('a text is cut off');
    strings.push(data.subarray(offset + 1, next));
    offset = next;
  }
  return Buffer.concat(strings).toString('utf8');
}

/** Reads an answer to `encodeQuery`. Throws RangeError if it is cut off, looped, or no answer to such a query. */
export function decodeAnswer(message: Buffer): DnsAnswer {
  if (message.length < 12) throw new RangeError('shorter than a header');
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) throw new RangeError('a query, not an answer');
  if (message.readUInt16BE(4) !== 1) throw new RangeError('not exactly one question');
  const question = readName(message, 12);
  const asked = message.readUInt16BE(question.next);
  const askedType = typeNames.get(asked);
  if (askedType === undefined) throw new RangeError('another type of question');
  if (message.readUInt16BE(question.next + 2) !== classIn) throw new RangeError('another class');
  const truncated = (flags & 0x0200) !== 0;
  const records: DnsRecord[] = [];
  let negative: NegativeAnswer | undefined;
  let offset = question.next + 4;
  const answers = truncated ? 0 : message.readUInt16BE(6);
  const authorities = truncated ? 0 : message.readUInt16BE(8);
  for (let index = 0; index < answers + authorities; index += 1) {
    const { name, next } = readName(message, offset);
    const type = typeNames.get(message.readUInt16BE(next));
    const recordClass = message.readUInt16BE(next + 2);
    const ttl = message.readUInt32BE(next + 4);
    const length = message.readUInt16BE(next + 8);
    const data = next + 10;
    offset = data + length;
    if (offset > message.length) throw new RangeError('a record is cut off');
    if (recordClass !== classIn || type === undefined) continue;
    if (type === 'SOA' && length < 22) throw new RangeError('an SOA record that is too short');
    if (index >= answers) {
      if (type !== 'SOA') continue;
      // The minimum is the last field; a cache counts the record's own TTL down.
      negative = { zone: name, ttl: Math.min(ttl, message.readUInt32BE(offset - 4)) };
    } else {
      records.push({ name, ttl, type, data: readData(type, message, data, offset) });
    }
  }
  return {
    id: message.readUInt16BE(0),
    rcode: flags & 0x000f,
    truncated,
    question: question.name,
    type: askedType,
    records,
    ...(negative === undefined ? {} : { negative }),
  };
}
