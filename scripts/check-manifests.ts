/**
 * Checks vss-extension.json and every task.json. tfx packs most mistakes in silence (an unknown handler, a
 * wrong version, a folder that is not packaged), and the server then serves a task that no agent can run.
 */
import { readdir, readFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import * as v from 'valibot';

const handlers = ['Node20_1', 'Node24'] as const;
const inputTypes =
  /^(string|multiLine|boolean|pickList|radio|filePath|secureFile|int|identities|querycontrol|connectedService:[A-Za-z]+)$/;
const name = v.pipe(v.string(), v.regex(/^[A-Za-z][A-Za-z0-9]*$/));
const uri = v.pipe(v.string(), v.regex(/^https:\/\//));
const handler = v.strictObject({ target: v.literal('index.js') });

const inputSchema = v.looseObject({
  name,
  type: v.pipe(v.string(), v.regex(inputTypes)),
  label: v.pipe(v.string(), v.nonEmpty()),
  helpMarkDown: v.pipe(v.string(), v.nonEmpty()),
  required: v.boolean(),
});

export const taskSchema = v.looseObject({
  id: v.pipe(v.string(), v.uuid()),
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]+$/)),
  friendlyName: v.pipe(v.string(), v.maxLength(40)),
  description: v.pipe(v.string(), v.nonEmpty()),
  author: v.pipe(v.string(), v.nonEmpty()),
  helpMarkDown: v.string(),
  category: v.picklist(['Deploy', 'Utility', 'Test', 'Package', 'Build', 'Tool']),
  visibility: v.array(v.picklist(['Build', 'Release'])),
  runsOn: v.array(v.picklist(['Agent', 'DeploymentGroup'])),
  version: v.strictObject({ Major: v.number(), Minor: v.number(), Patch: v.number() }),
  minimumAgentVersion: v.literal('4.248.0'),
  instanceNameFormat: v.pipe(v.string(), v.nonEmpty()),
  groups: v.optional(v.array(v.looseObject({ name: v.string() }))),
  inputs: v.array(inputSchema),
  outputVariables: v.optional(v.array(v.strictObject({ name, description: v.string() }))),
  execution: v.strictObject({ Node20_1: handler, Node24: handler }),
});

const contributionSchema = v.strictObject({
  id: v.string(),
  type: v.literal('ms.vss-distributed-task.task'),
  targets: v.tuple([v.literal('ms.vss-distributed-task.tasks')]),
  properties: v.strictObject({ name: v.string() }),
});

const extensionSchema = v.strictObject({
  manifestVersion: v.literal(1),
  id: v.string(),
  publisher: v.string(),
  version: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/)),
  name: v.pipe(v.string(), v.maxLength(200)),
  description: v.pipe(v.string(), v.maxLength(200)),
  categories: v.tuple([v.literal('Azure Pipelines')]),
  tags: v.array(v.string()),
  targets: v.tuple([v.strictObject({ id: v.literal('Microsoft.VisualStudio.Services') })]),
  galleryFlags: v.array(v.picklist(['Preview', 'Public'])),
  icons: v.strictObject({ default: v.string() }),
  repository: v.strictObject({ type: v.literal('git'), uri }),
  links: v.strictObject({ learn: v.strictObject({ uri }), support: v.strictObject({ uri }) }),
  content: v.strictObject({
    details: v.strictObject({ path: v.string() }),
    license: v.strictObject({ path: v.string() }),
  }),
  files: v.array(v.looseObject({ path: v.string() })),
  contributions: v.array(contributionSchema),
});

const json = async (file: string): Promise<unknown> => JSON.parse(await readFile(file, 'utf8'));

function problemsOf(file: string, schema: v.GenericSchema, value: unknown): string[] {
  const result = v.safeParse(schema, value);
  return (result.issues ?? []).map((i) => `${file}: ${v.getDotPath(i) ?? ''}: ${i.message}`);
}

async function iconProblem(file: string, size: number): Promise<string[]> {
  const { width, height } = PNG.sync.read(await readFile(file));
  return width === size && height === size
    ? []
    : [`${file}: ${width}x${height}, not ${size}x${size}`];
}

/** The problems of one task.json that its schema cannot say. */
export function taskProblems(
  file: string,
  folder: string,
  major: number,
  value: unknown,
): string[] {
  const problems = problemsOf(file, taskSchema, value);
  const parsed = v.safeParse(taskSchema, value);
  if (!parsed.success) return problems;
  const task = parsed.output;
  const groups = new Set((task.groups ?? []).map((g) => g.name));
  const names = task.inputs.flatMap((i) => [
    i.name,
    ...((i['aliases'] as string[] | undefined) ?? []),
  ]);
  const twice = names.filter(
    (n, i) => names.findIndex((m) => m.toLowerCase() === n.toLowerCase()) !== i,
  );
  if (task.name !== folder) problems.push(`${file}: name ${task.name} is not its folder ${folder}`);
  if (task.version.Major !== major) problems.push(`${file}: major version is not ${major}`);
  for (const n of twice) problems.push(`${file}: input ${n} stands twice`);
  for (const input of task.inputs) {
    const group = input['groupName'];
    if (typeof group === 'string' && !groups.has(group)) {
      problems.push(`${file}: input ${input.name}: group ${group} is not declared`);
    }
    if (input.type === 'pickList' && typeof input['options'] !== 'object') {
      problems.push(`${file}: input ${input.name}: a pickList needs options`);
    }
  }
  return problems;
}

/** All problems of the manifests of this checkout; empty when they are fine. */
export async function manifestProblems(): Promise<string[]> {
  const extension = await json('vss-extension.json');
  const problems = problemsOf('vss-extension.json', extensionSchema, extension);
  problems.push(...(await iconProblem('images/icon.png', 128)));
  const { version } = v.parse(v.looseObject({ version: v.string() }), await json('package.json'));
  const ids = new Map<string, string>();
  const packaged = new Set<string>();
  const parsed = v.safeParse(extensionSchema, extension);
  if (parsed.success) {
    if (parsed.output.version !== version)
      problems.push("vss-extension.json: version is not package.json's");
    for (const c of parsed.output.contributions) packaged.add(c.properties.name);
  }
  const folders = (await readdir('tasks')).filter((f) => f !== 'lib').sort();
  for (const folder of folders) {
    if (!packaged.delete(`tasks/${folder}`)) {
      problems.push(`vss-extension.json: no contribution for tasks/${folder}`);
    }
    for (const versioned of await readdir(`tasks/${folder}`)) {
      const file = `tasks/${folder}/${versioned}/task.json`;
      const major = Number(/V(\d+)$/.exec(versioned)?.[1]);
      const task = await json(file);
      problems.push(...taskProblems(file, folder, major, task));
      problems.push(...(await iconProblem(`tasks/${folder}/${versioned}/icon.png`, 32)));
      const id = String((task as { id?: unknown }).id);
      const other = ids.get(id);
      if (other !== undefined && other !== folder)
        problems.push(`${file}: id is also that of ${other}`);
      ids.set(id, folder);
    }
  }
  for (const missing of packaged) problems.push(`vss-extension.json: ${missing} does not exist`);
  return problems;
}

if (process.argv[1]?.endsWith('check-manifests.ts')) {
  const problems = await manifestProblems();
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? `manifests: ${handlers.join(', ')}, no problem` : '');
  process.exitCode = problems.length === 0 ? 0 : 1;
}
