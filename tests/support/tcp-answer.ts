import { connect } from 'node:net';

/**
 * How a client sees an address: 'connected', the code of the system's error, or 'timeout' after a time that a local
 * answer never needs. What came in while this process stood still counts before the time does.
 */
export function tcpAnswer(address: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const settle = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(300, () => setImmediate(settle, 'timeout'));
    socket.once('connect', () => settle('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}
