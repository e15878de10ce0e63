import { posix } from 'node:path';
import type { Header } from 'tar-stream';
import { SpokelineError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';
import { shown } from '../descriptor.ts';
import type { Extent } from './read-file.ts';

/** What tar-stream tells of an entry; its own type leaves out the offset and what may be null. */
export interface TarHeader extends Omit<Header, 'type' | 'linkname' | 'pax'> {
  /** Null: a kind that is not known. */
  readonly type: Header['type'] | null;
  readonly linkname: string | null;
  /** Where the entry's content begins in the archive. */
  readonly byteOffset: number;
  readonly pax: Readonly<Record<string, string>> | null;
}

type Entry =
  | ({ readonly kind: 'file' } & Extent)
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly target: string };

/** A file with its own name, `folder`, `circle` of links; undefined if nothing has the name. */
export type Found = (Extent & { readonly name: string }) | 'folder' | 'circle' | undefined;

const entryLimit = 100_000;
const nameLimit = 4096;
/** Links from one name to the next. */
const hopLimit = 16;

/** Kinds of entries that no image archive has. */
const kinds: Readonly<Record<string, string>> = {
  'character-device': 'a device',
  'block-device': 'a device',
  fifo: 'a named pipe',
};

/**
 * The names of an archive. Nothing is ever written under them, but what they mean must not depend
 * on who reads them: a name that leaves the archive, or that stands twice, is refused.
 */
export class TarEntries {
  readonly #archive: string;
  readonly #entries = new Map<string, Entry>();

  /** @param archive its path, for messages */
  constructor(archive: string) {
    this.#archive = archive;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws SpokelineError IMAGE_ARCHIVE_UNSAFE */
  add(header: TarHeader): void {
    if (header.name.length > nameLimit) {
      throw this.#unsafe(`has a name of ${header.name.length} characters`);
    }
    const name = insideName(header.name);
    if (name === undefined) {
      throw this.#unsafe(`has the entry ${shown(header.name)}, a path out of the archive`);
    }
    const entry = this.#entryOf(header, name);
    // The archive's own folder.
    if (name === '') return;
    const before = this.#entries.get(name);
    if (before !== undefined && !(before.kind === 'folder' && entry.kind === 'folder')) {
      throw this.#unsafe(`has the entry ${shown(name)} twice`);
    }
    this.#entries.set(name, entry);
    if (this.#entries.size > entryLimit) throw this.#unsafe(`has more than ${entryLimit} entries`);
  }

  /** @throws SpokelineError IMAGE_ARCHIVE_UNSAFE if links lead in a circle */
  checkLinks(): void {
    for (const [name, { kind }] of this.#entries) {
      if (kind === 'link' && this.find(name) === 'circle') {
        throw this.#unsafe(`has the entry ${shown(name)}, a link that leads in a circle`);
      }
    }
  }

  find(name: string): Found {
    let at = insideName(name) ?? '';
    for (let hops = 0; hops <= hopLimit; hops += 1) {
      const entry = this.#entries.get(at);
      if (entry === undefined) return undefined;
      if (entry.kind === 'file') return { name: at, offset: entry.offset, size: entry.size };
      if (entry.kind === 'folder') return 'folder';
      at = entry.target;
    }
    return 'circle';
  }

  #entryOf({ type, size, byteOffset, linkname, pax }: TarHeader, name: string): Entry {
    const about = `has the entry ${shown(name)}`;
    // Some readers skip content where none belongs, others take it for the next entry.
    if (type === 'directory') {
      if (size !== 0) throw this.#unsafe(`${about}, a folder with content`);
      return { kind: 'folder' };
    }
    if (type === 'symlink' || type === 'link') {
      if (size !== 0) throw this.#unsafe(`${about}, a link with content`);
      const folder = type === 'symlink' ? posix.dirname(name) : '.';
      const target = insideName(linkname ?? '', folder);
      if (target !== undefined) return { kind: 'link', target };
      throw this.#unsafe(`${about}, a link to ${shown(linkname)}, out of the archive`);
    }
    if (type !== 'file' && type !== 'contiguous-file') {
      throw this.#unsafe(`${about}, ${kinds[type ?? ''] ?? 'of a kind that is not known'}`);
    }
    // The content of a sparse entry is a map of the file's pieces, not the file.
    if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) {
      throw this.#unsafe(`${about}, stored as a sparse file`);
    }
    return { kind: 'file', offset: byteOffset, size };
  }

  #unsafe(what: string): SpokelineError {
    return archiveFault('IMAGE_ARCHIVE_UNSAFE', this.#archive, what);
  }
}

export function archiveFault(
  code: ErrorCode,
  archive: string,
  what: string,
  cause?: unknown,
): SpokelineError {
  return new SpokelineError(code, `Archive ${archive} ${what}; nothing was sent`, { cause });
}

/**
 * A name of an archive in its shortest form, `''` for the archive itself; undefined if it leads out
 * of the archive, on any operating system.
 *
 * @param folder that the name is relative to
 */
function insideName(name: string, folder = '.'): string | undefined {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || /[\\\0]/.test(name)) return undefined;
  const path = posix.join(folder, name);
  if (path === '..' || path.startsWith('../')) return undefined;
  // A way up and back in is harmless for a link, but no tool names an entry so.
  if (folder === '.' && name.split('/').includes('..')) return undefined;
  return path.replace(/^\.?\/?$/, '').replace(/\/$/, '');
}
