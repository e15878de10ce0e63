import { createHash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';
import { refusal } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Blob, ImageSource, Manifest } from './image.ts';
import { acceptManifests } from './media-types.ts';
import { runSized } from './pool.ts';
import type { RegistrySession } from './session.ts';
import { BlobUploader } from './upload.ts';
import type { BlobOutcome } from './upload.ts';

export interface PushTarget {
  readonly repository: string;
  readonly tags: readonly string[];
  /** Another repository of the registry to mount blobs from. */
  readonly mountFrom?: string;
}

export interface PushOptions {
  /** Big blobs in flight. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Called after each blob. */
  readonly onBlob?: (blob: Blob, outcome: BlobOutcome, done: number, all: number) => void;
  readonly onManifest?: (digest: string, tag: string | undefined) => void;
}

export interface PushResult {
  readonly digest: string;
  readonly mediaType: string;
  /** Whether the registry had this digest under every tag already. */
  readonly unchanged: boolean;
  readonly blobs: { readonly uploaded: number; readonly skipped: number; readonly mounted: number };
  /** Bytes of blobs sent and accepted. */
  readonly bytesSent: number;
  readonly requests: number;
}

/**
 * Pushes an image: blobs first, then the manifests that name them, the root last, once for each
 * tag; then asks the registry for the digest. No tag moves unless everything below it is there.
 *
 * @throws SpokelineError IMAGE_DIGEST_MISMATCH, REGISTRY_REQUEST, REGISTRY_AUTH
 */
export async function pushImage(
  layout: ImageSource,
  target: PushTarget,
  session: RegistrySession,
  options: PushOptions,
): Promise<PushResult> {
  const push = new Push(layout, target, session, options);
  return push.run();
}

class Push {
  readonly #layout: ImageSource;
  readonly #target: PushTarget;
  readonly #session: RegistrySession;
  readonly #options: PushOptions;
  readonly #counts = { uploaded: 0, skipped: 0, mounted: 0 };

  constructor(
    layout: ImageSource,
    target: PushTarget,
    session: RegistrySession,
    options: PushOptions,
  ) {
    this.#layout = layout;
    this.#target = target;
    this.#session = session;
    this.#options = options;
  }

  async run(): Promise<PushResult> {
    const { root } = this.#layout;
    const { tags } = this.#target;
    const present = await Promise.all(tags.map((tag) => this.#digestOf(tag)));
    const missing = tags.filter((_, position) => present[position] !== root.digest);
    if (tags.length > 0 && missing.length === 0) return this.#result(0, true);
    // Under one of the tags it is known already; a request more otherwise.
    const known = missing.length < tags.length || (await this.#has(root));
    const bytes = known ? this.#countAll() : await this.#content();
    if (known && tags.length === 0) return this.#result(0, true);
    if (tags.length === 0) await this.#put(root, undefined);
    for (const tag of missing) await this.#put(root, tag);
    if (!(await this.#has(root))) throw this.#vanished(root);
    return this.#result(bytes, false);
  }

  /** Blobs, then all manifests but the root. Returns the bytes sent. */
  async #content(): Promise<number> {
    const { signal, concurrency } = this.#options;
    const { repository, mountFrom } = this.#target;
    const uploader = new BlobUploader(this.#session, repository, mountFrom);
    const children = this.#layout.manifests.filter((manifest) => manifest !== this.#layout.root);
    const there = await Promise.all(children.map((child) => this.#has(child)));
    const lacking = children.filter((_, position) => there[position] !== true);
    const wanted = new Set([...lacking, this.#layout.root].flatMap((manifest) => manifest.blobs));
    const all = [...this.#layout.blobs.values()];
    this.#counts.skipped += all.length - wanted.size;
    let done = 0;
    const work = async (blob: Blob, either: AbortSignal): Promise<void> => {
      const outcome = await uploader.bring(blob, either);
      this.#counts[outcome] += 1;
      done += 1;
      this.#options.onBlob?.(blob, outcome, done, wanted.size);
    };
    await runSized(
      all.filter((blob) => wanted.has(blob.digest)),
      concurrency,
      signal,
      work,
    );
    for (const manifest of lacking) await this.#put(manifest, undefined);
    return uploader.bytes;
  }

  #countAll(): number {
    this.#counts.skipped = this.#layout.blobs.size;
    return 0;
  }

  #result(bytesSent: number, unchanged: boolean): PushResult {
    if (unchanged) this.#countAll();
    const { digest, mediaType } = this.#layout.root;
    const requests = this.#session.requests;
    return { digest, mediaType, unchanged, blobs: { ...this.#counts }, bytesSent, requests };
  }

  #manifestPath(reference: string): string {
    return `/v2/${this.#target.repository}/manifests/${reference}`;
  }

  async #has(manifest: Manifest): Promise<boolean> {
    return (await this.#digestOf(manifest.digest)) === manifest.digest;
  }

  /** Digest of what a tag or digest names in the registry; undefined if nothing. */
  async #digestOf(reference: string): Promise<string | undefined> {
    const head = await this.#read('HEAD', reference);
    if (head === undefined) return undefined;
    const stated = head.headers['docker-content-digest'];
    if (stated !== undefined) return stated;
    // The header is optional in the specification.
    const whole = await this.#read('GET', reference);
    if (whole === undefined) return undefined;
    return `sha256:${createHash('sha256').update(whole.body).digest('hex')}`;
  }

  async #read(method: 'GET' | 'HEAD', reference: string): Promise<RegistryResponse | undefined> {
    const target = this.#manifestPath(reference);
    const headers = { accept: acceptManifests };
    const { signal } = this.#options;
    const response = await this.#session.send(
      { method, target, headers, signal },
      { repeat: true },
    );
    if (response.status === 200) return response;
    if (response.status === 404) return undefined;
    throw refusal(`${method} of manifest ${reference}`, response, this.#session.path);
  }

  async #put(manifest: Manifest, tag: string | undefined): Promise<void> {
    const reference = tag ?? manifest.digest;
    const response = await this.#session.send(
      {
        method: 'PUT',
        target: this.#manifestPath(reference),
        headers: {
          'content-type': manifest.mediaType,
          'content-length': String(manifest.bytes.length),
        },
        body: manifest.bytes,
        signal: this.#options.signal,
      },
      { repeat: true },
    );
    if (response.status !== 201) {
      throw refusal(`PUT of manifest ${reference}`, response, this.#session.path);
    }
    const stated = response.headers['docker-content-digest'];
    if (stated !== undefined && stated !== manifest.digest) {
      throw new SpokelineError(
        'REGISTRY_REQUEST',
        `${this.#session.path.loginServer} stored manifest ${manifest.digest} as ${stated}`,
        { hint: 'Something between this agent and the registry changes content.' },
      );
    }
    this.#options.onManifest?.(manifest.digest, tag);
  }

  #vanished(root: Manifest): SpokelineError {
    return new SpokelineError(
      'REGISTRY_REQUEST',
      `${this.#session.path.loginServer} accepted ${root.digest} but does not know it now`,
      { hint: 'Replicas of a geo-replicated registry that are not in step do this; run again.' },
    );
  }
}
