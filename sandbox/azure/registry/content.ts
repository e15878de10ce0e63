import { createHash } from 'node:crypto';
import { RegistryError } from './errors.ts';
import { algorithmOf } from './names.ts';
import type { Replicas } from './replicas.ts';

/** Bytes in the pieces in which they came: big layers are never copied together. */
export interface Blob {
  size: number;
  parts: readonly Buffer[];
}

export interface StoredManifest {
  mediaType: string;
  bytes: Buffer;
  /** Digest of the manifest that this one is about. */
  subject?: string;
}

export interface Repository {
  blobs: Set<string>;
  manifests: Map<string, StoredManifest>;
  /** Tag to digest, in the order in which tags were made. */
  tags: Map<string, string>;
}

/** What one registry holds, in memory and bounded. */
export class Content {
  readonly repositories = new Map<string, Repository>();
  readonly #blobs = new Map<string, Blob>();
  readonly #limit: number;
  readonly #replicas: Replicas;
  #held = 0;

  /** @param limit bytes of all blobs and open uploads together */
  constructor(limit: number, replicas: Replicas) {
    this.#limit = limit;
    this.#replicas = replicas;
  }

  /** The repository, made if it does not exist: the first push makes one. */
  openRepository(name: string): Repository {
    const known = this.repositories.get(name);
    if (known !== undefined) return known;
    const made: Repository = { blobs: new Set(), manifests: new Map(), tags: new Map() };
    this.repositories.set(name, made);
    return made;
  }

  /** Counts bytes before they are kept. @throws RegistryError 507 if they do not fit */
  reserve(bytes: number): void {
    if (this.#held + bytes > this.#limit) {
      throw new RegistryError(
        507,
        'STORAGE_EXCEEDED',
        `the registry is bounded to ${String(this.#limit)} bytes`,
      );
    }
    this.#held += bytes;
  }

  release(bytes: number): void {
    this.#held -= bytes;
  }

  /** Keeps a blob whose bytes are reserved already. */
  keep(repository: string, digest: string, blob: Blob): void {
    if (this.#blobs.has(digest)) this.release(blob.size);
    else this.#blobs.set(digest, blob);
    this.mount(repository, digest);
  }

  /** Gives a repository a blob that another one has. */
  mount(repository: string, digest: string): void {
    this.#replicas.wrote(digest, this.#replicas.serving('blobs'));
    this.openRepository(repository).blobs.add(digest);
  }

  /** A blob as far as this repository has it, for requests of this kind at the login server. */
  blob(
    repository: string,
    digest: string,
    asked: 'blobs' | 'manifests' = 'blobs',
  ): Blob | undefined {
    if (this.repositories.get(repository)?.blobs.has(digest) !== true) return undefined;
    return this.blobAt(this.#replicas.serving(asked), digest);
  }

  /** A blob of any repository, as far as a replica has it. */
  blobAt(region: string, digest: string): Blob | undefined {
    return this.#replicas.holds(digest, region) ? this.#blobs.get(digest) : undefined;
  }

  /** Takes a blob out of a repository, and away once no repository has it. */
  dropBlob(repository: string, digest: string): boolean {
    if (this.repositories.get(repository)?.blobs.delete(digest) !== true) return false;
    const used = [...this.repositories.values()].some(({ blobs }) => blobs.has(digest));
    const blob = this.#blobs.get(digest);
    if (!used && blob !== undefined) {
      this.#blobs.delete(digest);
      this.#replicas.dropped(digest);
      this.release(blob.size);
    }
    return true;
  }
}

/** The digest of bytes, by the algorithm that another digest names. */
export function digestLike(wanted: string, parts: readonly Buffer[]): string {
  const algorithm = algorithmOf(wanted);
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return `${algorithm}:${hash.digest('hex')}`;
}
