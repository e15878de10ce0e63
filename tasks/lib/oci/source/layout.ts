import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { SpokelineError } from '../../errors.ts';
import type { ImageSource } from '../image.ts';
import type { FileFault, FileTree, SourceFile } from './files.ts';
import { readOciLayout } from './oci-layout.ts';
import { filePieces, openFile } from './read-file.ts';
import { everything } from './wish.ts';

/**
 * Reads the image of a layout folder; nothing has to be closed afterwards.
 *
 * @throws SpokelineError IMAGE_… with every problem found
 */
export async function readLayout(directory: string, wish = everything): Promise<ImageSource> {
  const image = await readOciLayout(await folderTree(directory), wish);
  return { ...image, close: () => Promise.resolve() };
}

async function folderTree(directory: string): Promise<FileTree> {
  const status = await stat(directory).catch(() => undefined);
  if (status?.isDirectory() !== true) {
    const what = status === undefined ? 'does not exist' : 'is a file, not an OCI layout folder';
    throw new SpokelineError('IMAGE_INVALID', `OCI layout ${directory} ${what}`, {
      hint: 'A layout is the folder that holds oci-layout, index.json and blobs/.',
    });
  }
  const root = await realpath(directory);
  return { what: `OCI layout ${directory}`, find: (name) => find(root, name) };
}

/**
 * Follows links, then refuses what lies outside: a layout may come from a download, and a link in
 * it must not publish a file of the agent.
 */
async function find(root: string, name: string): Promise<SourceFile | FileFault | undefined> {
  const path = await realpath(join(root, name)).catch(() => undefined);
  const status = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || status === undefined) return undefined;
  if (!path.startsWith(root + sep)) {
    return { fault: 'is a link out of the layout', code: 'IMAGE_INVALID' };
  }
  if (!status.isFile()) return { fault: 'is not a plain file', code: 'IMAGE_INVALID' };
  return {
    size: status.size,
    origin: path,
    open: (range) => openFile(path, range),
    pieces: () => filePieces(path, status.size),
  };
}
