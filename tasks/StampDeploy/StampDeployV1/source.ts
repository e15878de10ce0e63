import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { compileTemplate } from '../../lib/bicep/compile-template.ts';
import { plainParameters, readParameters, type Parameters } from '../../lib/deploy/parameters.ts';
import { readTemplate, type Template } from '../../lib/deploy/template.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';

/** The template of the inputs: ARM JSON as it is, Bicep compiled by the CLI of the agent. */
export async function loadTemplate(
  file: string,
  given: Inputs,
  context: TaskContext,
): Promise<Template> {
  const kind = extname(file).toLowerCase();
  if (kind === '.json') return readTemplate(await readText(file, 'template'), file);
  if (kind !== '.bicep') {
    throw new SpokelineError(
      'INPUT_INVALID',
      `Input "template" is ${file}; allowed: a .bicep file, or an ARM template in .json.`,
    );
  }
  await readText(file, 'template');
  const { agent, log, signal } = context;
  const compiled = await compileTemplate(file, {
    path: given.bicepPath,
    version: given.bicepVersion,
    download: given.bicepDownload,
    toolsDirectory: agent.toolsDirectory,
    tempDirectory: agent.tempDirectory,
    environment: agent.environment,
    signal,
    info: (text) => log.info(text),
    warn: ({ message, file: at, line, column, code }) =>
      context.issue('warning', `${at}:${line}:${column}: ${message}`, {
        file: at,
        line,
        column,
        code,
      }),
  });
  return readTemplate(compiled, file);
}

/** Parameters of the file, then of the inline document. */
export async function loadParameters(given: Inputs): Promise<Parameters[]> {
  const sets: Parameters[] = [];
  if (given.parametersFile !== undefined) {
    const text = await readText(given.parametersFile, 'parametersFile');
    sets.push(readParameters(text, given.parametersFile));
  }
  if (given.parameters !== undefined) sets.push(plainParameters(given.parameters));
  return sets;
}

async function readText(file: string, input: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new SpokelineError('INPUT_INVALID', `Input "${input}" is ${file}, which ${why}.`, {
      cause: error,
    });
  }
}
