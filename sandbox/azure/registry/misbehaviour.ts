import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Handler } from '../../http/tls-server.ts';
import { RegistryError, sendRegistryError } from './errors.ts';

/** Where in an exchange the connection breaks off. */
export type BreakPoint =
  /** After the head of the request. */
  | 'head'
  /** After `afterBytes` of the request's body. */
  | 'body'
  /** When the request is done, before a byte of the answer. */
  | 'done'
  /** In the middle of the answer's head. */
  | 'answer';

export interface Break {
  at: BreakPoint;
  /** `PUT`, `POST` ...; any if absent. */
  method?: string;
  /** Regular expression over path and query; uploads and manifests alike if absent. */
  path?: string;
  afterBytes?: number;
  /** How often; 1 if absent. */
  count?: number;
}

/**
 * What a registry does wrong on request: faults that have been seen of real ones. Numbers without a
 * unit say how often; what is absent never happens.
 */
export interface Misbehaviour {
  /** Locations of uploads with scheme and host. */
  absoluteLocations?: boolean;
  /** Bytes; told in OCI-Chunk-Min-Length, and shorter chunks but the last are refused with 416. */
  chunkMinLength?: number;
  /** Bytes of one upload request; more is answered with 413. */
  bodyLimit?: number;
  /** PUTs of a whole blob that are answered with 416, its upload left alone. */
  put416?: number;
  /** Uploads that are forgotten as soon as a body comes: 404 BLOB_UPLOAD_INVALID. */
  lostUploads?: number;
  /** Whether what came of a broken request is kept, so that the upload may go on from there. */
  resumable?: boolean;
  throttle?: { count: number; retryAfter?: number; method?: string };
  /** Region to the seconds until its replica has what was pushed to another one; 0 if absent. */
  replicationLag?: Record<string, number>;
  /** Region whose replica gets requests for manifests, while those for blobs go to the first one. */
  replicaSplit?: string;
  /** Milliseconds for which nothing is read after each piece of a body. */
  slowReader?: number;
  breaks?: readonly Break[];
  /** Answers to uploads and manifests that state another digest than was stored. */
  wrongDigests?: number;
  /** Addresses that are served; others get 403 with the address in the message. */
  allowedClients?: string[];
  /** Seconds. */
  accessLifetime?: number;
  /** Requests with a token after which the tokens that were used so far are refused, once. */
  revokeAfter?: number;
}

const kinds: Record<keyof Misbehaviour, 'boolean' | 'number' | 'object' | 'string'> = {
  absoluteLocations: 'boolean',
  chunkMinLength: 'number',
  bodyLimit: 'number',
  put416: 'number',
  lostUploads: 'number',
  resumable: 'boolean',
  throttle: 'object',
  replicationLag: 'object',
  replicaSplit: 'string',
  slowReader: 'number',
  breaks: 'object',
  wrongDigests: 'number',
  allowedClients: 'object',
  accessLifetime: 'number',
  revokeAfter: 'number',
};

/** Reads the key `registry` of a fault file. @throws Error that names the key */
export function parseMisbehaviour(text: string): Misbehaviour {
  const document: unknown = JSON.parse(text);
  const given =
    typeof document === 'object' && document !== null && 'registry' in document
      ? document.registry
      : {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Error("'registry' is not an object");
  }
  for (const [key, value] of Object.entries(given)) {
    const kind = Object.hasOwn(kinds, key) ? kinds[key as keyof Misbehaviour] : undefined;
    if (kind === undefined) {
      throw new Error(
        `registry has the unknown key '${key}'; known: ${Object.keys(kinds).join(', ')}`,
      );
    }
    if (typeof value !== kind) throw new Error(`registry: '${key}' must be of type ${kind}`);
  }
  return given;
}

/** Serves requests as `handler` does, except where it misbehaves. */
export function misbehaving(handler: Handler, m: Misbehaviour): Handler {
  const left = {
    put416: m.put416 ?? 0,
    lostUploads: m.lostUploads ?? 0,
    throttle: m.throttle?.count ?? 0,
    wrongDigests: m.wrongDigests ?? 0,
  };
  const breaks = (m.breaks ?? []).map((rule) => ({ ...rule, count: rule.count ?? 1 }));
  const spend = (key: keyof typeof left): boolean => {
    if (left[key] <= 0) return false;
    left[key] -= 1;
    return true;
  };

  function refusal(request: IncomingMessage): RegistryError | undefined {
    const { method = '', url = '' } = request;
    const client = request.socket.remoteAddress ?? '';
    if (m.allowedClients?.includes(client) === false) {
      const message = `client with IP '${client}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`;
      return new RegistryError(403, 'DENIED', message);
    }
    const { throttle } = m;
    const throttled = throttle !== undefined && (throttle.method ?? method) === method;
    if (throttled && url.startsWith('/v2/') && spend('throttle')) {
      const { retryAfter } = throttle;
      const headers: Record<string, string> =
        retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
      return new RegistryError(429, 'TOOMANYREQUESTS', 'too many requests', { headers });
    }
    const isUpload = url.includes('/blobs/uploads/');
    const hasBody = Number(request.headers['content-length'] ?? 0) > 0;
    if (isUpload && method === 'PUT' && hasBody && spend('put416')) {
      return new RegistryError(416, 'RANGE_INVALID', 'invalid content range');
    }
    if (isUpload && method !== 'POST' && hasBody && spend('lostUploads')) {
      return new RegistryError(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid');
    }
    return undefined;
  }

  /** A token that is taken back looks to the registry like one that it has never signed. */
  const used = new Set<string>();
  let withToken = 0;
  function revoke({ url = '', headers }: IncomingMessage): void {
    const { authorization } = headers;
    if (m.revokeAfter === undefined || authorization === undefined || !url.startsWith('/v2/'))
      return;
    withToken += 1;
    if (withToken <= m.revokeAfter) used.add(authorization);
    else if (used.has(authorization)) headers.authorization = 'Bearer revoked';
  }

  function breakFor({ method = '', url = '' }: IncomingMessage): Break | undefined {
    const found = breaks.find(
      (rule) =>
        rule.count > 0 &&
        (rule.method ?? method) === method &&
        new RegExp(rule.path ?? '/(blobs/uploads|manifests)/').test(url),
    );
    if (found !== undefined) found.count -= 1;
    return found;
  }

  return async (request, response) => {
    const refused = refusal(request);
    if (refused !== undefined) {
      request.resume();
      sendRegistryError(response, refused);
      return;
    }
    revoke(request);
    const rule = breakFor(request);
    if (rule?.at === 'head') {
      request.socket.destroy();
      return;
    }
    if (rule?.at === 'body') breakBody(request, rule.afterBytes ?? 1);
    if (rule?.at === 'done' || rule?.at === 'answer') breakAnswer(response, rule.at);
    const changes =
      request.method === 'PUT' && /\/(blobs\/uploads|manifests)\//.test(request.url ?? '');
    const wrongDigest = changes && spend('wrongDigests');
    const absolute = m.absoluteLocations === true && request.headers.host;
    if (wrongDigest || typeof absolute === 'string') {
      changeHead(response, (headers) => {
        const digest = headers['Docker-Content-Digest'];
        const location = headers['Location'];
        return {
          ...headers,
          ...(wrongDigest && digest !== undefined
            ? { 'Docker-Content-Digest': `sha256:${'0'.repeat(64)}` }
            : {}),
          ...(typeof absolute === 'string' &&
          typeof location === 'string' &&
          location.startsWith('/')
            ? { Location: `https://${absolute}${location}` }
            : {}),
        };
      });
    }
    await handler(request, response);
  };
}

/** The parser hands pieces of the body over by `push`; whoever reads them need not know. */
function breakBody(request: IncomingMessage, afterBytes: number): void {
  const push = request.push.bind(request);
  let left = afterBytes;
  request.push = (piece: Buffer | null, encoding?: BufferEncoding) => {
    // What was read from the socket before it broke still comes.
    if (left === 0) return true;
    if (piece === null || piece.length < left) {
      left -= piece?.length ?? 0;
      return push(piece, encoding);
    }
    const kept = push(piece.subarray(0, left), encoding);
    left = 0;
    request.socket.destroy();
    return kept;
  };
}

function breakAnswer(response: ServerResponse, at: 'done' | 'answer'): void {
  response.writeHead = () => {
    if (at === 'answer') response.socket?.write('HTTP/1.1 201 Created\r\nDocker-Content-');
    response.socket?.destroySoon();
    return response;
  };
  // What is written after that goes nowhere.
  response.write = () => true;
  response.end = () => response;
}

function changeHead(
  response: ServerResponse,
  change: (headers: OutgoingHttpHeaders) => OutgoingHttpHeaders,
): void {
  const writeHead = response.writeHead.bind(response);
  const changed = (status: number, headers: OutgoingHttpHeaders = {}): ServerResponse =>
    writeHead(status, change(headers));
  response.writeHead = changed as typeof response.writeHead;
}
