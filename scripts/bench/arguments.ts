import { parseArgs } from 'node:util';

export interface Arguments {
  /** In the order of the known ones, each once. */
  readonly suites: readonly string[];
  /** Where to write the rows as JSON. */
  readonly json: string | undefined;
  /** Also what takes ten minutes. */
  readonly long: boolean;
  readonly help: boolean;
}

/** What was given makes no sense: exit code 2. */
export class UsageError extends Error {}

/**
 * Reads `[suite…] [--long] [--json FILE]`; without a suite all known ones are meant.
 *
 * @throws UsageError that names the known suites or the unknown option
 */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const unknown = positionals.filter((suite) => !known.includes(suite));
  if (unknown.length > 0) {
    const what = unknown.length === 1 ? 'Unknown suite' : 'Unknown suites';
    throw new UsageError(`${what} ${unknown.join(', ')}; known: ${known.join(', ')}`);
  }
  if (values.json === '') throw new UsageError('--json needs the name of a file');
  const wanted = positionals.length === 0 ? known : positionals;
  return {
    suites: known.filter((suite) => wanted.includes(suite)),
    json: values.json,
    long: values.long,
    help: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'string' },
        long: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
