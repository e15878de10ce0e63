import { readFile } from 'node:fs/promises';
import { SpokelineError } from '../errors.ts';
import { otherSum } from './check-sum.ts';
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
 * Finds or fetches a Bicep CLI, starts it and says which it is. One of another version or checksum than the wanted one
 * is passed over while there are more places to look at. The caller disposes of it.
 * Throws BICEP_NOT_FOUND, BICEP_CHECKSUM and BICEP_FAILED.
 */
export async function startBicep(options: StartOptions): Promise<BicepCompiler> {
  const { info, download } = options;
  const found = await findBicep(options);
  const refusals: SpokelineError[] = [];
  for (const { path } of found) {
    const bicep = await opened(path, options);
    if (!(bicep instanceof SpokelineError)) return bicep;
    refusals.push(bicep);
  }
  const [refusal, ...others] = refusals;
  if (!download || found.some(({ source }) => source === 'bicepPath')) {
    for (const { message } of others) info(message);
    throw refusal ?? bicepNotFound(options);
  }
  for (const { message } of refusals) info(message);
  const which = refusal === undefined ? 'No Bicep CLI' : 'Not the wanted Bicep CLI';
  info(`${which} on this agent; downloading it, as bicepDownload allows.`);
  const bicep = await opened(await fetched(options), options);
  if (bicep instanceof SpokelineError) throw bicep;
  return bicep;
}

function fetched(options: StartOptions): Promise<string> {
  const { toolsDirectory, tempDirectory, version, checksum, fetchFile, signal } = options;
  const directory = toolsDirectory ?? tempDirectory;
  return downloadBicep({ directory, version, checksum, fetchFile, signal });
}

/** The CLI at a path, or why it is not the wanted one. */
async function opened(
  path: string,
  options: StartOptions,
): Promise<BicepCompiler | SpokelineError> {
  const { environment, variables, signal, checksum, version, info } = options;
  // Looked at before the program runs, also one that was on the agent already.
  const other = checksum === undefined ? undefined : otherSum(await readFile(path), checksum, path);
  if (other !== undefined) return other;
  const bicep = await openBicep({ path, environment, variables, signal });
  try {
    const actual = await bicep.version();
    if (version === undefined || actual === version) {
      info(`Bicep CLI ${actual} at ${bicep.path}`);
      return bicep;
    }
    await bicep.dispose();
    return otherVersion(version, path, actual);
  } catch (error) {
    await bicep.dispose();
    throw error;
  }
}

function otherVersion(wanted: string, path: string, actual: string): SpokelineError {
  return new SpokelineError(
    'BICEP_NOT_FOUND',
    `bicepVersion is ${wanted}, but the Bicep CLI at ${path} is ${actual}.`,
    {
      hint: 'Install that version, set bicepDownload to true without bicepPath, or change bicepVersion.',
    },
  );
}
