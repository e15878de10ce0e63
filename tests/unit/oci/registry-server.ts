import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate } from '../../../sandbox/http/certificates.ts';

/** What to do with a request instead of serving it; undefined serves it. */
export type Intercept = (
  request: { method: string; path: string; count: number },
  response: ServerResponse,
  message: IncomingMessage,
) => 'done' | 'reset' | undefined;

export interface RegistryOptions {
  readonly name: string;
  readonly certificate: Certificate;
  /** Of access tokens, in seconds. */
  readonly tokenLife?: number;
  readonly realm?: string;
  /** Bytes from which on a PUT is refused. */
  readonly maxPut?: number;
  /** Least bytes of a chunk but the last, told in OCI-Chunk-Min-Length. */
  readonly minChunk?: number;
  readonly location?: (path: string) => string;
  readonly intercept?: Intercept;
  readonly mountable?: ReadonlyMap<string, ReadonlySet<string>>;
  readonly noDigestHeader?: boolean;
  /** Entity tags are weak, as behind a proxy that compresses. */
  readonly weakTags?: boolean;
  /** Whether it knows what manifests are about, and says so. */
  readonly subjects?: boolean;
}

interface Upload {
  bytes: Buffer;
  state: string;
}

/** A registry with ACR's token exchange, on a free port of 127.0.0.1. */
export interface TestRegistry {
  readonly port: number;
  readonly blobs: Map<string, Buffer>;
  /** By digest. */
  readonly manifests: Map<string, { type: string; bytes: Buffer }>;
  readonly tags: Map<string, string>;
  /** `METHOD path` of every request, uploads' ids left out. */
  readonly log: string[];
  readonly scopes: string[][];
  readonly connections: number;
  /** Makes all tokens given out so far invalid. */
  revoke(): void;
  close(): Promise<void>;
}

export const entraToken = 'entra-token';

export async function startRegistry(options: RegistryOptions): Promise<TestRegistry> {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, { type: string; bytes: Buffer }>();
  const tags = new Map<string, string>();
  const uploads = new Map<string, Upload>();
  const log: string[] = [];
  const scopes: string[][] = [];
  const counts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let tokens = new Set<string>();
  let refreshTokens = new Set<string>();
  let connections = 0;

  function json(response: ServerResponse, status: number, body: unknown): void {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
  function refuse(response: ServerResponse, status: number, code: string): void {
    json(response, status, { errors: [{ code, message: code.toLowerCase() }] });
  }
  function accept(response: ServerResponse, id: string, upload: Upload, repository: string): void {
    upload.state = randomUUID();
    const path = `/v2/${repository}/blobs/uploads/${id}?_state=${upload.state}`;
    response.writeHead(202, {
      location: options.location?.(path) ?? path,
      range: `0-${upload.bytes.length - 1}`,
      'content-length': '0',
      ...(options.minChunk === undefined ? {} : { 'oci-chunk-min-length': options.minChunk }),
    });
    response.end();
  }
  function challenge(response: ServerResponse): void {
    const realm = options.realm ?? `https://${options.name}/oauth2/token`;
    response.setHeader('www-authenticate', `Bearer realm="${realm}",service="${options.name}"`);
    refuse(response, 401, 'UNAUTHORIZED');
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? '';
    const url = new URL(request.url ?? '/', `https://${options.name}`);
    const path = url.pathname.replace(/\/uploads\/[^/]+$/, '/uploads/ID');
    log.push(`${method} ${path}`);
    const key = `${method} ${path}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const action = options.intercept?.({ method, path: url.pathname, count }, response, request);
    if (action === 'done') {
      request.resume();
      return;
    }
    if (action === 'reset') {
      request.socket.destroy();
      return;
    }
    if (url.pathname.startsWith('/oauth2/')) {
      oauth(url.pathname, new URLSearchParams((await read(request)).toString()), response);
      return;
    }
    const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !tokens.has(token)) {
      request.resume();
      challenge(response);
      return;
    }
    await v2(method, url, request, response);
  }

  function oauth(path: string, form: URLSearchParams, response: ServerResponse): void {
    if (path === '/oauth2/exchange') {
      const right =
        form.get('grant_type') === 'access_token' &&
        form.get('access_token') === entraToken &&
        form.get('service') === options.name &&
        form.get('tenant') === 'tenant';
      if (!right) return refuse(response, 401, 'UNAUTHORIZED');
      const token = `refresh-${randomUUID()}`;
      refreshTokens.add(token);
      return json(response, 200, { refresh_token: token });
    }
    const right =
      form.get('grant_type') === 'refresh_token' &&
      refreshTokens.has(form.get('refresh_token') ?? '');
    if (!right) return refuse(response, 401, 'UNAUTHORIZED');
    scopes.push(form.getAll('scope'));
    const exp = Math.floor(Date.now() / 1000) + (options.tokenLife ?? 4500);
    const claims = Buffer.from(JSON.stringify({ exp, jti: randomUUID() })).toString('base64url');
    const token = `head.${claims}.sign`;
    tokens.add(token);
    return json(response, 200, { access_token: token });
  }

  async function v2(
    method: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const match = /^\/v2\/(.+)\/(blobs|manifests)\/(uploads\/)?([^/]*)$/.exec(url.pathname);
    const [, repository = '', kind, upload, id = ''] = match ?? [];
    if (kind === 'manifests') return manifest(method, id, request, response);
    if (upload === undefined) {
      const blob = blobs.get(id);
      response.writeHead(blob === undefined ? 404 : 200, { 'content-length': blob?.length ?? 0 });
      response.end();
      return;
    }
    if (method === 'POST') return open(url, repository, response);
    const known = uploads.get(id);
    if (known === undefined || url.searchParams.get('_state') !== known.state) {
      request.resume();
      return refuse(response, 404, 'BLOB_UPLOAD_INVALID');
    }
    if (method === 'DELETE') {
      uploads.delete(id);
      response.writeHead(204).end();
      return;
    }
    const length = Number(request.headers['content-length'] ?? 0);
    if (method === 'PUT' && length > (options.maxPut ?? Infinity)) {
      request.resume();
      return refuse(response, 413, 'SIZE_INVALID');
    }
    if (method === 'PATCH') {
      const expected = `${known.bytes.length}-${known.bytes.length + length - 1}`;
      if (request.headers['content-range'] !== expected) {
        request.resume();
        return refuse(response, 416, 'RANGE_INVALID');
      }
    }
    const body = await read(request);
    if (body.length !== length) return; // The client went away.
    known.bytes = Buffer.concat([known.bytes, body]);
    if (method === 'PATCH') return accept(response, id, known, repository);
    const digest = `sha256:${createHash('sha256').update(known.bytes).digest('hex')}`;
    uploads.delete(id);
    if (digest !== url.searchParams.get('digest')) return refuse(response, 400, 'DIGEST_INVALID');
    blobs.set(digest, known.bytes);
    response.writeHead(201, { 'content-length': '0', 'docker-content-digest': digest }).end();
  }

  function open(url: URL, repository: string, response: ServerResponse): void {
    const from = url.searchParams.get('from');
    const mount = url.searchParams.get('mount');
    if (from !== null && mount !== null && options.mountable?.get(from)?.has(mount) === true) {
      blobs.set(mount, Buffer.alloc(0));
      response.writeHead(201, { 'content-length': '0' }).end();
      return;
    }
    const id = randomUUID();
    const upload = { bytes: Buffer.alloc(0), state: '' };
    uploads.set(id, upload);
    accept(response, id, upload, repository);
  }

  async function manifest(
    method: string,
    reference: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (method === 'PUT') {
      const bytes = await read(request);
      const now = tags.get(reference);
      const { 'if-match': wanted, 'if-none-match': none } = request.headers;
      if ((wanted ?? `"${now}"`) !== `"${now}"` || (none === '*' && now !== undefined)) {
        return refuse(response, 412, 'PRECONDITION_FAILED');
      }
      const named = bytes.toString().match(/sha256:[a-f0-9]{64}/g) ?? [];
      const missing = named.find((digest) => !blobs.has(digest) && !manifests.has(digest));
      if (missing !== undefined) return refuse(response, 404, 'MANIFEST_BLOB_UNKNOWN');
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      manifests.set(digest, { type: request.headers['content-type'] ?? '', bytes });
      if (!reference.startsWith('sha256:')) tags.set(reference, digest);
      const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
      const told =
        options.subjects === true && subject !== undefined ? { 'oci-subject': subject.digest } : {};
      response.writeHead(201, { 'content-length': '0', 'docker-content-digest': digest, ...told });
      response.end();
      return;
    }
    const digest = reference.startsWith('sha256:') ? reference : (tags.get(reference) ?? '');
    const found = manifests.get(digest);
    if (found === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    response.writeHead(200, {
      'content-type': found.type,
      etag: `${options.weakTags === true ? 'W/' : ''}"${digest}"`,
      ...(options.noDigestHeader === true ? {} : { 'docker-content-digest': digest }),
    });
    response.end(method === 'HEAD' ? undefined : found.bytes);
  }

  const server = createServer({ ...options.certificate }, (request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    blobs,
    manifests,
    tags,
    log,
    scopes,
    get connections() {
      return connections;
    },
    revoke() {
      tokens = new Set();
      refreshTokens = new Set();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** All bytes; what has come so far when the client went away. */
async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part as Buffer);
  } catch {
    return Buffer.concat(parts);
  }
  return Buffer.concat(parts);
}
