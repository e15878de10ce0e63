import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { GateResult } from '../../tasks/lib/gate/result.ts';
import { writeTopology } from '../support/loopback-topology.ts';
import { startNameServer, type NameServer } from '../support/name-server.ts';
import { jobFolder, packagedCommand, readRun, runPackaged } from '../support/packaged-task.ts';
import { createTestAuthority } from '../support/tls.ts';

const domain = 'vault.azure.net';
const command = 'x ##vso[task.setvariable variable=verdict;isOutput=true]pass';

describe('NetworkGate and servers that mean no good', function () {
  this.timeout(180_000);
  let job: Awaited<ReturnType<typeof jobFolder>>;
  let names: NameServer;
  let inputs: Record<string, string>;
  let environment: Record<string, string>;
  const servers: Server[] = [];

  async function serve(
    server: Server,
    address: string,
    port: number,
    name: string,
  ): Promise<number> {
    await once(server.listen(port, address), 'listening');
    servers.push(server);
    names.names.set(`${name}.${domain}`, [`${command}.example`, address]);
    return (server.address() as AddressInfo).port;
  }

  before(async () => {
    job = await jobFolder({});
    names = await startNameServer();
    const authority = await createTestAuthority();
    const other = await createTestAuthority(command);
    const says = (text: string) => async (name: string) =>
      createServer(await authority.issue([`${name}.${domain}`]), (socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write(text));
      });
    const stranger = createServer(await other.issue([`${command}.example`]));
    const port = await serve(stranger, '127.111.0.4', 0, 'stranger');
    const switching =
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    await serve(await says(switching)('switching'), '127.111.0.5', port, 'switching');
    await serve(
      await says(`-${'A'.repeat(9_000)} ${command}\r\n`)('long'),
      '127.111.0.6',
      port,
      'long',
    );
    await serve(createTcpServer(), '127.111.0.7', port, 'hanging');
    environment = { NODE_EXTRA_CA_CERTS: join(job.folder, 'ca.pem') };
    await writeFile(join(job.folder, 'ca.pem'), authority.ca);
    inputs = {
      ...(await writeTopology(job.folder, names.server, port)),
      gates: join(job.folder, 'gates.yml'),
      timeout: '0',
      resultsFolder: join(job.folder, 'results'),
    };
    await writeFile(
      join(job.folder, 'gates.yml'),
      `checks:
  - { id: alias, kind: dns, name: stranger.${domain}, within: [hub] }
  - { id: stranger, kind: tls, name: stranger.${domain}, severity: warning }
  - { id: switching, kind: http, url: 'https://switching.${domain}/' }
  - { id: long, kind: redis, name: long.${domain}, port: 443 }
  - { id: hanging, kind: postgres, name: hanging.${domain}, port: 443 }
`,
    );
  });
  after(async () => {
    for (const server of servers) server.close();
    await names.close();
    await job.remove();
  });

  it('comes to an end, and takes no orders from certificates, names and banners', async () => {
    const { output, outputs, lines } = await runPackaged(
      'NetworkGate',
      job.folder,
      inputs,
      environment,
    );
    const text = await readFile(join(job.folder, 'results', 'gate.json'), 'utf8').catch(
      () => output,
    );
    const { checks } = JSON.parse(text) as GateResult;
    assert.deepEqual(
      checks.map(({ id, status, code }) => `${id} ${status} ${code}`),
      [
        'alias fail DNS_OUTSIDE_NETWORKS',
        'stranger fail TLS_NAME',
        'switching fail TCP_RESET',
        'long fail GREETING_UNKNOWN',
        'hanging fail TLS_SILENT',
      ],
    );
    assert.equal(outputs['verdict'], 'fail');
    assert.deepEqual(
      lines.filter((line) => line.includes('##vso[')),
      [],
    );
    assert.ok(text.length < 10_000, `${text.length} bytes`);
  });

  for (const [phase, more, sign] of [
    ['the delay', { delay: '3600' }, ', at most'],
    ['a round', { timeout: '7200', interval: '3600' }, 'FAIL    alias'],
    ['the interval', { timeout: '7200', interval: '3600' }, 'Round 1'],
  ] as const) {
    it(`ends at once when it is cancelled in ${phase}`, async () => {
      const given = packagedCommand('NetworkGate', job.folder, { ...inputs, ...more }, environment);
      const [program = '', ...args] = given.command;
      const child = spawn(program, args, { cwd: job.folder, env: given.env });
      let output = '';
      child.stdout.on('data', (bytes: Buffer) => {
        const before = output.includes(sign);
        output += bytes.toString();
        if (!before && output.includes(sign)) child.kill('SIGINT');
      });
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(readRun(code, output, '').result, 'Failed', output);
      assert.match(output, /CANCELLED: The run was cancelled/);
    });
  }
});
