import { randomUUID } from 'node:crypto';
import { open, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { SpokelineError } from '../../errors.ts';
import { sizeText } from '../size-text.ts';
import { openExtent } from './read-file.ts';
import type { OpenArchive } from './tar.ts';
import { archiveFault } from './tar-entries.ts';

/** Where compressed archives are unpacked. */
export interface Spool {
  /** The agent's temporary folder. */
  readonly folder: string;
  /** Told how much is unpacked, before it begins. */
  announce(text: string): void;
  /** Bytes that may be written there; asked of the system if left out. */
  freeBytes?(folder: string): Promise<number>;
  /** Bytes up to which an archive may unpack at any ratio; 1 GiB if left out. */
  readonly anyRatioUpTo?: number;
}

const mebibyte = 1024 * 1024;
/** Left for everybody else on the agent. */
const reserve = 64 * mebibyte;
/**
 * Image archives shrink to a half or a third, sparse ones to a hundredth; DEFLATE itself ends at
 * one in 1032. Small archives may do what they like.
 */
const ratioLimit = 200;
/** Unpacked bytes for a packed one, beyond which an archive rather has several members. */
const likelyRatio = 20;
const deflateLimit = 1032;
const usualRatioFrom = 1024 * mebibyte;
const checkEvery = 64 * mebibyte;
/** Bigger pieces would be faster, but each is new memory, and more of it waits to be freed. */
const unpackedPiece = 64 * 1024;

/**
 * Unpacks a gzip archive to a file that has no name any more once it is open: it goes away with
 * this process, however that ends.
 *
 * @throws SpokelineError IMAGE_NO_SPACE, IMAGE_ARCHIVE_BOMB, IMAGE_ARCHIVE_DAMAGED
 */
export async function unpackGzip(
  packed: OpenArchive,
  spool: Spool,
  signal: AbortSignal,
): Promise<OpenArchive> {
  const stated = await statedSize(packed);
  const free = await freeBytes(spool);
  spool.announce(
    `Unpacking ${packed.path}: ${sizeText(packed.size)}, about ${sizeText(stated)} unpacked, to ` +
      `${spool.folder}, which has ${sizeText(free)} free`,
  );
  if (stated + reserve > free) throw noSpace(packed, spool, stated, free);
  const handle = await openNameless(spool.folder);
  try {
    const size = await unpack(packed, handle, spool, signal);
    return { path: packed.path, handle, size };
  } catch (error) {
    await handle.close();
    signal.throwIfAborted();
    throw unpackFault(packed, error);
  }
}

async function unpack(
  packed: OpenArchive,
  to: FileHandle,
  spool: Spool,
  signal: AbortSignal,
): Promise<number> {
  let size = 0;
  let check = checkEvery;
  const unpacked = createGunzip({ chunkSize: unpackedPiece });
  const source = openExtent(packed.handle, { offset: 0, size: packed.size });
  const fed = pipeline(source, unpacked, { signal });
  // The loop below ends with the same error.
  fed.catch(() => undefined);
  for await (const chunk of unpacked as AsyncIterable<Buffer>) {
    await writeAll(to, chunk, size);
    size += chunk.length;
    if (size > (spool.anyRatioUpTo ?? usualRatioFrom) && size > ratioLimit * packed.size)
      throw bomb(packed, size);
    if (size < check) continue;
    check += checkEvery;
    const free = await freeBytes(spool);
    if (free < reserve) throw noSpace(packed, spool, size, free);
  }
  await fed;
  return size;
}

async function writeAll(to: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    done += (await to.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Readable for nobody else, and out of the folder before anything is in it. */
async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `spokeline-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600).catch((error: Error) => {
    throw new SpokelineError('IMAGE_NO_SPACE', `${folder} cannot be written to: ${error.message}`);
  });
  await unlink(path);
  return handle;
}

/**
 * Unpacked size by the last four bytes of the archive, which hold that of its last member modulo
 * 4 GiB. Where this would be far more than archives shrink by, there are several members, and nothing
 * says more than the packed size does. https://www.rfc-editor.org/rfc/rfc1952#page-5
 */
async function statedSize({ path, handle, size }: OpenArchive): Promise<number> {
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
  const low = buffer.readUInt32LE(0);
  if (size < 18 || low > deflateLimit * size) {
    throw archiveFault('IMAGE_ARCHIVE_DAMAGED', path, 'is cut short: it has no gzip trailer');
  }
  const rounds = Math.max(0, Math.ceil((size / 2 - low) / 2 ** 32));
  const stated = low + rounds * 2 ** 32;
  return rounds > 0 && stated > likelyRatio * size ? size : stated;
}

async function freeBytes({ folder, freeBytes: ask }: Spool): Promise<number> {
  if (ask !== undefined) return ask(folder);
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function unpackFault({ path }: OpenArchive, error: unknown): unknown {
  if (error instanceof SpokelineError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return archiveFault('IMAGE_NO_SPACE', path, `cannot be unpacked: ${error.message}`, error);
  }
  const what = `is damaged, or cut short: it cannot be unpacked (${error.message})`;
  return archiveFault('IMAGE_ARCHIVE_DAMAGED', path, what, error);
}

function bomb({ path, size }: OpenArchive, unpacked: number): SpokelineError {
  const what = `has ${sizeText(size)} but unpacks to more than ${sizeText(unpacked)}`;
  return archiveFault('IMAGE_ARCHIVE_BOMB', path, what);
}

function noSpace(
  { path }: OpenArchive,
  { folder }: Spool,
  needed: number,
  free: number,
): SpokelineError {
  const what =
    `needs ${sizeText(needed)} or more in ${folder} and has to leave ${sizeText(reserve)} there, ` +
    `but only ${sizeText(free)} are free`;
  return archiveFault('IMAGE_NO_SPACE', path, what);
}
