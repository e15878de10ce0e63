import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import * as v from 'valibot';
import { parse } from 'yaml';
import { expectationSchema, type Failing } from './report-schema.ts';

const examplesFolder = 'templates/examples';

/** Name of a built-in role, or one with exactly these actions. */
const roleSchema = v.union([v.string(), v.strictObject({ actions: v.array(v.string()) })]);

const setupSchema = v.strictObject({
  /** Pipeline files of the example, in the order in which they run. */
  pipelines: v.array(v.string()),
  /** Parameters of each pipeline that make a run on one machine short. */
  parameters: v.optional(v.record(v.string(), v.record(v.string(), v.unknown())), {}),
  /** Address of the agent in the declared networks, and on loopback. */
  agent: v.strictObject({ declared: v.string(), loopback: v.string() }),
  subscriptions: v.array(v.strictObject({ id: v.string(), name: v.string() })),
  resourceGroups: v.array(
    v.strictObject({ subscription: v.string(), name: v.string(), location: v.string() }),
  ),
  connections: v.array(
    v.strictObject({
      name: v.string(),
      subscription: v.string(),
      roles: v.array(v.strictObject({ role: roleSchema, scope: v.string() })),
    }),
  ),
});

export type ExampleSetup = v.InferOutput<typeof setupSchema>;

/** A change to an example that must fail its gate, and the checks that it must fail. */
export interface Break {
  readonly name: string;
  readonly folder: string;
  readonly failing: readonly Failing[];
}

/** An example as it will run: a copy of the templates, so that a break never touches the checkout. */
export interface Example {
  readonly name: string;
  readonly setup: ExampleSetup;
  /** Repository root of the copy. */
  readonly root: string;
  /** Folder of the example below `root`, with forward slashes. */
  readonly folder: string;
  readonly break: Break | undefined;
}

/** A wrong argument of the command line; its message is all that is printed. */
export class UsageError extends Error {}

/** Names of the examples of this checkout: folders with a sandbox.yml. */
export async function exampleNames(): Promise<string[]> {
  const folders = await readdir(examplesFolder);
  return folders.filter((f) => existsSync(join(examplesFolder, f, 'sandbox.yml'))).sort();
}

async function readExpectation(folder: string): Promise<readonly Failing[]> {
  const file = join(folder, 'expect.json');
  if (!existsSync(file)) throw new UsageError(`${folder} has no expect.json`);
  return v.parse(expectationSchema, JSON.parse(await readFile(file, 'utf8'))).failing;
}

/**
 * Finds a break by name among the example's own, or by folder.
 * @throws UsageError naming the known breaks.
 */
export async function findBreak(
  example: string,
  by: { name: string } | { folder: string },
): Promise<Break> {
  if ('folder' in by) {
    const folder = resolve(by.folder);
    return { name: basename(folder), folder, failing: await readExpectation(folder) };
  }
  const breaks = join(examplesFolder, example, 'breaks');
  const known = existsSync(breaks) ? (await readdir(breaks)).sort() : [];
  if (!known.includes(by.name)) {
    throw new UsageError(`No break ${by.name} in ${example}; there are: ${known.join(', ')}`);
  }
  const folder = resolve(breaks, by.name);
  return { name: by.name, folder, failing: await readExpectation(folder) };
}

/** Applies every *.patch of a break to the copy; paths in it are relative to the repository's root. */
async function applyBreak(root: string, { folder, name }: Break): Promise<void> {
  const patches = (await readdir(folder)).filter((f) => f.endsWith('.patch')).sort();
  if (patches.length === 0) throw new UsageError(`${folder} has no *.patch`);
  for (const patch of patches) {
    const git = spawnSync('git', ['apply', '--whitespace=nowarn', join(folder, patch)], {
      cwd: root,
      encoding: 'utf8',
      // Outside a repository git applies to plain files; a repository above the copy would hide them.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: resolve(root, '..') },
    });
    if (git.error) throw new UsageError(`git is needed for --break: ${git.error.message}`);
    if (git.status !== 0)
      throw new UsageError(`${name}/${patch} does not apply: ${git.stderr.trim()}`);
  }
}

/** Copies the templates and the example into a folder of its own and applies the break. */
export async function prepareExample(name: string, broken: Break | undefined): Promise<Example> {
  const names = await exampleNames();
  if (!names.includes(name)) {
    throw new UsageError(`No example ${name}; there are: ${names.join(', ')}`);
  }
  const root = await mkdtemp(join(tmpdir(), 'spokeline-'));
  await cp('templates', join(root, 'templates'), { recursive: true });
  if (broken) await applyBreak(root, broken);
  const folder = `${examplesFolder}/${name}`;
  const setup = v.parse(
    setupSchema,
    parse(await readFile(join(root, folder, 'sandbox.yml'), 'utf8')),
  );
  return { name, setup, root, folder, break: broken };
}
