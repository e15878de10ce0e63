import { inputProblems } from './task-catalog.ts';
import type { TaskDefinition, TaskInput } from './task-catalog.ts';
import type { StepModel } from './model.ts';

/** How a step is carried out. */
export type StepKind =
  | { kind: 'task'; definition: TaskDefinition }
  | { kind: 'script'; shell: 'CmdLine' | 'Bash'; definition: TaskDefinition }
  | { kind: 'checkout' }
  | { kind: 'publish' }
  | { kind: 'nothing' };

function builtin(name: string, inputs: Partial<TaskInput>[]): TaskDefinition {
  return {
    name,
    friendlyName: name,
    description: '',
    version: '',
    author: 'Microsoft Corporation',
    helpUrl: '',
    inputs: inputs.map((input) => ({
      name: '',
      type: 'string',
      default: '',
      required: false,
      aliases: [],
      options: undefined,
      visibleRule: undefined,
      ...input,
    })),
    target: '',
    restricted: false,
    settable: undefined,
  };
}

/** Inputs as in microsoft/azure-pipelines-tasks, as far as they have an effect on Linux. */
const cmdLine = builtin('CmdLine', [
  { name: 'script', required: true, type: 'multiLine' },
  { name: 'workingDirectory', type: 'filePath' },
  { name: 'failOnStderr', type: 'boolean', default: 'false' },
]);
const bash = builtin('Bash', [
  { name: 'targetType', type: 'radio', default: 'filePath', options: ['filePath', 'inline'] },
  { name: 'filePath', required: true, visibleRule: 'targetType = filePath' },
  { name: 'arguments', visibleRule: 'targetType = filePath' },
  { name: 'script', required: true, type: 'multiLine', visibleRule: 'targetType = inline' },
  { name: 'workingDirectory', type: 'filePath' },
  { name: 'failOnStderr', type: 'boolean', default: 'false' },
]);

const builtins: ReadonlyMap<string, StepKind> = new Map<string, StepKind>([
  ['cmdline@2', { kind: 'script', shell: 'CmdLine', definition: cmdLine }],
  ['bash@3', { kind: 'script', shell: 'Bash', definition: bash }],
  ['checkout@1', { kind: 'checkout' }],
  ['publishpipelineartifact@1', { kind: 'publish' }],
]);

const builtinNames = ['CmdLine@2', 'Bash@3', 'Checkout@1', 'PublishPipelineArtifact@1'];

/** The tasks of a run, by `Name@major`. */
export type Catalog = ReadonlyMap<string, TaskDefinition>;

/**
 * Finds out how a step is to be run.
 * @param problems takes what is wrong with it, each starting with `where`
 */
export function resolveStep(
  step: StepModel,
  catalog: Catalog,
  where: string,
  problems: string[],
): StepKind {
  const key = step.task.replace(/^([^@]+@\d+)\..*$/, '$1').toLowerCase();
  const definition = catalog.get(key);
  if (definition) {
    const found = inputProblems(definition, step.inputs);
    problems.push(...found.map((problem) => `${where}: ${step.task}: ${problem}`));
    return { kind: 'task', definition };
  }
  if (key === 'downloadpipelineartifact@2' && step.inputs.source === 'none') {
    return { kind: 'nothing' };
  }
  const known = builtins.get(key);
  if (known) {
    if (known.kind === 'script') {
      const found = inputProblems(known.definition, step.inputs);
      problems.push(...found.map((problem) => `${where}: ${step.task}: ${problem}`));
    }
    return known;
  }
  const own = [...catalog.values()].map(
    (task) => `${task.name}@${task.version.split('.')[0] ?? ''}`,
  );
  const names = [...own, ...builtinNames].join(', ');
  problems.push(`${where}: unknown task '${step.task}'; known: ${names}`);
  return { kind: 'nothing' };
}
