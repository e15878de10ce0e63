import { SpokelineError } from '../errors.ts';
import { hashedBlocks, verifiedBody } from './blob-body.ts';
import { refusal, registryErrors } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Blob } from './image.ts';
import { ownLocation, withDigest } from './location.ts';
import { isPassing, isTransient } from './session.ts';
import type { RegistrySession } from './session.ts';

const mebibyte = 1024 * 1024;
/** What Microsoft's own SDK sends to ACR. */
const chunkSize = 4 * mebibyte;
/** More than this is not kept in memory for one chunk, whatever a registry asks for. */
const chunkLimit = 64 * mebibyte;
const tries = 6;

export type BlobOutcome = 'uploaded' | 'skipped' | 'mounted';

/** An upload that the registry has opened. */
interface Upload {
  /** Path and query of the next request; each answer brings a new one. */
  location: string;
  /** Bytes of a chunk. */
  readonly chunk: number;
}

/**
 * Brings blobs into one repository. Keeps in mind, for the rest of the run, from which size on the
 * registry does not take a blob in one request.
 */
export class BlobUploader {
  readonly #session: RegistrySession;
  readonly #repository: string;
  #mountFrom: string | undefined;
  #chunksFrom = Infinity;
  #brokenSizes: number[] = [];
  #bytes = 0;

  /** @param mountFrom a repository of the same registry that probably holds some of the blobs */
  constructor(session: RegistrySession, repository: string, mountFrom?: string) {
    this.#session = session;
    this.#repository = repository;
    this.#mountFrom = mountFrom;
  }

  /** Bytes of blobs that the registry has accepted from us. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH */
  async bring(blob: Blob, signal: AbortSignal): Promise<BlobOutcome> {
    if (await this.#isThere(blob, signal)) return 'skipped';
    for (let attempt = 1; ; attempt += 1) {
      const upload = await this.#open(blob, attempt === 1, signal);
      if (upload === undefined) return 'mounted';
      const chunked = attempt > 1 || blob.size >= this.#chunksFrom;
      const trouble = await this.#transfer(blob, upload, chunked, signal);
      if (trouble === undefined) {
        this.#bytes += blob.size;
        return 'uploaded';
      }
      if (attempt === tries) throw trouble;
      // After the first trouble the other way is tried at once.
      if (chunked) await this.#session.pause(attempt, signal);
    }
  }

  async #isThere(blob: Blob, signal: AbortSignal): Promise<boolean> {
    const target = `/v2/${this.#repository}/blobs/${blob.digest}`;
    const response = await this.#session.send({ method: 'HEAD', target, signal }, { repeat: true });
    // A registry redirects to the storage of a blob that it has, never of one that it lacks.
    if (response.status < 400) return true;
    if (response.status === 404) return false;
    throw refusal(`HEAD of blob ${blob.digest}`, response, this.#session.path);
  }

  /** A new upload; undefined if the blob was mounted from another repository. */
  async #open(blob: Blob, mount: boolean, signal: AbortSignal): Promise<Upload | undefined> {
    const from = mount ? this.#mountFrom : undefined;
    const mounted = from === undefined ? undefined : await this.#mount(blob, from, signal);
    if (mounted?.status === 201) return undefined;
    // 202 is an upload that the registry has opened instead.
    const response = mounted?.status === 202 ? mounted : await this.#start('', signal);
    if (response.status !== 202) {
      throw refusal(`POST of an upload to ${this.#repository}`, response, this.#session.path);
    }
    const least = Number(response.headers['oci-chunk-min-length'] ?? 0);
    return { location: this.#location(response), chunk: chunkOf(least) };
  }

  /** A refusal ends mounting for the run: it is a short cut that needs rights of its own. */
  async #mount(
    blob: Blob,
    from: string,
    signal: AbortSignal,
  ): Promise<RegistryResponse | undefined> {
    const query = `?mount=${encodeURIComponent(blob.digest)}&from=${encodeURIComponent(from)}`;
    try {
      const response = await this.#start(query, signal);
      if (response.status >= 400) this.#mountFrom = undefined;
      return response;
    } catch (error) {
      if (!(error instanceof SpokelineError && error.code === 'REGISTRY_AUTH')) throw error;
      this.#mountFrom = undefined;
      return undefined;
    }
  }

  async #start(query: string, signal: AbortSignal): Promise<RegistryResponse> {
    const target = `/v2/${this.#repository}/blobs/uploads/${query}`;
    const headers = { 'content-length': '0' };
    return this.#session.send({ method: 'POST', target, headers, signal }, { repeat: true });
  }

  /** @returns undefined when committed, or the fault after which a new upload may succeed. */
  async #transfer(
    blob: Blob,
    upload: Upload,
    chunked: boolean,
    signal: AbortSignal,
  ): Promise<SpokelineError | undefined> {
    try {
      return chunked
        ? await this.#inChunks(blob, upload, signal)
        : await this.#inOne(blob, upload, signal);
    } catch (error) {
      await this.#abandon(upload);
      // A connection that broke off says nothing about what the registry kept of the upload.
      if (isTransient(error) && error instanceof SpokelineError) {
        if (!chunked) this.#remember(blob.size);
        return error;
      }
      throw error;
    }
  }

  async #inOne(
    blob: Blob,
    upload: Upload,
    signal: AbortSignal,
  ): Promise<SpokelineError | undefined> {
    const response = await this.#session.send({
      method: 'PUT',
      target: withDigest(upload.location, blob.digest),
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(blob.size),
      },
      body: verifiedBody(blob),
      signal,
    });
    if (response.status === 201) return this.#committed(blob, response);
    const fault = refusal(`PUT of blob ${blob.digest}`, response, this.#session.path);
    if (response.status === 413) this.#chunksFrom = Math.min(this.#chunksFrom, blob.size);
    else if (isLostUpload(response)) this.#remember(blob.size);
    else if (!isPassing(response.status)) throw fault;
    await this.#abandon(upload);
    return fault;
  }

  async #inChunks(
    blob: Blob,
    upload: Upload,
    signal: AbortSignal,
  ): Promise<SpokelineError | undefined> {
    let sent = 0;
    for await (const chunk of hashedBlocks(blob, upload.chunk)) {
      const response = await this.#session.send({
        method: 'PATCH',
        target: upload.location,
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(chunk.length),
          // Without the word `bytes`, which ACR rejects although RFC 9110 wants it:
          // https://github.com/dotnet/sdk-container-builds/pull/258
          'content-range': `${sent}-${sent + chunk.length - 1}`,
        },
        body: chunk,
        signal,
      });
      if (response.status !== 202) return this.#chunkFault(blob, response);
      sent += chunk.length;
      upload.location = this.#location(response);
    }
    const response = await this.#session.send({
      method: 'PUT',
      target: withDigest(upload.location, blob.digest),
      headers: { 'content-length': '0' },
      signal,
    });
    if (response.status === 201) return this.#committed(blob, response);
    return this.#chunkFault(blob, response);
  }

  #chunkFault(blob: Blob, response: RegistryResponse): SpokelineError {
    const what = `a chunk of blob ${blob.digest}`;
    const fault = refusal(what, response, this.#session.path);
    if (isLostUpload(response) || isPassing(response.status)) return fault;
    throw fault;
  }

  #committed(blob: Blob, response: RegistryResponse): undefined {
    const stated = response.headers['docker-content-digest'];
    if (stated === undefined || stated === blob.digest) return undefined;
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} says that it stored ${blob.digest} as ${stated}`,
      { hint: 'Something between this agent and the registry changes content.' },
    );
  }

  /** Two blobs that broke off mark the smaller size as too big for one request. */
  #remember(size: number): void {
    this.#brokenSizes.push(size);
    if (this.#brokenSizes.length >= 2) this.#chunksFrom = Math.min(...this.#brokenSizes);
  }

  #location(response: RegistryResponse): string {
    return ownLocation(response.headers['location'], this.#session.path.loginServer);
  }

  /** Frees what the registry keeps of an upload; whether it does so is its own business. */
  async #abandon({ location }: Upload): Promise<void> {
    const signal = AbortSignal.timeout(3000);
    await this.#session.send({ method: 'DELETE', target: location, signal }).catch(() => undefined);
  }
}

/**
 * Whether an upload cannot go on but a new one may: ACR forgets uploads after a reset, and answers
 * 416 to
 * a PUT at random (https://github.com/Azure/acr/issues/866).
 */
function isLostUpload(response: RegistryResponse): boolean {
  if (response.status === 416) return true;
  if (response.status !== 404) return false;
  const errors = registryErrors(response.body);
  return errors.length === 0 || errors.some((error) => error.code.startsWith('BLOB_UPLOAD_'));
}

/** Chunk size for a registry's `OCI-Chunk-Min-Length`. */
function chunkOf(least: number): number {
  return Number.isFinite(least) ? Math.min(Math.max(chunkSize, least), chunkLimit) : chunkSize;
}
