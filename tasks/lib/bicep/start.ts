import { readFile } from 'node:fs/promises';
import { SpokelineError } from '../errors.ts';
import { checkSum } from './check-sum.ts';
import type { BicepCompiler } from './compiler.ts';
import { downloadBicep, type FetchFile } from './download.ts';
import { bicepNotFound, findBicep, type FindOptions } from './find.ts';
import { openBicep } from './open.ts';

export interface StartOptions extends FindOptions {
  /** Whether a CLI may be fetched when the agent has none. */
  readonly download: boolean;
  readonly fetchFile: FetchFile;
  /** SHA-256 of the program in hexadecimal digits; no other one is run. */
  readonly checksum: string | undefined;
  /** Where a downloaded CLI goes when the agent has no tool cache. */
  readonly tempDirectory: string;
  /** Variables that `readEnvironmentVariable()` may read. */
  readonly variables: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly info: (text: string) => void;
}

/**
 * Finds or fetches a Bicep CLI, starts it and says which it is. The caller disposes of it.
 * Throws BICEP_NOT_FOUND, BICEP_CHECKSUM and BICEP_FAILED.
 */
export async function startBicep(options: StartOptions): Promise<BicepCompiler> {
  const bicep = await rightVersion(options);
  try {
    options.info(`Bicep CLI ${await bicep.version()} at ${bicep.path}`);
    return bicep;
  } catch (error) {
    await bicep.dispose();
    throw error;
  }
}

async function rightVersion(options: StartOptions): Promise<BicepCompiler> {
  const { info, version } = options;
  const found = await findBicep(options);
  let path = found?.path;
  if (path === undefined) {
    if (!options.download) throw bicepNotFound(options);
    info('No Bicep CLI on this agent; downloading it, as bicepDownload allows.');
    path = await fetched(options);
  }
  const bicep = await opened(path, options);
  const actual = await bicep.version().catch(async (error: unknown) => {
    await bicep.dispose();
    throw error;
  });
  if (version === undefined || actual === version) return bicep;
  await bicep.dispose();
  if (found !== undefined && found.source !== 'bicepPath') {
    // Another version may be in the tool cache, or may be fetched.
    const cached = await findBicep({ ...options, environment: {} });
    if (cached !== undefined) return opened(cached.path, options);
    if (options.download) return opened(await fetched(options), options);
  }
  throw new SpokelineError(
    'BICEP_NOT_FOUND',
    `bicepVersion is ${version}, but the Bicep CLI at ${path} is ${actual}.`,
  );
}

function fetched(options: StartOptions): Promise<string> {
  const { toolsDirectory, tempDirectory, version, checksum, fetchFile, signal } = options;
  const directory = toolsDirectory ?? tempDirectory;
  return downloadBicep({ directory, version, checksum, fetchFile, signal });
}

async function opened(path: string, options: StartOptions): Promise<BicepCompiler> {
  const { environment, variables, signal, checksum } = options;
  // Looked at before the program runs, also one that was on the agent already.
  if (checksum !== undefined) checkSum(await readFile(path), checksum, path);
  return openBicep({ path, environment, variables, signal });
}
