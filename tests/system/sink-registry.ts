import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Handler } from '../../sandbox/http/tls-server.ts';
import { digestOf } from '../unit/oci/layout-files.ts';

const zeros = Buffer.alloc(1024 * 1024);

/** A registry that takes blobs of any size and keeps nothing of them but their number of bytes. */
export class SinkRegistry {
  /** Bytes of each blob that came, by digest. */
  readonly received = new Map<string, number>();
  readonly manifests = new Map<string, Buffer>();
  readonly tags = new Map<string, string>();
  /** Blobs that it hands out: their bytes, or the number of their zeros. */
  readonly given = new Map<string, Buffer | number>();

  readonly handler: Handler = async (request, response) => {
    const url = new URL(request.url ?? '/', 'https://sink');
    const [, kind, last = ''] =
      /^\/v2\/.+\/(manifests|blobs\/uploads|blobs)\/([^/]*)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests') await this.#manifest(last, request, response);
    else if (kind === 'blobs/uploads') await this.#upload(url, request, response);
    else if (kind === 'blobs' && request.method === 'GET') await this.#give(last, response);
    else if (url.pathname === '/v2/') response.writeHead(200).end();
    else response.writeHead(404).end();
  };

  async #manifest(
    reference: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.method === 'PUT') {
      const bytes = Buffer.concat((await request.toArray()) as Buffer[]);
      const digest = digestOf(bytes);
      this.manifests.set(digest, bytes);
      if (!reference.includes(':')) this.tags.set(reference, digest);
      response.writeHead(201, { 'docker-content-digest': digest }).end();
      return;
    }
    const digest = this.tags.get(reference) ?? reference;
    const bytes = this.manifests.get(digest);
    if (bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { mediaType } = JSON.parse(bytes.toString()) as { mediaType: string };
    response.writeHead(200, { 'docker-content-digest': digest, 'content-type': mediaType });
    response.end(request.method === 'GET' ? bytes : undefined);
  }

  async #upload(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST') {
      request.resume();
      response.writeHead(202, { location: `${url.pathname}1`, 'content-length': 0 }).end();
      return;
    }
    let length = 0;
    for await (const part of request as AsyncIterable<Buffer>) length += part.length;
    const digest = url.searchParams.get('digest') ?? '';
    this.received.set(digest, length);
    response.writeHead(201, { 'docker-content-digest': digest, 'content-length': 0 }).end();
  }

  async #give(digest: string, response: ServerResponse): Promise<void> {
    const length = this.given.get(digest);
    if (typeof length !== 'number') {
      response.writeHead(length === undefined ? 404 : 200).end(length);
      return;
    }
    response.writeHead(200, { 'content-length': length });
    await pipeline(Readable.from(zerosOf(length)), response).catch(() => undefined);
  }
}

function* zerosOf(length: number): Generator<Buffer> {
  for (let left = length; left > 0; left -= zeros.length) {
    yield zeros.subarray(0, Math.min(zeros.length, left));
  }
}
