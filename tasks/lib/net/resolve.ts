import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { exchange } from './dns-exchange.ts';
import { nameProblem, type DnsAnswer, type NegativeAnswer, type QueryType } from './dns-message.ts';
import { isForbiddenServer } from './forbidden.ts';

export type ResolutionError = 'nxdomain' | 'servfail' | 'timeout' | 'nodata' | 'refused';

/** What one resolver says about a name. */
export interface Resolution {
  readonly name: string;
  /** Targets of the CNAME records from the name on, in order; empty from the system's resolver. */
  readonly chain: readonly string[];
  /** IPv4 addresses in dotted notation, in the resolver's order. */
  readonly addresses: readonly string[];
  /** Seconds; the smallest along the chain. */
  readonly ttl?: number;
  /** With NXDOMAIN and NODATA: the zone that says so, and how long that is remembered. */
  readonly negative?: NegativeAnswer;
  /** `system`, or `address[:port]` of the resolver as it was given. */
  readonly source: 'system' | (string & {});
  readonly error?: ResolutionError;
}

/** Types of records that are looked up for their own sake. */
export type AnswerType = Exclude<QueryType, 'SOA'>;

/** What one resolver says about the records of one type of a name. */
export interface RecordAnswer extends Omit<Resolution, 'addresses'> {
  readonly type: AnswerType;
  /** Addresses, names or texts, in the resolver's order. */
  readonly values: readonly string[];
}

/** Version of IP whose addresses are asked for. */
export type Family = 4 | 6;

/** How a task finds addresses, IPv4 ones if nothing else is said. */
export interface Resolver {
  /** The answer that counts: what everything else on this machine gets. */
  resolve(name: string, signal: AbortSignal, family?: Family): Promise<Resolution>;
  /** The answers of all declared resolvers, in their order. */
  witnesses(name: string, signal: AbortSignal, family?: Family): Promise<Resolution[]>;
}

/** Time for one answer; a resolver that needs longer does so for every program. */
export const answerMs = 5_000;

function checkName(name: string): void {
  const problem = nameProblem(name);
  if (problem !== undefined) throw new RangeError(`"${name}" ${problem}`);
}

/**
 * Asks the operating system (getaddrinfo: hosts file, DNS, search list). Rejects with the signal's reason;
 * throws RangeError for a text that is no name.
 */
export async function resolveSystem(
  name: string,
  signal: AbortSignal,
  timeoutMs: number,
  family: Family = 4,
): Promise<Resolution> {
  checkName(name);
  const none: Resolution = { name, chain: [], addresses: [], source: 'system' };
  const within = AbortSignal.timeout(timeoutMs);
  // getaddrinfo cannot be stopped; its answer is left alone when it comes too late.
  const answer: Promise<Resolution> = lookup(name, { family, all: true }).then(
    (found) => ({ ...none, addresses: found.map((item) => item.address) }),
    (error: NodeJS.ErrnoException) => ({ ...none, error: systemError(error.code) }),
  );
  return raced(answer, signal, within, { ...none, error: 'timeout' });
}

function systemError(code: string | undefined): ResolutionError {
  switch (code) {
    case 'ENOTFOUND':
      return 'nxdomain';
    case 'ENODATA':
      return 'nodata';
    case 'EAI_AGAIN':
    default:
      return 'servfail';
  }
}

/** The first of: the answer, the caller's abort, the end of the time. */
async function raced<T>(
  answer: Promise<T>,
  signal: AbortSignal,
  within: AbortSignal,
  late: T,
): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const stopped = new Promise<T>((resolve, reject) => {
    stop = () => {
      if (signal.aborted) reject(signal.reason as Error);
      else resolve(late);
    };
    signal.addEventListener('abort', stop);
    within.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    within.removeEventListener('abort', stop);
  }
}

/** Why a text is no resolver, in words for a message; undefined if it is one. */
export function serverProblem(server: string): string | undefined {
  try {
    const { address, port } = parseServer(server);
    if (!isForbiddenServer(address, port)) return undefined;
    return `${address} is an address of the platform, where only 168.63.129.16:53 answers DNS`;
  } catch {
    return 'a resolver is an address, or address:port';
  }
}

/** Splits `10.0.0.4`, `10.0.0.4:10053`, `[::1]:53`. Throws RangeError for anything else. */
export function parseServer(server: string): { address: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server);
  const address = match?.[1] ?? match?.[2] ?? server;
  const port = Number(match?.[3] ?? 53);
  if (isIP(address) === 0 || port < 1 || port > 65535) {
    throw new RangeError(`"${server}" is no resolver; allowed: an address, or address:port`);
  }
  return { address, port };
}

/** Asks one DNS server for the addresses of a name: over UDP, and over TCP when the answer was cut. */
export async function resolveAt(
  server: string,
  name: string,
  signal: AbortSignal,
  timeoutMs: number,
  family: Family = 4,
): Promise<Resolution> {
  const asked = family === 4 ? 'A' : 'AAAA';
  const { type: _type, values, ...rest } = await recordsAt(server, name, asked, signal, timeoutMs);
  return { ...rest, addresses: values };
}

/** The same for records of any type. A CNAME is that of the name itself; all others are followed to. */
export async function recordsAt(
  server: string,
  name: string,
  type: AnswerType,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<RecordAnswer> {
  checkName(name);
  const target = parseServer(server);
  signal.throwIfAborted();
  const none = { name, type, chain: [], values: [], source: server };
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
    const answer = await exchange(target, { name, type }, stop, timeoutMs);
    return { ...none, ...judge(name, type, answer) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) return { ...none, error: 'timeout' };
    return { ...none, error: networkError(error) };
  }
}

/**
 * Name of the primary server of a zone, as one DNS server sees it: who the zone belongs to there.
 *
 * @returns undefined when the server does not answer in time, or knows no such zone
 */
export async function primaryAt(
  server: string,
  zone: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<string | undefined> {
  const target = parseServer(server);
  signal.throwIfAborted();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const { records } = await exchange(target, { name: zone, type: 'SOA' }, stop, timeoutMs);
    const name = zone.replace(/\.$/, '').toLowerCase();
    return records.find((record) => record.type === 'SOA' && record.name === name)?.data;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** Faults in which no question has reached a server: nobody has answered, and nobody has failed to. */
const unasked = new Set([
  ...['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EACCES', 'EPERM'],
  ...['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS'],
]);

function networkError(error: unknown): ResolutionError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (code === 'ECONNREFUSED') return 'refused';
  return unasked.has(code) ? 'timeout' : 'servfail';
}

/** Follows the chain from the name through the answer's records; records off the chain do not count. */
function judge(
  name: string,
  type: AnswerType,
  answer: DnsAnswer,
): Pick<RecordAnswer, 'chain' | 'values' | 'ttl' | 'negative' | 'error'> {
  const chain: string[] = [];
  const ttls: number[] = [];
  let current = name.replace(/\.$/, '').toLowerCase();
  const visited = new Set([current]);
  while (type !== 'CNAME') {
    const alias = answer.records.find((r) => r.type === 'CNAME' && r.name === current);
    if (!alias) break;
    chain.push(alias.data);
    ttls.push(alias.ttl);
    current = alias.data;
    if (visited.has(current)) return { chain, values: [], error: 'servfail' };
    visited.add(current);
  }
  const found = answer.records.filter((r) => r.type === type && r.name === current);
  ttls.push(...found.map((r) => r.ttl));
  const values = found.map((r) => r.data);
  const ttl = ttls.length === 0 ? {} : { ttl: Math.min(...ttls) };
  const negative = answer.negative === undefined ? {} : { negative: answer.negative };
  switch (answer.rcode) {
    case 0:
      if (values.length > 0) return { chain, values, ...ttl };
      return { chain, values, ...ttl, ...negative, error: 'nodata' };
    case 3:
      return { chain, values: [], ...ttl, ...negative, error: 'nxdomain' };
    case 5:
      return { chain, values: [], error: 'refused' };
    default:
      return { chain, values: [], error: 'servfail' };
  }
}

/**
 * The resolver of an estate. On loopback there is no system resolver that knows it, so the first declared
 * one takes its place.
 */
export function resolverFor(topology: {
  readonly loopback: boolean;
  readonly resolvers: readonly string[];
}): Resolver {
  const { loopback, resolvers } = topology;
  const [first] = resolvers;
  return {
    resolve: (name, signal, family) =>
      loopback && first !== undefined
        ? resolveAt(first, name, signal, answerMs, family)
        : resolveSystem(name, signal, answerMs, family),
    witnesses: (name, signal, family) =>
      Promise.all(resolvers.map((server) => resolveAt(server, name, signal, answerMs, family))),
  };
}
