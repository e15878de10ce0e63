import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SpokelineError } from '../../errors.ts';
import type { ErrorDetail } from '../../errors.ts';
import { isRecord, readDescriptor } from '../descriptor.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Blob, ByteRange, ImageSource, Manifest } from '../image.ts';
import { readManifest } from '../manifest.ts';
import { indexTypes, manifestTypes } from '../media-types.ts';
import { openFile } from './file.ts';

/** Registries refuse larger ones; ACR's limit is 4 MiB. */
const manifestLimit = 4 * 1024 * 1024;
const indexDepth = 8;

/**
 * Reads an OCI image layout and checks all of it but the content of blobs, which is hashed while it
 * is sent: marker file, index, manifests (digest included), descriptors, media types, that every
 * blob exists inside the folder and has its stated size. Nothing has been sent anywhere when this
 * fails.
 *
 * @throws SpokelineError IMAGE_INVALID with every problem found.
 */
export async function readLayout(directory: string): Promise<ImageSource> {
  return new LayoutReader(directory).read();
}

class LayoutReader {
  readonly #directory: string;
  #root = '';
  readonly #problems: ErrorDetail[] = [];
  readonly #manifests = new Map<string, Manifest>();
  readonly #blobs = new Map<string, Blob>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async read(): Promise<ImageSource> {
    this.#root = await this.#folder();
    await this.#marker();
    const index = await this.#json('index.json');
    const top = index === undefined ? undefined : this.#top(index);
    const root = top && (await this.#manifest(top, 'index.json', 0));
    if (this.#problems.length > 0 || root === undefined) throw this.#failure();
    const manifests = [...this.#manifests.values()];
    return { root, manifests, referrers: [], blobs: this.#blobs, close: () => Promise.resolve() };
  }

  #problem(message: string, target: string): void {
    this.#problems.push({ message: `${target} ${message}`, code: 'IMAGE_INVALID', target });
  }

  #failure(): SpokelineError {
    const count = this.#problems.length;
    const first = this.#problems[0]?.message ?? 'no image';
    const message = count === 1 ? first : `${count} problems`;
    return new SpokelineError('IMAGE_INVALID', `OCI layout ${this.#directory}: ${message}`, {
      details: this.#problems,
      hint: 'Nothing was sent. Build the layout again, for example with `buildah push … oci:DIR`.',
    });
  }

  async #folder(): Promise<string> {
    const status = await stat(this.#directory).catch(() => undefined);
    if (status?.isDirectory() === true) return realpath(this.#directory);
    const what = status === undefined ? 'does not exist' : 'is a file, not an OCI layout folder';
    throw new SpokelineError('IMAGE_INVALID', `OCI layout ${this.#directory} ${what}`, {
      hint: 'source is the folder that holds oci-layout, index.json and blobs/.',
    });
  }

  async #marker(): Promise<void> {
    const marker = await this.#json('oci-layout');
    if (marker === undefined) return;
    const version = isRecord(marker) ? marker['imageLayoutVersion'] : undefined;
    if (version !== '1.0.0') {
      this.#problem(
        `has imageLayoutVersion ${JSON.stringify(version) ?? 'missing'}; only "1.0.0" is known`,
        'oci-layout',
      );
    }
  }

  /** The one image of the layout: index.json is a list of entry points, not itself an image. */
  #top(index: unknown): Descriptor | undefined {
    const entries = isRecord(index) ? index['manifests'] : undefined;
    if (!isRecord(index) || index['schemaVersion'] !== 2 || !Array.isArray(entries)) {
      this.#problem('is not an image index (schemaVersion 2 and manifests)', 'index.json');
      return undefined;
    }
    if (entries.length !== 1) {
      const what =
        entries.length === 0 ? 'no image' : `${entries.length} images (${names(entries)})`;
      this.#problem(
        `names ${what}; a layout to push has exactly one (several platforms go into a nested index)`,
        'index.json',
      );
      return undefined;
    }
    return readDescriptor(entries[0], (message) =>
      this.#problem(`manifests[0] ${message}`, 'index.json'),
    );
  }

  async #manifest(
    descriptor: Descriptor,
    from: string,
    depth: number,
  ): Promise<Manifest | undefined> {
    const known = this.#manifests.get(descriptor.digest);
    if (known !== undefined) return known;
    const { mediaType, digest, size } = descriptor;
    if (!manifestTypes.has(mediaType) && !indexTypes.has(mediaType)) {
      this.#problem(`names a manifest of the unsupported media type ${mediaType}`, from);
      return undefined;
    }
    if (size > manifestLimit) {
      this.#problem(`is ${size} bytes; manifests may have at most ${manifestLimit}`, digest);
      return undefined;
    }
    if (depth >= indexDepth) {
      this.#problem(`is nested deeper than ${indexDepth} indexes`, digest);
      return undefined;
    }
    const file = await this.#file(descriptor, from);
    if (file === undefined) return undefined;
    const bytes = await this.#bytes(file, digest);
    if (bytes === undefined) return undefined;
    const actual = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if (actual !== digest) {
      this.#problem(`has other content: its digest is ${actual}`, digest);
      return undefined;
    }
    const parts = readManifest(bytes, mediaType, (message) => this.#problem(message, digest));
    for (const child of parts.manifests) await this.#manifest(child, digest, depth + 1);
    for (const blob of parts.blobs) await this.#blob(blob, digest);
    const manifest: Manifest = {
      ...descriptor,
      bytes,
      manifests: [...new Set(parts.manifests.map((child) => child.digest))],
      blobs: [...new Set(parts.blobs.map((blob) => blob.digest))],
      annotations: parts.annotations,
    };
    this.#manifests.set(digest, manifest);
    return manifest;
  }

  async #blob(descriptor: Descriptor, from: string): Promise<void> {
    const known = this.#blobs.get(descriptor.digest);
    if (known === undefined) {
      const file = await this.#file(descriptor, from);
      if (file === undefined) return;
      const open = (range?: ByteRange) => openFile(file, range);
      this.#blobs.set(descriptor.digest, { ...descriptor, origin: file, open });
    } else if (known.size !== descriptor.size) {
      this.#problem(
        `states ${descriptor.size} bytes for ${descriptor.digest}, another descriptor ${known.size}`,
        from,
      );
    }
  }

  /** Path of a blob that exists, is a plain file inside the layout, and has the stated size. */
  async #file(descriptor: Descriptor, from: string): Promise<string | undefined> {
    const name = `blobs/sha256/${descriptor.digest.slice('sha256:'.length)}`;
    const path = await this.#inside(name, `is missing; ${from} names it`);
    if (path === undefined) return undefined;
    const { size } = await stat(path);
    if (size === descriptor.size) return path;
    this.#problem(`is ${size} bytes; its descriptor in ${from} says ${descriptor.size}`, name);
    return undefined;
  }

  /**
   * Follows links, then refuses what lies outside: a layout may come from a download, and a link in
   * it must not publish a file of the agent.
   */
  async #inside(name: string, missing: string): Promise<string | undefined> {
    const path = await realpath(join(this.#root, name)).catch(() => undefined);
    const status = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (path === undefined || status === undefined) this.#problem(missing, name);
    else if (!path.startsWith(this.#root + sep)) this.#problem('is a link out of the layout', name);
    else if (!status.isFile()) this.#problem('is not a plain file', name);
    else return path;
    return undefined;
  }

  async #bytes(path: string, name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#problem(`cannot be read: ${reason}`, name);
      return undefined;
    }
  }

  async #json(name: string): Promise<unknown> {
    const path = await this.#inside(name, 'is missing');
    if (path === undefined) return undefined;
    const { size } = await stat(path);
    if (size > manifestLimit) {
      this.#problem(`is ${size} bytes; at most ${manifestLimit} are read`, name);
      return undefined;
    }
    const bytes = await this.#bytes(path, name);
    if (bytes === undefined) return undefined;
    try {
      return JSON.parse(bytes.toString('utf8')) as unknown;
    } catch (error) {
      this.#problem(`is not JSON: ${error instanceof Error ? error.message : String(error)}`, name);
      return undefined;
    }
  }
}

function names(entries: readonly unknown[]): string {
  const known = entries.map((entry, position) => {
    const annotations = isRecord(entry) ? entry['annotations'] : undefined;
    const name = isRecord(annotations)
      ? annotations['org.opencontainers.image.ref.name']
      : undefined;
    return typeof name === 'string' ? name : `manifests[${position}]`;
  });
  return known.slice(0, 5).join(', ') + (known.length > 5 ? ', …' : '');
}
