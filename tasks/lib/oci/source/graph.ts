import { createHash } from 'node:crypto';
import { shown } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Blob, Manifest } from '../image.ts';
import { readManifest } from '../manifest.ts';
import type { IndexEntry } from '../manifest.ts';
import { indexTypes, isMediaType, manifestTypes } from '../media-types.ts';
import type { Problems } from './problems.ts';

/** Registries refuse larger ones; ACR's limit is 4 MiB. */
export const manifestLimit = 4 * 1024 * 1024;
/** Of all manifests of an image together, which are kept in memory. */
const totalLimit = 32 * 1024 * 1024;
const indexDepth = 8;

/** The port to where manifests and blobs lie. Either method says itself why it has none. */
export interface GraphStore {
  /** Bytes of a manifest, not checked yet. `from` names what refers to it. */
  manifest(descriptor: Descriptor, from: string): Promise<Buffer | undefined>;
  blob(descriptor: Descriptor, from: string): Promise<Blob | undefined>;
}

/** A manifest with all that it says of what it names. */
export interface ReadManifest extends Manifest {
  readonly entries: readonly IndexEntry[];
  readonly parts: readonly Descriptor[];
}

/**
 * Manifests and blobs that are reached from one or more entry points, each checked and kept once:
 * digest, size, media types, descriptors, that everything named is there. The content of blobs is
 * checked while it is sent.
 */
export class ImageGraph {
  readonly manifests = new Map<string, ReadManifest>();
  readonly blobs = new Map<string, Blob>();
  readonly #store: GraphStore;
  readonly #problems: Problems;
  readonly #read = new Map<string, ReadManifest | undefined>();
  #total = 0;

  constructor(store: GraphStore, problems: Problems) {
    this.#store = store;
    this.#problems = problems;
  }

  /** Adds a manifest and everything below it. @returns undefined after telling why not */
  async add(descriptor: Descriptor, from: string, depth = 0): Promise<ReadManifest | undefined> {
    const known = this.manifests.get(descriptor.digest);
    if (known !== undefined) return known;
    if (depth >= indexDepth) {
      const message = `is nested deeper than ${indexDepth} indexes`;
      this.#problems.add(message, descriptor.digest, 'IMAGE_TOO_LARGE');
      return undefined;
    }
    const manifest = await this.read(descriptor, from);
    if (manifest === undefined) return undefined;
    for (const child of manifest.entries) await this.add(child, manifest.digest, depth + 1);
    for (const blob of manifest.parts) await this.#blob(blob, manifest.digest);
    this.manifests.set(manifest.digest, manifest);
    return manifest;
  }

  /** Keeps a manifest that was made here, below which everything is added already. */
  keep(manifest: ReadManifest): void {
    this.manifests.set(manifest.digest, manifest);
  }

  /**
   * Reads a manifest without following what it names; it does not count as a part of the image
   * yet.
   */
  async read(descriptor: Descriptor, from: string): Promise<ReadManifest | undefined> {
    const { digest } = descriptor;
    // What failed once would fail, and be listed, each time that something names it.
    if (this.#read.has(digest)) return this.#read.get(digest);
    const manifest = await this.#fetch(descriptor, from);
    this.#read.set(digest, manifest);
    return manifest;
  }

  async #fetch(descriptor: Descriptor, from: string): Promise<ReadManifest | undefined> {
    const { mediaType, digest, size } = descriptor;
    if (!manifestTypes.has(mediaType) && !indexTypes.has(mediaType)) {
      const type = isMediaType(mediaType) ? mediaType : shown(mediaType);
      const message = `names a manifest of the unsupported media type ${type}`;
      this.#problems.add(message, from, 'IMAGE_MEDIA_TYPE');
      return undefined;
    }
    if (size > manifestLimit || this.#total + size > totalLimit) {
      const message =
        size > manifestLimit
          ? `is ${size} bytes; manifests may have at most ${manifestLimit}`
          : `is one too many: the manifests of an image may have ${totalLimit} bytes together`;
      this.#problems.add(message, digest, 'IMAGE_TOO_LARGE');
      return undefined;
    }
    this.#total += size;
    const bytes = await this.#store.manifest(descriptor, from);
    if (bytes === undefined) return undefined;
    const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (actual !== digest) {
      const message = `has other content: its digest is ${actual}`;
      this.#problems.add(message, digest, 'IMAGE_DIGEST_MISMATCH');
      return undefined;
    }
    const parts = readManifest(bytes, mediaType, this.#problems.about(digest));
    return {
      mediaType,
      digest,
      size,
      bytes,
      entries: parts.manifests,
      parts: parts.blobs,
      manifests: [...new Set(parts.manifests.map((child) => child.digest))],
      blobs: [...new Set(parts.blobs.map((blob) => blob.digest))],
      annotations: parts.annotations,
      ...(parts.subject === undefined ? {} : { subject: parts.subject }),
      ...(parts.artifactType === undefined ? {} : { artifactType: parts.artifactType }),
    };
  }

  async #blob(descriptor: Descriptor, from: string): Promise<void> {
    const known = this.blobs.get(descriptor.digest);
    if (known === undefined) {
      const blob = await this.#store.blob(descriptor, from);
      if (blob !== undefined) this.blobs.set(descriptor.digest, blob);
    } else if (known.size !== descriptor.size) {
      const states = `states ${descriptor.size} bytes for ${descriptor.digest}`;
      this.#problems.add(`${states}, another descriptor ${known.size}`, from);
    }
  }
}
