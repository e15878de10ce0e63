import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ErrorCode } from '../../errors.ts';
import type { Blob } from '../image.ts';
import type { SourceFile } from './files.ts';
import type { Problems } from './problems.ts';

const plainType = 'application/vnd.docker.image.rootfs.diff.tar';
const gzipType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
/** A layer that unpacks to more, and to more than this many times its size, is no layer. */
const bombFrom = 256 * 1024 ** 2;
const bombRatio = 1000;

/** What a stored layer is; or what is wrong with it. */
type Stored =
  | { readonly form: 'plain' }
  | { readonly form: 'gzip'; readonly digest: string; readonly content: string }
  | { readonly form: 'bad'; readonly fault: string; readonly code: ErrorCode };

/**
 * The layers of a docker archive, as they are stored. One that is stored as a plain tar is its own
 * content: its digest is the diff id, which sending it checks. One that is stored compressed, as
 * kaniko and crane do, is read for its own digest, and unpacked on the way to check the other; once,
 * however often it is named.
 */
export class DockerLayers {
  readonly #problems: Problems;
  readonly #signal: AbortSignal;
  readonly #stored = new Map<string, Stored>();

  constructor(problems: Problems, signal: AbortSignal) {
    this.#problems = problems;
    this.#signal = signal;
  }

  /** @returns undefined when it is not what the config says; the fault went to the problems */
  async read(file: SourceFile, name: string, diffId: string): Promise<Blob | undefined> {
    const stored = this.#stored.get(file.origin) ?? (await look(file, this.#signal));
    this.#stored.set(file.origin, stored);
    switch (stored.form) {
      case 'plain':
        return { ...file, mediaType: plainType, digest: diffId };
      case 'bad':
        this.#problems.add(stored.fault, name, stored.code);
        return undefined;
      case 'gzip':
        break;
    }
    const { digest, content } = stored;
    if (content === diffId) return { ...file, mediaType: gzipType, digest };
    const message = `has other content: it is ${content}, the config says ${diffId}`;
    this.#problems.add(message, name, 'IMAGE_DIGEST_MISMATCH');
    return undefined;
  }
}

async function look(file: SourceFile, signal: AbortSignal): Promise<Stored> {
  const magic = Buffer.concat((await file.open({ start: 0, end: 3 }).toArray()) as Buffer[]);
  if (magic.toString('hex') === '28b52ffd') {
    // https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md#media-types
    const fault =
      'is compressed with zstd, for which manifests of Docker have no media type; export the image as an OCI archive';
    return { form: 'bad', fault, code: 'IMAGE_MEDIA_TYPE' };
  }
  if (!magic.toString('hex').startsWith('1f8b')) return { form: 'plain' };
  const own = createHash('sha256');
  try {
    const content = await unpackedDigest(file, own, signal);
    return { form: 'gzip', digest: `sha256:${own.digest('hex')}`, content };
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return error instanceof RangeError
      ? { form: 'bad', fault: reason, code: 'IMAGE_ARCHIVE_BOMB' }
      : { form: 'bad', fault: `cannot be unpacked: ${reason}`, code: 'IMAGE_ARCHIVE_DAMAGED' };
  }
}

async function unpackedDigest(
  file: SourceFile,
  own: ReturnType<typeof createHash>,
  signal: AbortSignal,
): Promise<string> {
  const content = createHash('sha256');
  let length = 0;
  const unpacked = createGunzip({ chunkSize: 1024 * 1024 });
  const fed = pipeline(
    file.open(),
    async function* (packed: Readable) {
      for await (const chunk of packed as AsyncIterable<Buffer>) {
        own.update(chunk);
        yield chunk;
      }
    },
    unpacked,
    { signal },
  );
  // The loop below ends with the same error.
  fed.catch(() => undefined);
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bombFrom && length > bombRatio * file.size) {
      throw new RangeError(`has ${file.size} bytes but unpacks to more than ${length}`);
    }
    content.update(chunk);
  }
  await fed;
  return `sha256:${content.digest('hex')}`;
}
