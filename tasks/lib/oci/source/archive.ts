import { open } from 'node:fs/promises';
import { SpokelineError } from '../../errors.ts';
import type { ImageSource } from '../image.ts';
import { readDockerArchive } from './docker-archive.ts';
import { unpackGzip } from './gzip.ts';
import type { Spool } from './gzip.ts';
import { readOciLayout } from './oci-layout.ts';
import { readTar } from './tar.ts';
import type { OpenArchive } from './tar.ts';
import { archiveFault } from './tar-entries.ts';
import type { SourceWish } from './wish.ts';

/** Compressions that are told from their first bytes but not undone here. */
const others: readonly [name: string, magic: string][] = [
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
];

/**
 * Reads the image of an archive: an OCI layout in a tar file, or what `docker save` writes, either
 * of them also compressed with gzip. Files are read in place, from the archive or, if that is
 * compressed, from an unpacked copy without a name.
 *
 * @throws SpokelineError IMAGE_… with every problem found
 */
export async function readArchive(
  path: string,
  wish: SourceWish,
  spool: Spool,
  signal: AbortSignal,
): Promise<ImageSource> {
  const archive = await openArchive(path, spool, signal);
  const close = () => archive.handle.close();
  try {
    const tree = await readTar(archive, signal);
    if ((await tree.find('oci-layout')) !== undefined) {
      return { ...(await readOciLayout(tree, wish)), close };
    }
    if ((await tree.find('manifest.json')) !== undefined) {
      return { ...(await readDockerArchive(tree, wish, signal)), close };
    }
    throw new SpokelineError('IMAGE_INVALID', `${tree.what} holds no image`, {
      hint: 'An image archive has oci-layout and index.json, or manifest.json, at its top.',
    });
  } catch (error) {
    await close();
    throw error;
  }
}

async function openArchive(path: string, spool: Spool, signal: AbortSignal): Promise<OpenArchive> {
  const handle = await open(path, 'r').catch((error: Error) => {
    throw new SpokelineError('IMAGE_INVALID', `Archive ${path} cannot be read: ${error.message}`);
  });
  const packed: OpenArchive = { path, handle, size: (await handle.stat()).size };
  let kept = false;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(6), 0, 6, 0);
    const magic = buffer.subarray(0, bytesRead).toString('hex');
    if (magic.startsWith('1f8b')) return await unpackGzip(packed, spool, signal);
    const other = others.find(([, start]) => magic.startsWith(start));
    if (other !== undefined) {
      const what = `is compressed with ${other[0]}; only gzip is undone here`;
      throw archiveFault('IMAGE_INVALID', path, what);
    }
    kept = true;
    return packed;
  } finally {
    if (!kept) await handle.close();
  }
}
