import { bool, fields, listed, marked, raw, readInto, shorthand, text, textMap } from './fields.ts';
import type { FieldReader, Fields } from './fields.ts';
import { listItems } from './include.ts';
import type { Lazy } from './lazy.ts';
import { PipelineError } from './tree.ts';
import type { Data } from './tree.ts';

/** Keys that every kind of step may have. */
const common: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['name', text],
  ['displayName', text],
  ['condition', text],
  ['continueOnError', bool],
  ['enabled', bool],
  ['retryCountOnTaskFailure', text],
  ['timeoutInMinutes', text],
  ['target', target],
  ['env', textMap],
  ['templateContext', raw],
]);

/** A short form of a step: the task it stands for, and which of its keys are inputs of that task. */
interface ShortStep {
  task: string;
  /** Input that takes the value of the key itself. */
  input: string;
  /** Inputs that come with the short form. */
  fixed?: Record<string, string>;
  /** Further keys, each with the name of its input where that differs. */
  keys: Record<string, string>;
}

const scriptKeys = { workingDirectory: 'workingDirectory', failOnStderr: 'failOnStderr' };
const powershellKeys = {
  ...scriptKeys,
  ...same('errorActionPreference', 'warningPreference', 'informationPreference'),
  ...same('verbosePreference', 'debugPreference', 'progressPreference', 'showWarnings'),
  ...same('ignoreLASTEXITCODE', 'runScriptInSeparateScope'),
};

/** https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/steps */
const shortSteps: ReadonlyMap<string, ShortStep> = new Map<string, ShortStep>([
  ['script', { task: 'CmdLine@2', input: 'script', keys: scriptKeys }],
  ['bash', { task: 'Bash@3', input: 'script', fixed: { targetType: 'inline' }, keys: scriptKeys }],
  [
    'powershell',
    {
      task: 'PowerShell@2',
      input: 'script',
      fixed: { targetType: 'inline' },
      keys: { ...powershellKeys, pwsh: 'pwsh' },
    },
  ],
  [
    'pwsh',
    {
      task: 'PowerShell@2',
      input: 'script',
      fixed: { targetType: 'inline', pwsh: 'true' },
      keys: powershellKeys,
    },
  ],
  [
    'checkout',
    {
      task: 'Checkout@1',
      input: 'repository',
      keys: {
        ...same('clean', 'fetchDepth', 'fetchFilter', 'fetchTags', 'lfs', 'path'),
        ...same('persistCredentials', 'submodules', 'workspaceRepo'),
        ...same('sparseCheckoutDirectories', 'sparseCheckoutPatterns'),
      },
    },
  ],
  [
    'publish',
    { task: 'PublishPipelineArtifact@1', input: 'path', keys: { artifact: 'artifactName' } },
  ],
  [
    'download',
    {
      task: 'DownloadPipelineArtifact@2',
      input: 'source',
      keys: { ...same('artifact', 'patterns', 'path', 'tags') },
    },
  ],
]);

function same(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}

function target(lazy: Lazy, key: string): Data {
  return shorthand('container', (map) => {
    const settable = map.get('settableVariables');
    if (settable !== 'none') listed('settableVariables')(map);
  })(lazy, key);
}

/** Steps in the service's normal form: always a task with inputs. */
export function readSteps(lazy: Lazy, keepContext = false): Data[] {
  return [...listItems(lazy, 'steps', false)].map((given) => readStep(given, keepContext));
}

/** @param keepContext whether `templateContext` stays, as it does in parameters */
export function readStep(given: Fields, keepContext = false): Map<string, Data> {
  const kind = [...given.pairs.keys()].find((key) => key === 'task' || shortSteps.has(key));
  if (kind === undefined) {
    const [first] = given.pairs.values();
    const message = first ? `unexpected value '${first.key}' in a step` : 'a step is empty';
    throw new PipelineError(message, first?.at ?? given.at);
  }
  const value = given.pairs.get(kind)?.value;
  const main = value ? text(value, kind) : '';
  const short = shortSteps.get(kind);
  const step = new Map<string, Data>([['task', short?.task ?? taskName(main, given)]]);
  const inputs = short ? shortInputs(short, kind, main, given) : taskInputs(given);
  for (const [key, pair] of given.pairs) {
    const known = key === kind || common.has(key) || (short ? key in short.keys : key === 'inputs');
    if (!known) throw new PipelineError(`unexpected value '${key}' in a step`, pair.at);
  }
  readInto(step, given, common);
  if (!keepContext) step.delete('templateContext');
  if (inputs.size > 0) step.set('inputs', inputs);
  return marked(step, given);
}

function taskName(name: string, given: Fields): string {
  if (/^[^@\s]+@\d+(\.\d+\.\d+)?$/.test(name)) return name;
  throw new PipelineError(`'${name}' is no task: write Name@major`, given.at);
}

function taskInputs(given: Fields): Map<string, Data> {
  const pair = given.pairs.get('inputs');
  return pair ? textMap(pair.value, 'inputs') : new Map();
}

function shortInputs(
  short: ShortStep,
  kind: string,
  main: string,
  given: Fields,
): Map<string, Data> {
  const inputs = new Map<string, Data>(Object.entries(short.fixed ?? {}));
  for (const [key, name] of Object.entries(short.keys)) {
    const pair = given.pairs.get(key);
    if (pair && key !== kind) inputs.set(name, text(pair.value, key));
  }
  return inputs.set(short.input, main);
}

/** The steps of a deployment hook and their pool. */
export function readHook(lazy: Lazy, key: string): Data {
  const given = fields(lazy, `the hook '${key}'`);
  for (const [name, pair] of given.pairs) {
    if (name !== 'steps' && name !== 'pool') {
      throw new PipelineError(`unexpected value '${name}' in the hook '${key}'`, pair.at);
    }
  }
  return readInto(new Map(), given, hookReaders);
}

const hookReaders: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['steps', (lazy) => readSteps(lazy)],
  ['pool', shorthand('name', listed('demands'))],
]);
