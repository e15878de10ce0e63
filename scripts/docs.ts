/** Writes the generated pages: errors, tasks, gate checks, Bicep templates. A test compares them with what is committed. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { deploymentHints } from '../tasks/lib/deploy/hints.ts';
import { errorCodes } from '../tasks/lib/errors.ts';
import { bicepPages } from './bicep-pages.ts';
import { gatePage } from './gate-page.ts';
import { table } from './markdown-table.ts';
import { noisePage } from './noise-page.ts';

interface TaskInput {
  name: string;
  type: string;
  label: string;
  required: boolean;
  defaultValue?: string;
  helpMarkDown: string;
  options?: Record<string, string>;
}

interface TaskManifest {
  name: string;
  description: string;
  inputs: TaskInput[];
  outputVariables?: { name: string; description: string }[];
}

function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, { cause, fix }]) => [
    `\`${code}\``,
    cause,
    fix,
  ]);
  return `# Errors\n\nEvery failure of a task names one of these codes; they do not change.\n\n${table(['code', 'cause', 'what to do'], rows)}\n`;
}

function taskSection(task: TaskManifest): string {
  const inputs = task.inputs.map((input) => [
    `\`${input.name}\``,
    input.required ? 'yes' : '',
    input.options ? Object.keys(input.options).join(', ') : input.type,
    input.defaultValue ? `\`${input.defaultValue}\`` : '',
    input.helpMarkDown,
  ]);
  const outputs = (task.outputVariables ?? []).map((o) => [`\`${o.name}\``, o.description]);
  return [
    `## ${task.name}@1`,
    task.description,
    table(['input', 'required', 'type or values', 'default', 'meaning'], inputs),
    outputs.length > 0 ? table(['output', 'meaning'], outputs) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function hintsPage(): string {
  const rows = deploymentHints.map(({ codes, message, hint, source }) => [
    codes.map((code) => `\`${code}\``).join(', '),
    message === undefined ? '' : `\`${message.source}\``,
    hint,
    `[source](${source})`,
  ]);
  return [
    '# Errors of deployments',
    'StampDeploy lists the root causes of a failed deployment, those of nested deployments too, each with its resource, ' +
      'and adds this advice where it knows the code. The message tells apart what has the same code.',
    `${table(['code of Azure', 'message', 'what to do', 'why'], rows)}\n`,
  ].join('\n\n');
}

async function tasksPage(): Promise<string> {
  const folders = (await readdir('tasks')).filter((f) => f !== 'lib').sort();
  const tasks = await Promise.all(
    folders.map(async (f) => {
      const text = await readFile(`tasks/${f}/${f}V1/task.json`, 'utf8');
      return taskSection(JSON.parse(text) as TaskManifest);
    }),
  );
  return `# Tasks: inputs and outputs\n\n${tasks.join('\n\n')}\n`;
}

/** Each generated page and its text. */
export async function generatedPages(): Promise<Record<string, string>> {
  return {
    'docs/errors.md': errorsPage(),
    'docs/deployment-errors.md': hintsPage(),
    'docs/tasks.md': await tasksPage(),
    'docs/what-if-noise.md': noisePage(),
    'docs/gate-checks.md': gatePage(),
    ...bicepPages(),
  };
}

if (process.argv[1]?.endsWith('docs.ts')) {
  for (const [file, text] of Object.entries(await generatedPages())) await writeFile(file, text);
}
