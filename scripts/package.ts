/** Packs dist/*.vsix offline with tfx; a warning of tfx is a failure, as it ships what it warns of. */
import { spawnSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { manifestProblems } from './check-manifests.ts';

const problems = await manifestProblems();
if (problems.length > 0) throw new Error(`The manifests have problems:\n${problems.join('\n')}`);
for (const file of await readdir('dist')) {
  if (file.endsWith('.vsix')) await rm(`dist/${file}`);
}
const tfx = spawnSync(
  process.execPath,
  ['node_modules/tfx-cli/_build/tfx-cli.js', 'extension', 'create', '--root', '.'].concat([
    '--manifests',
    'vss-extension.json',
    '--output-path',
    'dist',
    '--no-prompt',
  ]),
  { encoding: 'utf8' },
);
const said = `${tfx.stdout}${tfx.stderr}`;
if (tfx.status !== 0 || /^warning:/im.test(said)) throw new Error(`tfx: ${said}`);
const [vsix] = (await readdir('dist')).filter((file) => file.endsWith('.vsix'));
if (vsix === undefined) throw new Error(`tfx wrote no package: ${said}`);
console.log(`dist/${vsix}`);
