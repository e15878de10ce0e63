import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { SpokelineError } from '../errors.ts';

export interface FindOptions {
  /** A path that the user gave: it and nothing else is taken. */
  readonly path: string | undefined;
  /** A version that the user pinned; matters in the tool cache, elsewhere the file is taken as it is. */
  readonly version: string | undefined;
  readonly toolsDirectory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Bicep CLI on this agent, and where it was found, in words. */
export interface Found {
  readonly path: string;
  readonly source: 'bicepPath' | 'PATH' | '~/.azure/bin' | 'tool cache';
}

export const executable = platform() === 'win32' ? 'bicep.exe' : 'bicep';

/**
 * Looks for Bicep CLIs: the given path alone, or the first on PATH, `~/.azure/bin` (where the Azure CLI puts it), the
 * agent's tool cache, in this order. Empty when there is none. Throws BICEP_NOT_FOUND for a given path that is no
 * program.
 */
export async function findBicep(options: FindOptions): Promise<Found[]> {
  const { path, environment } = options;
  if (path !== undefined) return [await given(path)];
  const found: Found[] = [];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter);
  const onPath = await firstProgram(
    folders.filter((f) => f !== '').map((folder) => join(folder, executable)),
  );
  if (onPath !== undefined) found.push({ path: onPath, source: 'PATH' });
  const home = environment['HOME'] ?? environment['USERPROFILE'];
  if (home !== undefined) {
    const candidate = join(home, '.azure', 'bin', executable);
    if (await isProgram(candidate)) found.push({ path: candidate, source: '~/.azure/bin' });
  }
  const cached = await fromToolCache(options);
  return cached === undefined ? found : [...found, cached];
}

async function given(path: string): Promise<Found> {
  // A directory that holds the program is what people mean by its path, too.
  const program = await firstProgram([path, join(path, executable)]);
  if (program !== undefined) return { path: program, source: 'bicepPath' };
  throw new SpokelineError('BICEP_NOT_FOUND', `bicepPath is ${path}, which is no program.`, {
    hint: 'Give the path of the Bicep CLI itself, and see that it may be executed.',
  });
}

async function firstProgram(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return undefined;
}

/** The error when nothing was found, naming all the places. */
export function bicepNotFound(options: FindOptions): SpokelineError {
  const { toolsDirectory: cache = 'none on this agent', version } = options;
  return new SpokelineError(
    'BICEP_NOT_FOUND',
    `No Bicep CLI${version === undefined ? '' : ` ${version}`} was found on the PATH, in ~/.azure/bin, or in the tool cache (${cache}), ` +
      'and bicepDownload is false.',
  );
}

/** Folder of one version in the tool cache; `<folder>.complete` says that it is whole. */
export function toolFolder(toolsDirectory: string, version: string): string {
  return join(toolsDirectory, 'bicep', version, arch());
}

async function fromToolCache(options: FindOptions): Promise<Found | undefined> {
  const { toolsDirectory, version } = options;
  if (toolsDirectory === undefined) return undefined;
  const present =
    version === undefined
      ? await readdir(join(toolsDirectory, 'bicep')).catch(() => [])
      : [version];
  const newestFirst = [...present].sort((a, b) =>
    b.localeCompare(a, undefined, { numeric: true, sensitivity: 'base' }),
  );
  for (const candidate of newestFirst) {
    const folder = toolFolder(toolsDirectory, candidate);
    const path = join(folder, executable);
    // The marker of azure-pipelines-tool-lib; without it a download broke off.
    const whole = await access(`${folder}.complete`).then(
      () => true,
      () => false,
    );
    if (whole && (await isProgram(path))) return { path, source: 'tool cache' };
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
