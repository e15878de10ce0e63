import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bicep } from 'bicep-node';
import { SpokelineError } from '../errors.ts';
import { otherSum } from './check-sum.ts';
import { executable, toolFolder } from './find.ts';

/** A GET of a public file, by the way that the agent uses: its proxy, its authorities. */
export type FetchFile = (
  url: string,
  signal: AbortSignal,
) => Promise<{ readonly status: number; readonly body: Uint8Array }>;

export interface DownloadOptions {
  readonly directory: string;
  /** Undefined is the newest. */
  readonly version: string | undefined;
  /** SHA-256 in hexadecimal digits. */
  readonly checksum: string | undefined;
  readonly fetchFile: FetchFile;
  readonly signal: AbortSignal;
}

/** Where bicep-node looks for the newest one, with a fetch of its own that knows no proxy. */
const newest = 'https://downloads.bicep.azure.com/releases/latest';

/**
 * Downloads a Bicep CLI from Microsoft into the tool cache and returns its path. Only called when the user
 * allowed it. Throws BICEP_NOT_FOUND, and BICEP_CHECKSUM for another program than the one that was wanted.
 */
export async function downloadBicep(options: DownloadOptions): Promise<string> {
  const { directory, checksum, signal } = options;
  const get = async (url: string): Promise<Uint8Array> => {
    const { status, body } = await options.fetchFile(url, signal);
    if (status !== 200) throw new Error(`${url} was answered with ${status}`);
    return body;
  };
  let url: string;
  let bytes: Uint8Array;
  try {
    url = await Bicep.getDownloadUrl(options.version ?? (await newestVersion(get)));
    bytes = await get(url);
  } catch (error) {
    signal.throwIfAborted();
    // bicep-node throws plain texts here.
    const text = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('BICEP_NOT_FOUND', `The Bicep CLI could not be downloaded: ${text}`, {
      hint: 'Put bicep on the PATH of the agent or give bicepPath; agents without internet need that anyway.',
      cause: error,
    });
  }
  const other = checksum === undefined ? undefined : otherSum(bytes, checksum, url);
  if (other !== undefined) throw other;
  const found = /\/v([^/]+)\/[^/]+$/.exec(new URL(url).pathname)?.[1];
  const folder = toolFolder(directory, options.version ?? found ?? 'latest');
  const path = join(folder, executable);
  // Several agents of one host share the cache: none may see half a file, or one being written.
  const partial = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(partial, bytes);
    await chmod(partial, 0o755);
    await rename(partial, path);
    await writeFile(`${folder}.complete`, '');
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('BICEP_NOT_FOUND', `The Bicep CLI could not be stored: ${text}`, {
      hint: `Let the agent write ${directory}, or put bicep on its PATH.`,
      cause: error,
    });
  } finally {
    await rm(partial, { force: true }).catch(() => undefined);
  }
  return path;
}

async function newestVersion(get: (url: string) => Promise<Uint8Array>): Promise<string> {
  const body = JSON.parse(Buffer.from(await get(newest)).toString('utf8')) as unknown;
  const tag = (body as { tag_name?: unknown } | null)?.tag_name;
  if (typeof tag !== 'string' || !/^v\d+\.\d+\.\d+$/.test(tag)) {
    throw new Error(`${newest} names no version`);
  }
  return tag.slice(1);
}
