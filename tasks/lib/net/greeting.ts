import type { Socket } from 'node:net';
import { connectTcp } from './connect.ts';
import { secure, type Handshake, type HandshakeOptions } from './tls.ts';

/**
 * The first words with a server that speaks no HTTP. `handshake` is the good end of TLS as in `Handshake`;
 * `no-tls` says that the server was reached and will not encrypt.
 */
export interface Greeting {
  readonly handshake: Handshake | { readonly class: 'no-tls'; readonly ms: number };
  /** What the server said to the first message after TLS; undefined if it said nothing. */
  readonly said?: Buffer;
}

/** Postgres' own request for TLS and its first message. https://www.postgresql.org/docs/current/protocol-message-formats.html */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

function startup(): Buffer {
  const words = Buffer.from('user\0spokeline_gate\0database\0postgres\0\0', 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + words.length, 0);
  head.writeUInt32BE(196_608, 4);
  return Buffer.concat([head, words]);
}

/**
 * Asks a PostgreSQL server for TLS and then for a session, as far as the server's first message: it asks for
 * a password or refuses the user. No password is ever sent. Rejects only with the signal's reason.
 */
export async function greetPostgres(options: HandshakeOptions): Promise<Greeting> {
  const { address, port, timeoutMs, signal } = options;
  const tcp = await connectTcp({ address, port, timeoutMs, signal, keep: true });
  if (tcp.socket === undefined) return { handshake: { class: tcp.class, ms: tcp.ms } };
  const left = Math.max(1, timeoutMs - tcp.ms);
  const started = performance.now();
  const consent = await ask(tcp.socket, sslRequest, left, signal);
  const ms = tcp.ms + Math.round(performance.now() - started);
  // A single letter: the greeting of an SSH server begins with an S as well.
  if (typeof consent !== 'string' && consent.toString('latin1') === 'S') {
    return greet(tcp.socket, options, Math.max(1, timeoutMs - ms), startup());
  }
  tcp.socket.destroy();
  return { handshake: { class: typeof consent === 'string' ? consent : 'no-tls', ms } };
}

/** Shakes hands and sends PING, to which a Redis server answers that it wants a password. Rejects as above. */
export async function greetRedis(options: HandshakeOptions): Promise<Greeting> {
  const { address, port, timeoutMs, signal } = options;
  const tcp = await connectTcp({ address, port, timeoutMs, signal, keep: true });
  if (tcp.socket === undefined) return { handshake: { class: tcp.class, ms: tcp.ms } };
  const left = Math.max(1, timeoutMs - tcp.ms);
  return greet(tcp.socket, options, left, Buffer.from('PING\r\n'));
}

async function greet(
  socket: Socket,
  options: HandshakeOptions,
  timeoutMs: number,
  first: Buffer,
): Promise<Greeting> {
  const { socket: tls, ...handshake } = await secure(socket, { ...options, timeoutMs, keep: true });
  if (tls === undefined) return { handshake };
  const left = Math.max(1, timeoutMs - handshake.ms);
  try {
    const said = await ask(tls, first, left, options.signal);
    return typeof said === 'string' ? { handshake } : { handshake, said };
  } finally {
    tls.destroy();
    socket.destroy();
  }
}

/** The first bytes after a message; `reset` if the connection ends instead. */
function ask(
  socket: Socket,
  message: Buffer,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Buffer | 'reset' | 'silent'> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('data', onData).off('end', onEnd).off('close', onEnd);
      socket.pause();
      settle();
    };
    const onAbort = () =>
      end(() => {
        socket.destroy();
        reject(signal.reason as Error);
      });
    const onData = (bytes: Buffer) => end(() => resolve(bytes));
    const onEnd = () => end(() => resolve('reset'));
    const timer = setTimeout(() => end(() => resolve('silent')), timeoutMs);
    signal.addEventListener('abort', onAbort);
    socket.on('data', onData).on('end', onEnd).on('close', onEnd);
    socket.resume();
    socket.write(message);
  });
}
