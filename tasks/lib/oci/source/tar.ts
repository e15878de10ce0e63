import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { SpokelineError } from '../../errors.ts';
import type { FileTree } from './files.ts';
import { extentPieces, openExtent } from './read-file.ts';
import { archiveFault, TarEntries } from './tar-entries.ts';
import type { TarHeader } from './tar-entries.ts';

/** A tar archive, open for reading. */
export interface OpenArchive {
  /** As it was given, for messages. */
  readonly path: string;
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
}

const block = 64 * 1024;

/**
 * Finds where each file of a tar archive lies. Only headers are read, however big the files are;
 * those are read later, in place.
 *
 * @throws SpokelineError IMAGE_ARCHIVE_DAMAGED, IMAGE_ARCHIVE_UNSAFE
 */
export async function readTar(archive: OpenArchive, signal: AbortSignal): Promise<FileTree> {
  const entries = await scan(archive, signal);
  return {
    what: `Archive ${archive.path}`,
    find(name) {
      const found = entries.find(name);
      if (found === undefined) return Promise.resolve(undefined);
      if (found === 'folder' || found === 'circle') {
        return Promise.resolve({ fault: 'is not a plain file', code: 'IMAGE_INVALID' });
      }
      return Promise.resolve({
        size: found.size,
        origin: `${archive.path}: ${found.name}`,
        open: (range) => openExtent(archive.handle, found, range),
        pieces: () => extentPieces(archive.handle, found),
      });
    },
  };
}

async function scan(archive: OpenArchive, signal: AbortSignal): Promise<TarEntries> {
  const entries = new TarEntries(archive.path);
  const position = { skipTo: 0 };
  let fault: Error | undefined;
  const tar = extract();
  tar.on('entry', (entry, content, next) => {
    const header = entry as unknown as TarHeader;
    // It ends with the archive's own error, which the pipeline below throws.
    content.on('error', () => undefined);
    try {
      position.skipTo = header.byteOffset + header.size;
      if (position.skipTo > archive.size) throw cutShort(archive);
      entries.add(header);
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
      next(fault);
      return;
    }
    content.once('end', () => next());
    content.resume();
  });
  try {
    const bytes = Readable.from(headersOf(archive, position));
    // Its streams are streamx's, which behave as Node's do but are typed apart.
    await pipeline(bytes, tar as unknown as NodeJS.WritableStream, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw fault ?? scanFault(archive, entries, error);
  }
  if (entries.size === 0) throw archiveFault('IMAGE_ARCHIVE_DAMAGED', archive.path, 'is empty');
  entries.checkLinks();
  return entries;
}

/**
 * The bytes of an archive, with nothing but zeros inside the content of entries: tar-stream wants
 * as many bytes as there are, but passes over what they are, and the disk need not be read.
 */
async function* headersOf(
  { handle, size }: OpenArchive,
  position: { readonly skipTo: number },
): AsyncGenerator<Buffer> {
  const nothing = Buffer.alloc(16 * block);
  for (let at = 0; at < size;) {
    const skip = Math.min(position.skipTo - at, nothing.length);
    if (skip > block) {
      yield nothing.subarray(0, skip);
      at += skip;
      continue;
    }
    const length = Math.min(block, size - at);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function scanFault(archive: OpenArchive, entries: TarEntries, error: unknown): SpokelineError {
  if (error instanceof SpokelineError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (message === 'Unexpected end of data') return cutShort(archive, error);
  const what =
    entries.size === 0 ? 'is no tar archive' : `is damaged after ${entries.size} entries`;
  return archiveFault('IMAGE_ARCHIVE_DAMAGED', archive.path, `${what} (${message})`, error);
}

function cutShort({ path, size }: OpenArchive, cause?: unknown): SpokelineError {
  const what = `is cut short: it ends in the middle of an entry, after ${size} bytes`;
  return archiveFault('IMAGE_ARCHIVE_DAMAGED', path, what, cause);
}
