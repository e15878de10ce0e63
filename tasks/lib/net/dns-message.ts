import { isIPv4 } from 'node:net';

/** Queries for the addresses of a name or the origin of a zone, and their answers (RFC 1035). */
export type QueryType = 'A' | 'SOA';

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
  readonly type: 'A' | 'CNAME' | 'SOA';
  /** An address, a name, or the name of a zone's primary server. */
  readonly data: string;
}

const typeA = 1;
const typeCname = 5;
const typeSoa = 6;
const queryTypes: Readonly<Record<QueryType, number>> = { A: typeA, SOA: typeSoa };
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

/** Reads an answer to `encodeQuery`. Throws RangeError if it is cut off, looped, or no answer to such a query. */
export function decodeAnswer(message: Buffer): DnsAnswer {
  if (message.length < 12) throw new RangeError('shorter than a header');
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) === 0) throw new RangeError('a query, not an answer');
  if (message.readUInt16BE(4) !== 1) throw new RangeError('not exactly one question');
  const question = readName(message, 12);
  const asked = message.readUInt16BE(question.next);
  if (asked !== typeA && asked !== typeSoa) throw new RangeError('another type of question');
  if (message.readUInt16BE(question.next + 2) !== classIn) throw new RangeError('another class');
  const truncated = (flags & 0x0200) !== 0;
  const records: DnsRecord[] = [];
  let negative: NegativeAnswer | undefined;
  let offset = question.next + 4;
  const answers = truncated ? 0 : message.readUInt16BE(6);
  const authorities = truncated ? 0 : message.readUInt16BE(8);
  for (let index = 0; index < answers + authorities; index += 1) {
    const { name, next } = readName(message, offset);
    const type = message.readUInt16BE(next);
    const recordClass = message.readUInt16BE(next + 2);
    const ttl = message.readUInt32BE(next + 4);
    const length = message.readUInt16BE(next + 8);
    const data = next + 10;
    offset = data + length;
    if (offset > message.length) throw new RangeError('a record is cut off');
    if (recordClass !== classIn) continue;
    if (type === typeSoa && length < 22) throw new RangeError('an SOA record that is too short');
    if (index >= answers) {
      if (type !== typeSoa) continue;
      // The minimum is the last field; a cache counts the record's own TTL down.
      negative = { zone: name, ttl: Math.min(ttl, message.readUInt32BE(offset - 4)) };
    } else if (type === typeA) {
      if (length !== 4) throw new RangeError('an A record without four bytes');
      records.push({ name, ttl, type: 'A', data: message.subarray(data, offset).join('.') });
    } else if (type === typeCname || type === typeSoa) {
      const { name: target } = readName(message, data);
      records.push({ name, ttl, type: type === typeSoa ? 'SOA' : 'CNAME', data: target });
    }
  }
  return {
    id: message.readUInt16BE(0),
    rcode: flags & 0x000f,
    truncated,
    question: question.name,
    type: asked === typeSoa ? 'SOA' : 'A',
    records,
    ...(negative === undefined ? {} : { negative }),
  };
}
