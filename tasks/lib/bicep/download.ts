import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bicep } from 'bicep-node';
import { SpokelineError } from '../errors.ts';
import { executable, toolFolder } from './find.ts';

/**
 * Downloads a Bicep CLI from Microsoft into the tool cache and returns its path. Only called when the user
 * allowed it. `version` undefined is the newest. Throws BICEP_NOT_FOUND.
 */
export async function downloadBicep(
  directory: string,
  version: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  let url: string;
  let bytes: Uint8Array;
  try {
    url = await Bicep.getDownloadUrl(version);
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${url} was answered with ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    signal.throwIfAborted();
    // bicep-node throws plain texts here.
    const text = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('BICEP_NOT_FOUND', `The Bicep CLI could not be downloaded: ${text}`, {
      hint: 'Put bicep on the PATH of the agent or give bicepPath; agents without internet need that anyway.',
      cause: error,
    });
  }
  const found = /\/v([^/]+)\/[^/]+$/.exec(new URL(url).pathname)?.[1];
  const folder = toolFolder(directory, version ?? found ?? 'latest');
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
