/**
 * Builds everything that runs: one bundle a task, the sandbox's programs, the generated schemas and icons.
 * `npm run build`; also run by `npm ci` (prepare) and before the tests.
 */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { countLines } from './count-lines.ts';
import { drawIcons } from './icons.ts';
import { noticesOf } from './notices.ts';
import { writePropertyTables } from './property-tables.ts';
import { writeSchemas } from './schemas.ts';

const run = promisify(execFile);
/** The Nodes that tasks shall start fast with: this one, and those whose paths SPOKELINE_NODES lists. */
const nodes = [
  process.execPath,
  ...(process.env['SPOKELINE_NODES'] ?? '').split(delimiter).filter((path) => path !== ''),
];
/** Options of whoever builds are not those of an agent, and a code cache fits one set of them. */
const withoutNodeOptions = { ...process.env, NODE_OPTIONS: '' };

const maximumBundleBytes = 1.5 * 1024 * 1024;

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // jsonc-parser's UMD build hides its requires from a bundler; its module build does not.
  mainFields: ['module', 'main'],
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/** The program of each entry point in dist/; `bicep` is executable, as bicep-node starts it by path. */
const programs = {
  'sandbox/bicep': 'sandbox/azure/bicep/cli.ts',
  'sandbox.js': 'sandbox/azure/cli.ts',
  'pipeline.js': 'sandbox/pipelines/cli.ts',
  'start.js': 'sandbox/start/cli.ts',
};

export async function taskFolders(): Promise<string[]> {
  const folders = await readdir('tasks', { withFileTypes: true });
  return folders
    .filter((f) => f.isDirectory() && f.name !== 'lib')
    .map((f) => f.name)
    .sort();
}

/** Two copies of task-lib in one bundle lose the secrets: the first one empties the environment. */
function assertOneTaskLib(task: string, metafile: Metafile): void {
  const copies = new Set(
    Object.keys(metafile.inputs)
      .map((path) => /^(.*node_modules\/azure-pipelines-task-lib)\//.exec(path)?.[1])
      .filter((path) => path !== undefined),
  );
  if (copies.size !== 1)
    throw new Error(`${task}: ${copies.size} copies of task-lib in the bundle`);
}

async function buildTask(task: string): Promise<void> {
  const source = `tasks/${task}/${task}V1`;
  const target = `dist/tasks/${task}/${task}V1`;
  await mkdir(target, { recursive: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: [`${source}/main.ts`],
    outfile: `${target}/program.js`,
    // Names stay: telling each minified function its own costs every start 10 ms of processor time.
    minifyWhitespace: true,
    minifySyntax: true,
    banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
    footer: { js: '})' },
  });
  assertOneTaskLib(task, metafile);
  const bytes = Object.values(metafile.outputs)[0]?.bytes ?? 0;
  if (bytes > maximumBundleBytes) throw new Error(`${task}: bundle of ${bytes} bytes is too large`);
  await cp('tasks/lib/host/entry.cjs', join(target, 'index.js'));
  await writeFile(join(target, 'NOTICES.txt'), await noticesOf(metafile));
  for (const node of nodes) {
    await run(node, ['scripts/code-cache.mjs', target], { env: withoutNodeOptions });
  }
  for (const file of ['task.json', 'icon.png']) await cp(join(source, file), join(target, file));
  console.log(`${task}: ${(bytes / 1024).toFixed(0)} KiB`);
}

async function buildProgram(target: string, source: string): Promise<void> {
  const executable = !target.endsWith('.js');
  const outfile = `dist/${target}`;
  await build({
    ...shared,
    entryPoints: [source],
    outfile,
    banner: executable ? { js: '#!/usr/bin/env node' } : {},
  });
  if (executable) await chmod(outfile, 0o755);
}

export async function buildAll(): Promise<void> {
  await rm('dist/tasks', { recursive: true, force: true });
  await mkdir('dist', { recursive: true });
  // The sources are ES modules, the bundles are not: an agent loads them without a package.json.
  await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
  await writePropertyTables();
  await drawIcons();
  await writeSchemas();
  for (const task of await taskFolders()) await buildTask(task);
  for (const [target, source] of Object.entries(programs)) await buildProgram(target, source);
  for (const folder of ['tasks', 'sandbox', 'tests']) {
    console.log(`${folder}/: ${await countLines(folder)} lines`);
  }
}

await buildAll();
