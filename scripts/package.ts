/** Packs dist/*.vsix offline with tfx; a warning of tfx is a failure, as it ships what it warns of. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { manifestProblems } from './check-manifests.ts';

const problems = await manifestProblems();
if (problems.length > 0) throw new Error(`The manifests have problems:\n${problems.join('\n')}`);
// tfx looks for a contribution's task.json from its root: it must find the built one, not the source.
const stage = 'dist/extension';
await rm(stage, { recursive: true, force: true });
await mkdir(stage);
for (const file of ['vss-extension.json', 'overview.md', 'LICENSE', 'images']) {
  await cp(file, `${stage}/${file}`, { recursive: true });
}
await cp('dist/tasks', `${stage}/tasks`, { recursive: true });

for (const file of await readdir('dist')) {
  if (file.endsWith('.vsix')) await rm(`dist/${file}`);
}
const tfx = spawnSync(
  process.execPath,
  [
    'node_modules/tfx-cli/_build/tfx-cli.js',
    ...['extension', 'create', '--root', stage, '--manifests', 'vss-extension.json'],
    ...['--output-path', 'dist', '--no-prompt'],
  ],
  { encoding: 'utf8' },
);
const said = `${tfx.stdout}${tfx.stderr}`;
if (tfx.status !== 0 || /^warning:/im.test(said)) throw new Error(`tfx: ${said}`);
const [vsix] = (await readdir('dist')).filter((file) => file.endsWith('.vsix'));
if (vsix === undefined) throw new Error(`tfx wrote no package: ${said}`);
console.log(`dist/${vsix}`);
