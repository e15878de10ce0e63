import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Blob } from './content.ts';
import { RegistryError } from './errors.ts';

/** Entries of one page of a list. */
const listLimit = 100;

/** @param range of a request, of which only `bytes=FIRST-LAST` is understood; the rest is ignored */
export function sendBlob(
  response: ServerResponse,
  method: string,
  digest: string,
  blob: Blob,
  range?: string,
): void {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(Number(last || Infinity), blob.size - 1) + 1;
  const isPart = first !== undefined && start < end;
  const [from, to] = isPart ? [start, end] : [0, blob.size];
  response.writeHead(isPart ? 206 : 200, {
    ...digestHeaders(digest, to - from),
    'Content-Type': 'application/octet-stream',
    ...(isPart
      ? { 'Content-Range': `bytes ${String(from)}-${String(to - 1)}/${String(blob.size)}` }
      : {}),
  });
  let position = 0;
  for (const part of method === 'GET' ? blob.parts : []) {
    const piece = part.subarray(Math.max(0, from - position), Math.max(0, to - position));
    if (piece.length > 0) response.write(piece);
    position += part.length;
  }
  response.end();
}

export function digestHeaders(digest: string, length = 0): Record<string, string | number> {
  return { 'Docker-Content-Digest': digest, 'Content-Length': length };
}

/** A client that does not name an OCI type in Accept gets 404 for one, as from ACR. */
export function checkAccept(accept: string | undefined, mediaType: string): void {
  if (!mediaType.startsWith('application/vnd.oci.') || accept === undefined) return;
  const named = accept.split(',').map((item) => item.split(';')[0]?.trim());
  if (named.includes(mediaType) || named.includes('*/*') || named.includes('application/*')) return;
  throw new RegistryError(
    404,
    'MANIFEST_UNKNOWN',
    `OCI ${mediaType.includes('index') ? 'index' : 'manifest'} found, but accept header does not support OCI manifests`,
  );
}

export function paged(
  url: URL,
  all: readonly string[],
): { items: string[]; headers: Record<string, string> } {
  const count = Math.min(Number(url.searchParams.get('n') ?? listLimit) || listLimit, listLimit);
  const last = url.searchParams.get('last') ?? '';
  const rest = all.filter((item) => item > last);
  const items = rest.slice(0, count);
  if (items.length === rest.length) return { items, headers: {} };
  const query = new URLSearchParams({ last: items.at(-1) ?? '', n: String(count) });
  const link = `<${url.pathname}?${query.toString()}>; rel="next"`;
  return { items, headers: { Link: link } };
}

export function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new RegistryError(400, 'NAME_INVALID', 'the path is not well formed');
  }
}

export function blobUnknown(digest: string): RegistryError {
  return new RegistryError(404, 'BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } });
}

export function unsupported(request: IncomingMessage): RegistryError {
  const message = `the operation is unsupported: ${request.method ?? ''} ${request.url ?? ''}`;
  return new RegistryError(405, 'UNSUPPORTED', message);
}
