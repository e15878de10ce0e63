import assert from 'node:assert/strict';
import { startDnsEstate, vaultZone, versions, type DnsEstate } from '../support/dns-estate.ts';

type Shown = Record<string, unknown>;

const declared = `
corp.example:
  api: { A: [10.9.0.1, 10.9.0.2], AAAA: fd00::1 }
  '*.apps': { CNAME: api.corp.example }
  '@': { TXT: owner=shop, ttl: 300 }
`;

describe('PrivateDns, packaged: records', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let corp: string;

  before(async () => {
    estate = await startDnsEstate();
    corp = `${estate.groups.zones}/providers/Microsoft.Network/privateDnsZones/corp.example`;
    await estate.run.put(corp, { location: 'global' }, versions.zone);
    const link = { virtualNetwork: { id: estate.networks.hub }, registrationEnabled: false };
    await estate.run.put(
      `${corp}/virtualNetworkLinks/hub`,
      { location: 'global', properties: link },
      versions.zone,
    );
    await estate.endpoint('pe-kv', await estate.vault('kv-records'));
  });
  after(() => estate.stop());

  const properties = (id: string): Shown | undefined =>
    estate.run.sandbox.arm.store.get(id)?.properties;
  const planOf = (output: string | undefined): { records: Shown[]; links: Shown[] }[] =>
    JSON.parse(output ?? '') as { records: Shown[]; links: Shown[] }[];

  it('plans as a table and as JSON, and writes nothing', async () => {
    const planned = await estate.act('plan', { records: declared });
    assert.equal(planned.result, 'Succeeded', planned.output);
    const [plan] = planOf(planned.outputs['plan']);
    assert.deepEqual(
      plan?.records.map((r) => [
        r['action'],
        r['zone'],
        r['name'],
        r['type'],
        r['values'],
        r['why'],
      ]),
      [
        ['create', 'corp.example', '@', 'TXT', ['owner=shop'], 'missing'],
        ['create', 'corp.example', '*.apps', 'CNAME', ['api.corp.example'], 'missing'],
        ['create', 'corp.example', 'api', 'A', ['10.9.0.1', '10.9.0.2'], 'missing'],
        ['create', 'corp.example', 'api', 'AAAA', ['fd00::1'], 'missing'],
        ['create', vaultZone, 'kv-records', 'A', ['127.32.1.4'], 'missing'],
      ],
    );
    assert.equal(planned.outputs['changes'], '7');
    assert.match(planned.output, /^ {2}action {2}what {2,}values {2,}why$/m);
    assert.match(
      planned.output,
      /^ {2}create {2}api\.corp\.example AAAA {2,}fd00::1 {2,}missing$/m,
    );
    assert.match(planned.output, /##vso\[task\.uploadsummary\]/);
    assert.equal(properties(`${corp}/A/api`), undefined);
  });

  it('writes each record once, reads pages, and writes nothing the second time', async () => {
    const first = await estate.requests(() => estate.act('apply', { records: declared }));
    const writes = first.filter((line) => /^(PUT|DELETE)/.test(line));
    assert.equal(writes.length, 7, first.join('\n'));
    // Endpoints and interfaces; then zones, sets and links of two zones, before and after, and two polls.
    const reads = first.filter((line) => line.startsWith('GET') && !/operation/i.test(line));
    assert.ok(reads.length <= 2 + 2 * 5 + 2, reads.join('\n'));
    const second = await estate.requests(async () => {
      const run = await estate.act('apply', { records: declared });
      assert.match(run.output, /Nothing had to be written\./);
    });
    assert.deepEqual(
      second.filter((line) => !line.startsWith('GET')),
      [],
    );
    assert.equal(second.length, 2 + 5, second.join('\n'));
  });

  it('keeps owner and endpoint with each record, and DNS answers with all of them', async () => {
    const { ttl, metadata } = properties(`${estate.zone}/A/kv-records`) ?? {};
    assert.equal(ttl, 10);
    const notes = Object.values(metadata as Record<string, string>);
    assert.ok(notes.includes('shop/weu'));
    assert.ok(
      notes.some((note) => note.endsWith('/rg-weu/pe-kv 127.32.1.4')),
      notes.join('\n'),
    );
    assert.equal(properties(`${corp}/TXT/@`)?.['ttl'], 300);
    assert.equal(await estate.ask('kv-records.vault.azure.net'), '127.32.1.4');
    assert.equal(await estate.ask('any.apps.corp.example'), '10.9.0.1 10.9.0.2');
  });

  it('verifies records of every type in DNS, the wildcard and the zone itself among them', async () => {
    const verified = await estate.act('verify', { records: declared });
    assert.equal(verified.result, 'Succeeded', verified.output);
    for (const line of [
      'api.corp.example -> 10.9.0.1, 10.9.0.2 everywhere',
      'api.corp.example AAAA -> fd00::1 everywhere',
      'spokeline-check.apps.corp.example CNAME -> api.corp.example everywhere',
      'corp.example TXT -> "owner=shop" everywhere',
    ]) {
      assert.ok(verified.output.includes(`  ${line}`), verified.output);
    }
    const wrong = `
corp.example:
  api: { A: [10.9.0.1, 10.9.0.2], AAAA: fd00::2 }
  '*.apps': { CNAME: other.corp.example }
  '@': { TXT: [owner=shop, more] }
  none: { TXT: more }
`;
    const failed = await estate.act('verify', { records: wrong });
    assert.equal(failed.result, 'Failed', failed.output);
    const findings = JSON.parse(failed.outputs['findings'] ?? '') as Shown[];
    assert.deepEqual(
      findings.map(({ name, type, expected, values, error, cause, why }) => [
        name,
        type,
        expected,
        error ?? values,
        cause,
        why,
      ]),
      [
        [
          'corp.example',
          'TXT',
          ['more', 'owner=shop'],
          ['owner=shop'],
          'record-wrong',
          'the record @ TXT in corp.example holds "owner=shop"',
        ],
        [
          'spokeline-check.apps.corp.example',
          'CNAME',
          ['other.corp.example'],
          ['api.corp.example'],
          'record-wrong',
          'the record *.apps CNAME in corp.example holds api.corp.example',
        ],
        [
          'api.corp.example',
          'AAAA',
          ['fd00::2'],
          ['fd00::1'],
          'record-wrong',
          'the record api AAAA in corp.example holds fd00::1',
        ],
        [
          'none.corp.example',
          'TXT',
          ['more'],
          'nxdomain',
          'record-missing',
          'corp.example has no record none TXT',
        ],
      ],
    );
    assert.match(
      failed.output,
      /corp\.example TXT should be "more", "owner=shop": resolver [\d.:]+ answered "owner=shop"\. record-wrong: /,
    );
  });

  it('compares each type in DNS with what is declared', async () => {
    const drifted = await estate.act('drift', {
      records: declared.replace('fd00::1', 'fd00::2').replace('owner=shop', 'owner=crm'),
    });
    const rows = JSON.parse(drifted.outputs['drift'] ?? '') as Shown[];
    const faults = rows
      .map(({ name, faults: own }) => [
        name,
        (own as string[]).map((f) => f.replace(/^[\d.:]+/, 'dns')),
      ])
      .filter(([name]) => String(name).includes('corp.example'));
    assert.deepEqual(faults, [
      ['corp.example TXT', ['the record differs: now "owner=shop"', 'dns answers "owner=shop"']],
      ['spokeline-check.apps.corp.example CNAME', []],
      ['api.corp.example', []],
      ['api.corp.example AAAA', ['the record differs: now fd00::1', 'dns answers fd00::1']],
    ]);
  });

  it('prunes a record that is no longer declared, but not in a run that declares none', async () => {
    await estate.act('apply');
    assert.ok(properties(`${corp}/AAAA/api`));
    const fewer = "corp.example: { api: { A: 10.9.0.1 }, '*.apps': { A: 10.9.0.3 } }";
    const run = await estate.act('apply', { records: fewer });
    assert.equal(run.result, 'Succeeded', run.output);
    const left = ['A/api', 'AAAA/api', 'TXT/@', 'CNAME/*.apps', 'A/*.apps'];
    assert.deepEqual(
      left.filter((name) => properties(`${corp}/${name}`)),
      ['A/api', 'A/*.apps'],
    );
    assert.equal(await estate.ask('any.apps.corp.example'), '10.9.0.3');
  });

  it("neither changes nor removes another owner's record, and adopts nobody's only if it is right", async () => {
    const put = (name: string, address: string, metadata: Record<string, string>) =>
      estate.run.put(
        `${corp}/A/${name}`,
        { properties: { ttl: 60, aRecords: [{ ipv4Address: address }], metadata } },
        versions.zone,
      );
    await put('theirs', '10.9.9.9', { 'spokeline-owner': 'crm/neu' });
    await put('nobody', '10.9.0.4', {});
    const records = 'corp.example: { theirs: { A: 10.9.0.5 }, nobody: { A: 10.9.0.4 } }';
    const refused = await estate.act('apply', { records, adopt: 'true' });
    assert.match(
      refused.output,
      /DNS_CONFLICT.*record theirs in corp\.example holds 10\.9\.9\.9 and belongs to crm\/neu; shop\/weu needs 10\.9\.0\.5/s,
    );
    const right = records.replace('10.9.0.5', '10.9.9.9');
    await estate.act('apply', { records: right });
    assert.equal(
      (properties(`${corp}/A/nobody`)?.['metadata'] as Shown)['spokeline-owner'],
      undefined,
    );
    const adopted = await estate.act('apply', { records: right, adopt: 'true' });
    assert.match(adopted.output, /adopted record nobody in corp\.example: 10\.9\.0\.4/);
    assert.equal(
      (properties(`${corp}/A/nobody`)?.['metadata'] as Shown)['spokeline-owner'],
      'shop/weu',
    );
    assert.equal(
      (properties(`${corp}/A/theirs`)?.['metadata'] as Shown)['spokeline-owner'],
      'crm/neu',
    );
    await estate.act('remove');
    assert.ok(properties(`${corp}/A/theirs`));
    assert.equal(properties(`${corp}/A/nobody`), undefined);
    assert.equal(properties(`${estate.zone}/A/kv-records`), undefined);
  });

  it('links as declared, the hub with registration in one zone', async () => {
    await estate.run.remove(`${corp}/virtualNetworkLinks/hub`, versions.zone);
    const links = 'hub: { zones: [corp.example], registration: true }\nweu: { fallback: true }';
    const run = await estate.act('apply', { stamp: 'hub,weu', links });
    assert.equal(run.result, 'Succeeded', run.output);
    const shown = estate.run.sandbox.arm.store
      .list('Microsoft.Network/privateDnsZones/virtualNetworkLinks')
      .filter(({ name }) => name.startsWith('spokeline-'))
      .map(({ id, tags, properties: p }) => [
        id.split('/').at(-3),
        tags?.['spokeline-owner'],
        p['registrationEnabled'],
        p['resolutionPolicy'],
      ]);
    assert.deepEqual(shown.sort(), [
      ['corp.example', 'shop/hub', true, 'Default'],
      [vaultZone, 'shop/weu', false, 'NxDomainRedirect'],
    ]);
    const other = await estate.act('apply', { stamp: 'hub,weu', links: 'weu: {}' });
    assert.equal(other.result, 'Succeeded', other.output);
    assert.equal(other.outputs['changes'], '1');
  });

  it('refuses declarations that fit nothing, before it signs in', async () => {
    const cases: [Record<string, string>, RegExp][] = [
      [
        { records: 'corp.example: { a: { A: 10.0.0.999 } }' },
        /Input "records" has "10\.0\.0\.999"/,
      ],
      [{ zones: 'Microsoft.X/y: z.example' }, /Input "zones" is not right: Microsoft\.X\/y/],
      [{ links: 'hub: { registration: true }' }, /Input "links" has registration for hub without/],
      [{ links: 'nowhere: {}' }, /Input "links" has nowhere; allowed: hub, weu, the id/],
      [
        { records: 'corp.example: { a: { A: 10.0.0.1, stamp: neu } }' },
        /Input "records" has a in corp\.example for stamp neu; allowed: hub, weu\./,
      ],
      [
        { stamp: 'all', records: 'corp.example: { a: { A: 10.0.0.1, AAAA: "fd00::1" } }' },
        /fit the topology\.\n.*has a in corp\.example without "stamp", but this run has several: hub, weu\.\nWhat/,
      ],
    ];
    for (const [inputs, message] of cases) {
      const sent = await estate.requests(async () => {
        const run = await estate.act('apply', inputs);
        assert.equal(run.result, 'Failed');
        assert.match(run.output, message);
      });
      assert.deepEqual(sent, []);
    }
  });
});
