import type { IncomingHttpHeaders } from 'node:http';
import { SpokelineError } from '../errors.ts';
import { pinnedAgent, request as pinnedRequest } from '../net/http.ts';
import type { PinnedResponse } from '../net/http.ts';
import type { RegistryPath } from './failure.ts';
import type { RegistryHttp, RegistryResponse } from './http.ts';

/** Longest silence. ACR may take its time to commit a big blob after the last byte. */
const silenceMs = 120_000;
const answerLimit = 8 * 1024 * 1024;

export interface PinnedRegistry {
  readonly http: RegistryHttp;
  /** Ends the connections that are kept open. */
  close(): void;
}

/**
 * The way to a registry: every connection goes to the one address that was judged, while name and
 * certificate stay those of the login server.
 *
 * Geo-replicated registries need the pinning too: with one lookup for each connection, layers and
 * manifest may land on two replicas.
 *
 * @param port that is dialled, 443 but on loopback
 * @param ca instead of the authorities that the process trusts, PEM
 */
export function pinnedRegistry(
  path: RegistryPath,
  port: number,
  connections: number,
  ca?: string,
): PinnedRegistry {
  const agent = pinnedAgent({ maxSockets: connections, ...(ca === undefined ? {} : { ca }) });
  const http: RegistryHttp = async (request) => {
    const { body } = request;
    let ownFault: unknown;
    let writeFault: unknown;
    let abandon = (): void => undefined;
    const writer =
      body === undefined || Buffer.isBuffer(body)
        ? body
        : (write: Write) => {
            const tracked: Write = (piece) =>
              write(piece).catch((error: unknown) => {
                writeFault = error;
                throw error;
              });
            return body.send(tracked).catch((error: unknown) => {
              if (error !== writeFault) ownFault = error;
              throw error;
            });
          };
    try {
      const response = await pinnedRequest({
        url: `https://${path.loginServer}${request.target}`,
        address: path.address,
        port,
        method: request.method,
        signal: request.signal,
        timeoutMs: silenceMs,
        agent,
        ...(request.headers === undefined ? {} : { headers: request.headers }),
        ...(writer === undefined ? {} : { body: writer }),
      });
      abandon = () => response.abandon();
      return await (request.streamed === true && isSuccess(response)
        ? { ...headOf(response), body: Buffer.alloc(0), stream: response.body }
        : answerOf(response));
    } catch (error) {
      request.signal.throwIfAborted();
      // The body's own fault (a wrong digest) surfaces as a broken connection too.
      throw ownFault ?? transportFault(error, path);
    } finally {
      // After an early refusal the rest of a layer would still be sent, to be thrown away.
      abandon();
    }
  };
  return { http, close: () => agent.destroy() };
}

type Write = (piece: Buffer) => Promise<void>;

async function answerOf(response: PinnedResponse): Promise<RegistryResponse> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerLimit) {
      response.body.destroy();
      throw new SpokelineError(
        'REGISTRY_REQUEST',
        `the registry's answer is longer than ${answerLimit} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return { ...headOf(response), body: Buffer.concat(chunks) };
}

function isSuccess({ status }: PinnedResponse): boolean {
  return status >= 200 && status < 300;
}

function headOf(response: PinnedResponse): Pick<RegistryResponse, 'status' | 'headers'> {
  return { status: response.status, headers: flat(response.headers) };
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return result;
}

/** Faults of a connection, after which the same request may be made again. */
const passing = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

function transportFault(error: unknown, path: RegistryPath): unknown {
  if (error instanceof SpokelineError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const message = `Connection to ${path.loginServer} (${path.address}): ${error.message}`;
  // The HTTP parser's own codes: what came back was cut short or no HTTP.
  const transient = passing.has(code) || code.startsWith('HPE_');
  if (transient)
    return new SpokelineError('REGISTRY_REQUEST', message, { transient, cause: error });
  const certificate = /CERT|ISSUER|SIGNATURE|ALTNAME|SELF_SIGNED/.test(code);
  return new SpokelineError('REGISTRY_REQUEST', message, {
    cause: error,
    hint: certificate
      ? `${path.address} does not show a trusted certificate of ${path.loginServer}: the record points at ` +
        'another endpoint, or an inspecting firewall sits between (then give its authority to the agent ' +
        'in NODE_EXTRA_CA_CERTS).'
      : 'See the message; nothing was committed by this request.',
  });
}
