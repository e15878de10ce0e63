/** A TCP proxy in a process of its own: delays every byte, and counts those on their way to the server. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { serve } from './server-process.ts';

export interface ProxyRoute {
  readonly address: string;
  readonly port: number;
  readonly toAddress: string;
  readonly toPort: number;
  /** Milliseconds added each way. */
  readonly delay: number;
}

/** Bytes sent to the servers since the last question. */
export interface ProxySeen {
  readonly bytes: number;
}

let bytes = 0;

function forward(from: Socket, to: Socket, delay: number, count: boolean): void {
  from.on('data', (part) => {
    if (count) bytes += part.length;
    if (delay === 0) to.write(part);
    else setTimeout(() => to.write(part), delay);
  });
  from.on('end', () => setTimeout(() => to.end(), delay));
  // A byte that was delayed may meet a socket that has gone.
  from.on('error', () => to.destroy());
}

async function listen(route: ProxyRoute): Promise<() => void> {
  const { address, port, toAddress, toPort, delay } = route;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: toAddress, port: toPort, noDelay: true, allowHalfOpen: true });
    forward(client, upstream, delay, true);
    forward(upstream, client, delay, false);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(port, address, done);
  });
  return () => server.close();
}

const routes = JSON.parse(process.argv[2] ?? '[]') as ProxyRoute[];
const closers = await Promise.all(routes.map(listen));
serve(
  {},
  (): ProxySeen => {
    const seen = { bytes };
    bytes = 0;
    return seen;
  },
  () => {
    for (const close of closers) close();
    return Promise.resolve();
  },
);
