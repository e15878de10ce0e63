import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('./probe-task.ts', import.meta.url));
const id = '33333333-3333-4333-8333-333333333333';

const endpoint: Record<string, string> = {
  INPUT_AZURESUBSCRIPTION: id,
  [`ENDPOINT_URL_${id}`]: 'https://management.azure.com/',
  [`ENDPOINT_AUTH_SCHEME_${id}`]: 'ServicePrincipal',
  [`ENDPOINT_AUTH_PARAMETER_${id}_TENANTID`]: '11111111-1111-4111-8111-111111111111',
  [`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALID`]: '22222222-2222-4222-8222-222222222222',
  [`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALKEY`]: 'hunter2',
  [`ENDPOINT_DATA_${id}_ENVIRONMENT`]: 'AzureCloud',
};

interface Finished {
  readonly lines: string[];
  readonly code: number | null;
  readonly signal: string | null;
}

describe('host/run-task', function () {
  this.timeout(60_000);
  let directory: string;
  let task: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'spokeline-run-task-'));
    task = join(directory, 'task.cjs');
    // As tasks are shipped: one CommonJS file.
    await build({
      entryPoints: [source],
      outfile: task,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'error',
    });
  });
  after(() => rm(directory, { recursive: true }));

  /** Runs the task; `signals` are sent one after the other once it says `ready`. */
  function run(
    act: string,
    environment: Record<string, string> = {},
    signals: NodeJS.Signals[] = [],
  ): Promise<Finished> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, ['--enable-source-maps', task], {
        env: {
          PATH: process.env['PATH'],
          AGENT_TEMPDIRECTORY: directory,
          SYSTEM_DEFAULTWORKINGDIRECTORY: directory,
          INPUT_ACT: act,
          ...environment,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const before = out.includes('ready\n');
        out += text;
        if (before || !out.includes('ready\n')) return;
        for (const signal of signals) child.kill(signal);
      });
      child.on('close', (code, signal) => {
        const lines = out.split('\n').filter((line) => line !== '');
        resolve({ lines, code, signal });
      });
    });
  }

  const completions = ({ lines }: Finished) => lines.filter((l) => l.includes('task.complete'));
  const withoutDebug = ({ lines }: Finished) => lines.filter((l) => !l.includes('task.debug'));

  it('reports success once and ends with exit code 0', async () => {
    const finished = await run('succeed', { INPUT_NOTE: 'x ##vso[task.complete result=Failed;]' });
    assert.deepEqual(withoutDebug(finished), [
      'note: x # #vso[task.complete result=Failed;]',
      '##vso[task.complete result=Succeeded;done=true;]',
    ]);
    assert.equal(finished.code, 0);
  });

  it('reports a failure with code, hint and correlation id', async () => {
    const finished = await run('fail');
    assert.deepEqual(withoutDebug(finished), [
      '##vso[task.logissue type=error;code=ARM_CONFLICT;]ARM_CONFLICT: It is busy # #vso[a.b].',
      'What to do: Wait for the other operation, or resolve the state named in the message, then run again.',
      'Correlation id: c-1',
      '##vso[task.complete result=Failed;done=true;]ARM_CONFLICT: It is busy # #vso[a.b].',
    ]);
    assert.equal(finished.code, 0);
  });

  it('reports each detail as an issue with its place', async () => {
    assert.deepEqual(withoutDebug(await run('fail-with-details')), [
      '##[error]TOPOLOGY_INVALID: Two problems.',
      '##vso[task.logissue type=error;sourcepath=topology.yml;linenumber=3;columnnumber=7;' +
        'code=TOPOLOGY_INVALID;]topology.yml:3:7: one is wrong',
      '##vso[task.logissue type=error;code=Other;]/two: two is wrong',
      'What to do: Mend it.',
      '##vso[task.complete result=Failed;done=true;]TOPOLOGY_INVALID: Two problems.',
    ]);
  });

  const faults: [string, string][] = [
    ['bug', "INTERNAL: TypeError: Cannot read properties of undefined (reading 'nothing')"],
    ['throw-text', 'INTERNAL: just text'],
    ['uncaught', 'INTERNAL: Error: later'],
    ['unhandled', 'INTERNAL: Error: nobody cares'],
    ['never', 'INTERNAL: Error: the task stopped without a result'],
    ['exit', 'INTERNAL: the process was ended inside the task.'],
  ];
  for (const [act, message] of faults) {
    it(`calls ${act} a fault of the task`, async () => {
      const finished = await run(act);
      assert.deepEqual(completions(finished), [
        `##vso[task.complete result=Failed;done=true;]${message}`,
      ]);
      assert.equal(finished.code, 0);
    });
  }

  it('puts the stack at debug level only', async () => {
    const finished = await run('bug');
    const stack = finished.lines.filter((line) => line.includes('probe-task.ts'));
    assert.ok(stack.length > 0);
    assert.ok(stack.every((line) => line.startsWith('##vso[task.debug]')));
  });

  it('is not held up by an open socket', async () => {
    const finished = await run('open-socket');
    assert.deepEqual(completions(finished), ['##vso[task.complete result=Succeeded;done=true;]']);
    assert.equal(finished.code, 0);
  });

  it('reports all bad inputs before anything runs', async () => {
    const finished = await run('dance', { INPUT_AZURESUBSCRIPTION: 'none' });
    assert.deepEqual(
      withoutDebug(finished).filter((line) => line.includes('logissue')),
      [
        '##vso[task.logissue type=error;code=INPUT_INVALID;]Input "act" is "dance"; allowed: ' +
          'succeed, fail, fail-with-details, bug, throw-text, uncaught, unhandled, never, exit, ' +
          'open-socket, wait, wait-and-tell, wait-and-mark, print-and-mark, ignore-abort, ' +
          'swallow-abort, print-secrets, print-paths.',
        '##vso[task.logissue type=error;code=CONNECTION_INVALID;]Input "azureSubscription" is "none", ' +
          'which is no service connection of this job; allowed: an Azure Resource Manager connection ' +
          'that the pipeline may use.',
      ],
    );
  });

  it('hides the secrets of connections and takes them out of the environment', async () => {
    const finished = await run('print-secrets', endpoint);
    assert.ok(finished.lines.includes('secret *** token undefined'), finished.lines.join('\n'));
    assert.ok(finished.lines.includes('left in the environment: false'));
    assert.ok(finished.lines.includes('handed to children: PATH'));
    const naming = finished.lines.filter((line) => line.includes('hunter2'));
    assert.deepEqual(naming, ['##vso[task.setsecret]hunter2']);
  });

  it('knows a path that was not given from the directory that the agent puts in its place', async () => {
    assert.ok((await run('print-paths')).lines.includes('template: undefined'));
    const rooted = await run('print-paths', { INPUT_TEMPLATE: directory });
    assert.ok(rooted.lines.includes('template: undefined'));
    const given = await run('print-paths', { INPUT_TEMPLATE: join(directory, 'main.bicep') });
    assert.ok(given.lines.includes(`template: ${join(directory, 'main.bicep')}`));
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends by ${signal} as cancelled`, async () => {
      const finished = await run('wait', {}, [signal]);
      assert.deepEqual(completions(finished), [
        '##vso[task.complete result=Failed;done=true;]CANCELLED: The run was cancelled.',
      ]);
      assert.ok(finished.lines.includes(`Cancelled (${signal}): stopping.`));
      assert.equal(finished.code, 0);
    });
  }

  it('lets a cancelled task say what was left', async () => {
    assert.deepEqual(completions(await run('wait-and-tell', {}, ['SIGINT', 'SIGINT'])), [
      '##vso[task.complete result=Failed;done=true;]CANCELLED: ' +
        'The deployment d-1 was cancelled; nothing is left.',
    ]);
  });

  it('does not call a cancelled task that returns a success', async () => {
    assert.deepEqual(completions(await run('swallow-abort', {}, ['SIGINT'])), [
      '##vso[task.complete result=Failed;done=true;]CANCELLED: The run was cancelled.',
    ]);
  });

  it('stops a task that does not, before the agent would', async () => {
    const finished = await run('ignore-abort', {}, ['SIGINT']);
    assert.deepEqual(completions(finished), [
      '##vso[task.complete result=Failed;done=true;]CANCELLED: ' +
        'The run was cancelled, and the task did not stop within 7 s.',
    ]);
    assert.equal(finished.code, 0);
  });

  it('stops at once when a second, other signal comes', async () => {
    const finished = await run('ignore-abort', {}, ['SIGINT', 'SIGTERM']);
    assert.deepEqual(completions(finished), [
      '##vso[task.complete result=Failed;done=true;]CANCELLED: ' +
        'The run was cancelled, and the task was told to stop twice.',
    ]);
  });

  /** Starts the task under a program that does this to it once it is ready; waits for the file that it leaves. */
  async function markOf(act: string, then: string): Promise<string> {
    const note = join(directory, `mark-${act}`);
    const agent = `
const child = require('node:child_process').spawn(process.execPath, [process.argv[1]], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.stdout.on('data', (text) => { if (String(text).includes('ready')) { ${then} } });
`;
    const started = spawn(process.execPath, ['-e', agent, task], {
      env: { PATH: process.env['PATH'], INPUT_ACT: act, INPUT_NOTE: note },
      stdio: 'ignore',
    });
    try {
      for (let looks = 0; looks < 1_000; looks += 1) {
        const text = await readFile(note, 'utf8').catch(() => '');
        if (text !== '') return text;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail('the task left nothing');
    } finally {
      started.kill('SIGKILL');
    }
  }

  it('lets a task undo what it began when nobody reads its log any more', async () => {
    assert.equal(await markOf('print-and-mark', 'child.stdout.destroy();'), 'undone');
  });

  it('lets a task that is silent undo what it began when its agent is killed', async function () {
    if (process.platform === 'win32') this.skip();
    assert.equal(await markOf('wait-and-mark', "process.kill(process.pid, 'SIGKILL');"), 'undone');
  });
});
