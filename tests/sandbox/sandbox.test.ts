import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SandboxInfo } from '../../sandbox/azure/sandbox.ts';
import { portsFrom, startSandbox } from '../../sandbox/azure/sandbox.ts';
import { runSandbox } from './sandbox-client.ts';

// Fixed ports of the tests lie below those of outgoing connections, which would take one now and then.
const bases = { SIGINT: 11_000, SIGTERM: 12_000, command: 13_000, library: 15_000 };
const dnsPort = 14_053;

const program = path.resolve('sandbox/azure/cli.ts');
const keys = [
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
  'systemAccessToken',
  'serviceConnectionId',
];

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(...args: string[]): {
  child: ChildProcess;
  line: Promise<string>;
  ended: Promise<Ended>;
} {
  const child = spawn(process.execPath, ['--import=tsx', program, ...args]);
  const seen = { stdout: '', stderr: '' };
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...seen }));
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (part: Buffer) => {
      seen.stdout += part.toString();
      if (seen.stdout.includes('\n')) resolve(seen.stdout);
    });
    void ended.then(() => reject(new Error(`ended without a line: ${seen.stderr}`)));
  });
  // Who only waits for the end does not look at the line.
  line.catch(() => undefined);
  child.stderr.on('data', (part: Buffer) => {
    seen.stderr += part.toString();
  });
  return { child, line, ended };
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

describe('the sandbox command', function () {
  this.timeout(180_000);

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints one JSON line, and ends with 0 on ${signal}, leaving nothing`, async () => {
      const base = bases[signal];
      const { child, line, ended } = start('--json', '--port-base', String(base));
      const info = JSON.parse(await line) as SandboxInfo;
      assert.deepEqual(Object.keys(info), keys);
      const ports = portsFrom(base);
      assert.equal(info.arm, `https://localhost:${String(ports.arm)}`);
      assert.equal(info.authority, `https://localhost:${String(ports.entra)}`);
      assert.equal(info.registry, `localhost:${String(ports.registry)}`);
      assert.equal(info.dns, `127.0.0.1:${String(ports.dns)}`);
      assert.ok(existsSync(info.ca));
      child.kill(signal);
      const { code, stdout } = await ended;
      assert.equal(code, 0);
      assert.equal(stdout.trim().split('\n').length, 1);
      assert.equal(existsSync(path.dirname(info.ca)), false);
      for (const port of [ports.arm, ports.entra, ports.oidc, ports.registry, ports.dns]) {
        assert.equal(await opens(port), false, String(port));
      }
    });
  }

  it('shows how it is used', async () => {
    const { code, stdout, stderr } = await start('--help').ended;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^usage: sandbox \[--json\] \[--port-base N\]/);
  });

  const bad: [args: string[], message: RegExp][] = [
    [['--port-base', '80'], /^--port-base must be from 1024 to 65000, not '80'\nusage:/],
    [['--port-base', 'x'], /not 'x'/],
    [['--faults', 'missing.json'], /missing\.json: ENOENT/],
    [['--nothing'], /Unknown option '--nothing'/],
    [['start'], /Unexpected argument 'start'/],
  ];
  for (const [args, message] of bad) {
    it(`ends with 2 on ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await start('--json', ...args).ended;
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    });
  }

  it('ends with 2 on a fault file with a wrong rule', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'faults-'));
    try {
      const file = path.join(directory, 'faults.json');
      await writeFile(file, '[{"stat": 500}]');
      const { code, stderr } = await start('--json', '--faults', file).ended;
      assert.equal(code, 2);
      assert.match(stderr, /faults\.json: fault 0 has the unknown key 'stat'/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('ends with 1 where a port is taken', async () => {
    const taken = createServer();
    taken.listen(portsFrom(bases.command).registry, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { code, stdout, stderr } = await start('--json', '--port-base', String(bases.command))
        .ended;
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(
        stderr,
        /^sandbox: listen EADDRINUSE: address already in use 127\.0\.0\.1:13004/,
      );
    } finally {
      taken.close();
    }
  });
});

describe('the sandbox as a library', function () {
  this.timeout(180_000);

  it('injects faults by server', async () => {
    const run = await runSandbox({
      faults: [{ server: 'arm', path: '/subscriptions', status: 503, count: 1 }],
    });
    try {
      const { arm } = run.sandbox.info;
      const url = `${arm}/subscriptions?api-version=2022-12-01`;
      assert.equal((await run.call('GET', url)).status, 503);
      assert.equal((await run.call('GET', url)).status, 401);
    } finally {
      await run.stop();
    }
  });

  it('leaves nothing running where it cannot start', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
    const ports = portsFrom(bases.library);
    const taken = createServer();
    taken.listen(ports.dns, '127.0.0.1');
    await once(taken, 'listening');
    try {
      await assert.rejects(startSandbox({ directory, portBase: bases.library }), {
        code: 'EADDRINUSE',
      });
      for (const port of [ports.arm, ports.entra, ports.oidc, ports.registry]) {
        assert.equal(await opens(port), false, String(port));
      }
    } finally {
      taken.close();
      await rm(directory, { recursive: true });
    }
  });

  it('refuses an agent without an address', async () => {
    await assert.rejects(startSandbox({ directory: 'unused', agentAddress: 'nowhere' }), {
      message: "the agent's 'nowhere' is not an IPv4 address",
    });
    assert.equal(existsSync('unused'), false);
  });

  it('answers DNS at further addresses', async () => {
    const run = await runSandbox({ dnsExtra: [{ host: '127.0.0.2', port: dnsPort }] });
    try {
      const { Resolver } = await import('node:dns/promises');
      const resolver = new Resolver({ timeout: 10_000, tries: 1 });
      resolver.setServers([`127.0.0.2:${String(dnsPort)}`]);
      await assert.rejects(resolver.resolve4('nobody.example'), { code: 'ENOTFOUND' });
    } finally {
      await run.stop();
    }
  });

  it('knows the default subscription and those it is given', async () => {
    const given = { id: '00000000-0000-4000-8000-00000000000b', name: 'stamp' };
    const run = await runSandbox({ subscriptions: [given] });
    try {
      const { arm } = run.sandbox.info;
      const headers = { Authorization: `Bearer ${await run.token(`${arm}/.default`)}` };
      const url = `${arm}/subscriptions?api-version=2022-12-01`;
      const { body } = await run.call('GET', url, { headers });
      const { value } = JSON.parse(body) as { value: { subscriptionId: string }[] };
      assert.deepEqual(
        value.map(({ subscriptionId }) => subscriptionId),
        [run.sandbox.info.subscriptionId, given.id],
      );
    } finally {
      await run.stop();
    }
  });
});
