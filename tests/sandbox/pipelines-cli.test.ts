import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../../sandbox/pipelines/cli.ts', import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

describe('the pipeline command', () => {
  let directory: string;
  let program: string;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'spokeline-cli-'));
    program = path.join(directory, 'pipeline.cjs');
    await build({
      entryPoints: [source],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
  });

  after(async () => {
    await rm(directory, { recursive: true });
  });

  /** @param onOutput may end the process by a signal, once */
  async function call(
    args: string[],
    onOutput?: (text: string) => NodeJS.Signals | undefined,
  ): Promise<Ended> {
    const child = spawn(process.execPath, [program, ...args], { cwd: directory });
    let stdout = '';
    let stderr = '';
    let signalled = false;
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
      const signal = signalled ? undefined : onOutput?.(stdout);
      if (signal === undefined) return;
      signalled = true;
      child.kill(signal);
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    const [code] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : null, stdout, stderr };
  }

  async function file(text: string): Promise<string[]> {
    await writeFile(path.join(directory, 'p.yml'), text);
    return ['p.yml', '--root', directory];
  }

  it('prints the expanded pipeline and nothing else', async () => {
    const args = await file(
      'parameters:\n- name: x\n  type: object\nsteps:\n- bash: echo ${{ parameters.x.y }}\n',
    );
    const ended = await call(['expand', ...args, '--param', 'x={"y":"a=b"}']);
    assert.deepEqual(ended, {
      code: 0,
      stdout: `stages:
  - stage: __default
    jobs:
      - job: Job
        steps:
          - task: Bash@3
            inputs:
              targetType: inline
              script: echo a=b
`,
      stderr: '',
    });
  });

  for (const args of [['--help'], ['expand', '--help'], ['run', 'p.yml', '--help']]) {
    it(`shows how it is used: ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await call(args);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /^usage:\n  pipeline expand FILE --root DIR .*\n  pipeline run FILE/);
    });
  }

  const refused: [args: string[], message: RegExp][] = [
    [[], /^pipeline: usage:/],
    [['dance'], /^pipeline: unknown command 'dance'/],
    [['expand'], /^pipeline: a pipeline file is missing/],
    [['expand', 'p.yml'], /^pipeline: --root is missing/],
    [['expand', 'p.yml', 'q.yml'], /^pipeline: unexpected argument 'q.yml'/],
    [['expand', 'p.yml', '--root'], /^pipeline: --root needs a value/],
    [
      ['expand', 'p.yml', '--root', '.', '--param', 'x'],
      /^pipeline: --param wants key=value, not 'x'/,
    ],
    [
      ['expand', 'p.yml', '--root', '.', '--task', 'A@1=x'],
      /^pipeline: unknown option '--task' for expand/,
    ],
    [['expand', 'none.yml', '--root', '.'], /^pipeline: file 'none.yml' was not found/],
    [['expand', '/etc/x.yml', '--root', '.'], /is not inside the repository's folder/],
    [['run', 'p.yml', '--root', '.', '--connections', 'none.json'], /^pipeline: none.json: ENOENT/],
    [
      ['run', 'p.yml', '--root', '.', '--task', 'A@1=none'],
      /^pipeline: A@1: folder .*none not found/,
    ],
  ];
  for (const [args, message] of refused) {
    it(`refuses: ${args.join(' ')}`, async () => {
      await file('steps:\n- bash: a\n');
      const ended = await call(args);
      assert.equal(ended.code, 2);
      assert.match(ended.stderr, message);
      assert.equal(ended.stdout, '');
    });
  }

  it('exits with 0, 1 or 2 as the run goes', async () => {
    const good = await call([
      'run',
      ...(await file('steps:\n- bash: echo $X\n')),
      '--env',
      'X=1',
      '--out',
      'a',
    ]);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^ +1$/m);
    assert.equal(
      JSON.parse(await readFile(path.join(directory, 'a/run.json'), 'utf8')).result,
      'Succeeded',
    );
    assert.equal((await call(['run', ...(await file('steps:\n- bash: exit 9\n'))])).code, 1);
    const rejected = await call(['run', ...(await file('steps:\n- task: Nope@1\n'))]);
    assert.equal(rejected.code, 2);
    assert.match(rejected.stderr, /p.yml:2:3: .*unknown task 'Nope@1'/);
  });

  it('cancels on SIGINT with 130', async () => {
    const args = await file(
      'steps:\n- bash: echo begun; exec sleep 100\n- bash: echo kept\n  condition: always()\n',
    );
    const ended = await call(['run', ...args], (text) =>
      /^ +begun$/m.test(text) ? 'SIGINT' : undefined,
    );
    assert.equal(ended.code, 130, ended.stderr);
    assert.match(ended.stdout, /^ +kept$/m);
    assert.match(ended.stdout, /^run .*: Canceled$/m);
  });
});
