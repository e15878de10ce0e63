import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import type { Certificate } from '../../../sandbox/http/certificates.ts';
import { indexType } from './layout-files.ts';

export const sourceName = 'source.example.net';
export const dataName = 'data.example.org';
export const repository = 'base/app';

export interface SourceOptions {
  readonly certificate: Certificate;
  /** Where the content of blobs is redirected to; undefined: nowhere. */
  readonly redirect?: (digest: string) => string;
  /** How often the connection breaks off in the middle of a blob. */
  readonly cuts?: number;
  /** Answers the whole blob whatever range is asked for. */
  readonly noRanges?: boolean;
  /** Entries of a page of referrers; undefined: it has no referrers API. */
  readonly referrersPage?: number;
  /** How a page names the next one, given that one's path and query. */
  readonly nextPage?: (path: string) => string;
  readonly lacking?: string;
  /** Leads to the same paths of the data host for everything, as registry.k8s.io does. */
  readonly leads?: boolean;
  /** How often the data host answers 503 to that. */
  readonly busy?: number;
}

export interface SourceServer {
  readonly port: number;
  readonly tags: Map<string, string>;
  /** Requests: host, method, path, and `+` before them where a credential came along. */
  readonly log: string[];
  readonly ranges: (string | undefined)[];
  close(): Promise<void>;
}

/** Hands out what lies in a layout folder, to whoever has the token `Bearer source`. */
export async function serveLayout(folder: string, options: SourceOptions): Promise<SourceServer> {
  const stored = new Map<string, Buffer>();
  const directory = join(folder, 'blobs', 'sha256');
  for (const name of await readdir(directory)) {
    stored.set(`sha256:${name}`, await readFile(join(directory, name)));
  }
  const tags = new Map<string, string>();
  const log: string[] = [];
  const ranges: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  let cuts = options.cuts ?? 0;
  let busy = options.busy ?? 0;

  function refuse(response: ServerResponse, status: number, code: string): void {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
  }

  function blob(digest: string, request: IncomingMessage, response: ServerResponse): void {
    const bytes = stored.get(digest);
    if (bytes === undefined || digest === options.lacking)
      return refuse(response, 404, 'BLOB_UNKNOWN');
    const { range } = request.headers;
    ranges.push(range);
    const [, first = '0', last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    const heeded = range !== undefined && options.noRanges !== true;
    const start = heeded ? Number(first) : 0;
    const part = heeded ? bytes.subarray(start, Number(last) + 1) : bytes;
    response.writeHead(heeded ? 206 : 200, {
      'content-length': part.length,
      ...(heeded
        ? { 'content-range': `bytes ${start}-${start + part.length - 1}/${bytes.length}` }
        : {}),
    });
    if (cuts === 0 || part.length < 1000) {
      response.end(part);
      return;
    }
    cuts -= 1;
    response.write(part.subarray(0, part.length / 2), () =>
      setImmediate(() => request.socket.destroy()),
    );
  }

  function manifest(reference: string, response: ServerResponse): void {
    const digest = tags.get(reference) ?? reference;
    const bytes = stored.get(digest);
    if (bytes === undefined) return refuse(response, 404, 'MANIFEST_UNKNOWN');
    const { mediaType } = JSON.parse(bytes.toString()) as { mediaType?: string };
    const type = `${mediaType ?? indexType}; charset=utf-8`;
    response.writeHead(200, { 'content-type': type }).end(bytes);
  }

  function referrers(subject: string, url: URL, response: ServerResponse): void {
    const size = options.referrersPage;
    if (size === undefined) return refuse(response, 404, 'NOT_FOUND');
    const all = [...stored].flatMap(([digest, bytes]) => {
      const about = bytes.toString('latin1').startsWith('{"schemaVersion"')
        ? (JSON.parse(bytes.toString()) as { mediaType?: string; subject?: { digest: string } })
        : {};
      const { mediaType } = about;
      return about.subject?.digest === subject ? [{ mediaType, digest, size: bytes.length }] : [];
    });
    const from = Number(url.searchParams.get('from') ?? 0);
    const path = `${url.pathname}?from=${from + size}`;
    const next =
      from + size < all.length ? `<${options.nextPage?.(path) ?? path}>; rel="next"` : '';
    response.writeHead(200, { 'content-type': indexType, ...(next === '' ? {} : { link: next }) });
    response.end(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: all.slice(from, from + size),
      }),
    );
  }

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const host = (request.headers.host ?? '').split(':')[0] ?? '';
    const url = new URL(request.url ?? '/', `https://${host}`);
    const { authorization } = request.headers;
    const credential = authorization === undefined ? '' : '+';
    log.push(`${credential}${host} ${request.method ?? ''} ${url.pathname}`);
    if (host === dataName && options.leads !== true && !url.pathname.startsWith('/v2/')) {
      blob(url.pathname.slice(1), request, response);
      return;
    }
    if (host === dataName) {
      busy -= 1;
      if (busy >= 0) refuse(response, 503, 'UNAVAILABLE');
      else content(url, request, response);
      return;
    }
    if (authorization !== 'Bearer source') {
      const realm = `https://${sourceName}/token`;
      response.setHeader('www-authenticate', `Bearer realm="${realm}",service="${sourceName}"`);
      refuse(response, 401, 'UNAUTHORIZED');
      return;
    }
    if (options.leads === true) {
      const location = `https://${dataName}${url.pathname}${url.search}`;
      response.writeHead(307, { location, 'content-length': 0 }).end();
    } else content(url, request, response);
  }

  function content(url: URL, request: IncomingMessage, response: ServerResponse): void {
    const [, kind, last = ''] =
      /^\/v2\/base\/app\/(blobs|manifests|referrers)\/([^/]+)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests') manifest(last, response);
    else if (kind === 'referrers') referrers(last, url, response);
    else if (options.redirect !== undefined) {
      response.writeHead(307, { location: options.redirect(last), 'content-length': 0 }).end();
    } else blob(last, request, response);
  }

  const server = createServer({ ...options.certificate }, serve);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    tags,
    log,
    ranges,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
