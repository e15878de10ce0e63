import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startExample } from '../support/start.ts';

/**
 * A network of its own in which this user is root: every address of the declared networks, and of Azure's own
 * resolver, is local, and the system's resolver is the sandbox's DNS. Nothing outside can be reached.
 */
const script = `set -e
ip link set lo up
ip route add local 10.0.0.0/8 dev lo
ip route add local 168.63.129.16/32 dev lo
mount --bind "$1/resolv.conf" /etc/resolv.conf
shift
exec "$@"`;

describe('real addresses', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'spokeline-namespace-'));
    writeFileSync(
      join(folder, 'resolv.conf'),
      'nameserver 168.63.129.16\noptions timeout:2 attempts:1\n',
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('releases with 10.x addresses, port 443 and only the system resolver', async () => {
    const run = await startExample(['mission-critical', '--in-namespace'], (command) => [
      'unshare',
      '-rUnm',
      'sh',
      '-c',
      script,
      'sh',
      folder,
      ...command,
    ]);
    assert.equal(run.code, 0, `${run.stdout}\n${run.stderr}`);
    assert.deepEqual(run.report.failing, []);
    const checks = run.report.gate?.checks ?? [];
    assert.equal(checks.length, 48);
    assert.ok(checks.every((check) => check.status === 'pass'));
    const dns = checks.filter((check) => check.kind === 'dns').map((check) => check.observed);
    assert.ok(
      dns.every((observed) => /\b10\.\d+\.\d+\.\d+\b/.test(observed)),
      dns.join('\n'),
    );
  });

  it('fails for the same reason as on loopback when the NSG is wrong', async () => {
    const run = await startExample(
      ['mission-critical', '--in-namespace', '--break', 'nsg'],
      (command) => ['unshare', '-rUnm', 'sh', '-c', script, 'sh', folder, ...command],
    );
    assert.equal(run.code, 1, `${run.stdout}\n${run.stderr}`);
    const expected = readFileSync(
      'templates/examples/mission-critical/breaks/nsg/expect.json',
      'utf8',
    );
    assert.deepEqual(run.report.failing, (JSON.parse(expected) as { failing: unknown }).failing);
  });
});
