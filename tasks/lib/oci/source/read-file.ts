import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ByteRange } from '../image.ts';

/** Bytes of a read: with node's default of 64 KiB a PUT runs at about half the speed. */
const highWaterMark = 1024 * 1024;

/**
 * Bytes of a piece that is sent, always in the same memory: a fresh megabyte each time costs a push
 * a fifth more of a processor, and twice as many pieces a tenth more. With 64 blobs at once, the
 * most that a task takes, pieces twice as long would leave the memory that a push may have.
 */
const pieceSize = 512 * 1024;

/** A plain file, piece by piece. */
export async function* filePieces(path: string, size: number): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    // One byte more would show that it has grown.
    yield* extentPieces(file, { offset: 0, size: size + 1 }, size);
  } finally {
    await file.close();
  }
}

/**
 * A file inside an open archive, piece by piece, all in the same memory.
 *
 * @param stated bytes that there should be, where more are looked for
 */
export async function* extentPieces(
  archive: FileHandle,
  { offset, size }: Extent,
  stated = size,
): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafeSlow(Math.min(pieceSize, size));
  for (let at = 0; at < size;) {
    const length = Math.min(memory.length, size - at);
    const { bytesRead } = await archive.read(memory, 0, length, offset + at);
    // It ends here; whoever reads knows how much there should be.
    if (bytesRead === 0) return;
    yield memory.subarray(0, bytesRead);
    at += bytesRead;
    // Shared folders may give less than was asked for in the middle of a file as well.
    if (bytesRead < length && at >= stated) return;
  }
}

/** A plain file, or a part of it. */
export function openFile(path: string, range: ByteRange = { start: 0 }): Readable {
  return createReadStream(path, { highWaterMark, ...range });
}

/** Where a file lies in an open archive, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/**
 * A file inside an open archive, or a part of it. The archive stays open, whatever becomes of the
 * stream: a file's own read stream would close it when it is destroyed.
 */
export function openExtent(
  archive: FileHandle,
  { offset, size }: Extent,
  range: ByteRange = { start: 0 },
): Readable {
  const end = offset + Math.min((range.end ?? Infinity) + 1, size);
  const content = blocksOf(archive, offset + range.start, end);
  return Readable.from(content, { objectMode: false, highWaterMark });
}

async function* blocksOf(archive: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const length = Math.min(highWaterMark, to - at);
    const { bytesRead, buffer } = await archive.read(Buffer.allocUnsafe(length), 0, length, at);
    // It has become shorter; whoever reads knows how much there should be.
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}
