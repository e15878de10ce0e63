import type { Readable } from 'node:stream';
import type { ErrorCode } from '../../errors.ts';
import type { Blob, ByteRange } from '../image.ts';
import type { Descriptor } from '../descriptor.ts';
import type { GraphStore } from './graph.ts';
import { manifestLimit } from './graph.ts';
import type { Problems } from './problems.ts';

/** A plain file of a folder or of an archive. */
export interface SourceFile {
  readonly size: number;
  /** Its path, or the archive's path and its name in it. */
  readonly origin: string;
  open(range?: ByteRange): Readable;
  /** As in `Blob`. */
  pieces?(): AsyncIterable<Buffer>;
}

/** Why there is no plain file of a name, as the end of a sentence: `is a link out of the layout`. */
export interface FileFault {
  readonly fault: string;
  readonly code: ErrorCode;
}

/** The port to where an image's files lie. */
export interface FileTree {
  /** What it is, for messages: `OCI layout out/image`. */
  readonly what: string;
  /** @returns undefined if nothing has that name */
  find(name: string): Promise<SourceFile | FileFault | undefined>;
}

/** Reads the files that an image needs and says what is wrong with them. */
export class Files {
  readonly #tree: FileTree;
  readonly #problems: Problems;

  constructor(tree: FileTree, problems: Problems) {
    this.#tree = tree;
    this.#problems = problems;
  }

  async has(name: string): Promise<boolean> {
    return (await this.#tree.find(name)) !== undefined;
  }

  /** @param missing ends the sentence about a file that is not there */
  async find(name: string, missing = 'is missing'): Promise<SourceFile | undefined> {
    const found = await this.#tree.find(name);
    if (found === undefined) this.#problems.add(missing, name, 'IMAGE_CONTENT_MISSING');
    else if ('fault' in found) this.#problems.add(found.fault, name, found.code);
    else return found;
    return undefined;
  }

  /** The bytes of a document. */
  async read(name: string): Promise<Buffer | undefined> {
    const file = await this.find(name);
    return file === undefined ? undefined : this.bytes(file, name);
  }

  async bytes(file: SourceFile, name: string): Promise<Buffer | undefined> {
    if (file.size > manifestLimit) {
      const message = `is ${file.size} bytes; at most ${manifestLimit} are read`;
      this.#problems.add(message, name, 'IMAGE_TOO_LARGE');
      return undefined;
    }
    try {
      return Buffer.concat((await file.open().toArray()) as Buffer[]);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#problems.add(`cannot be read: ${reason}`, name);
      return undefined;
    }
  }
}

/** Manifests and blobs as an OCI layout keeps them: `blobs/sha256/<hex>`. */
export function layoutStore(files: Files, problems: Problems): GraphStore {
  const find = async (descriptor: Descriptor, from: string): Promise<SourceFile | undefined> => {
    const name = `blobs/sha256/${descriptor.digest.slice('sha256:'.length)}`;
    const file = await files.find(name, `is missing; ${from} names it`);
    if (file === undefined || file.size === descriptor.size) return file;
    problems.add(`is ${file.size} bytes; its descriptor in ${from} says ${descriptor.size}`, name);
    return undefined;
  };
  return {
    async manifest(descriptor, from): Promise<Buffer | undefined> {
      const file = await find(descriptor, from);
      return file && files.bytes(file, descriptor.digest);
    },
    async blob(descriptor, from): Promise<Blob | undefined> {
      const file = await find(descriptor, from);
      if (file === undefined) return undefined;
      return { ...file, ...descriptor };
    },
  };
}
