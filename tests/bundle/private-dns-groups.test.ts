import assert from 'node:assert/strict';
import { startDnsEstate, vaultZone, versions, type DnsEstate } from '../support/dns-estate.ts';

type Shown = Record<string, unknown>;

describe('PrivateDns, packaged: zone groups', function () {
  this.timeout(180_000);
  let estate: DnsEstate;
  let one: string;

  beforeEach(async () => {
    estate = await startDnsEstate();
    one = await estate.endpoint('pe-one', await estate.vault('kv-group-one'));
  });
  afterEach(() => estate.stop());

  const record = (name: string): Shown | undefined =>
    estate.run.sandbox.arm.store.get(`${estate.zone}/A/${name}`)?.properties;
  const noteOn = (name: string): Shown => (record(name)?.['metadata'] ?? {}) as Shown;
  const group = (endpoint: string, name: string): Shown | undefined =>
    estate.run.sandbox.arm.store.get(`${endpoint}/privateDnsZoneGroups/${name}`)?.properties;

  /** What a policy that registers endpoints does. */
  async function policy(endpoint: string, ...zones: string[]): Promise<void> {
    const configs = zones.map((id, n) => ({
      name: `zone${String(n)}`,
      properties: { privateDnsZoneId: id },
    }));
    await estate.run.put(
      `${endpoint}/privateDnsZoneGroups/deployedByPolicy`,
      { properties: { privateDnsZoneConfigs: configs } },
      versions.network,
    );
  }

  it('are made, kept and removed in their own mode, and Azure writes the records', async () => {
    const made = await estate.act('apply', { mode: 'zoneGroups', timeout: '60' });
    assert.equal(made.result, 'Succeeded', made.output);
    assert.match(
      made.output,
      /made zone group spokeline of pe-one: privatelink\.vaultcore\.azure\.net/,
    );
    const [config] = group(one, 'spokeline')?.['privateDnsZoneConfigs'] as { properties: Shown }[];
    assert.equal(config?.properties['privateDnsZoneId'], estate.zone);
    assert.match(String(noteOn('kv-group-one')['creator']), /^created by private endpoint pe-one /);

    const sent = await estate.requests(async () => {
      const again = await estate.act('apply', { mode: 'zoneGroups' });
      assert.match(again.output, /Nothing had to be written\./);
    });
    assert.deepEqual(
      sent.filter((line) => !line.startsWith('GET')),
      [],
    );
    assert.deepEqual(
      sent.filter((line) => line.includes('privateDnsZoneGroups')),
      [],
    );

    const other = await estate.act('remove');
    assert.match(other.output, /link of privatelink/);
    assert.ok(record('kv-group-one'), "a zone group's record is not ours to remove");
    const removed = await estate.act('remove', { mode: 'zoneGroups' });
    assert.match(removed.output, /removed zone group spokeline of pe-one/);
    assert.equal(record('kv-group-one'), undefined);
  });

  it('of a policy are left alone in both modes, and their records too', async () => {
    await policy(one, estate.zone);
    for (const mode of ['records', 'zoneGroups']) {
      const run = await estate.act('apply', { mode, adopt: 'true' });
      assert.equal(run.result, 'Succeeded', run.output);
      const plan = JSON.parse(run.outputs['plan'] ?? '') as { records: Shown[] }[];
      assert.equal(plan[0]?.records[0]?.['action'], 'foreign');
    }
    assert.deepEqual(Object.keys(noteOn('kv-group-one')), ['creator']);
    assert.equal(group(one, 'spokeline'), undefined);
    await estate.act('remove', { mode: 'zoneGroups' });
    assert.ok(record('kv-group-one'));
  });

  it('of a policy that comes late are waited for, as long as the input says', async () => {
    const { activity } = estate.run.sandbox.arm;
    const running = estate.act('apply', { policyWait: '50', timeout: '60' });
    const listed = () =>
      activity.filter(({ path }) => path.endsWith('/providers/Microsoft.Network/privateEndpoints'));
    const until = Date.now() + 20_000;
    while (listed().length < 2 && Date.now() < until) await new Promise((go) => setTimeout(go, 20));
    await policy(one, estate.zone);
    const run = await running;
    assert.equal(run.result, 'Succeeded', run.output);
    assert.match(run.output, /waiting for a policy to register pe-one/);
    assert.deepEqual(Object.keys(noteOn('kv-group-one')), ['creator']);

    const second = await estate.endpoint('pe-two', await estate.vault('kv-group-two'));
    const alone = await estate.act('apply', { policyWait: '1' });
    assert.equal(alone.result, 'Succeeded', alone.output);
    assert.equal(noteOn('kv-group-two')['spokeline-owner'], 'shop/weu');
    assert.equal(group(second, 'spokeline'), undefined);
  });

  it('of a policy with another zone are not fought over: the record is ours, or the mode fails', async () => {
    const twin = `${estate.groups.hub}/providers/Microsoft.Network/privateDnsZones/${vaultZone}`;
    await estate.run.put(twin, { location: 'global' }, versions.zone);
    await policy(one, twin);
    const refused = await estate.act('apply', { mode: 'zoneGroups' });
    assert.equal(refused.result, 'Failed');
    assert.match(
      refused.output,
      /private endpoint pe-one: the policy's zone group deployedByPolicy does not register in privatelink/,
    );
    assert.equal(record('kv-group-one'), undefined);
    const run = await estate.act('apply');
    assert.equal(run.result, 'Succeeded', run.output);
    assert.equal(noteOn('kv-group-one')['spokeline-owner'], 'shop/weu');
  });

  it('take over our records without a moment without them', async () => {
    await estate.act('apply');
    assert.equal(noteOn('kv-group-one')['spokeline-owner'], 'shop/weu');
    const run = await estate.act('apply', { mode: 'zoneGroups', timeout: '60' });
    assert.equal(run.result, 'Succeeded', run.output);
    const { activity } = estate.run.sandbox.arm;
    assert.deepEqual(
      activity.filter(({ method, path }) => method === 'DELETE' && path.includes('/A/')),
      [],
    );
    assert.deepEqual(Object.keys(noteOn('kv-group-one')), ['creator']);
  });

  it("do not overwrite somebody else's record, which they would without looking", async () => {
    await estate.run.put(
      `${estate.zone}/A/kv-group-one`,
      { properties: { ttl: 10, aRecords: [{ ipv4Address: '127.32.9.9' }] } },
      versions.zone,
    );
    const run = await estate.act('apply', { mode: 'zoneGroups' });
    assert.match(run.output, /DNS_CONFLICT/);
    assert.equal(group(one, 'spokeline'), undefined);
  });

  it('drift shows them beside endpoint, record and answers', async () => {
    await policy(one, estate.zone);
    const agree = await estate.act('drift', { stamp: 'weu', timeout: '0' });
    assert.equal(agree.result, 'Succeeded', agree.output);
    const rows = JSON.parse(agree.outputs['drift'] ?? '') as Shown[];
    const row = rows.find(({ name }) => name === 'kv-group-one.vault.azure.net');
    const { zoneGroup, record: held, answers, faults, wanted } = row ?? {};
    assert.deepEqual(wanted, ['127.32.1.4']);
    assert.equal(zoneGroup, 'its zone group');
    assert.match(String((held as Shown)['owner']), /zone group of private endpoint pe-one/);
    assert.deepEqual((answers as Shown[])[0]?.['values'], ['127.32.1.4']);
    assert.deepEqual(faults, []);
    assert.equal(agree.outputs['drifted'], '1', 'the link of the stamp is missing');

    await estate.run.put(
      `${estate.zone}/A/kv-group-one`,
      { properties: { ttl: 10, aRecords: [{ ipv4Address: '127.32.9.9' }] } },
      versions.zone,
    );
    const differs = await estate.act('drift');
    assert.equal(differs.outputs['drifted'], '2');
    assert.match(differs.output, /kv-group-one\.vault\.azure\.net: .* answers 127\.32\.9\.9/);
    assert.match(differs.output, /the policy's zone group deployedByPolicy/);
  });
});
