import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openBicep } from '../../../tasks/lib/bicep/open.ts';
import { bicepEnvironment } from '../../../tasks/lib/bicep/spawn.ts';
import { compileParameters, compileTemplate } from '../../../tasks/lib/bicep/compile.ts';
import { startBicep, type StartOptions } from '../../../tasks/lib/bicep/start.ts';
import type { Diagnostic } from '../../../tasks/lib/bicep/compiler.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { writeStandIn, type Behaviour } from './stand-in.ts';
import { failure } from '../../support/failure.ts';

interface Call {
  args: string[];
  env: Record<string, string>;
  pid: number;
}

async function calls(log: string): Promise<Call[]> {
  const text = await readFile(log, 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Call);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a Bicep CLI', () => {
  const made: string[] = [];
  const never = new AbortController().signal;
  const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nowhere' };

  async function standIn(behaviour: Behaviour) {
    const found = await writeStandIn(behaviour);
    made.push(found.directory);
    return found;
  }

  function options(path: string, more: Partial<StartOptions> = {}): StartOptions {
    return {
      path,
      version: undefined,
      toolsDirectory: undefined,
      environment,
      download: false,
      tempDirectory: '/nowhere',
      signal: never,
      checksum: undefined,
      variables: {},
      fetchFile: () => Promise.reject(new Error('no network')),
      info: () => undefined,
      ...more,
    };
  }

  /** Starts a CLI, compiles, and ends it. */
  async function compile(
    file: string,
    how: StartOptions,
    warn: (d: Diagnostic) => void = () => undefined,
  ): Promise<string> {
    const bicep = await startBicep(how);
    try {
      return await compileTemplate(bicep, file, warn);
    } finally {
      await bicep.dispose();
    }
  }

  after(async () => {
    for (const directory of made) await rm(directory, { recursive: true, force: true });
  });

  it('is started once, with an allow-listed environment, and ended', async () => {
    const { path, log } = await standIn({
      compile: { success: true, diagnostics: [], contents: '{"a":1}' },
    });
    process.env['SPOKELINE_TEST_SECRET'] = 'do not pass on';
    try {
      const bicep = await openBicep({
        path,
        environment: { ...environment, AZURE_CLIENT_SECRET: 'x', SYSTEM_ACCESSTOKEN: 'y' },
        variables: { REGION: 'westeurope' },
        signal: never,
      });
      assert.equal(await bicep.version(), '0.36.1');
      assert.deepEqual(await bicep.compile('/a/main.bicep'), {
        template: '{"a":1}',
        diagnostics: [],
      });
      assert.deepEqual(await bicep.metadata('/a/main.bicep'), {
        parameters: [
          { name: 'hub', type: 'object' },
          { name: 'any', type: undefined },
        ],
        outputs: [],
      });
      await bicep.dispose();
      await bicep.dispose();
    } finally {
      delete process.env['SPOKELINE_TEST_SECRET'];
    }
    const [call, ...more] = await calls(log);
    assert.deepEqual(more, [], 'no further process, not even for --version at the end');
    assert.equal(call?.args[0], 'jsonrpc');
    assert.deepEqual(Object.keys(call?.env ?? {}).sort(), ['HOME', 'PATH', 'REGION']);
    assert.equal(isRunning(call?.pid ?? 0), false);
  });

  it('passes on what a CLI needs, whatever the letter case', () => {
    const passed = bicepEnvironment({
      Path: 'C:\\bin',
      https_proxy: 'http://p',
      SystemRoot: 'C:\\Windows',
      BUILD_BUILDID: '1',
      ARM_CLIENT_SECRET: 's',
      HOME: undefined,
    });
    assert.deepEqual(passed, {
      Path: 'C:\\bin',
      https_proxy: 'http://p',
      SystemRoot: 'C:\\Windows',
    });
  });

  it('gives errors with one-based places, and warnings apart', async () => {
    const diagnostic = (line: number, level: string, code: string, message: string) => ({
      source: 'file:///a/b%20c/main.bicep',
      range: { start: { line, char: 4 }, end: { line, char: 9 } },
      level,
      code,
      message,
    });
    const { path } = await standIn({
      compile: {
        success: false,
        diagnostics: [
          diagnostic(2, 'Error', 'BCP057', 'The name "x" does not exist in the current context.'),
          diagnostic(0, 'Warning', 'no-unused-params', 'Parameter "y" is declared but never used.'),
        ],
      },
    });
    const warnings: Diagnostic[] = [];
    const error = await failure(
      compile('/a/b c/main.bicep', options(path), (d) => warnings.push(d)),
    );
    assert.equal(error.code, 'BICEP_COMPILE');
    assert.equal(error.message, '/a/b c/main.bicep has one error.');
    assert.deepEqual(error.details, [
      {
        file: '/a/b c/main.bicep',
        line: 3,
        column: 5,
        code: 'BCP057',
        message: 'The name "x" does not exist in the current context.',
      },
    ]);
    assert.deepEqual(
      warnings.map(({ line, code }) => [line, code]),
      [[1, 'no-unused-params']],
    );
  });

  const broken: [string, Behaviour, RegExp, string?][] = [
    ['too old', { version: '0.20.4' }, /Bicep CLI version 0\.20\.4 is not supported/],
    [
      'dying at once',
      { diesWith: 'libicu is missing\n' },
      /it ended with exit code 3$/,
      'libicu is missing',
    ],
    [
      'dying while it compiles',
      { dropsCompile: true },
      /it ended with exit code 134$/,
      'out of memory',
    ],
  ];
  for (const [name, behaviour, message, said] of broken) {
    it(`is BICEP_FAILED when ${name}`, async () => {
      const { path } = await standIn(behaviour);
      const error = await failure(compile('/a/main.bicep', options(path)));
      assert.equal(error.code, 'BICEP_FAILED');
      assert.match(error.message, message);
      if (said !== undefined) assert.equal(error.details[0]?.message, said);
    });
  }

  it('is ended when the run is cancelled', async () => {
    const { path, log } = await standIn({ hangs: true });
    const controller = new AbortController();
    const bicep = await openBicep({ path, environment, signal: controller.signal });
    const compiling = bicep.compile('/a/main.bicep');
    controller.abort(new SpokelineError('CANCELLED', 'The run was cancelled.'));
    assert.equal((await failure(compiling)).code, 'CANCELLED');
    await bicep.dispose();
    const [call] = await calls(log);
    assert.equal(isRunning(call?.pid ?? 0), false);
  });

  it('is given up when it does not connect', async () => {
    const { path, log } = await standIn({ deaf: true });
    const error = await failure(
      openBicep({ path, environment, signal: never, startWithin: 1_500 }),
    );
    assert.equal(error.code, 'BICEP_FAILED');
    assert.equal(error.message, `The Bicep CLI ${path} failed: it was not ready within 1.5 s`);
    const [call] = await calls(log);
    while (isRunning(call?.pid ?? 0)) await new Promise((resolve) => setImmediate(resolve));
  });

  it('does not outlive the fault of telling its version', async () => {
    const { path, log } = await standIn({ nameless: true });
    const error = await failure(compile('/a/main.bicep', options(path)));
    assert.equal(error.code, 'BICEP_FAILED');
    const [call] = await calls(log);
    assert.equal(isRunning(call?.pid ?? 0), false);
  });

  it('is not run when it has another checksum', async () => {
    const { path, log } = await standIn({});
    const checksum = 'A'.repeat(64);
    const error = await failure(compile('/m.bicep', options(path, { checksum })));
    assert.equal(error.code, 'BICEP_CHECKSUM');
    const actual = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    assert.equal(
      error.message,
      `${path} has the SHA-256 ${actual}, but bicepChecksum is ${checksum.toLowerCase()}.`,
    );
    await assert.rejects(readFile(log), { code: 'ENOENT' });
  });

  it('does not bring to light what a parameters file reads', async () => {
    const message = `Expected a value of type "int" but the provided value is of type "'hunter2'".`;
    const diagnostic = {
      source: '/w/main.bicepparam',
      range: { start: { line: 3, char: 0 }, end: { line: 3, char: 1 } },
      level: 'Error',
      code: 'BCP033',
      message,
    };
    const { path } = await standIn({
      compileParams: { success: false, diagnostics: [diagnostic] },
    });
    const bicep = await startBicep(options(path));
    try {
      const compiling = compileParameters(
        bicep,
        '/w/main.bicepparam',
        {},
        ['hunter2'],
        () => undefined,
      );
      const error = await failure(compiling);
      assert.equal(error.code, 'BICEP_COMPILE');
      assert.deepEqual(error.details, [
        {
          file: '/w/main.bicepparam',
          line: 4,
          column: 1,
          code: 'BCP033',
          message: message.replace('hunter2', '***'),
        },
      ]);
    } finally {
      await bicep.dispose();
    }
  });

  it('is passed over for the wanted one in the next place, or for a download', async () => {
    const first = await standIn({});
    const wanted = await standIn({ compile: { success: true, diagnostics: [], contents: '{}' } });
    const bytes = await readFile(wanted.path);
    const checksum = createHash('sha256').update(bytes).digest('hex');
    const said: string[] = [];
    const found = {
      path: undefined,
      checksum,
      environment: { ...environment, PATH: `${first.directory}:${environment.PATH}` },
      toolsDirectory: join(first.directory, 'tools'),
      info: (text: string) => said.push(text),
    };
    const other = `${first.path} has the SHA-256 `;
    const error = await failure(compile('/m.bicep', options('', found)));
    assert.deepEqual([error.code, error.message.startsWith(other)], ['BICEP_CHECKSUM', true]);
    const fetching = {
      version: '0.36.1',
      download: true,
      fetchFile: () => Promise.resolve({ status: 200, body: bytes }),
    };
    assert.equal(await compile('/m.bicep', options('', { ...found, ...fetching })), '{}');
    assert.ok(said[0]?.startsWith(other), said[0]);
    assert.equal(
      said[1],
      'Not the wanted Bicep CLI on this agent; downloading it, as bicepDownload allows.',
    );
    // What was downloaded is found behind the other one on the PATH.
    assert.equal(await compile('/m.bicep', options('', found)), '{}');
    await assert.rejects(readFile(first.log), { code: 'ENOENT' });
  });

  it('has to have the pinned version', async () => {
    const { path } = await standIn({});
    const error = await failure(compile('/m.bicep', options(path, { version: '0.40.2' })));
    assert.equal(error.code, 'BICEP_NOT_FOUND');
    assert.equal(error.message, `bicepVersion is 0.40.2, but the Bicep CLI at ${path} is 0.36.1.`);
  });
});
