import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { finish } from '../support/start.ts';

const tasks = ['ImagePush', 'NetworkGate', 'PrivateDns', 'StampDeploy'];

/**
 * What a task needs before it has read its inputs, and the last two what Node 24 loads by itself; anything else has to
 * be loaded where it is used.
 */
const loadedAtStart = new Set(
  (
    'assert async_hooks buffer child_process crypto dgram diagnostics_channel dns dns/promises events fs ' +
    'fs/promises http https module net os path process querystring stream stream/promises string_decoder ' +
    'timers tls tty url util vm zlib util/types worker_threads'
  ).split(' '),
);

function folderOf(task: string): string {
  return resolve('dist', 'tasks', task, `${task}V1`);
}

/** The code that was made for this Node. */
async function cacheIn(folder: string): Promise<string> {
  const { platform, arch, versions } = process;
  const name = `program.${platform}-${arch}-${versions.v8}.cache`;
  const files = await readdir(folder);
  assert.ok(files.includes(name), `no ${name} among ${files.join(', ')}`);
  return join(folder, name);
}

describe('start of a packaged task', () => {
  let temp = '';
  let folder = '';
  beforeEach(async () => {
    temp = await mkdtemp(join(tmpdir(), 'spokeline-start-'));
    folder = join(temp, 'task');
    await cp(folderOf('ImagePush'), folder, { recursive: true });
  });
  afterEach(() => rm(temp, { recursive: true, force: true }));

  /** Runs a task without inputs, which it refuses. */
  async function start(entry: string, ...options: string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '', AGENT_TEMPDIRECTORY: temp };
    const { code, stdout, stderr } = await finish(process.execPath, [...options, entry], { env });
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    return stdout;
  }

  const codeOf = (output: string) => /task\.logissue type=error;code=(\w+);/.exec(output)?.[1];

  /** The code of a program that calls wrong inputs by another name, as long as the real one. */
  async function otherCode(): Promise<Buffer> {
    const other = join(temp, 'other');
    await cp(folder, other, { recursive: true });
    const program = await readFile(join(folder, 'program.js'), 'utf8');
    await writeFile(
      join(other, 'program.js'),
      program.replaceAll('INPUT_INVALID', 'INPUT_ANOTHER'),
    );
    const made = await finish(process.execPath, ['scripts/code-cache.mjs', other], {
      env: { PATH: process.env['PATH'] ?? '' },
    });
    assert.equal(made.code, 0, made.stderr);
    return readFile(await cacheIn(other));
  }

  it('runs the code that lies beside the bundle', async () => {
    await writeFile(await cacheIn(folder), await otherCode());
    assert.equal(codeOf(await start(join(folder, 'index.js'))), 'INPUT_ANOTHER');
  });

  it('runs the bundle itself when a bit of that code is wrong', async () => {
    const damaged = await otherCode();
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    await writeFile(await cacheIn(folder), damaged);
    assert.equal(codeOf(await start(join(folder, 'index.js'))), 'INPUT_INVALID');
  });

  const harms: [title: string, harm: (cache: string) => Promise<void>][] = [
    ['is not there', (cache) => rm(cache)],
    ['is empty', (cache) => truncate(cache, 0)],
    ['ends early', (cache) => truncate(cache, 100_000)],
  ];
  for (const [title, harm] of harms) {
    it(`runs the bundle itself when that code ${title}`, async () => {
      await harm(await cacheIn(folder));
      assert.equal(codeOf(await start(join(folder, 'index.js'))), 'INPUT_INVALID');
    });
  }

  it('runs the bundle itself when V8 refuses that code', async () => {
    await writeFile(await cacheIn(folder), await otherCode());
    const output = await start(join(folder, 'index.js'), '--no-opt');
    assert.equal(codeOf(output), 'INPUT_INVALID');
  });

  for (const task of tasks) {
    it(`${task} has code for this Node, and loads no module of Node that it may not need`, async () => {
      await cacheIn(folderOf(task));
      const list = join(temp, 'modules.json');
      const hook = join(temp, 'hook.cjs');
      await writeFile(
        hook,
        `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)},
          JSON.stringify(process.moduleLoadList)))`,
      );
      await start(join(folderOf(task), 'index.js'), '--require', hook);
      const loaded = new Set(JSON.parse(await readFile(list, 'utf8')) as string[]);
      const needless = builtinModules.filter(
        (name) =>
          !name.startsWith('_') && loaded.has(`NativeModule ${name}`) && !loadedAtStart.has(name),
      );
      assert.deepEqual(needless, []);
    });
  }
});
