import type { Readable } from 'node:stream';
import type { Descriptor } from './descriptor.ts';

/** A manifest or index, with the exact bytes that its digest was made of. */
export interface Manifest extends Descriptor {
  readonly bytes: Buffer;
  /** Digests of the manifests it names; empty for an image. */
  readonly manifests: readonly string[];
  /** Digests of the blobs it names; empty for an index. */
  readonly blobs: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  /** The manifest that this one is about: what it signs, attests or describes. */
  readonly subject?: Descriptor;
  /** Kind of an artifact, as a list of referrers states it. */
  readonly artifactType?: string;
}

/** Bytes from `start` up to `end`, both included, as in HTTP; without `end` up to the last one. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** Content that a manifest names. */
export interface Blob extends Descriptor {
  /** Where it lies, for messages: a path, an archive and a name in it, a registry. */
  readonly origin: string;
  /**
   * Its bytes as they are stored, not checked yet. May be opened several times, also at once; what
   * goes wrong is the stream's error.
   */
  open(range?: ByteRange): Readable;
  /**
   * The same bytes where reading them needs no stream and no new memory: a piece holds until the
   * next one is asked for.
   */
  pieces?(): AsyncIterable<Buffer>;
}

/** A manifest about one of the image's, which goes wherever the image goes. */
export interface Referrer extends Manifest {
  /** Set where the relation is a tag by convention (cosign's `sha256-….sig`), not a subject. */
  readonly tag?: string;
}

/** The port to what is pushed: a whole image, read and checked but for the content of its blobs. */
export interface ImageSource {
  readonly root: Manifest;
  /** Each once, children before the indexes that name them; the last one is the root. */
  readonly manifests: readonly Manifest[];
  /** Each once, after what they are about, and after what they name where they are indexes. */
  readonly referrers: readonly Referrer[];
  /** Each once, by digest: those of the manifests and of the referrers. */
  readonly blobs: ReadonlyMap<string, Blob>;
  /** The repository that it is copied from. */
  readonly from?: { readonly loginServer: string; readonly repository: string };
  /** Ends connections, closes files, removes what was unpacked. */
  close(): Promise<void>;
}
