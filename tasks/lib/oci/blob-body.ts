import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { SpokelineError } from '../errors.ts';
import type { StreamBody } from './http.ts';
import type { Blob } from './image.ts';

/** Bytes of a write: with node's default of 64 KiB a PUT runs at about half the speed. */
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
 * The blob from byte `from` on in blocks of `size` bytes (the last one may be shorter), ending with
 * IMAGE_DIGEST_MISMATCH after the last block if the content was not what its descriptor says. All
 * of it is hashed, wherever the blocks begin.
 */
export async function* hashedBlocks(blob: Blob, size: number, from = 0): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const blocks = new Blocks(size);
  let seen = 0;
  for await (const part of partsOf(blob)) {
    const before = seen;
    seen += part.length;
    if (seen > blob.size) throw mismatch(blob, `it has more than ${blob.size} bytes by now`);
    hash.update(part);
    if (seen > from) yield* blocks.add(before < from ? part.subarray(from - before) : part);
  }
  if (seen !== blob.size) throw mismatch(blob, `it has ${seen} bytes, not ${blob.size}`);
  yield* blocks.rest();
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual !== blob.digest) throw mismatch(blob, `its content has ${actual}`);
}

async function* partsOf(blob: Blob): AsyncGenerator<Buffer> {
  try {
    for await (const part of blob.open() as AsyncIterable<Buffer>) yield part;
  } catch (error) {
    if (error instanceof SpokelineError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('IMAGE_INVALID', `Blob ${blob.digest} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

/** Makes blocks of one size out of pieces of any; pieces that fit already are not copied. */
class Blocks {
  readonly #size: number;
  #held: Buffer[] = [];
  #length = 0;

  constructor(size: number) {
    this.#size = size;
  }

  *add(part: Buffer): Generator<Buffer> {
    let rest = part;
    while (this.#length + rest.length >= this.#size) {
      const fit = this.#size - this.#length;
      this.#held.push(rest.subarray(0, fit));
      yield this.#joined();
      rest = rest.subarray(fit);
    }
    if (rest.length > 0) this.#held.push(rest);
    this.#length += rest.length;
  }

  *rest(): Generator<Buffer> {
    if (this.#length > 0) yield this.#joined();
  }

  #joined(): Buffer {
    const [only] = this.#held;
    const block = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    this.#held = [];
    this.#length = 0;
    return block;
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
