import { SpokelineError } from '../errors.ts';
import { refusal } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Blob } from './image.ts';
import type { RegistrySession } from './session.ts';
import { Transfer } from './transfer.ts';
import { UploadWays } from './upload-ways.ts';

const tries = 6;

export type BlobOutcome = 'uploaded' | 'skipped' | 'mounted';

/** Brings blobs into one repository. */
export class BlobUploader {
  readonly #session: RegistrySession;
  readonly #repository: string;
  readonly #ways = new UploadWays();
  #mountFrom: string | undefined;
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

  /**
   * @param isNew whether the registry surely has no such blob in this repository
   * @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH
   */
  async bring(blob: Blob, isNew: boolean, signal: AbortSignal): Promise<BlobOutcome> {
    if (!isNew && (await this.#isThere(blob, signal))) return 'skipped';
    for (let attempt = 1; ; attempt += 1) {
      // The answer to a commit may have been lost, not the blob.
      if (attempt > 1 && (await this.#isThere(blob, signal))) return this.#uploaded(blob);
      const opened = await this.#open(blob, attempt === 1, signal);
      if (opened === undefined) return 'mounted';
      const chunked = attempt > 1 || this.#ways.needsChunks(blob.size);
      const transfer = new Transfer(this.#session, this.#ways, blob, this.#uploads, opened);
      const trouble = await transfer.run(chunked, signal);
      if (trouble === undefined) return this.#uploaded(blob);
      if (attempt === tries) throw trouble;
      // After the first trouble the other way is tried at once.
      if (chunked) await this.#session.pause(attempt, signal);
    }
  }

  /** Where uploads are opened. */
  get #uploads(): string {
    return `/v2/${this.#repository}/blobs/uploads/`;
  }

  #uploaded({ size }: Blob): BlobOutcome {
    this.#bytes += size;
    return 'uploaded';
  }

  async #isThere(blob: Blob, signal: AbortSignal): Promise<boolean> {
    const target = `/v2/${this.#repository}/blobs/${blob.digest}`;
    const response = await this.#session.send({ method: 'HEAD', target, signal }, { repeat: true });
    // A registry redirects to the storage of a blob that it has, never of one that it lacks.
    if (response.status < 400) return true;
    if (response.status === 404) return false;
    throw refusal(`HEAD of blob ${blob.digest}`, response, this.#session.path);
  }

  /** The answer that opened an upload; undefined if the blob was mounted from another repository. */
  async #open(
    blob: Blob,
    mount: boolean,
    signal: AbortSignal,
  ): Promise<RegistryResponse | undefined> {
    const from = mount ? this.#mountFrom : undefined;
    const mounted = from === undefined ? undefined : await this.#mount(blob, from, signal);
    if (mounted?.status === 201) return undefined;
    // 202 is an upload that the registry has opened instead.
    const response = mounted?.status === 202 ? mounted : await this.#start('', signal);
    if (response.status === 202) return response;
    throw refusal(`POST of an upload to ${this.#repository}`, response, this.#session.path);
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
    const target = `${this.#uploads}${query}`;
    const headers = { 'content-length': '0' };
    return this.#session.send({ method: 'POST', target, headers, signal }, { repeat: true });
  }
}
