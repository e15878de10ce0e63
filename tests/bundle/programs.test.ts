import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish } from '../support/start.ts';

/** Starts an npm script as a user does; `until` is awaited on its standard output. */
async function startScript(
  args: string[],
  until: RegExp,
): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn('npm', ['run', '-s', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`ended with ${code} before ${until}: ${said}`)));
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (until.test(said)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
  });
  child.removeAllListeners('exit');
  return { child, said };
}

/** Signals npm's own process and waits for its exit code; fails after 30 s. */
function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('still running after 30 s')), 30_000);
    child.on('exit', (code) => {
      clearTimeout(late);
      resolve(code);
    });
    child.kill(signal);
  });
}

function isOpen(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('programs', function () {
  this.timeout(180_000);
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'spokeline-programs-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('sandbox --json prints one line, stays, and leaves nothing after SIGINT', async () => {
    const { child, said } = await startScript(['sandbox', '--', '--json'], /\}\n/);
    const info = JSON.parse(said.split('\n').find((line) => line.startsWith('{')) ?? '') as Record<
      string,
      string
    >;
    for (const field of [
      'arm',
      'authority',
      'registry',
      'dns',
      'oidc',
      'ca',
      'tenantId',
      'subscriptionId',
      'clientId',
      'clientSecret',
    ]) {
      assert.ok(info[field], `${field} is missing`);
    }
    assert.ok(existsSync(info['ca'] ?? ''));
    assert.match(readFileSync(info['ca'] ?? '', 'utf8'), /BEGIN CERTIFICATE/);
    assert.equal(await isOpen(info['arm'] ?? ''), true);
    assert.equal(await end(child, 'SIGINT'), 0);
    assert.equal(await isOpen(info['arm'] ?? ''), false);
  });

  it('pipeline run ends with 130 on SIGINT and leaves no process', async () => {
    const file = join(folder, 'azure-pipelines.yml');
    const mark = `3${process.pid}`;
    writeFileSync(file, `steps:\n- script: echo waiting && exec sleep ${mark}\n`);
    const { child } = await startScript(
      ['pipeline', '--', 'run', file, '--root', folder, '--out', join(folder, 'out')],
      /waiting/,
    );
    assert.equal(await end(child, 'SIGINT'), 130);
    const processes = await finish('ps', ['-eo', 'args']);
    assert.doesNotMatch(processes.stdout, new RegExp(`sleep ${mark}`));
  });

  it('pipeline expand prints the final YAML, and says why it rejects', async () => {
    const file = join(folder, 'expand.yml');
    writeFileSync(
      file,
      'parameters:\n- name: who\n  type: string\nsteps:\n- script: echo ${{ parameters.who }}\n',
    );
    const args = ['run', '-s', 'pipeline', '--', 'expand', file, '--root', folder];
    const expanded = await finish('npm', [...args, '--param', 'who=world']);
    assert.equal(expanded.code, 0, expanded.stderr);
    assert.match(expanded.stdout, /script: echo world/);
    const rejected = await finish('npm', [...args, '--param', 'whom=world']);
    assert.notEqual(rejected.code, 0);
    assert.equal(rejected.stdout, '');
    assert.match(rejected.stderr, /whom/);
  });

  const rejections: [what: string, yaml: string, message: RegExp][] = [
    ['an unknown task', 'steps:\n- task: StampDestroy@1\n', /StampDestroy@1/],
    ['an unknown template', 'steps:\n- template: nowhere.yml\n', /nowhere\.yml/],
    [
      'an unexpected parameter',
      'extends:\n  template: t.yml\n  parameters: { colour: red }\n',
      /colour/,
    ],
  ];
  for (const [what, yaml, message] of rejections) {
    it(`pipeline run rejects ${what} with 2`, async () => {
      const file = join(folder, 'rejected.yml');
      writeFileSync(file, yaml);
      writeFileSync(join(folder, 't.yml'), 'parameters: []\nsteps: []\n');
      const run = await finish('npm', [
        'run',
        '-s',
        'pipeline',
        '--',
        'run',
        file,
        '--root',
        folder,
      ]);
      assert.equal(run.code, 2, run.stderr);
      assert.match(run.stderr, message);
    });
  }
});
