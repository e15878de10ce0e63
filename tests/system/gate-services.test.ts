import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GateResult } from '../../tasks/lib/gate/result.ts';
import { createTestAuthority } from '../support/tls.ts';
import { writeTopology } from '../support/loopback-topology.ts';
import { runPackaged } from '../support/packaged-task.ts';
import { at, nameOf, ServicesWorld } from './gate-services-world.ts';

const pem = (text: string): string => JSON.stringify(text);

describe('the gate and real servers: nginx, haproxy, PostgreSQL, Redis, BIND', function () {
  this.timeout(120_000);
  let world: ServicesWorld;
  let paths: { topology: string; overlays: string };
  let verdicts: Map<string, string>;
  /** All that was written of the run: log and evidence. */
  let written = '';

  /** Runs the gate over these checks, each `id: rest of the check`. */
  async function judge(checks: Record<string, string>): Promise<Map<string, string>> {
    const lines = Object.entries(checks).map(([id, rest]) => `  - { id: ${id}, ${rest} }`);
    const gates = join(world.folder, 'gates.yml');
    await writeFile(gates, `checks:\n${lines.join('\n')}\n`);
    const client = await world.authority.issueClient('gate');
    const results = join(world.folder, 'results');
    const { output } = await runPackaged(
      'NetworkGate',
      world.folder,
      {
        ...paths,
        ...{ gates, timeout: '0', resultsFolder: results },
        clientCertificate: await world.write('client.pem', `${client.cert}\n${client.key}`),
      },
      { NODE_EXTRA_CA_CERTS: world.file('ca.crt') },
    );
    const text = await readFile(join(results, 'gate.json'), 'utf8').catch(() => {
      throw new Error(output);
    });
    written = `${output}\n${text}`;
    const { checks: seen } = JSON.parse(text) as GateResult;
    return new Map(seen.map(({ id, status, code }) => [id, `${status} ${code}`]));
  }

  before(async function () {
    world = new ServicesWorld(await mkdtemp(join(tmpdir(), 'spokeline-services-')));
    await world.start(this);
    const { https, postgres, redis, dns } = world.ports;
    paths = await writeTopology(world.folder, `${at.bind}:${dns}`, https, {
      ...{ '5432': postgres, '6380': redis },
    });
    const other = await createTestAuthority('Another authority');
    const nginx = nameOf('nginx');
    const control = `{ host: ${at.nginx}, port: 443 }`;
    verdicts = await judge({
      'tls-ok': `kind: tls, name: ${nginx}, oldest: TLSv1.2`,
      'tls-newest-only': `kind: tls, name: ${nginx}, oldest: TLSv1.3`,
      'tls-old': `kind: tls, name: ${nameOf('nginxOld')}, oldest: TLSv1.2`,
      'tls-chain': `kind: tls, name: ${nameOf('nginxChain')}`,
      'tls-given-ca': `kind: tls, name: ${nginx}, ca: ${pem(world.authority.ca)}`,
      'tls-other-ca': `kind: tls, name: ${nginx}, ca: ${pem(other.ca)}`,
      'tls-name': `kind: tls, name: slow.vault.azure.net`,
      'http-ok': `kind: http, url: 'https://${nginx}/ready', json: { state: ready, checks.0.ok: true }, headers: { x-ready: '^yes$' }, warmUp: 2`,
      'http-body': `kind: http, url: 'https://${nginx}/ready', body: starting`,
      'http-403': `kind: http, url: 'https://${nginx}/forbidden'`,
      'http-location': `kind: http, url: 'https://${nginx}/moved', status: 302, location: '/ready$'`,
      'http-follow': `kind: http, url: 'https://${nginx}/moved', follow: 1, body: ready`,
      'http-metadata': `kind: http, url: 'https://${nginx}/metadata', follow: 1`,
      'http-outside': `kind: http, url: 'https://${nginx}/outside', follow: 1`,
      'http-pinned': `kind: http, url: 'https://${nginx}/ready', address: ${at.nginx}`,
      'http-pinned-wrong': `kind: http, url: 'https://${nginx}/', address: ${at.nginxOpen}`,
      'http-json-order': `kind: http, url: 'https://${nginx}/ready', json: { checks: [{ ok: true }] }`,
      'http-hostile-target': `kind: http, url: 'https://${nginx}/hostile', follow: 5`,
      'http-signed': `kind: http, url: 'https://${nginx}/signed', status: 307, location: '^/'`,
      'http-circle': `kind: http, url: 'https://${nginx}/circle', follow: 5`,
      'http-warm-up-of-nobody': `kind: http, url: 'https://${nginx}/', address: ${at.closed}, warmUp: 20`,
      'denied-403': `kind: denied, host: ${nginx}, port: 443, state: http-403, path: /forbidden, control: ${control}`,
      'denied-not-403': `kind: denied, host: ${nginx}, port: 443, state: http-403, path: /ready, control: ${control}`,
      'denied-reset': `kind: denied, host: ${nginx}, port: 443, state: reset, control: ${control}`,
      'denied-refused': `kind: denied, host: ${at.closed}, port: 443, state: any, control: ${control}`,
      'mtls-nginx': `kind: mtls, url: 'https://${nameOf('nginxMtls')}/'`,
      'mtls-haproxy': `kind: mtls, url: 'https://${nameOf('haproxy')}/'`,
      'mtls-open': `kind: mtls, url: 'https://${nameOf('nginxOpen')}/'`,
      'pg-ok': `kind: postgres, name: ${nameOf('postgres')}`,
      'pg-plain': `kind: postgres, name: ${nameOf('postgresPlain')}`,
      'redis-ok': `kind: redis, name: ${nameOf('redis')}`,
      'dns-ok': `kind: dns, name: ${nginx}, throughPrivateLink: true, equals: [${at.nginx}], maxTtl: 10`,
      'dns-ttl': 'kind: dns, name: slow.vault.azure.net, maxTtl: 10',
      'dns-nxdomain': 'kind: dns, name: nothing.vault.azure.net',
      'dns-servfail': 'kind: dns, name: a.broken.example',
      'dns-server': `kind: dns, name: ${nginx}, servers: ['${at.bind}:${dns}']`,
    });
  });

  after(async () => {
    await world.stop();
    await rm(world.folder, { recursive: true, force: true });
  });

  for (const [id, expected] of Object.entries({
    'tls-ok': 'pass OK',
    'tls-newest-only': 'fail TLS_OLD_VERSION',
    'tls-old': 'fail TLS_OLD_VERSION',
    'tls-chain': 'fail TLS_UNTRUSTED',
    'tls-given-ca': 'pass OK',
    'tls-other-ca': 'fail TLS_UNTRUSTED',
    'tls-name': 'fail TLS_NAME',
    'http-ok': 'pass OK',
    'http-body': 'fail HTTP_BODY',
    'http-403': 'fail HTTP_STATUS',
    'http-location': 'pass OK',
    'http-follow': 'pass OK',
    'http-metadata': 'fail GATE_TARGET_FORBIDDEN',
    'http-outside': 'fail DNS_OUTSIDE_NETWORKS',
    'http-pinned': 'pass OK',
    'http-pinned-wrong': 'fail TLS_NAME',
    'http-json-order': 'pass OK',
    'http-hostile-target': 'fail HTTP_STATUS',
    'http-signed': 'fail HTTP_LOCATION',
    'http-circle': 'fail HTTP_STATUS',
    'http-warm-up-of-nobody': 'fail TCP_REFUSED',
    'denied-403': 'pass OK',
    'denied-not-403': 'fail DENIED_REACHABLE',
    'denied-reset': 'fail DENIED_REACHABLE',
    'denied-refused': 'pass OK',
    'mtls-nginx': 'pass OK',
    'mtls-haproxy': 'pass OK',
    'mtls-open': 'fail MTLS_OPEN',
    'pg-ok': 'pass OK',
    'pg-plain': 'fail GREETING_NO_TLS',
    'redis-ok': 'pass OK',
    'dns-ok': 'pass OK',
    'dns-ttl': 'fail DNS_TTL',
    'dns-nxdomain': 'fail DNS_NXDOMAIN',
    'dns-servfail': 'fail DNS_SERVFAIL',
    'dns-server': 'pass OK',
  })) {
    it(`${id}: ${expected}`, () => assert.equal(verdicts.get(id), expected));
  }

  it('writes no signature of a redirect', () => {
    assert.match(written, /location https:\/\/blob\.example\/layer, shortened/);
    assert.doesNotMatch(written, /NOT-FOR-LOGS/);
  });
});
