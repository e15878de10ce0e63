import assert from 'node:assert/strict';
import { startDns, type DnsServer } from '../../sandbox/azure/dns/server.ts';
import type { AnswerType } from '../../tasks/lib/net/resolve.ts';
import { DebianResolvers, type Forwards } from '../support/debian-resolver.ts';
import { startDnsEstate, versions, type DnsEstate } from '../support/dns-estate.ts';

interface Found {
  name: string;
  type: string;
  resolver: string;
  cause: string;
  why: string;
}

const apps = 'spokeline-check.apps.corp.example';
const questions: readonly (readonly [name: string, type: AnswerType])[] = [
  ['api.corp.example', 'AAAA'],
  [apps, 'CNAME'],
  ['corp.example', 'TXT'],
];
const declared = `
corp.example:
  api: { AAAA: 'fd00::10' }
  '*.apps': { CNAME: front.corp.example }
  '@': { TXT: owner=shop }
`;
const rightSets = {
  'AAAA/api': { aaaaRecords: [{ ipv6Address: 'fd00::10' }] },
  'CNAME/*.apps': { cnameRecord: { cname: 'front.corp.example' } },
  'TXT/@': { txtRecords: [{ value: ['owner=', 'shop'] }] },
};
const oldSets = {
  'AAAA/api': { aaaaRecords: [{ ipv6Address: 'fd00::99' }] },
  'CNAME/*.apps': { cnameRecord: { cname: 'back.corp.example' } },
  'TXT/@': { txtRecords: [{ value: ['owner=crm'] }] },
};

describe('PrivateDns verify of AAAA, CNAME and TXT through dnsmasq and unbound', function () {
  this.timeout(120_000);
  let estate: DnsEstate;
  let internet: DnsServer;
  let zone: string;
  let resolvers: DebianResolvers;

  before(async function () {
    resolvers = await DebianResolvers.find(this);
    estate = await startDnsEstate();
    zone = `${estate.groups.zones}/providers/Microsoft.Network/privateDnsZones/corp.example`;
    await estate.run.put(zone, { location: 'global' }, versions.zone);
    await link();
    // Long enough for a slow machine: what is missing stays missing in a cache for two minutes.
    const soa = { ttl: 120, soaRecord: { minimumTtl: 120 } };
    await estate.run.put(`${zone}/SOA/@`, { properties: soa }, versions.zone);
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

  async function link(): Promise<void> {
    const properties = { virtualNetwork: { id: estate.networks.hub }, registrationEnabled: false };
    const body = { location: 'global', properties };
    await estate.run.put(`${zone}/virtualNetworkLinks/hub`, body, versions.zone);
  }

  async function put(sets: Readonly<Record<string, object>>): Promise<void> {
    for (const [name, values] of Object.entries(sets)) {
      await estate.run.put(
        `${zone}/${name}`,
        { properties: { ttl: 300, ...values } },
        versions.zone,
      );
    }
  }

  async function clear(): Promise<void> {
    for (const name of Object.keys(rightSets)) {
      await estate.run.remove(`${zone}/${name}`, versions.zone);
    }
  }

  const both = (forwards: Forwards): Promise<[dnsmasq: string, unbound: string]> =>
    resolvers.start(estate.folder, forwards);

  async function fill(): Promise<void> {
    for (const [name, type] of questions) await resolvers.fill(name, type);
  }

  const azure = (): string => estate.run.sandbox.info.dns;

  async function verify(servers: readonly string[], timeout = '0'): Promise<Found[]> {
    const inputs = { records: declared, resolvers: servers.join('\n'), timeout };
    const { result, outputs, output } = await estate.act('verify', inputs);
    const findings = JSON.parse(outputs['findings'] ?? 'null') as Found[];
    assert.equal(result, findings.length === 0 ? 'Succeeded' : 'Failed', output);
    return findings;
  }

  /** `type cause` of what one resolver answers wrongly. */
  const of = (resolver: string, findings: readonly Found[]): string[] =>
    findings
      .filter((found) => found.resolver === resolver)
      .map(({ type, cause }) => `${type} ${cause}`)
      .sort();
  const all = (cause: string): string[] => questions.map(([, type]) => `${type} ${cause}`);

  it('finds each of them, a wildcard and the zone itself among them', async () => {
    await put(rightSets);
    assert.deepEqual(await verify(await both({ '.': azure() })), []);
  });

  it('knows what a cache remembers to be missing', async () => {
    await clear();
    const servers = await both({ '.': azure() });
    await fill();
    await put(rightSets);
    const findings = await verify(servers);
    const [dnsmasq, unbound] = servers;
    assert.deepEqual(of(unbound, findings), all('stale-negative'));
    // Dnsmasq does not keep that a name lacks a type other than an address.
    assert.deepEqual(of(dnsmasq, findings), all('stale-negative').slice(0, 2));
    for (const { why } of findings) assert.match(why, /that is over in \d+ s$/);
  });

  it('tells an old value by the time that it runs down', async () => {
    await put(oldSets);
    const servers = await both({ '.': azure() });
    await fill();
    await put(rightSets);
    const findings = await verify(servers, '4');
    const [dnsmasq, unbound] = servers;
    assert.deepEqual(of(unbound, findings), all('stale-answer'));
    // Dnsmasq keeps addresses and aliases, and asks for texts anew.
    assert.ok(of(dnsmasq, findings).includes('AAAA stale-answer'), JSON.stringify(findings));
    assert.ok(!of(dnsmasq, findings).some((text) => text.startsWith('TXT')));
  });

  it('tells a wrong record, one that is missing, and a zone that is not linked', async () => {
    await put(oldSets);
    const [, unbound] = await both({ '.': azure() });
    assert.deepEqual(of(unbound, await verify([unbound])), all('record-wrong'));
    await clear();
    const [, empty] = await both({ '.': azure() });
    assert.deepEqual(of(empty, await verify([empty])), all('record-missing'));
    await put(rightSets);
    await estate.run.remove(`${zone}/virtualNetworkLinks/hub`, versions.zone);
    const [, unlinked] = await both({ '.': azure() });
    assert.deepEqual(of(unlinked, await verify([unlinked])), all('zone-not-linked'));
    await link();
  });

  it('names the forwarder that is missing', async () => {
    await put(rightSets);
    const servers = await both({ '.': `${internet.host}:${internet.port}` });
    const findings = await verify(servers);
    for (const server of servers) assert.deepEqual(of(server, findings), all('forwarder-missing'));
    for (const { why } of findings) assert.match(why, /does not forward corp\.example to Azure/);
  });
});
