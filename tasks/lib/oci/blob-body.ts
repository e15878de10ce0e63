import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';
import type { StreamBody } from './http.ts';
import type { Blob } from './image.ts';

/**
 * A blob as the body of one request. It is hashed while it passes, and its last piece goes out only
 * when the hash is known to be right: the registry never gets as many bytes as the request
 * announced, so it cannot commit a wrong blob. Sending then fails with IMAGE_DIGEST_MISMATCH.
 */
export function verifiedBody(blob: Blob): StreamBody {
  return { size: blob.size, send: (write) => sendVerified(blob, write) };
}

async function sendVerified(blob: Blob, write: (piece: Buffer) => Promise<void>): Promise<void> {
  const hash = createHash('sha256');
  let seen = 0;
  let last: Buffer | undefined;
  for await (const piece of partsOf(blob)) {
    seen += piece.length;
    if (seen > blob.size) throw mismatch(blob, `it has more than ${blob.size} bytes by now`);
    // It is hashed while it is on its way.
    const sent = seen < blob.size ? write(piece) : undefined;
    hash.update(piece);
    if (sent !== undefined) await sent;
    else if (piece.length > 0) last = piece;
  }
  check(blob, seen, hash);
  if (last !== undefined) await write(last);
}

/**
 * The blob from byte `from` on in blocks of `size` bytes (the last one may be shorter), ending with
 * IMAGE_DIGEST_MISMATCH after the last block if the content was not what its descriptor says. All
 * of it is hashed, wherever the blocks begin. A block holds until the next one is asked for.
 */
export async function* hashedBlocks(blob: Blob, size: number, from = 0): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const blocks = new Blocks(Math.min(size, Math.max(1, blob.size - from)));
  let seen = 0;
  for await (const part of partsOf(blob)) {
    const before = seen;
    seen += part.length;
    if (seen > blob.size) throw mismatch(blob, `it has more than ${blob.size} bytes by now`);
    hash.update(part);
    if (seen > from) yield* blocks.add(before < from ? part.subarray(from - before) : part);
  }
  yield* blocks.rest();
  check(blob, seen, hash);
}

function check(blob: Blob, seen: number, hash: Hash): void {
  if (seen !== blob.size) throw mismatch(blob, `it has ${seen} bytes, not ${blob.size}`);
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== blob.digest) throw mismatch(blob, `its content has ${actual}`);
}

async function* partsOf(blob: Blob): AsyncGenerator<Buffer> {
  try {
    yield* blob.pieces?.() ?? (blob.open() as AsyncIterable<Buffer>);
  } catch (error) {
    if (error instanceof SpokelineError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('IMAGE_INVALID', `Blob ${blob.digest} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

/** Makes blocks of one size out of pieces of any, all in the same memory. */
class Blocks {
  readonly #block: Buffer;
  #length = 0;

  constructor(size: number) {
    this.#block = Buffer.allocUnsafeSlow(size);
  }

  *add(part: Buffer): Generator<Buffer> {
    for (let at = 0; at < part.length;) {
      const copied = part.copy(this.#block, this.#length, at);
      at += copied;
      this.#length += copied;
      if (this.#length === this.#block.length) yield* this.rest();
    }
  }

  *rest(): Generator<Buffer> {
    if (this.#length === 0) return;
    const block = this.#block.subarray(0, this.#length);
    this.#length = 0;
    yield block;
  }
}

function mismatch(blob: Blob, what: string): SpokelineError {
  return new SpokelineError('IMAGE_DIGEST_MISMATCH', `Blob ${blob.digest}: ${what}`, {
    hint: 'The upload was broken off before its end, so the registry has not kept the blob.',
    details: [
      { message: `${blob.origin}: ${what}`, code: 'IMAGE_DIGEST_MISMATCH', target: blob.digest },
    ],
  });
}
