import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { connect, isIP, isIPv6 } from 'node:net';
import { decodeAnswer, encodeQuery, nameProblem, type DnsAnswer } from './dns-message.ts';

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
  /** `system`, or `address[:port]` of the resolver as it was given. */
  readonly source: 'system' | (string & {});
  readonly error?: ResolutionError;
}

/** How a task finds addresses. */
export interface Resolver {
  /** The answer that counts: what everything else on this machine gets. */
  resolve(name: string, signal: AbortSignal): Promise<Resolution>;
  /** The answers of all declared resolvers, in their order. */
  witnesses(name: string, signal: AbortSignal): Promise<Resolution[]>;
}

/** Time for one answer; a resolver that needs longer does so for every program. */
const answerMs = 5_000;

/** Two sends within the time, as stub resolvers do: a lost datagram must not look like a dead server. */
const sends = 2;

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
): Promise<Resolution> {
  checkName(name);
  const none: Resolution = { name, chain: [], addresses: [], source: 'system' };
  const within = AbortSignal.timeout(timeoutMs);
  // getaddrinfo cannot be stopped; its answer is left alone when it comes too late.
  const answer: Promise<Resolution> = lookup(name, { family: 4, all: true }).then(
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
    parseServer(server);
    return undefined;
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

/** Asks one DNS server for the A records of a name: over UDP, and over TCP when the answer was cut. */
export async function resolveAt(
  server: string,
  name: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<Resolution> {
  checkName(name);
  const target = parseServer(server);
  signal.throwIfAborted();
  const none = { name, chain: [], addresses: [], source: server };
  const deadline = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
    const cut = await askUdp(target, name, stop, timeoutMs);
    const answer = cut.truncated ? await askTcp(target, name, stop) : cut;
    return { ...none, ...judge(name, answer) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) return { ...none, error: 'timeout' };
    return { ...none, error: networkError(error) };
  }
}

function networkError(error: unknown): ResolutionError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ECONNREFUSED' ? 'refused' : 'servfail';
}

type Asked = { address: string; port: number };

function isAnswerTo(answer: DnsAnswer, id: number, name: string): boolean {
  return answer.id === id && answer.question === name.replace(/\.$/, '').toLowerCase();
}

function askUdp(
  { address, port }: Asked,
  name: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, name);
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const again = setInterval(() => socket.send(query), timeoutMs / sends);
    let open = true;
    const finish = (settle: () => void) => {
      if (!open) return;
      open = false;
      clearInterval(again);
      signal.removeEventListener('abort', onAbort);
      socket.close();
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason as Error));
    signal.addEventListener('abort', onAbort);
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('message', (message, from) => {
      // A connected socket takes datagrams of its peer only; checked again, as it costs nothing.
      if (from.address !== address || from.port !== port) return;
      let answer: DnsAnswer;
      try {
        answer = decodeAnswer(message);
      } catch {
        return; // Not for us to complain about: the real answer may still come.
      }
      if (isAnswerTo(answer, id, name)) finish(() => resolve(answer));
    });
    // Connected, so that the kernel reports a closed port as an error.
    // Node hands a failure, such as a missing route, to the call-back although its type does not say so.
    socket.connect(port, address, ((error?: Error | null) => {
      if (error) finish(() => reject(error));
      else if (open) socket.send(query);
    }) as () => void);
  });
}

function askTcp({ address, port }: Asked, name: string, signal: AbortSignal): Promise<DnsAnswer> {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, name);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, signal });
    let received = Buffer.alloc(0);
    const finish = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.on('error', (error) => finish(() => reject(error)));
    socket.on('close', () => reject(new Error('the resolver closed the connection')));
    socket.on('connect', () => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(query.length);
      socket.write(Buffer.concat([length, query]));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < received.readUInt16BE(0) + 2) return;
      finish(() => {
        try {
          const answer = decodeAnswer(received.subarray(2, received.readUInt16BE(0) + 2));
          if (!isAnswerTo(answer, id, name) || answer.truncated) {
            reject(new Error('the resolver answered another question'));
          } else resolve(answer);
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  });
}

/** Follows the chain from the name through the answer's records; records off the chain do not count. */
function judge(
  name: string,
  answer: DnsAnswer,
): Pick<Resolution, 'chain' | 'addresses' | 'ttl' | 'error'> {
  const chain: string[] = [];
  const ttls: number[] = [];
  let current = name.replace(/\.$/, '').toLowerCase();
  const visited = new Set([current]);
  for (;;) {
    const alias = answer.records.find((r) => r.type === 'CNAME' && r.name === current);
    if (!alias) break;
    chain.push(alias.data);
    ttls.push(alias.ttl);
    current = alias.data;
    if (visited.has(current)) return { chain, addresses: [], error: 'servfail' };
    visited.add(current);
  }
  const found = answer.records.filter((r) => r.type === 'A' && r.name === current);
  ttls.push(...found.map((r) => r.ttl));
  const addresses = found.map((r) => r.data);
  const ttl = ttls.length === 0 ? {} : { ttl: Math.min(...ttls) };
  switch (answer.rcode) {
    case 0:
      return { chain, addresses, ...ttl, ...(addresses.length === 0 ? { error: 'nodata' } : {}) };
    case 3:
      return { chain, addresses: [], ...ttl, error: 'nxdomain' };
    case 5:
      return { chain, addresses: [], error: 'refused' };
    default:
      return { chain, addresses: [], error: 'servfail' };
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
    resolve: (name, signal) =>
      loopback && first !== undefined
        ? resolveAt(first, name, signal, answerMs)
        : resolveSystem(name, signal, answerMs),
    witnesses: (name, signal) =>
      Promise.all(resolvers.map((server) => resolveAt(server, name, signal, answerMs))),
  };
}
