import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { SpokelineError } from '../errors.ts';
import type { StreamBody } from './http.ts';
import type { Blob } from './image.ts';

/** Bytes of a read: with node's default of 64 KiB a PUT runs at about half the speed. */
const block = 1024 * 1024;

/**
 * A blob as the body of one request. It is hashed while it passes, and its last block goes out only
 * when the hash is known to be right: the registry never gets as many bytes as the request
 * announced, so it cannot commit a wrong blob. The stream then fails with IMAGE_DIGEST_MISMATCH.
 */
export function verifiedBody(blob: Blob): StreamBody {
  return {
    size: blob.size,
    open: () => Readable.from(verified(blob), { objectMode: false, highWaterMark: block }),
  };
}

async function* verified(blob: Blob): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const chunk of hashedBlocks(blob, block)) {
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (held !== undefined) yield held;
}

/**
 * The blob in blocks of `size` bytes (the last one may be shorter), ending with
 * IMAGE_DIGEST_MISMATCH after the last block if the content was not what its descriptor says.
 */
export async function* hashedBlocks(blob: Blob, size: number): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of blocksOf(blob, size)) {
    seen += chunk.length;
    hash.update(chunk);
    if (seen > blob.size) throw mismatch(blob, `it has more than ${blob.size} bytes by now`);
    yield chunk;
  }
  if (seen !== blob.size) throw mismatch(blob, `it has ${seen} bytes, not ${blob.size}`);
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== blob.digest) throw mismatch(blob, `its content has ${actual}`);
}

/** Blocks of exactly that size but for the last one, whatever pieces the source gives. */
async function* blocksOf(blob: Blob, size: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of blob.open() as AsyncIterable<Buffer>) {
      let rest = part;
      while (length + rest.length >= size) {
        const fit = size - length;
        yield joined([...held, rest.subarray(0, fit)]);
        rest = rest.subarray(fit);
        held = [];
        length = 0;
      }
      if (rest.length > 0) held.push(rest);
      length += rest.length;
    }
    if (length > 0) yield joined(held);
  } catch (error) {
    if (error instanceof SpokelineError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('IMAGE_INVALID', `Blob ${blob.digest} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

/** Files come in whole blocks already, which are not copied. */
function joined(parts: Buffer[]): Buffer {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
}

function mismatch(blob: Blob, what: string): SpokelineError {
  return new SpokelineError('IMAGE_DIGEST_MISMATCH', `Blob ${blob.digest}: ${what}`, {
    hint: 'The upload was broken off before its end, so the registry has not kept the blob.',
    details: [
      { message: `${blob.origin}: ${what}`, code: 'IMAGE_DIGEST_MISMATCH', target: blob.digest },
    ],
  });
}
