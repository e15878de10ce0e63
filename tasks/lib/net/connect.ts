import { connect, type Socket } from 'node:net';

/** How an attempt to connect ended. `timeout` is what a firewall that drops looks like. */
export type ConnectClass = 'connected' | 'refused' | 'timeout' | 'reset' | 'unreachable';

export interface ConnectOptions {
  /** An IP address; names are resolved by the caller, so that it knows what was dialled. */
  readonly address: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Keep the connection: the caller has to destroy it. */
  readonly keep?: boolean;
}

export interface Connected {
  readonly class: ConnectClass;
  readonly ms: number;
  /** Only with `keep`, and only if connected. */
  readonly socket?: Socket;
}

export function classOf(error: unknown): ConnectClass {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return 'reset';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'unreachable';
  }
}

/** Opens a TCP connection and closes it again. Rejects only with the signal's reason. */
export function connectTcp(options: ConnectOptions): Promise<Connected> {
  const { address, port, timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const started = performance.now();
    const socket = connect({ host: address, port });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const close = (result: ConnectClass) =>
      end(() => {
        socket.destroy();
        resolve({ class: result, ms: Math.round(performance.now() - started) });
      });
    const onAbort = () =>
      end(() => {
        socket.destroy();
        reject(signal.reason as Error);
      });
    const timer = setTimeout(() => close('timeout'), timeoutMs);
    signal.addEventListener('abort', onAbort);
    // Stays: a destroyed socket may report a late error, which nobody else would take.
    socket.on('error', (error) => close(classOf(error)));
    socket.once('connect', () => {
      if (!options.keep) {
        close('connected');
        return;
      }
      end(() =>
        resolve({ class: 'connected', ms: Math.round(performance.now() - started), socket }),
      );
    });
  });
}
