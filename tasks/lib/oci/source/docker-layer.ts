import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Blob } from '../image.ts';
import type { SourceFile } from './files.ts';
import type { Problems } from './problems.ts';

const plainType = 'application/vnd.docker.image.rootfs.diff.tar';
const gzipType = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
/** A layer that unpacks to more, and to more than this many times its size, is no layer. */
const bombFrom = 256 * 1024 ** 2;
const bombRatio = 1000;

/**
 * A layer of a docker archive as it is stored. One that is stored as a plain tar is its own
 * content: its digest is the diff id, which sending it checks. One that is stored compressed, as
 * kaniko and crane do, is read once for its own digest, and unpacked on the way to check the
 * other.
 *
 * @returns undefined when it is not what the config says; the fault went to `problems`
 */
export async function dockerLayer(
  file: SourceFile,
  name: string,
  diffId: string,
  problems: Problems,
  signal: AbortSignal,
): Promise<Blob | undefined> {
  const magic = Buffer.concat((await file.open({ start: 0, end: 3 }).toArray()) as Buffer[]);
  if (magic.toString('hex') === '28b52ffd') {
    problems.add('is compressed with zstd; only plain and gzip are', name, 'IMAGE_MEDIA_TYPE');
    return undefined;
  }
  if (!magic.toString('hex').startsWith('1f8b')) {
    return { ...file, mediaType: plainType, digest: diffId };
  }
  const own = createHash('sha256');
  try {
    const content = await unpackedDigest(file, own, signal);
    if (content === diffId) {
      return { ...file, mediaType: gzipType, digest: `sha256:${own.digest('hex')}` };
    }
    const message = `has other content: it is ${content}, the config says ${diffId}`;
    problems.add(message, name, 'IMAGE_DIGEST_MISMATCH');
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RangeError) problems.add(error.message, name, 'IMAGE_ARCHIVE_BOMB');
    else {
      const reason = error instanceof Error ? error.message : String(error);
      problems.add(`cannot be unpacked: ${reason}`, name, 'IMAGE_ARCHIVE_DAMAGED');
    }
  }
  return undefined;
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
