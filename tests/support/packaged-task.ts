import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finish } from './start.ts';

type Texts = Readonly<Record<string, string>>;

/** An error or a warning of a task's log. */
export interface Issue {
  /** Empty where the task gave none. */
  readonly code: string;
  readonly message: string;
}

/** How a packaged task ended, and what the agent reads in its log. */
export interface TaskRun {
  /** As the task said it; `none` if it ended without a word. */
  readonly result: string;
  readonly exitCode: number | null;
  /** All of standard output. */
  readonly output: string;
  /** All of standard error. */
  readonly errors: string;
  /** Lines of standard output that are no commands. */
  readonly lines: readonly string[];
  readonly issues: readonly Issue[];
  /** Codes of the issues, in order. */
  readonly codes: readonly string[];
  readonly outputs: Texts;
}

/**
 * The packaged task as a command, and what the agent would put into its environment.
 *
 * @param folder the job's, and its directory for temporary files
 * @param environment what a connection or the step's `env:` adds
 */
export function packagedCommand(
  task: string,
  folder: string,
  inputs: Texts,
  environment: Texts = {},
): { command: string[]; env: Record<string, string> } {
  const given = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  return {
    command: [process.execPath, resolve('dist', 'tasks', task, `${task}V1`, 'index.js')],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      AGENT_TEMPDIRECTORY: folder,
      SYSTEM_DEFAULTWORKINGDIRECTORY: folder,
      BUILD_BUILDID: '7',
      SYSTEM_STAGENAME: 'release',
      SYSTEM_JOBNAME: 'deploy',
      TF_BUILD: 'True',
      ...(Object.fromEntries(given) as Texts),
      ...environment,
    },
  };
}

/**
 * Runs a packaged task as the agent does: a process of its own, inputs and connections in the environment, nothing
 * else.
 *
 * @param wrap puts the command into another one
 */
export async function runPackaged(
  task: string,
  folder: string,
  inputs: Texts,
  environment: Texts = {},
  wrap: (command: string[]) => string[] = (command) => command,
): Promise<TaskRun> {
  const { command, env } = packagedCommand(task, folder, inputs, environment);
  const [program = '', ...args] = wrap(command);
  const { code, stdout, stderr } = await finish(program, args, { cwd: folder, env });
  return readRun(code, stdout, stderr);
}

/** Reads the log of a task as the agent does. */
export function readRun(exitCode: number | null, output: string, errors: string): TaskRun {
  const outputs: Record<string, string> = {};
  const issues: Issue[] = [];
  const lines: string[] = [];
  let result = 'none';
  for (const line of output.split('\n')) {
    const [matched, name, list = '', data = ''] = /^##vso\[(\S+) ?(.*?)\](.*)$/.exec(line) ?? [];
    if (matched === undefined) {
      lines.push(line);
      continue;
    }
    const property = (key: string) => new RegExp(`(?:^|;)${key}=([^;]*)`).exec(list)?.[1] ?? '';
    const message = unescape(data);
    if (name === 'task.setvariable') outputs[property('variable')] = message;
    if (name === 'task.logissue') issues.push({ code: property('code'), message });
    if (name === 'task.complete') result = property('result');
  }
  const codes = issues.map(({ code }) => code);
  return { result, exitCode, output, errors, lines, issues, codes, outputs };
}

function unescape(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%AZP25', '%');
}

/** Issues of a run, one a line, as `code: message`. */
export function issuesOf({ issues }: TaskRun): string {
  return issues.map(({ code, message }) => `${code}: ${message}`).join('\n');
}

/** A folder as a job has one, with the files of a repository; `remove` it at the end. */
export async function jobFolder(files: Texts) {
  const folder = await mkdtemp(join(tmpdir(), 'spk-job-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
