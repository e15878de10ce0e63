import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Content } from './content.ts';
import { RegistryError } from './errors.ts';
import { checkDigest } from './names.ts';
import type { Replicas } from './replicas.ts';
import { blobUnknown, sendBlob } from './responses.ts';

export interface DataHostOptions {
  replicas: Replicas;
  content: Content;
  /** Digest that a link of the login server is good for; undefined if it did not sign it. */
  linkedDigest(link: string): string | undefined;
}

/**
 * Answers for a data host: blobs whose link the login server has signed and which this host's replica has.
 * @throws RegistryError NOT_FOUND, DENIED, BLOB_UNKNOWN
 */
export function serveLink(
  dataHost: string,
  o: DataHostOptions,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const region = o.replicas.regionOf(dataHost);
  if (region === undefined) throw new RegistryError(404, 'NOT_FOUND', `no replica ${dataHost}`);
  if (!url.pathname.startsWith('/blobs/') || request.method !== 'GET') {
    throw new RegistryError(404, 'NOT_FOUND', `no route ${url.pathname}`);
  }
  const digest = checkDigest(url.pathname.slice('/blobs/'.length));
  if (o.linkedDigest(url.searchParams.get('link') ?? '') !== digest) {
    throw new RegistryError(403, 'DENIED', 'the link is not valid here, or has expired');
  }
  const found = o.content.blobAt(region, digest);
  if (found === undefined) throw blobUnknown(digest);
  sendBlob(response, 'GET', digest, found, request.headers.range);
}
