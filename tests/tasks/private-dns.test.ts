import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hubSubscription, stampSubscription } from './private-dns-arm.ts';
import { failure } from '../support/failure.ts';
import { group, startDnsWorld, vaultZone, type DnsWorld } from './private-dns-world.ts';

describe('PrivateDns', () => {
  let world: DnsWorld;
  let arm: DnsWorld['arm'];
  let context: DnsWorld['context'];
  let act: DnsWorld['act'];
  let record: DnsWorld['record'];

  beforeEach(async () => {
    world = await startDnsWorld();
    ({ arm, context, act, record } = world);
  });
  afterEach(() => world.stop());

  it('registers the endpoints of all stamps, links their networks, and does nothing the second time', async () => {
    await act('apply');
    assert.equal(arm.writes.length, 4);
    assert.equal(context.outputs['changes']?.value, '4');
    const { ttl, aRecords, metadata } = record('kv-weu')?.properties ?? {};
    assert.deepEqual([ttl, aRecords], [10, [{ ipv4Address: '10.1.1.132' }]]);
    const { 'spokeline-values': digest, ...rest } = metadata as Record<string, string>;
    assert.match(digest ?? '', /^[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      'spokeline-owner': 'shop/weu',
      'spokeline-endpoint-dcf8780bb6f3': `${stampSubscription}/rg-weu/pe 10.1.1.132`,
    });
    const links = [...arm.resources.values()].filter((r) => r.id.includes('spokeline-vnet-'));
    assert.deepEqual(
      links.map((l) => [l.tags?.['spokeline-owner'], l.location, l.properties['resolutionPolicy']]),
      [
        ['shop/weu', 'global', 'NxDomainRedirect'],
        ['shop/neu', 'global', 'NxDomainRedirect'],
      ],
    );
    await act('apply');
    assert.equal(arm.writes.length, 4);
    assert.ok(context.lines.includes('info: Nothing had to be written.'));
  });

  it('reads endpoints as the stamp and zones as the hub', async () => {
    await act('apply');
    for (const { token, path } of arm.requests) {
      assert.equal(token, path.includes('privateDnsZones') ? 'hub' : 'stamp', path);
    }
  });

  it('only says what it would do when it plans', async () => {
    await act('plan', { stamp: 'weu' });
    assert.deepEqual(arm.writes, []);
    const [plan] = JSON.parse(context.outputs['plan']?.value ?? '') as {
      owner: string;
      records: unknown;
    }[];
    assert.equal(plan?.owner, 'shop/weu');
    assert.deepEqual(plan?.records, [
      {
        action: 'create',
        zone: 'privatelink.vaultcore.azure.net',
        name: 'kv-weu',
        type: 'A',
        values: ['10.1.1.132'],
        why: 'missing',
      },
    ]);
  });

  it('writes the whole plan into a file, for when it is too long for later steps', async () => {
    const names = Array.from({ length: 400 }, (_, n) => [`name-${n}`, { A: '10.1.0.4' }]);
    await act('plan', { stamp: 'weu', records: { 'corp.example': Object.fromEntries(names) } });
    assert.equal(context.outputs['plan']?.whole, 'planFile');
    assert.equal(context.outputs['changes']?.value, '403');
    const text = await readFile(context.outputs['planFile']?.value ?? '', 'utf8');
    const [plan] = JSON.parse(text) as { records: unknown[] }[];
    assert.equal(plan?.records.length, 401);
  });

  it('removes its own records and links, and nothing else', async () => {
    arm.put(`${vaultZone}/A/other`, {
      properties: { ttl: 10, aRecords: [{ ipv4Address: '10.1.0.9' }], metadata: {} },
    });
    await act('apply');
    await act('remove', { stamp: 'weu' });
    assert.equal(record('kv-weu'), undefined);
    assert.ok(record('kv-neu') !== undefined && record('other') !== undefined);
    const left = [...arm.resources.values()].filter((r) => r.id.includes('/virtualNetworkLinks/'));
    assert.deepEqual(
      left.map((l) => l.tags?.['spokeline-owner']),
      [undefined, 'shop/neu'],
    );
  });

  it('plans the link of a network that both stamps name once, and keeps it when the hub takes over', async () => {
    const vpn = `${group(hubSubscription, 'rg-hub')}/virtualNetworks/vnet-vpn`;
    await act('apply', { linkNetworks: [vpn] });
    assert.equal(arm.writes.length, 5);
    assert.equal(context.outputs['changes']?.value, '5');
    const links = { [vpn]: { zones: ['privatelink.vaultcore.azure.net'] } };
    await act('apply', { stamp: 'hub,primary,secondary', links });
    assert.equal(arm.writes.length, 5);
  });

  it('has no zone group to remove of an endpoint or a resource group that is gone', async () => {
    const id = `${group(stampSubscription, 'rg-weu')}/privateEndpoints/gone`;
    const run = { stamp: 'weu', mode: 'zoneGroups' } as const;
    await act('remove', { ...run, endpoints: [id] });
    await act('apply');
    const body = { error: { code: 'ResourceGroupNotFound', message: 'gone' } };
    arm.interferences = [{ method: 'GET', path: /rg-weu.*\/privateEndpoints$/, status: 404, body }];
    await act('remove', run);
    assert.deepEqual(arm.interferences, []);
    assert.equal(record('kv-weu'), undefined);
  });

  it('works without a topology', async () => {
    await act('apply', {
      topology: undefined,
      resourceGroup: 'rg-weu',
      zonesSubscription: hubSubscription,
      zonesResourceGroup: 'rg-dns',
      owner: 'mine/a',
      linkNetworks: [`${group(stampSubscription, 'rg-weu')}/virtualNetworks/vnet-weu`],
    });
    assert.equal(arm.writes.length, 2);
    const metadata = record('kv-weu')?.properties['metadata'] as Record<string, string>;
    assert.equal(metadata['spokeline-owner'], 'mine/a');
  });

  it('warns when the hub does not resolve a zone', async () => {
    arm.resources.delete(`${vaultZone}/virtualNetworkLinks/vnet-hub`.toLowerCase());
    await act('apply', { stamp: 'weu' });
    const hub = `${group(hubSubscription, 'rg-hub')}/virtualNetworks/vnet-hub`;
    assert.deepEqual(
      context.issues.map((i) => i.message),
      [`privatelink.vaultcore.azure.net is not linked to ${hub}; its owner has to make the link.`],
    );
  });

  it('names the known stamps when one is unknown', async () => {
    const error = await failure(act('plan', { stamp: 'hub,nope' }));
    assert.equal(error.code, 'INPUT_INVALID');
    assert.match(error.hint ?? '', /weu, neu/);
  });
});
