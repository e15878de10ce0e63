import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { decodeAnswer, encodeQuery, type DnsAnswer, type QueryType } from './dns-message.ts';

/** Two sends within the time, as stub resolvers do: a lost datagram must not look like a dead server. */
const sends = 2;

export interface Asked {
  readonly address: string;
  readonly port: number;
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: QueryType;
}

/**
 * Asks one server, over UDP, and over TCP when the answer was cut. Rejects with the signal's reason, or with the
 * system's error; the signal has to end it in time.
 *
 * @param timeoutMs time after which nobody waits any more, for the second send
 */
export async function exchange(
  target: Asked,
  question: DnsQuestion,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const cut = await askUdp(target, question, signal, timeoutMs);
  return cut.truncated ? askTcp(target, question, signal) : cut;
}

function isAnswerTo(answer: DnsAnswer, id: number, { name, type }: DnsQuestion): boolean {
  const asked = name.replace(/\.$/, '').toLowerCase();
  return answer.id === id && answer.question === asked && answer.type === type;
}

function askUdp(
  { address, port }: Asked,
  question: DnsQuestion,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<DnsAnswer> {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question.name, question.type);
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
      if (isAnswerTo(answer, id, question)) finish(() => resolve(answer));
    });
    // Connected, so that the kernel reports a closed port as an error.
    // Node hands a failure, such as a missing route, to the call-back although its type does not say so.
    socket.connect(port, address, ((error?: Error | null) => {
      if (error) finish(() => reject(error));
      else if (open) socket.send(query);
    }) as () => void);
  });
}

function askTcp(
  { address, port }: Asked,
  question: DnsQuestion,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  const id = randomInt(0x10000);
  const query = encodeQuery(id, question.name, question.type);
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
          if (!isAnswerTo(answer, id, question) || answer.truncated) {
            reject(new Error('the resolver answered another question'));
          } else resolve(answer);
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  });
}
