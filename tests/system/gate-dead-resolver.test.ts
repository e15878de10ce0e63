import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GateResult } from '../../tasks/lib/gate/result.ts';
import { jobFolder, runPackaged } from '../support/packaged-task.ts';
import { findTool } from '../support/tools.ts';

const good = 'good.example.net';
const dead = Array.from({ length: 24 }, (_, index) => `dead${index}.example.net`);
const gates = [...dead, good].map(
  (name) => `{ id: ${name.split('.')[0]}, kind: dns, name: ${name} }`,
);

/** Takes every question at the system's DNS server and answers none, while the rest of the command runs. */
const silentServer = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.bind(53, '127.0.0.53', () => {
    const [program, ...args] = process.argv.slice(1);
    const child = require('node:child_process').spawn(program, args, { stdio: 'inherit' });
    child.once('exit', (code) => process.exit(code ?? 1));
  });`;
const script = `set -e
ip link set lo up
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/hosts" /etc/hosts
shift
exec "$@"`;

describe('the gate and a DNS server that is dead for many names', function () {
  this.timeout(90_000);

  it('finds the name that has an answer all the same', async function () {
    const unshare = await findTool(this, 'unshare');
    await findTool(this, 'ip');
    const job = await jobFolder({
      'gates.yml': `checks:\n${gates.map((one) => `  - ${one}\n`).join('')}`,
      'resolv.conf': 'nameserver 127.0.0.53\n',
      hosts: `127.0.0.1 localhost\n127.111.0.4 ${good}\n`,
    });
    try {
      const results = join(job.folder, 'results');
      const inputs = {
        ...{ gates: join(job.folder, 'gates.yml'), networks: '127.111.0.0/16' },
        ...{ timeout: '0', resultsFolder: results },
      };
      const { output } = await runPackaged('NetworkGate', job.folder, inputs, {}, (command) => [
        ...[unshare, '-rUnm', 'sh', '-c', script, 'sh', job.folder],
        ...[process.execPath, '-e', silentServer, ...command],
      ]);
      const text = await readFile(join(results, 'gate.json'), 'utf8').catch(() => output);
      const { checks } = JSON.parse(text) as GateResult;
      const seen = new Map(checks.map(({ id, status, code }) => [id, `${status} ${code}`]));
      assert.equal(seen.get('good'), 'pass OK');
      assert.equal(seen.get('dead0'), 'unknown DNS_TIMEOUT');
    } finally {
      await job.remove();
    }
  });
});
