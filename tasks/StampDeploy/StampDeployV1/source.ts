import { readFile, realpath } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { fetchFile } from '../../lib/azure/fetch-file.ts';
import { compileParameters, compileTemplate, type Warn } from '../../lib/bicep/compile.ts';
import type { BicepCompiler } from '../../lib/bicep/compiler.ts';
import { assignedIn, isBicepFile, isParamsFile, readOutline } from '../../lib/bicep/params-file.ts';
import { startBicep } from '../../lib/bicep/start.ts';
import {
  mergeParameters,
  overridesOf,
  plainParameters,
  readParameters,
  type Parameters,
} from '../../lib/deploy/parameters.ts';
import type { LocalPrediction } from '../../lib/deploy/prediction.ts';
import { readTemplate, type Template } from '../../lib/deploy/template.ts';
import { SpokelineError } from '../../lib/errors.ts';
import { hasLongNumber } from '../../lib/net/exact-json.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';
import { withPredictions } from './predict.ts';
import type { Place } from './target.ts';

/** A template with the parameters for one place. */
export interface Source {
  readonly place: Place;
  readonly template: Template;
  readonly parameters: Parameters;
  /** What the Bicep CLI predicts, when it was asked and could tell. */
  readonly prediction?: LocalPrediction;
}

/**
 * The template of the inputs with the parameters for each place, in the order of the places. ARM JSON is taken as it
 * is; Bicep is compiled by the CLI of the agent, which is started once.
 */
export async function loadSources(
  given: Inputs,
  context: TaskContext,
  places: readonly Place[],
): Promise<Source[]> {
  const { template: file, parametersFile } = given;
  if (isParamsFile(parametersFile)) {
    return withBicep(given, context, (bicep) =>
      fromParametersFile(bicep, parametersFile, given, context, places),
    );
  }
  if (file === undefined) throw invalid('Input "template" is missing.');
  if (!isBicepFile(file)) {
    return eachPlace(await readTemplateFile(file, warner(context)), given, places);
  }
  await readText(file, 'template');
  return withBicep(given, context, async (bicep) => {
    const template = await readTemplateFile(file, warner(context), bicep);
    const sources = await eachPlace(template, given, places);
    return withPredictions(sources, bicep, file, given, context);
  });
}

/** A template with parameters that no compiler has to read. */
async function eachPlace(
  template: Template,
  given: Inputs,
  places: readonly Place[],
): Promise<Source[]> {
  const { parametersFile } = given;
  const sets: Parameters[] = [];
  if (parametersFile !== undefined) {
    const text = await readText(parametersFile, 'parametersFile');
    sets.push(readParameters(text, parametersFile, externalValues(given)));
  }
  if (given.parameters !== undefined) sets.push(plainParameters(given.parameters));
  return places.map((place) => ({
    place,
    template,
    parameters: mergeParameters(template, place.offered, sets),
  }));
}

async function fromParametersFile(
  bicep: BicepCompiler,
  file: string,
  given: Inputs,
  context: TaskContext,
  places: readonly Place[],
): Promise<Source[]> {
  const warn = warner(context);
  const outline = readOutline(await readText(file, 'parametersFile'));
  const { using } = outline;
  const assigned = await assignedIn(file, outline);
  const templateFile = await templateFileOf(file, using, given.template);
  const known =
    templateFile === undefined ? undefined : await readTemplateFile(templateFile, warn, bicep);
  const inline = given.parameters ?? {};
  requireShortNumbers(inline, file);
  const quotable = [...Object.values(inline), ...Object.values(given.environmentVariables)];
  const secrets = quotable.filter((value) => typeof value === 'string');
  const sources: Source[] = [];
  for (const place of places) {
    const { offered } = place;
    // A place's objects come before the file and inline values after it, as with every other kind of file.
    const overrides =
      known === undefined || using === undefined
        ? inline
        : overridesOf(known, offered, assigned, inline);
    const compiled = await compileParameters(bicep, file, overrides, secrets, warn);
    if (compiled.templateSpecId !== undefined) {
      throw invalid(`${file} uses the template spec ${compiled.templateSpecId}.`, {
        hint: 'Allowed after "using": a local file, a module of a registry, or none.',
      });
    }
    const template = known ?? readTemplate(compiled.template ?? '', file);
    const values = readParameters(compiled.parameters, file, externalValues(given));
    sources.push({ place, template, parameters: mergeParameters(template, offered, [values]) });
  }
  return withPredictions(sources, bicep, templateFile, given, context);
}

/** Throws INPUT_INVALID for inline values that the compiler would not get as they are. */
function requireShortNumbers(inline: Readonly<Record<string, unknown>>, file: string): void {
  const long = Object.entries(inline).flatMap(([name, value]) =>
    hasLongNumber(value) ? [name] : [],
  );
  if (long.length === 0) return;
  throw invalid(
    `Input "parameters" has whole numbers beyond 2^53 in ${long.join(', ')}, which the Bicep CLI would round.`,
    { hint: `Write them into ${file} itself.` },
  );
}

/** The local template of a parameters file; undefined for one that only the compiler can fetch. */
async function templateFileOf(
  file: string,
  using: string | undefined,
  template: string | undefined,
): Promise<string | undefined> {
  if (using === undefined) {
    if (template !== undefined) return template;
    throw invalid(`Input "template" is needed, for ${file} names none (using none).`);
  }
  const remote = /^(?:br|ts)[:/]/.test(using);
  const named = remote ? using : resolve(dirname(file), using);
  if (template !== undefined) {
    const [a, b] = await Promise.all([named, template].map((p) => realpath(p).catch(() => p)));
    if (a !== b) {
      throw invalid(`Input "template" is ${template}, but ${file} is for ${named} (using).`, {
        hint: 'Leave the input "template" out: a .bicepparam file names its own.',
      });
    }
  }
  if (!remote) await readText(named, 'parametersFile');
  return remote ? undefined : named;
}

async function readTemplateFile(
  file: string,
  warn: Warn,
  bicep?: BicepCompiler,
): Promise<Template> {
  if (extname(file).toLowerCase() === '.json') {
    return readTemplate(await readText(file, 'template'), file);
  }
  if (!isBicepFile(file) || bicep === undefined) {
    throw invalid(
      `Input "template" is ${file}; allowed: a .bicep file, or an ARM template in .json.`,
    );
  }
  return readTemplate(await compileTemplate(bicep, file, warn), file);
}

/** Starts the Bicep CLI for as long as `use` takes. */
async function withBicep<T>(
  given: Inputs,
  context: TaskContext,
  use: (bicep: BicepCompiler) => Promise<T>,
): Promise<T> {
  const { agent, log, signal } = context;
  const bicep = await startBicep({
    path: given.bicepPath,
    version: given.bicepVersion,
    checksum: given.bicepChecksum,
    download: given.bicepDownload,
    fetchFile,
    toolsDirectory: agent.toolsDirectory,
    tempDirectory: agent.tempDirectory,
    environment: agent.environment,
    variables: given.environmentVariables,
    signal,
    info: (text) => log.info(text),
  });
  try {
    return await use(bicep);
  } finally {
    await bicep.dispose();
  }
}

/** Findings of the compiler, each once: several files of parameters may be compiled over one template. */
function warner(context: TaskContext): Warn {
  const told = new Set<string>();
  return ({ message, file, line, column, code }) => {
    const text = `${file}:${line}:${column}: ${message}`;
    if (told.has(text)) return;
    told.add(text);
    context.issue('warning', text, { file, line, column, code });
  };
}

function externalValues(given: Inputs) {
  return {
    given: given.externalInputs ?? {},
    variables: given.environmentVariables,
    // The API of stacks that this task speaks takes no expressions.
    computed: given.kind !== 'stack',
  };
}

async function readText(file: string, input: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw invalid(`Input "${input}" is ${file}, which ${why}.`, { cause: error });
  }
}

function invalid(message: string, info: { hint?: string; cause?: unknown } = {}): SpokelineError {
  return new SpokelineError('INPUT_INVALID', message, info);
}
