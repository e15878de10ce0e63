import { Agent, request as httpsRequest } from 'node:https';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { ClientCertificate } from './tls.ts';

export interface PinnedRequest {
  /** https only. Gives the path, the Host header, and the name asked for and checked in TLS. */
  readonly url: string | URL;
  /** The IP address that is dialled, whatever the name resolves to by now. */
  readonly address: string;
  /** The port that is dialled; default: the URL's. */
  readonly port?: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** A stream needs a `content-length` header if the server wants one; it is destroyed when the request fails. */
  readonly body?: Uint8Array | string | Readable | AsyncIterable<Uint8Array> | BodyWriter;
  readonly signal: AbortSignal;
  /** Longest silence, before and within the answer. */
  readonly timeoutMs: number;
  readonly agent?: Agent;
  /** Instead of the authorities this process trusts, PEM; without an agent only. */
  readonly ca?: string;
  /** Shown to a server that asks for it; without an agent only. */
  readonly client?: ClientCertificate;
  /** What is trusted, and shown, instead of `ca` and `client`; without an agent only. */
  readonly secureContext?: SecureContext;
}

/**
 * Sends a body by itself; the request ends when it resolves and is broken off when it rejects. The
 * promise of a write resolves once the bytes are no longer looked at.
 */
export type BodyWriter = (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>;

export interface PinnedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Has to be read to the end or destroyed. */
  readonly body: IncomingMessage;
  /** Breaks a request off whose body is still being sent; later it has no effect. */
  abandon(): void;
}

export interface PinnedAgentOptions {
  /** Connections at a time. */
  readonly maxSockets?: number;
  readonly ca?: string;
}

/** Keeps connections open between requests, one set for each address, port and name. `destroy()` ends them. */
export function pinnedAgent({ maxSockets = 8, ca }: PinnedAgentOptions = {}): Agent {
  // Made once: Node would make one for each connection, and read the authorities again if they are given.
  const secureContext = createSecureContext(ca === undefined ? {} : { ca });
  return new Agent({ keepAlive: true, maxSockets, secureContext });
}

/** The request had no answer, or no more of one, for the time given. */
export class RequestTimeout extends Error {
  readonly code = 'ETIMEDOUT';
  /** Whether the connection had come about, so that the server, not the way to it, was silent. */
  readonly connected: boolean;

  constructor(message: string, connected: boolean) {
    super(message);
    this.connected = connected;
  }
}

/**
 * One https request to a given address under a given name. Rejects with Node's own error (`code` ECONNREFUSED,
 * ECONNRESET, ERR_TLS_CERT_ALTNAME_INVALID ...), RequestTimeout, or the signal's reason. A redirect is an
 * answer like any other: whether its target may be asked, and with which headers, is for the caller to say.
 */
export function request(options: PinnedRequest): Promise<PinnedResponse> {
  const url = new URL(options.url);
  if (url.protocol !== 'https:')
    throw new TypeError(`${url.protocol}// is not allowed, only https://`);
  if (isIP(options.address) === 0) throw new TypeError(`"${options.address}" is no IP address`);
  const { signal, timeoutMs, body, agent, ca, client, secureContext } = options;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const outgoing = httpsRequest({
      host: options.address,
      port: options.port ?? Number(url.port || 443),
      // An address may not stand in SNI (RFC 6066); the certificate is checked against it all the same.
      servername: isIP(hostname) === 0 ? hostname : '',
      path: `${url.pathname}${url.search}`,
      method: options.method ?? 'GET',
      headers: { host: url.host, ...options.headers },
      signal,
      ...(agent === undefined ? { agent: false as const } : { agent }),
      ...(ca === undefined ? {} : { ca }),
      ...client,
      ...(secureContext === undefined ? {} : { secureContext }),
    });
    outgoing.setTimeout(timeoutMs, () => {
      const connected = outgoing.socket?.connecting === false;
      const message = `${url.host} was silent for ${timeoutMs} ms`;
      outgoing.destroy(new RequestTimeout(message, connected));
    });
    outgoing.once('response', (answer) =>
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: answer,
        abandon: () => {
          if (!outgoing.writableFinished) outgoing.destroy();
        },
      }),
    );
    // Stays for the whole exchange: after the answer began, the answer's stream tells of the fault.
    outgoing.on('error', (error) => reject(signal.aborted ? (signal.reason as Error) : error));
    // Node ends a request without an error when the server switches protocols unasked.
    outgoing.once('close', () => {
      reject(Object.assign(new Error(`${url.host} ended the connection`), { code: 'ECONNRESET' }));
    });
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      outgoing.end(body);
      return;
    }
    if (typeof body === 'function') {
      writeBody(body, outgoing).catch((error: unknown) => {
        outgoing.destroy();
        reject(signal.aborted ? (signal.reason as Error) : (error as Error));
      });
      return;
    }
    const source = body instanceof Readable ? body : Readable.from(body);
    pipeline(source, outgoing).catch((error: unknown) => {
      reject(signal.aborted ? (signal.reason as Error) : (error as Error));
    });
  });
}

async function writeBody(body: BodyWriter, outgoing: ClientRequest): Promise<void> {
  let closed = (): void => undefined;
  // A write to a connection that has gone may never call back.
  outgoing.once('close', () => closed());
  await body(
    (bytes) =>
      new Promise((resolve, reject) => {
        const gone = (): void =>
          reject(Object.assign(new Error('the connection has gone'), { code: 'ECONNRESET' }));
        if (outgoing.destroyed) return gone();
        closed = gone;
        outgoing.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
  );
  outgoing.end();
}

/** Reads an answer's body as text. Throws RangeError when it is longer than `limit` bytes. */
export async function readText(response: PinnedResponse, limit = 4 * 1024 * 1024): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) {
      response.body.destroy();
      throw new RangeError(`the answer is longer than ${limit} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
