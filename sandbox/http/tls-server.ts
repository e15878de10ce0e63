import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Certificate } from './certificates.ts';
import type { FaultRule, Faults } from './faults.ts';
import { BodyTooLargeError, sendJson } from './json-body.ts';

/** Answers one request; a rejection becomes a 500 that names the error. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface TlsListenerOptions {
  /** An IP address; never a wildcard. */
  host: string;
  /** 0 takes a free one. */
  port: number;
  certificate: Certificate;
  handler: Handler;
  faults?: Faults | undefined;
  /** What fault rules call this server. */
  name: string;
}

/** A server that listens; `close` ends it and every connection it has. */
export interface TlsListener {
  host: string;
  port: number;
  /** `https://localhost:P` on 127.0.0.1, with the address otherwise. */
  url: string;
  close(): Promise<void>;
}

/** @throws Error of the system if the address cannot be bound */
export async function listenTls(o: TlsListenerOptions): Promise<TlsListener> {
  if (o.host === '0.0.0.0' || o.host === '::') {
    throw new Error(`${o.name}: a sandbox server never listens on every address`);
  }
  const sockets = new Map<string, Socket>();
  const closing = new AbortController();
  const server = createServer(
    { ...o.certificate, keepAliveTimeout: 30_000, requestTimeout: 0 },
    (request, response) => {
      void answer(o, request, response, sockets, closing.signal);
    },
  );
  server.on('connection', (socket: Socket) => {
    const key = peer(socket);
    sockets.set(key, socket);
    socket.once('close', () => {
      sockets.delete(key);
    });
  });
  // A handshake that fails is the client's business; without a listener Node prints nothing either.
  server.on('tlsClientError', (_error, socket) => {
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(o.port, o.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : o.port;
  const host = o.host === '127.0.0.1' ? 'localhost' : o.host;
  return {
    host: o.host,
    port,
    url: `https://${host}${port === 443 ? '' : `:${String(port)}`}`,
    close() {
      closing.abort();
      // Node's own list may hold a connection without a socket, whose client went while its answer was delayed, and
      // closing fails on it. All sockets are known here.
      server.closeIdleConnections = () => undefined;
      return new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets.values()) socket.destroy();
      });
    },
  };
}

async function answer(
  o: TlsListenerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  sockets: ReadonlyMap<string, Socket>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const fault = o.faults?.next(o.name, request.method ?? 'GET', request.url ?? '/');
    if (fault !== undefined && (await inject(fault, request, response, sockets, signal))) return;
    await o.handler(request, response);
  } catch (error) {
    if (signal.aborted) return;
    fail(o.name, error, request, response);
  }
}

/** @returns whether the fault was the answer */
async function inject(
  fault: FaultRule,
  request: IncomingMessage,
  response: ServerResponse,
  sockets: ReadonlyMap<string, Socket>,
  signal: AbortSignal,
): Promise<boolean> {
  if (fault.delayMs !== undefined) await delay(fault.delayMs, undefined, { signal, ref: false });
  if (fault.reset === true) {
    reset(request, sockets);
    return true;
  }
  if (fault.lost === true) {
    response.end = () => {
      reset(request, sockets);
      return response;
    };
    return false;
  }
  if (fault.status === undefined) return false;
  request.resume();
  const { body } = fault;
  if (typeof body === 'string') {
    response.writeHead(fault.status, { 'Content-Type': 'text/plain', ...fault.headers }).end(body);
  } else {
    const code = { error: { code: 'InjectedFault', message: `injected ${String(fault.status)}` } };
    sendJson(response, fault.status, body ?? code, fault.headers);
  }
  return true;
}

function reset(request: IncomingMessage, sockets: ReadonlyMap<string, Socket>): void {
  // The TLS socket cannot send RST itself; the one below it can.
  const socket = sockets.get(peer(request.socket)) ?? request.socket;
  try {
    socket.resetAndDestroy();
  } catch {
    socket.destroy();
  }
  request.socket.destroy();
}

function fail(
  name: string,
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BodyTooLargeError && !response.headersSent) {
    // Read to the end unseen: closing on unread bytes would reset the answer away.
    request.resume();
    sendJson(response, 413, { error: { code: 'RequestEntityTooLarge', message } });
    return;
  }
  if (request.destroyed && !request.complete) {
    response.destroy();
    return;
  }
  const detail = error instanceof Error ? (error.stack ?? message) : message;
  process.stderr.write(
    `sandbox ${name}: ${request.method ?? ''} ${request.url ?? ''}: ${detail}\n`,
  );
  if (response.headersSent) response.destroy();
  else sendJson(response, 500, { error: { code: 'InternalServerError', message } });
}

function peer(socket: Socket): string {
  return `${socket.remoteAddress ?? ''}:${String(socket.remotePort ?? 0)}`;
}
