import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { ByteRange } from '../image.ts';

/** Bytes of a read: with node's default of 64 KiB a PUT runs at about half the speed. */
const highWaterMark = 1024 * 1024;

/** A plain file, or a part of it. */
export function openFile(path: string, range: ByteRange = { start: 0 }): Readable {
  return createReadStream(path, { highWaterMark, ...range });
}

/** Where a file lies in an open archive, in bytes. */
export interface Extent {
  readonly offset: number;
  readonly size: number;
}

/** A file inside an open archive, or a part of it. The archive stays open. */
export function openExtent(
  { fd }: FileHandle,
  { offset, size }: Extent,
  range: ByteRange = { start: 0 },
): Readable {
  const last = Math.min(range.end ?? Infinity, size - 1);
  // A read stream cannot be empty.
  if (range.start > last) return Readable.from([]);
  const [start, end] = [offset + range.start, offset + last];
  return createReadStream('', { fd, autoClose: false, highWaterMark, start, end });
}
