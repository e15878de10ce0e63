import { SpokelineError } from '../errors.ts';
import type { BicepCompiler, Diagnostic } from './compiler.ts';
import { downloadBicep } from './download.ts';
import { bicepNotFound, findBicep, type FindOptions } from './find.ts';
import { openBicep } from './open.ts';

export interface CompileOptions extends FindOptions {
  readonly download: boolean;
  /** Where a downloaded CLI goes when the agent has no tool cache. */
  readonly tempDirectory: string;
  readonly signal: AbortSignal;
  readonly info: (text: string) => void;
  readonly warn: (diagnostic: Diagnostic) => void;
}

/**
 * Compiles a Bicep file to the JSON text of an ARM template. Warnings go to `warn`; errors are thrown as one
 * BICEP_COMPILE with a detail for each. Throws BICEP_NOT_FOUND and BICEP_FAILED, too.
 */
export async function compileTemplate(file: string, options: CompileOptions): Promise<string> {
  const bicep = await open(options);
  try {
    const version = await bicep.version();
    options.info(`Bicep CLI ${version} at ${bicep.path}`);
    const { template, diagnostics } = await bicep.compile(file);
    const errors = diagnostics.filter((d) => d.level === 'error');
    for (const diagnostic of diagnostics)
      if (diagnostic.level === 'warning') options.warn(diagnostic);
    if (template !== undefined) return template;
    throw new SpokelineError(
      'BICEP_COMPILE',
      `${file} has ${errors.length === 1 ? 'one error' : `${errors.length} errors`}.`,
      {
        details: errors.map(({ file: at, line, column, code, message }) => ({
          file: at,
          line,
          column,
          code,
          message,
        })),
      },
    );
  } finally {
    await bicep.dispose();
  }
}

async function open(options: CompileOptions): Promise<BicepCompiler> {
  const { signal, environment, info, version } = options;
  const found = await findBicep(options);
  let path = found?.path;
  if (path === undefined) {
    if (!options.download) throw bicepNotFound(options);
    info('No Bicep CLI on this agent; downloading it, as bicepDownload allows.');
    path = await downloadBicep(options.toolsDirectory ?? options.tempDirectory, version, signal);
  }
  const bicep = await openBicep({ path, environment, signal });
  const actual = await bicep.version().catch(async (error: unknown) => {
    await bicep.dispose();
    throw error;
  });
  if (version === undefined || actual === version) return bicep;
  await bicep.dispose();
  if (found !== undefined && found.source !== 'bicepPath') {
    // Another version may be in the tool cache, or may be fetched.
    const rest = { ...options, environment: {} };
    const cached = await findBicep(rest);
    if (cached !== undefined) return openBicep({ path: cached.path, environment, signal });
    if (options.download) {
      const fetched = await downloadBicep(
        options.toolsDirectory ?? options.tempDirectory,
        version,
        signal,
      );
      return openBicep({ path: fetched, environment, signal });
    }
  }
  throw new SpokelineError(
    'BICEP_NOT_FOUND',
    `bicepVersion is ${version}, but the Bicep CLI at ${path} is ${actual}.`,
  );
}
