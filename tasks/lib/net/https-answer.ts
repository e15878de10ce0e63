import type { IncomingHttpHeaders } from 'node:http';
import type { SecureContext } from 'node:tls';
import { readText, request, RequestTimeout } from './http.ts';
import { tlsClassOf, type ClientCertificate, type HandshakeClass } from './tls.ts';

/**
 * `answered`: an HTTP answer came; whether it is the right one is for the caller to say. `silent`: the server was
 * reached and did not answer in time.
 */
export type AnswerClass =
  Exclude<HandshakeClass, 'handshake' | 'connected'> | 'answered' | 'not-http';

export interface AnswerOptions {
  /** https only. Gives the path, the Host header, and the name asked for and checked in TLS. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  readonly method: 'GET' | 'HEAD';
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly ca?: string;
  readonly client?: ClientCertificate;
  /** What is trusted, and shown, instead of `ca` and `client`. */
  readonly secureContext?: SecureContext;
}

export interface Answer {
  readonly class: AnswerClass;
  /** From the first packet to the end of the answer. */
  readonly ms: number;
  readonly status?: number;
  readonly headers?: IncomingHttpHeaders;
  /** At most `longestBody` bytes of it. */
  readonly body?: string;
  /** What the TLS library or the network said. */
  readonly reason?: string;
}

/** A body is looked at, not fetched: 256 KiB are enough for any health page. */
const longestBody = 256 * 1024;

/**
 * One request without any header but Host, so that no document can make a task send a token somewhere.
 * Redirects are answers. Rejects only with the signal's reason.
 */
export async function askHttps(options: AnswerOptions): Promise<Answer> {
  const { url, address, port, method, timeoutMs, signal, ca, client, secureContext } = options;
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  // A server that goes on trickling is stopped as well.
  const within = AbortSignal.timeout(timeoutMs * 2);
  try {
    const answer = await request({
      ...{ url, address, port, method, timeoutMs },
      signal: AbortSignal.any([signal, within]),
      ...(ca === undefined ? {} : { ca }),
      ...(client === undefined ? {} : { client }),
      ...(secureContext === undefined ? {} : { secureContext }),
    });
    const { status, headers } = answer;
    const body = await readText(answer, longestBody).catch((error: unknown) => {
      if (error instanceof RangeError) return undefined;
      throw error;
    });
    // A body without a length ends with its connection, also with one that was stopped here.
    signal.throwIfAborted();
    if (within.aborted) return { class: 'silent', ms: ms() };
    return {
      class: 'answered',
      ms: ms(),
      status,
      headers,
      ...(body === undefined ? {} : { body }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (within.aborted) return { class: 'silent', ms: ms() };
    if (error instanceof RequestTimeout) {
      return { class: error.connected ? 'silent' : 'timeout', ms: ms() };
    }
    const { code, message } = error as NodeJS.ErrnoException;
    const seen = code?.startsWith('HPE_') === true ? 'not-http' : tlsClassOf(error);
    return {
      class: seen === 'handshake' || seen === 'connected' ? 'reset' : seen,
      ms: ms(),
      reason: code ?? message,
    };
  }
}
