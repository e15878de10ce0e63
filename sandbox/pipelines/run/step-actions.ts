import { randomUUID } from 'node:crypto';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runChild } from './child-process.ts';
import type { ChildResult } from './child-process.ts';
import type { CommandHandler } from './command-handler.ts';
import type { Owner } from './collector.ts';
import { findConnection } from './connections.ts';
import type { Connection } from './connections.ts';
import type { JobContext } from './job-context.ts';
import type { StepModel } from './model.ts';
import { namedInputs } from './task-catalog.ts';
import type { TaskDefinition } from './task-catalog.ts';
import { taskEnvironment } from './task-environment.ts';

/** What task-lib takes out of the environment before a script's shell starts. */
const vaulted = /^(INPUT_|ENDPOINT_AUTH_|SECUREFILE_TICKET_|SECRET_|VSTS_TASKVARIABLE_)/;

/** Never copied by a checkout: what git does not hold either. */
const untracked = new Set(['node_modules', '.git', 'dist', 'out']);

export interface Action {
  context: JobContext;
  step: StepModel;
  owner: Owner;
  handler: CommandHandler;
  signal: AbortSignal;
}

/** Runs a packaged task in a Node process of its own. */
export async function runTask(action: Action, definition: TaskDefinition): Promise<void> {
  const { context } = action;
  const { inputs, connections } = taskInputs(action, definition);
  const environment = environmentOf(action, inputs, connections);
  const result = await runChild({
    command: process.execPath,
    args: [definition.target],
    cwd: context.folders.sources,
    environment,
    line: (text) => {
      action.handler.line(text);
    },
    signal: action.signal,
    grace: context.grace,
  });
  finish(action, result, (code) => `Exit code ${code} returned from process.`);
}

/** Runs `script:` and `bash:` steps. Their shell sees no secrets but those in `env:`. */
export async function runScript(
  action: Action,
  definition: TaskDefinition,
  shell: 'CmdLine' | 'Bash',
): Promise<void> {
  const { context, handler } = action;
  const { inputs } = taskInputs(action, definition);
  const value = (name: string): string => inputs.get(name) ?? '';
  const { sources, temp } = context.folders;
  const cwd = path.resolve(sources, value('workingDirectory'));
  const inline = shell === 'CmdLine' || value('targetType') === 'inline';
  let args: string[];
  if (inline) {
    const file = path.join(temp, `${randomUUID()}.sh`);
    await writeFile(file, `${value('script')}\n`, { mode: 0o700 });
    args = ['--noprofile', '--norc', file];
  } else {
    const file = path.resolve(sources, value('filePath'));
    args = ['-c', `. '${file.replaceAll("'", `'\\''`)}' ${value('arguments')}`];
  }
  const environment = environmentOf(action, inputs, []);
  for (const name of Object.keys(environment)) if (vaulted.test(name)) delete environment[name];
  let complained = false;
  const result = await runChild({
    command: 'bash',
    args,
    cwd,
    environment,
    line: (text, stderr) => {
      complained ||= stderr;
      handler.line(text);
    },
    signal: action.signal,
    grace: context.grace,
  });
  finish(action, result, (code) => `Bash exited with code '${code}'.`);
  if (complained && value('failOnStderr').toLowerCase() === 'true') {
    handler.fail('Bash wrote to the standard error stream.');
  }
}

function finish(action: Action, result: ChildResult, message: (code: string) => string): void {
  const { context, handler } = action;
  if (result.pid !== undefined) context.groups.push(result.pid);
  // A step that was told to end is judged by why it was told, not by how it ended.
  if (action.signal.aborted || result.code === 0) return;
  const code = result.code === undefined ? (result.signal ?? 'unknown') : String(result.code);
  handler.fail(message(code));
}

function taskInputs(
  action: Action,
  definition: TaskDefinition,
): { inputs: Map<string, string>; connections: Connection[] } {
  const { context, step } = action;
  const connections: Connection[] = [];
  const inputs = namedInputs(definition, step.inputs);
  for (const [name, given] of inputs) {
    const input = definition.inputs.find((other) => other.name === name);
    let value = context.variables.expand(given.trim());
    if (input?.type === 'filePath') value = path.resolve(context.folders.sources, value);
    if (input?.type.toLowerCase().startsWith('connectedservice:') === true && value !== '') {
      const connection = findConnection(context.connections, value);
      if (!connection) throw new Error(`there is no service connection '${value}'`);
      connections.push(connection);
      value = connection.id.toLowerCase();
    }
    inputs.set(name, value);
  }
  return { inputs, connections };
}

function environmentOf(
  action: Action,
  inputs: ReadonlyMap<string, string>,
  connections: readonly Connection[],
): Record<string, string> {
  const { context, step } = action;
  const env = Object.entries(step.env).map(([name, value]) => [
    name,
    context.variables.expand(value),
  ]);
  return taskEnvironment({
    base: context.base,
    env: Object.fromEntries(env),
    variables: context.variables,
    inputs,
    connections,
    collectionUri: context.collectionUri,
    accessToken: context.accessToken,
    prependedPaths: context.prependedPaths,
  });
}

/** Copies a repository into the job's sources. */
export async function checkout(action: Action): Promise<void> {
  const { context, step, handler } = action;
  const alias = step.inputs.repository ?? 'self';
  if (alias.toLowerCase() === 'none') return;
  const from = context.repository(alias);
  const given = step.inputs.path;
  let to = context.folders.sources;
  if (given !== undefined)
    to = path.resolve(context.folders.build, context.variables.expand(given));
  else if (context.checkouts > 1) to = path.join(to, path.basename(from));
  const inside = path.relative(context.folders.build, to);
  if (inside.startsWith('..'))
    throw new Error(`checkout path '${given ?? ''}' leads out of the job`);
  await mkdir(to, { recursive: true });
  await cp(from, to, {
    recursive: true,
    filter: (source) => {
      const relative = path.relative(from, source);
      return relative === '' || !relative.split(path.sep).some((part) => untracked.has(part));
    },
  });
  handler.line(`Copied repository '${alias}' to ${to}`);
}

/** Keeps a file or folder as an artifact of the run. */
export function publishArtifact(action: Action): void {
  const { context, step, owner } = action;
  const { inputs } = step;
  const source = inputs.path ?? inputs.targetPath ?? '';
  if (source === '') throw new Error('publish needs a path');
  const file = path.resolve(context.folders.sources, context.variables.expand(source));
  const name = context.variables.expand(inputs.artifactName ?? inputs.artifact ?? owner.job);
  context.collector.artifact(owner, name, '', file);
}
