import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish, startExample } from '../support/start.ts';

const breaks = 'templates/examples/mission-critical/breaks';

function expected(folder: string): unknown {
  return JSON.parse(readFileSync(`${folder}/expect.json`, 'utf8')).failing;
}

/** Ids of all checks that the gate has to make, whatever the state of the network. */
const allChecks = [
  'registry-dns',
  'registry-tls',
  ...['login-dns', 'login-tls', 'challenge', 'token'].map((part) => `registry-path.${part}`),
  ...['dns', 'tls'].map((part) => `registry-path.data-westeurope-${part}`),
  ...['hub-route', 'hub-groups', 'hub-addresses'],
  ...['registry-closed', 'registry-endpoint', 'registry-zone'],
  ...['weu', 'neu'].flatMap((stamp) =>
    [
      ...['key-vault-dns', 'key-vault-tcp', 'key-vault-tls'],
      ...['storage-dns', 'storage-tls', 'storage-ssh-denied'],
      ...['flows', 'peering', 'routes', 'groups', 'addresses'],
      ...['key-vault-closed', 'storage-closed', 'key-vault-endpoint', 'storage-endpoint'],
      ...['key-vault-zone', 'storage-zone'],
    ].map((id) => `${stamp}/${id}`),
  ),
].sort();

/** What the hint of every live check that a break fails has to name, from Azure's own state. */
const reasons: Record<string, RegExp> = {
  nsg: /^Dropped by security group nsg-(weu|neu)-endpoints of \1\/endpoints: inbound deny-inbound \(4096\) decides, and no rule before it allows tcp 443 from hub\/agents \(127\.10\.0\.64\/27\) to pe-/,
  peering:
    /^The peering carries nothing, .*: the half from vnet-hub to vnet-mc-neu is missing, the half from vnet-mc-neu to vnet-hub is Initiated\.$/,
  dns: /^Zone privatelink\.vaultcore\.azure\.net is not linked to vnet-hub, .* belongs to private endpoint pe-kv-spokeline-mc-(weu|neu) with /,
  'wrong-endpoint':
    /^Record @ of zone kv-spokeline-mc-weu\.privatelink\.vaultcore\.azure\.net says 127\.11\.1\.133, which is pe-stspokelinemcweu; the name belongs to private endpoint pe-kv-spokeline-mc-weu with 127\.11\.1\.132\.$/,
};

describe('example mission-critical', function () {
  this.timeout(120_000);

  it('releases into hub and two stamps, and passes every check', async () => {
    const { code, report, html, junit, stdout, stderr } = await startExample(['mission-critical']);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.equal(report.result, 'passed');
    assert.deepEqual(report.failing, []);
    assert.deepEqual(report.gate?.checks.map((c) => c.id).sort(), allChecks);
    assert.ok(report.gate?.checks.every((c) => c.status === 'pass'));
    const stages = report.pipelines.map((p) => p.stages.map((s) => s.name));
    assert.deepEqual(stages, [
      ['hub', 'dns'],
      ['primary', 'secondary', 'dns', 'image', 'gate'],
    ]);
    assert.match(report.image?.digest ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.match(html, /The network is as declared/);
    assert.match(junit, /<testsuite name="network gate" tests="48" failures="0"/);
    // The secrets of the sandbox's identities never show.
    assert.doesNotMatch(stdout + stderr, /eyJ[A-Za-z0-9_-]{10,}\./);
  });

  for (const name of readdirSync(breaks)) {
    it(`break ${name} fails its checks and no others`, async () => {
      const run = await startExample(['mission-critical', '--break', name]);
      assert.equal(run.code, 1, run.stdout);
      assert.deepEqual(run.report.failing, expected(`${breaks}/${name}`));
      assert.deepEqual(run.report.gate?.checks.map((c) => c.id).sort(), allChecks);
      const live = run.report.gate?.checks.filter((c) => c.status !== 'pass' && 'went' in c) ?? [];
      assert.ok(live.length > 0);
      for (const check of live) assert.match(check.hint ?? '', reasons[name] ?? /$^/);
      assert.match(run.html, /Release held/);
      assert.doesNotMatch(run.stdout + run.stderr, /MaxListeners/);
    });
  }

  it('drops nothing for the nsg break where endpoint network policies are off, and says so', async () => {
    const folder = 'tests/fixtures/breaks/nsg-without-endpoint-policies';
    const run = await startExample(['mission-critical', '--patch', folder]);
    assert.deepEqual(run.report.failing, expected(folder));
    assert.equal(run.code, 1, run.stdout);
  });

  it('derives the checks from the private endpoints where there is no gates document', async () => {
    const folder = 'tests/fixtures/breaks/derived-gate';
    const run = await startExample(['mission-critical', '--patch', folder]);
    assert.equal(run.code, 0, run.stdout);
    const seen = (stamp: string): string[] =>
      [`kv-spokeline-mc-${stamp}`, `stspokelinemc${stamp}`].flatMap((name) =>
        ['dns', 'tls'].map((kind) => `${stamp}/pe-${name}.${name}.${kind} pass`),
      );
    assert.deepEqual(
      run.report.gate?.checks.map(({ id, status }) => `${id} ${status}`),
      [...seen('weu'), ...seen('neu')],
    );
  });

  it('gives a replica of the registry an address and a record, which the gate finds', async () => {
    const folder = 'tests/fixtures/breaks/replicated-registry';
    const run = await startExample(['mission-critical', '--patch', folder]);
    assert.equal(run.code, 0, run.stdout);
    const replica = ['dns', 'tls'].map((part) => `registry-path.data-northeurope-${part}`);
    assert.deepEqual(
      run.report.gate?.checks.map((c) => c.id).sort(),
      [...allChecks, ...replica].sort(),
    );
  });

  describe('on a machine that lacks something', () => {
    let out = '';
    before(async () => {
      out = await mkdtemp(join(tmpdir(), 'spokeline-out-'));
    });
    after(() => rm(out, { recursive: true, force: true }));

    const start = (...args: string[]) =>
      finish(process.execPath, ['dist/start.js', '--out', out, ...args]);
    const free = 'The loopback ports 10443, 10022 and 10053 have to be free.\n';
    const taken: [address: string, port: number, what: string][] = [
      ['127.0.0.1', 10053, ''],
      // Where the registry of the example answers once its hub is deployed.
      ['127.10.0.101', 10443, '127.10.0.101:10443 cannot be served: '],
    ];
    for (const [address, port, what] of taken) {
      it(`ends where ${address}:${port} is taken, in place of running against what listens there`, async () => {
        const other = createServer();
        other.listen(port, address);
        await once(other, 'listening');
        try {
          const { code, stdout, stderr } = await start();
          assert.equal(code, 1, stdout);
          const message = `listen EADDRINUSE: address already in use ${address}:${port}`;
          assert.equal(stderr, `${what}${message}\n${free}`);
        } finally {
          await new Promise((resolve) => other.close(resolve));
        }
      });
    }

    it('says what --in-namespace needs', async () => {
      const { code, stderr } = await start('--in-namespace');
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^listen EADDRNOTAVAIL: .* 168\.63\.129\.16:53\nSuch an address is local on Linux only, .*\n$/,
      );
    });
  });

  it('names the examples and the breaks there are', async () => {
    const list = await finish(process.execPath, ['dist/start.js', 'list']);
    assert.equal(list.code, 0);
    assert.match(list.stdout, /^mission-critical$/m);
    const unknown = await finish(process.execPath, [
      'dist/start.js',
      'mission-critical',
      '--break',
      'x',
    ]);
    assert.equal(unknown.code, 2);
    assert.equal(
      unknown.stderr.trim(),
      'No break x in mission-critical; there are: dns, nsg, peering, wrong-endpoint',
    );
  });
});
