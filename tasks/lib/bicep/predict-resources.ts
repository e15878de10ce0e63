import { extname } from 'node:path';
import { SpokelineError } from '../errors.ts';
import type { SnapshotPlace } from './compiler.ts';
import { bicepNotFound, findBicep, type FindOptions } from './find.ts';
import { openBicep } from './open.ts';
import { openSnapshotFolder } from './snapshot.ts';

export interface PredictOptions extends FindOptions {
  readonly tempDirectory: string;
  readonly signal: AbortSignal;
  readonly info: (text: string) => void;
}

/** One prediction that is wanted of a Bicep file. */
export interface Wanted {
  readonly place: SnapshotPlace;
  /** Values by name; what the file does not declare is left out. */
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * What a Bicep file would deploy, as the CLI's `snapshot` says: nothing is sent anywhere. The CLI is never
 * downloaded.
 *
 * @param file a `.bicep` file, or a `.bicepparam` file that has its own values
 * @param wanted is told the names of the declared parameters; of a `.bicepparam` file there are none to tell
 * @returns the JSON text of each snapshot
 * @throws SpokelineError BICEP_NOT_FOUND, BICEP_FAILED
 */
export async function predictResources(
  file: string,
  wanted: (declared: readonly string[]) => readonly Wanted[],
  options: PredictOptions,
): Promise<string[]> {
  const [found] = await findBicep(options);
  if (found === undefined) throw bicepNotFound(options);
  const bicep = await openBicep({
    path: found.path,
    environment: options.environment,
    signal: options.signal,
  });
  const folder = await openSnapshotFolder(bicep, options.tempDirectory);
  try {
    options.info(`Bicep CLI ${await bicep.version()} at ${found.path}`);
    const own = extname(file).toLowerCase() === '.bicepparam';
    const declared = own ? [] : (await bicep.metadata(file)).parameters.map(({ name }) => name);
    const texts: string[] = [];
    for (const { place, values } of wanted(declared)) {
      const known = Object.entries(values).filter(([name]) => declared.includes(name));
      const text = own
        ? await bicep.snapshot(file, place)
        : await folder.snapshot({ template: file, values: Object.fromEntries(known) }, place);
      if (text === undefined) {
        throw new SpokelineError('BICEP_FAILED', 'this version of the Bicep CLI has no snapshot');
      }
      texts.push(text);
    }
    return texts;
  } catch (error) {
    if (!(error instanceof SpokelineError) || error.code !== 'BICEP_FAILED') throw error;
    throw new SpokelineError('BICEP_FAILED', `${file} could not be predicted: ${error.message}`, {
      hint: 'The snapshot of the Bicep CLI is needed, 0.36.1 or later, and every parameter needs a value.',
      cause: error,
    });
  } finally {
    await bicep.dispose();
    await folder.remove();
  }
}
