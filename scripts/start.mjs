// `npm start` on a fresh clone: installs and builds what is missing, then runs the example. Plain JavaScript,
// because nothing is installed yet when it begins.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node 20.19 or newer is needed, this is ${process.versions.node}.`);
  process.exit(1);
}

function run(...command) {
  console.error(`> npm ${command.join(' ')}`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, command, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const { name, parentPath } = entry;
    if (!entry.isFile() || !/\.(ts|cjs|json)$/.test(name) || parentPath.includes('generated'))
      continue;
    time = Math.max(time, statSync(join(parentPath, name)).mtimeMs);
  }
  return time;
}

if (!existsSync('node_modules/esbuild')) run('ci', '--no-audit', '--no-fund');
const built = existsSync('dist/start.js') ? statSync('dist/start.js').mtimeMs : 0;
if (Math.max(newest('tasks'), newest('sandbox')) > built) run('run', 'build');

const child = spawn(process.execPath, ['dist/start.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
