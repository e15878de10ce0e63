import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { createAuthority } from '../../sandbox/http/certificates.ts';
import type { Authority } from '../../sandbox/http/certificates.ts';
import { listenTls } from '../../sandbox/http/tls-server.ts';
import type { TlsListener } from '../../sandbox/http/tls-server.ts';
import { gateResultSchema, type GateResult } from '../../tasks/lib/gate/result.ts';
import { writeTopology } from '../support/loopback-topology.ts';
import { startNameServer, type NameServer } from '../support/name-server.ts';
import { runPackaged, type TaskRun } from '../support/packaged-task.ts';

const vault = 'kv-weu.vault.azure.net';
const registry = 'crtest.azurecr.io';
const gates = `
checks:
  - { id: registry, kind: dns, name: '{registry.loginServer}', within: [hub], throughPrivateLink: true }
  - { id: vault-dns, each: stamp, kind: dns, name: '{stamp.parameters.keyVaultName}.vault.azure.net', within: [stamp] }
  - { id: vault-tcp, each: stamp, kind: tcp, host: '{stamp.parameters.keyVaultName}.vault.azure.net', port: 443 }
  - { id: vault-tls, each: stamp, kind: tls, name: '{stamp.parameters.keyVaultName}.vault.azure.net' }
`;

describe('NetworkGate as a process', function () {
  this.timeout(180_000);
  let folder: string;
  let authority: Authority;
  let names: NameServer;
  const listeners: TlsListener[] = [];
  let paths: { topology: string; overlays: string };

  async function listen(host: string, port: number, name: string): Promise<TlsListener> {
    const certificate = await authority.issue([name]);
    const handler = (): void => undefined;
    const listener = await listenTls({ host, port, certificate, handler, name });
    listeners.push(listener);
    return listener;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'network-gate-'));
    authority = await createAuthority(folder);
    names = await startNameServer();
    const first = await listen('127.111.0.4', 0, vault);
    await listen('127.111.0.5', first.port, 'kv-other.vault.azure.net');
    paths = await writeTopology(folder, names.server, first.port);
  });
  after(async () => {
    await names.close();
    await Promise.all(listeners.map((listener) => listener.close()));
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    names.names.clear();
    names.names.set(registry, ['crtest.privatelink.azurecr.io', '127.110.0.101']);
    names.names.set(vault, ['kv-weu.privatelink.vaultcore.azure.net', '127.111.0.4']);
    await writeFile(join(folder, 'gates.yml'), gates);
  });

  function gate(inputs: Record<string, string> = {}): Promise<TaskRun> {
    return runPackaged(
      'NetworkGate',
      folder,
      {
        ...paths,
        gates: join(folder, 'gates.yml'),
        timeout: '0',
        resultsFolder: join(folder, 'results'),
        ...inputs,
      },
      { NODE_EXTRA_CA_CERTS: authority.caFile },
    );
  }

  async function failing(): Promise<string[]> {
    const text = await readFile(join(folder, 'results', 'gate.json'), 'utf8');
    const { checks } = JSON.parse(text) as GateResult;
    return checks
      .filter((check) => check.status !== 'pass')
      .map((check) => `${check.status} ${check.id} ${check.code} ${check.class}`);
  }

  it('passes, and publishes its results', async () => {
    const { result, outputs, output, exitCode } = await gate();
    assert.equal(result, 'Succeeded', output);
    assert.equal(exitCode, 0);
    assert.deepEqual(outputs, {
      verdict: 'pass',
      passed: '4',
      failed: '0',
      unknown: '0',
      tolerated: '0',
      report: join(folder, 'results', 'gate.json'),
    });
    assert.match(
      output,
      /^##vso\[task\.addattachment type=spokeline\.gate;name=gate;?\].*gate\.json$/m,
    );
    assert.match(output, /^##vso\[task\.uploadsummary\].*gate\.md$/m);
    assert.match(output, /^##vso\[results\.publish .*gate\.junit\.xml/m);
  });

  it('fails for a record that points at a neighbour, and for nothing else', async () => {
    names.names.set(vault, ['kv-weu.privatelink.vaultcore.azure.net', '127.111.0.5']);
    // Would go on for a minute if a wrong certificate were worth waiting for.
    const { result, codes, outputs } = await gate({ timeout: '60' });
    assert.equal(result, 'Failed');
    assert.equal(outputs['verdict'], 'fail');
    assert.deepEqual(codes, ['TLS_NAME']);
    assert.deepEqual(await failing(), ['fail weu/vault-tls TLS_NAME certificate-name']);
  });

  it('does not probe a name with a public answer', async () => {
    names.names.set(vault, ['203.0.113.9']);
    const { result } = await gate();
    assert.equal(result, 'Failed');
    assert.deepEqual(await failing(), [
      'fail weu/vault-dns DNS_OUTSIDE_NETWORKS public-address',
      'fail weu/vault-tcp DNS_OUTSIDE_NETWORKS public-address',
      'fail weu/vault-tls DNS_OUTSIDE_NETWORKS public-address',
    ]);
  });

  it('waits until a name appears', async () => {
    const way = names.names.get(vault) ?? [];
    names.names.delete(vault);
    // A round asks twice, as the agent and as the declared resolver: the first round finds nothing.
    names.onMissing = (name) => {
      if (name === vault && names.missed.filter((one) => one === name).length >= 2) {
        names.names.set(vault, way);
      }
    };
    const { result, output } = await gate({ timeout: '60', interval: '1' });
    names.onMissing = () => undefined;
    assert.equal(result, 'Succeeded', output);
    assert.match(output, /FAIL +weu\/vault-dns .*DNS_NXDOMAIN/);
    assert.match(output, /PASS +weu\/vault-dns .*\(was fail DNS_NXDOMAIN\)/);
    assert.match(output, /Round 1, .*waiting for weu\/vault-dns, weu\/vault-tcp, weu\/vault-tls/);
  });

  describe('a check that could not look', () => {
    const unknown = `${gates}  - { id: ssh, each: stamp, kind: tcp, host: 127.111.0.4, port: 22 }
  - { id: peering, each: stamp, kind: peering }
`;
    const both = [
      'unknown weu/ssh TCP_UNMAPPED unmapped',
      'unknown weu/peering PEERING_NO_CONNECTION no-connection',
    ];

    it('holds the release as unknown, not as failed', async () => {
      await writeFile(join(folder, 'gates.yml'), unknown);
      const { result, outputs, output } = await gate();
      assert.equal(result, 'Failed');
      assert.match(
        output,
        /GATE_UNKNOWN: The gate holds the release: 0 failed, 2 unknown, 4 passed/,
      );
      assert.equal(outputs['verdict'], 'unknown');
      assert.deepEqual(await failing(), both);
    });

    it('is a warning when it may pass', async () => {
      await writeFile(join(folder, 'gates.yml'), unknown);
      const { result, codes, outputs } = await gate({ onUnknown: 'pass' });
      assert.equal(result, 'Succeeded');
      assert.deepEqual(codes, ['TCP_UNMAPPED', 'PEERING_NO_CONNECTION']);
      assert.equal(outputs['unknown'], '2');
    });
  });

  it('goes on for a warning and for a waived check, and tells them', async () => {
    const text = `${gates}  - { id: old, each: stamp, kind: tls, name: '${vault}', minDaysLeft: 9999, severity: warning }
  - { id: page, each: stamp, kind: http, url: 'https://${vault}/', status: 299 }
waivers:
  - { check: weu/page, reason: the page comes with the next release, until: '9999-12-31' }
`;
    await writeFile(join(folder, 'gates.yml'), text);
    const { result, outputs, codes } = await gate();
    assert.equal(result, 'Succeeded');
    assert.deepEqual(codes, ['TLS_EXPIRES_SOON', 'HTTP_SILENT']);
    assert.equal(outputs['tolerated'], '2');
    const page = await readFile(join(folder, 'results', 'gate.md'), 'utf8');
    assert.match(page, /waived until 9999-12-31/);
  });

  it('writes evidence that can be checked later', async () => {
    await gate();
    const text = await readFile(join(folder, 'results', 'gate.json'), 'utf8');
    const { checks, evidence } = v.parse(gateResultSchema, JSON.parse(text));
    const sha = (what: string): string => createHash('sha256').update(what).digest('hex');
    assert.equal(evidence?.checksHash, sha(JSON.stringify(checks)));
    assert.deepEqual(evidence?.documents, {
      'topology.yml': sha(await readFile(paths.topology, 'utf8')),
      'topology.sandbox.yml': sha(await readFile(paths.overlays, 'utf8')),
      'gates.yml': sha(gates),
    });
    assert.match(evidence?.task ?? '', /^NetworkGate@1\./);
  });

  it('fails before any probe for a target that is forbidden', async () => {
    const document = 'checks: [{ id: a, kind: tcp, host: 169.254.169.254, port: 80 }]';
    await writeFile(join(folder, 'gates.yml'), document);
    const { result, codes, output } = await gate();
    assert.equal(result, 'Failed');
    assert.deepEqual(codes, ['GATE_TARGET_FORBIDDEN']);
    assert.match(
      output,
      /gates\.yml:1:36: a: host 169\.254\.169\.254 is an address of the platform/,
    );
    assert.ok(!output.includes('uploadsummary'));
  });

  it('works without a topology', async () => {
    const document =
      'checks: [{ id: gone, kind: dns, name: nothing.invalid, mustNotResolve: true }]';
    await writeFile(join(folder, 'gates.yml'), document);
    const { result, output, outputs } = await gate({
      topology: '',
      overlays: '',
      networks: '127.0.0.0/8',
      resolvers: names.server,
      // A machine without any DNS cannot say that a name does not exist.
      onUnknown: 'pass',
    });
    assert.equal(result, 'Succeeded', output);
    assert.equal(outputs['failed'], '0');
  });

  it('reports all problems of its inputs at once', async () => {
    const { output, codes } = await gate({
      topology: '',
      stamp: 'weu',
      gates: '',
      minimumSuccessDuration: '10',
    });
    assert.deepEqual(new Set(codes), new Set(['INPUT_INVALID']));
    for (const text of [
      'Input "networks" is needed without a topology.',
      'Input "gates" is needed without a topology.',
      'Input "overlays" changes a topology, and none is given.',
      'Input "stamp" names a stamp of a topology, and none is given.',
      'Input "minimumSuccessDuration" is 10 s, more than the timeout of 0 s.',
    ]) {
      assert.ok(output.includes(text), text);
    }
  });
});
