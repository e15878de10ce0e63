import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { digestOf } from './layout-files.ts';

/** An entry of a tar archive; without a type it is a file. */
export interface Entry {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly type?: 'symlink' | 'link' | 'directory' | 'fifo' | 'character-device' | 'block-device';
  readonly linkname?: string;
}

export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, content = '', type, linkname } of entries) {
    const header = { name, mtime: new Date(0), ...(linkname === undefined ? {} : { linkname }) };
    if (type === undefined) tar.entry(header, content);
    else tar.entry({ ...header, type });
  }
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** The files of a folder, as entries of an archive. */
export async function entriesOf(folder: string): Promise<Entry[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((item) => item.isFile())
    .map((item) => join(item.parentPath, item.name));
  return Promise.all(
    files.sort().map(async (file) => ({
      name: file.slice(folder.length + 1),
      content: await readFile(file),
    })),
  );
}

export async function writeTar(path: string, entries: readonly Entry[]): Promise<void> {
  await writeFile(path, await tarOf(entries));
}

/** What `docker save` wrote until version 25: a folder a layer, layers that repeat as links. */
export function dockerEntries(
  layers: readonly Buffer[],
  change: { diffIds?: unknown; names?: string[] } = {},
): Entry[] {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: change.diffIds ?? layers.map(digestOf) },
    }),
  );
  const configName = `${hex(config)}.json`;
  const seen = new Map<string, string>();
  const files = layers.map((layer, position): Entry => {
    const name = `${String(position).padStart(64, '0')}/layer.tar`;
    const first = seen.get(hex(layer));
    if (first !== undefined) return { name, type: 'symlink', linkname: `../${first}` };
    seen.set(hex(layer), name);
    return { name, content: layer };
  });
  const manifest = [
    {
      Config: configName,
      RepoTags: change.names ?? ['team/app:1.0'],
      Layers: files.map(({ name }) => name),
    },
  ];
  return [
    ...files,
    { name: configName, content: config },
    { name: 'manifest.json', content: JSON.stringify(manifest) },
    { name: 'repositories', content: '{}' },
  ];
}

export function hex(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function gzipped(bytes: Buffer): Buffer {
  return gzipSync(bytes, { level: 1 });
}
