import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Blob } from './content.ts';
import { RegistryError } from './errors.ts';

/** Entries of one page of a list. */
const listLimit = 100;

export function sendBlob(
  response: ServerResponse,
  method: string,
  digest: string,
  blob: Blob,
): void {
  response.writeHead(200, {
    ...digestHeaders(digest, blob.size),
    'Content-Type': 'application/octet-stream',
  });
  if (method === 'GET') for (const part of blob.parts) response.write(part);
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
