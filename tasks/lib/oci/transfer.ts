import { SpokelineError } from '../errors.ts';
import { hashedBlocks, verifiedBody } from './blob-body.ts';
import { refusal, registryErrors } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Blob } from './image.ts';
import { ownLocation, withDigest } from './location.ts';
import { isPassing, isTransient } from './session.ts';
import type { RegistrySession } from './session.ts';
import type { UploadWays } from './upload-ways.ts';

/** How often an upload is taken up again where the registry says that it is. */
const resumptions = 5;
/** Freeing an upload is a courtesy, also when the run was cancelled. */
const abandonMs = 3000;

/** One upload that the registry has opened, for one blob. */
export class Transfer {
  readonly #session: RegistrySession;
  readonly #ways: UploadWays;
  readonly #blob: Blob;
  /** Path and query of the next request; each answer brings a new one. */
  #location: string;
  readonly #leastChunk: number;
  readonly #chunk: number;

  /**
   * @param target of the POST that opened it
   * @param opened its answer
   */
  constructor(
    session: RegistrySession,
    ways: UploadWays,
    blob: Blob,
    target: string,
    opened: RegistryResponse,
  ) {
    this.#session = session;
    this.#ways = ways;
    this.#blob = blob;
    this.#location = target;
    this.#location = this.#next(opened);
    this.#leastChunk = Number(opened.headers['oci-chunk-min-length'] ?? 0);
    this.#chunk = ways.chunkFor(this.#leastChunk);
  }

  /**
   * Sends the blob in one request or in chunks. What breaks off is taken up where the registry says
   * that it is, if it does; else the upload is freed.
   *
   * @returns undefined when committed, or the fault after which a new upload may succeed
   */
  async run(chunked: boolean, signal: AbortSignal): Promise<SpokelineError | undefined> {
    try {
      let trouble = chunked ? await this.#inChunks(0, signal) : await this.#inOne(signal);
      let position = 0;
      for (let again = 0; trouble !== undefined && again < resumptions; again += 1) {
        const kept = await this.#kept(signal);
        // An upload that does not move on is better begun anew.
        if (kept <= position) break;
        position = kept;
        trouble = await this.#inChunks(kept, signal);
      }
      if (trouble !== undefined) await this.#abandon();
      return trouble;
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  async #inOne(signal: AbortSignal): Promise<SpokelineError | undefined> {
    const { digest, size } = this.#blob;
    let response: RegistryResponse;
    try {
      response = await this.#session.send({
        method: 'PUT',
        target: withDigest(this.#location, digest),
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(size) },
        body: verifiedBody(this.#blob),
        signal,
      });
    } catch (error) {
      this.#ways.brokeOff(size);
      return passing(error);
    }
    if (response.status === 201) return this.#committed(response);
    const fault = refusal(`PUT of blob ${digest}`, response, this.#session.path);
    if (response.status === 413) this.#ways.tooLarge(size);
    else if (isLostUpload(response)) this.#ways.brokeOff(size);
    else if (!isPassing(response.status)) throw fault;
    return fault;
  }

  async #inChunks(from: number, signal: AbortSignal): Promise<SpokelineError | undefined> {
    return this.#ways.memory.spend(this.#chunk, signal, async () => {
      try {
        return await this.#chunks(from, signal);
      } catch (error) {
        return passing(error);
      }
    });
  }

  async #chunks(from: number, signal: AbortSignal): Promise<SpokelineError | undefined> {
    let sent = from;
    for await (const chunk of hashedBlocks(this.#blob, this.#chunk, from)) {
      const response = await this.#session.send({
        method: 'PATCH',
        target: this.#location,
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
      if (response.status !== 202) return this.#chunkFault(response);
      sent += chunk.length;
      this.#location = this.#next(response);
    }
    const response = await this.#session.send({
      method: 'PUT',
      target: withDigest(this.#location, this.#blob.digest),
      headers: { 'content-length': '0' },
      signal,
    });
    return response.status === 201 ? this.#committed(response) : this.#chunkFault(response);
  }

  #chunkFault(response: RegistryResponse): SpokelineError {
    const fault = refusal(`a chunk of blob ${this.#blob.digest}`, response, this.#session.path);
    const smaller = response.status === 413 && this.#ways.shrink(this.#chunk, this.#leastChunk);
    if (smaller || isLostUpload(response) || isPassing(response.status)) return fault;
    throw fault;
  }

  /** Bytes that the registry holds of the upload; 0 if it does not say, or has forgotten it. */
  async #kept(signal: AbortSignal): Promise<number> {
    let response: RegistryResponse;
    try {
      response = await this.#session.send({ method: 'GET', target: this.#location, signal });
    } catch (error) {
      passing(error);
      return 0;
    }
    const last = /^(?:bytes=)?0-(\d+)$/.exec(response.headers['range'] ?? '')?.[1];
    const known = response.status === 204 || response.status === 202;
    const bytes = known && last !== undefined ? Number(last) + 1 : 0;
    // Registries say 0-0 for nothing as well as for one byte.
    if (bytes <= 1 || bytes > this.#blob.size) return 0;
    if (response.headers['location'] !== undefined) this.#location = this.#next(response);
    return bytes;
  }

  #committed(response: RegistryResponse): undefined {
    const { digest } = this.#blob;
    const stated = response.headers['docker-content-digest'];
    if (stated === undefined || stated === digest) return undefined;
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} says that it stored ${digest} as ${stated}`,
      { hint: 'Something between this agent and the registry changes content.' },
    );
  }

  #next(response: RegistryResponse): string {
    const { location } = response.headers;
    return ownLocation(location, this.#session.path.loginServer, this.#location);
  }

  /** Frees what the registry keeps of an upload; whether it does so is its own business. */
  async #abandon(): Promise<void> {
    const signal = AbortSignal.timeout(abandonMs);
    const target = this.#location;
    await this.#session.send({ method: 'DELETE', target, signal }).catch(() => undefined);
  }
}

/** A connection that broke off says nothing about what the registry kept of the upload. */
function passing(error: unknown): SpokelineError {
  if (isTransient(error) && error instanceof SpokelineError) return error;
  throw error;
}

/**
 * Whether an upload cannot go on but a new one may: ACR forgets uploads after a reset, and answers
 * 416 to a PUT at random (https://github.com/Azure/acr/issues/866).
 */
function isLostUpload(response: RegistryResponse): boolean {
  if (response.status === 416) return true;
  if (response.status !== 404) return false;
  const errors = registryErrors(response.body);
  return errors.length === 0 || errors.some((error) => error.code.startsWith('BLOB_UPLOAD_'));
}
