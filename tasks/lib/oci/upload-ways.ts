import { Budget } from './budget.ts';

const mebibyte = 1024 * 1024;
/** What Microsoft's own SDK sends to ACR. */
const usualChunk = 4 * mebibyte;
/** More than this is not kept in memory for one chunk, whatever a registry asks for. */
const largestChunk = 64 * mebibyte;
/** Some gateways take bodies of one MiB only; below this the requests outweigh the bytes. */
const smallestChunk = 256 * 1024;
/** Chunks are kept until they are acknowledged; this bounds all of them together. */
const chunkMemory = 64 * mebibyte;

/** What a registry was found to take during a run: which blobs in one request, and how long chunks. */
export class UploadWays {
  /** Memory of the chunks that are under way. */
  readonly memory = new Budget(chunkMemory);
  #chunksFrom = Infinity;
  #brokenSizes: number[] = [];
  #chunk = usualChunk;

  /** Whether a blob of this size has to go in chunks. */
  needsChunks(size: number): boolean {
    return size >= this.#chunksFrom;
  }

  /** One request with so many bytes is too large for the registry, or a device before it. */
  tooLarge(size: number): void {
    this.#chunksFrom = Math.min(this.#chunksFrom, size);
  }

  /** Two blobs that broke off mark the smaller size as too big for one request. */
  brokeOff(size: number): void {
    this.#brokenSizes.push(size);
    if (this.#brokenSizes.length >= 2) this.tooLarge(Math.min(...this.#brokenSizes));
  }

  /** Bytes of a chunk for a registry's `OCI-Chunk-Min-Length`. */
  chunkFor(least: number): number {
    return Number.isFinite(least)
      ? Math.min(Math.max(this.#chunk, least), largestChunk)
      : this.#chunk;
  }

  /** A chunk of this size was too large. @returns whether a smaller one may be tried */
  shrink(chunk: number, least: number): boolean {
    const next = Math.max(Math.floor(chunk / 4), smallestChunk);
    if (next >= chunk || next < least) return false;
    this.#chunk = Math.min(this.#chunk, next);
    return true;
  }
}
