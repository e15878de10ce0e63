import assert from 'node:assert/strict';
import { startDns, type DnsServer } from '../../sandbox/azure/dns/server.ts';
import { DebianResolvers, type Forwards } from '../support/debian-resolver.ts';
import { startDnsEstate, vaultZone, versions, type DnsEstate } from '../support/dns-estate.ts';
import { flags, startTestDns } from '../support/dns-server.ts';

const name = 'kv-caches.vault.azure.net';
const right = '127.32.1.4';

interface Found {
  resolver: string;
  cause: string;
  values: string[];
  error?: string;
  why: string;
}

describe('PrivateDns verify through real caches: dnsmasq and unbound', function () {
  this.timeout(120_000);
  let estate: DnsEstate;
  let internet: DnsServer;
  let resolvers: DebianResolvers;

  before(async function () {
    resolvers = await DebianResolvers.find(this);
    estate = await startDnsEstate();
    await estate.endpoint('pe-caches', await estate.vault('kv-caches'));
    // Outside every network of the estate: what the internet's DNS says.
    internet = await startDns(estate.run.sandbox.arm.store, {
      host: '127.0.0.1',
      port: 0,
      agentAddress: '198.51.100.9',
    });
  });
  afterEach(() => resolvers.stop());
  after(async () => {
    await internet?.close();
    await estate?.stop();
  });

  const both = (forwards: Forwards): Promise<[string, string]> =>
    resolvers.start(estate.folder, forwards);

  const azure = (): string => estate.run.sandbox.info.dns;
  const onInternet = (): string => `${internet.host}:${internet.port}`;

  async function record(address: string, ttl = 10): Promise<void> {
    const properties = { ttl, aRecords: [{ ipv4Address: address }] };
    await estate.run.put(`${estate.zone}/A/kv-caches`, { properties }, versions.zone);
  }
  const noRecord = (): Promise<void> =>
    estate.run.remove(`${estate.zone}/A/kv-caches`, versions.zone);

  /** Causes by resolver, after looking once or for some seconds. */
  async function verify(servers: readonly string[], timeout = '0'): Promise<Found[]> {
    const inputs = { resolvers: servers.join('\n'), timeout };
    const { result, outputs, output } = await estate.act('verify', inputs);
    const findings = JSON.parse(outputs['findings'] ?? 'null') as Found[];
    assert.equal(result, findings.length === 0 ? 'Succeeded' : 'Failed', output);
    assert.equal(output.includes('DNS_VERIFY_FAILED'), findings.length > 0, output);
    return findings;
  }
  const causes = (findings: readonly Found[]): string[][] =>
    findings.map(({ resolver, cause }) => [resolver, cause]);

  it('waits until they have forgotten that the name did not exist', async () => {
    const servers = await both({ '.': azure() });
    await noRecord();
    await resolvers.fill(name);
    await record(right);
    assert.deepEqual(causes(await verify(servers)), [
      [servers[0], 'stale-negative'],
      [servers[1], 'stale-negative'],
    ]);
    assert.deepEqual(await verify(servers, '60'), []);
  });

  it('tells an old address from a wrong one by the time that it runs down', async () => {
    const servers = await both({ '.': azure() });
    await record('127.32.1.99', 300);
    await resolvers.fill(name);
    await record(right);
    const findings = await verify(servers, '4');
    assert.deepEqual(causes(findings), [
      [servers[0], 'stale-answer'],
      [servers[1], 'stale-answer'],
    ]);
    for (const { values, why } of findings) {
      assert.deepEqual(values, ['127.32.1.99']);
      assert.match(why, /that is over in \d\d s$/);
    }
  });

  it('knows a forwarder that is missing from a public answer in the cache', async () => {
    await record(right);
    const servers = await both({ '.': onInternet() });
    await resolvers.fill(name);
    const findings = await verify(servers);
    assert.deepEqual(causes(findings), [
      [servers[0], 'forwarder-missing'],
      [servers[1], 'forwarder-missing'],
    ]);
    for (const { why } of findings)
      assert.match(why, /does not forward vault\.azure\.net to Azure/);
  });

  it('is content with a forwarder for the public zone alone', async () => {
    await record(right);
    const servers = await both({ '.': onInternet(), 'vault.azure.net': azure() });
    const [dnsmasq, unbound] = servers;
    assert.deepEqual(await verify([dnsmasq]), []);
    // Unbound looks every name of a chain up by itself, so it needs the private zone's, too.
    assert.deepEqual(causes(await verify([unbound])), [[unbound, 'forwarder-missing']]);
    const forwards = { '.': onInternet(), 'azure.net': azure() };
    assert.deepEqual(await verify(await both(forwards)), []);
  });

  it('says that a forwarder for privatelink alone is not enough', async () => {
    await record(right);
    const [server] = await both({ '.': onInternet(), [vaultZone]: azure() });
    const [found] = await verify([server], '5');
    assert.ok(found);
    assert.ok(['stale-answer', 'forwarder-missing'].includes(found.cause), found.why);
  });

  it('knows a zone that is not linked, and a record that is not there', async () => {
    const servers = await both({ '.': azure() });
    await estate.run.remove(`${estate.zone}/virtualNetworkLinks/hub`, versions.zone);
    await record(right);
    assert.deepEqual(causes(await verify(servers)), [
      [servers[0], 'zone-not-linked'],
      [servers[1], 'zone-not-linked'],
    ]);
    const virtualNetwork = { id: estate.networks.hub };
    const properties = { virtualNetwork, registrationEnabled: false };
    const link = { location: 'global', properties };
    await estate.run.put(`${estate.zone}/virtualNetworkLinks/hub`, link, versions.zone);
    await noRecord();
    const [dnsmasq, unbound] = await both({ '.': azure() });
    assert.deepEqual(causes(await verify([dnsmasq, unbound])), [
      [dnsmasq, 'record-missing'],
      [unbound, 'record-missing'],
    ]);
  });

  it('never takes the public answer of a link with fallback for success', async () => {
    const virtualNetwork = { id: estate.networks.hub };
    const link = {
      virtualNetwork,
      registrationEnabled: false,
      resolutionPolicy: 'NxDomainRedirect',
    };
    const id = `${estate.zone}/virtualNetworkLinks/hub`;
    await estate.run.put(id, { location: 'global', properties: link }, versions.zone);
    await noRecord();
    const servers = await both({ '.': azure() });
    for (const { cause, values } of await verify(servers)) {
      assert.equal(cause, 'record-missing');
      assert.match(values[0] ?? '', /^203\.0\.113\./);
    }
    await record(right);
  });

  it('tells failure, refusal and silence apart', async () => {
    await record(right);
    let mood: 'fail' | 'ignore' = 'fail';
    const upstream = await startTestDns(() => (mood === 'fail' ? [{ flags: flags(2) }] : []));
    try {
      const servers = await both({ '.': upstream.server });
      assert.deepEqual(causes(await verify(servers)), [
        [servers[0], 'resolver-failing'],
        [servers[1], 'resolver-failing'],
      ]);
      mood = 'ignore';
      const gone = await startTestDns(() => []);
      await gone.close();
      assert.deepEqual(causes(await verify([upstream.server, gone.server])), [
        [upstream.server, 'resolver-silent'],
        [gone.server, 'resolver-refuses'],
      ]);
    } finally {
      await upstream.close();
    }
  });
});
