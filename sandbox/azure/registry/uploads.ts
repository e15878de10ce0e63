import type { Hash } from 'node:crypto';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Content } from './content.ts';
import { digestLike } from './content.ts';
import { RegistryError } from './errors.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { algorithmOf, checkDigest } from './names.ts';

interface Upload {
  id: string;
  repository: string;
  /** Part of the Location, new after each request: an old Location is worth nothing. */
  state: string;
  parts: Buffer[];
  size: number;
  hash: Hash;
  /** A request is writing now. */
  busy: boolean;
  /** A chunk was shorter than the least length, so that it has to be the last one. */
  ended: boolean;
}

/** Upload sessions of one registry, with ACR's strictness about order and replays. */
export class Uploads {
  readonly #open = new Map<string, Upload>();
  readonly #content: Content;
  readonly #misbehaviour: Misbehaviour;

  constructor(content: Content, misbehaviour: Misbehaviour = {}) {
    this.#content = content;
    this.#misbehaviour = misbehaviour;
  }

  /** POST: a new session, 202. */
  begin(repository: string, response: ServerResponse): void {
    const upload: Upload = {
      id: randomUUID(),
      repository,
      state: newState(),
      parts: [],
      size: 0,
      hash: createHash('sha256'),
      busy: false,
      ended: false,
    };
    this.#open.set(upload.id, upload);
    const { chunkMinLength } = this.#misbehaviour;
    response
      .writeHead(202, {
        ...headersOf(upload),
        'Content-Length': 0,
        ...(chunkMinLength === undefined ? {} : { 'OCI-Chunk-Min-Length': chunkMinLength }),
      })
      .end();
  }

  /** PATCH: 202, 416 out of order, 404 on a Location that has been used. */
  async append(
    repository: string,
    id: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const upload = this.#find(repository, id, url);
    const range = request.headers['content-range'];
    const expected = range === undefined ? undefined : this.#checkRange(upload, range);
    const before = upload.size;
    await this.#write(upload, request, expected);
    upload.ended = upload.size - before < (this.#misbehaviour.chunkMinLength ?? 0);
    upload.state = newState();
    response.writeHead(202, { ...headersOf(upload), 'Content-Length': 0 }).end();
  }

  /** PUT: the last bytes, if any, and the digest of all of them. 201. */
  async finish(
    repository: string,
    id: string,
    url: URL,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const digest = checkDigest(url.searchParams.get('digest') ?? '');
    const upload = this.#find(repository, id, url);
    const range = request.headers['content-range'];
    const expected = range === undefined ? undefined : this.#checkRange(upload, range);
    await this.#write(upload, request, expected);
    this.#open.delete(upload.id);
    const found =
      algorithmOf(digest) === 'sha256'
        ? `sha256:${upload.hash.digest('hex')}`
        : digestLike(digest, upload.parts);
    if (found !== digest) {
      this.#content.release(upload.size);
      throw new RegistryError(
        400,
        'DIGEST_INVALID',
        'provided digest did not match uploaded content',
        { detail: { provided: digest, computed: found } },
      );
    }
    this.#content.keep(repository, digest, { size: upload.size, parts: upload.parts });
    response
      .writeHead(201, {
        Location: `/v2/${repository}/blobs/${digest}`,
        'Docker-Content-Digest': digest,
        'Content-Length': 0,
      })
      .end();
  }

  /** GET: how much has arrived, 204. */
  status(repository: string, id: string, response: ServerResponse): void {
    const upload = this.#open.get(id);
    if (upload?.repository !== repository) throw gone();
    response.writeHead(204, headersOf(upload)).end();
  }

  /** DELETE: 204. */
  cancel(repository: string, id: string, response: ServerResponse): void {
    const upload = this.#open.get(id);
    if (upload?.repository !== repository) throw gone();
    this.#drop(upload);
    response.writeHead(204).end();
  }

  #find(repository: string, id: string, url: URL): Upload {
    const upload = this.#open.get(id);
    if (upload?.repository !== repository) throw gone();
    if (upload.busy || url.searchParams.get('_state') !== upload.state) throw gone();
    return upload;
  }

  /** @returns bytes that the body must have */
  #checkRange(upload: Upload, text: string): number {
    // Without a unit: ACR refuses the `bytes` of RFC 9110 here.
    const match = /^(\d+)-(\d+)$/.exec(text);
    const first = Number(match?.[1]);
    const last = Number(match?.[2]);
    const expected = match !== null && first === upload.size && last >= first && !upload.ended;
    if (expected) return last - first + 1;
    throw new RegistryError(416, 'RANGE_INVALID', 'invalid content range', {
      detail: { given: text, next: upload.size },
      headers: headersOf(upload),
    });
  }

  async #write(
    upload: Upload,
    request: IncomingMessage,
    expected: number | undefined,
  ): Promise<void> {
    const { bodyLimit: limit = Infinity, slowReader, resumable } = this.#misbehaviour;
    const declared = Number(request.headers['content-length'] ?? 0);
    const before = upload.size;
    upload.busy = true;
    try {
      if (declared > limit) throw tooLarge(limit);
      const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
      for await (const part of body) {
        if (upload.size - before + part.length > limit) throw tooLarge(limit);
        this.#content.reserve(part.length);
        upload.parts.push(part);
        upload.size += part.length;
        upload.hash.update(part);
        if (slowReader !== undefined) await delay(slowReader);
      }
      if (!request.complete) throw new Error('the client went away');
      if (expected !== undefined && upload.size - before !== expected) {
        throw new RegistryError(400, 'SIZE_INVALID', 'the body does not fit its content range');
      }
    } catch (error) {
      if (resumable === true && !request.complete) {
        upload.busy = false;
        throw error;
      }
      // Half a body has been hashed: nothing can go on from here, as with ACR.
      this.#drop(upload);
      throw error;
    }
    upload.busy = false;
  }

  #drop(upload: Upload): void {
    this.#open.delete(upload.id);
    this.#content.release(upload.size);
  }
}

function headersOf(upload: Upload): Record<string, string> {
  const { id, repository, state, size } = upload;
  return {
    Location: `/v2/${repository}/blobs/uploads/${id}?_nouploadcache=false&_state=${state}`,
    Range: `0-${String(Math.max(0, size - 1))}`,
    'Docker-Upload-UUID': id,
  };
}

function newState(): string {
  return randomBytes(18).toString('base64url');
}

function gone(): RegistryError {
  return new RegistryError(404, 'BLOB_UPLOAD_INVALID', 'blob upload invalid');
}

function tooLarge(limit: number): RegistryError {
  return new RegistryError(
    413,
    'SIZE_INVALID',
    `the body is larger than the ${String(limit)} bytes that one request may have`,
  );
}
