import assert from 'node:assert/strict';
import { stampSubscription, type DnsArm } from './private-dns-arm.ts';
import { failure } from '../support/failure.ts';
import { group, startDnsWorld, vaultZone, type DnsWorld } from './private-dns-world.ts';

describe('PrivateDns: what stands in the way', () => {
  let world: DnsWorld;
  let arm: DnsWorld['arm'];
  let vault: DnsWorld['vault'];
  let act: DnsWorld['act'];
  let record: DnsWorld['record'];

  beforeEach(async () => {
    world = await startDnsWorld();
    ({ arm, vault, act, record } = world);
  });
  afterEach(() => world.stop());

  it('refuses a conflict of one stamp before the first write of any', async () => {
    arm.put(`${vaultZone}/A/kv-neu`, {
      properties: {
        ttl: 10,
        aRecords: [{ ipv4Address: '10.9.9.9' }],
        metadata: { 'spokeline-owner': 'other/weu' },
      },
    });
    const error = await failure(act('apply'));
    assert.equal(error.code, 'DNS_CONFLICT');
    assert.equal(
      error.details[0]?.message,
      'record kv-neu in privatelink.vaultcore.azure.net holds 10.9.9.9 and belongs to other/weu; ' +
        'shop/neu needs 10.2.1.132',
    );
    assert.deepEqual(arm.writes, []);
  });

  it('refuses a missing zone and an endpoint that is not approved before the first write', async () => {
    vault('neu', '10.2.1.132', { status: 'Pending' });
    assert.equal((await failure(act('apply'))).code, 'DNS_ENDPOINT_PENDING');
    vault('neu', '10.2.1.132');
    arm.resources.delete(vaultZone.toLowerCase());
    assert.equal((await failure(act('apply'))).code, 'DNS_ZONE_MISSING');
    assert.deepEqual(arm.writes, []);
  });

  it("decides anew after a 412, and leaves the other writer's record", async () => {
    arm.interferences = [
      {
        method: 'PUT',
        path: /\/A\/kv-weu$/,
        meanwhile: () =>
          arm.put(`${vaultZone}/A/kv-weu`, {
            properties: { ttl: 10, aRecords: [{ ipv4Address: '10.9.9.9' }], metadata: {} },
          }),
      },
    ];
    const error = await failure(act('apply', { stamp: 'weu' }));
    assert.equal(error.code, 'DNS_CONFLICT');
    assert.deepEqual(record('kv-weu')?.properties['aRecords'], [{ ipv4Address: '10.9.9.9' }]);
  });

  const passing: [string, Partial<DnsArm['interferences'][number]>][] = [
    [
      'a 409 of a busy record',
      {
        status: 409,
        body: { error: { code: 'Conflict', message: 'Another operation is pending' } },
      },
    ],
    ['a 503', { status: 503 }],
    ['a 429', { status: 429 }],
    ['a reset before the write', { reset: 'before' }],
    ['a reset after the write', { reset: 'after' }],
  ];
  for (const [name, more] of passing) {
    it(`outlives ${name}`, async () => {
      arm.interferences = [{ method: 'PUT', path: /\/A\/kv-weu$/, ...more }];
      await act('apply', { stamp: 'weu' });
      assert.deepEqual(record('kv-weu')?.properties['aRecords'], [{ ipv4Address: '10.1.1.132' }]);
    });
  }

  describe('beside another run of the same stamp, which knows a younger endpoint,', () => {
    const endpoints = `${group(stampSubscription, 'rg-weu')}/privateEndpoints`;
    const younger = (name: string, endpoint: string) => async () => {
      vault('weu', '10.1.1.140', { name, endpoint });
      await act('apply', { stamp: 'weu' });
    };

    const reads = [/\/privateDnsZones$/, /\/ALL$/, /\/privateEndpoints$/, /\/networkInterfaces$/];
    for (const path of reads) {
      it(`keeps its record when that comes at the reading of ${path.source}`, async () => {
        arm.interferences = [{ method: 'GET', path, meanwhile: younger('kv-new', 'pe-new') }];
        await act('apply', { stamp: 'weu' });
        assert.ok(record('kv-weu') !== undefined && record('kv-new') !== undefined);
      });
    }

    it('keeps its record when that comes at a write, and does not call it a fault', async () => {
      arm.interferences = [
        { method: 'PUT', path: /\/A\/kv-weu$/, meanwhile: younger('kv-new', 'pe-new') },
      ];
      await act('apply', { stamp: 'weu' });
      assert.ok(record('kv-new') !== undefined);
    });

    it('does not remove a record that serves it when the removal meets a 412', async () => {
      await act('apply', { stamp: 'weu' });
      arm.resources.delete(`${endpoints}/pe`.toLowerCase());
      arm.interferences = [
        { method: 'DELETE', path: /\/A\/kv-weu$/, meanwhile: younger('kv-weu', 'pe-new') },
      ];
      await act('apply', { stamp: 'weu' });
      assert.deepEqual(record('kv-weu')?.properties['aRecords'], [{ ipv4Address: '10.1.1.140' }]);
    });
  });

  it('removes a record whose endpoint is gone, but none when the endpoints cannot be listed', async () => {
    await act('apply');
    const list = /rg-weu\/providers\/Microsoft.Network\/privateEndpoints$/;
    const body = { error: { code: 'AuthorizationFailed', message: 'no' } };
    arm.interferences = [{ method: 'GET', path: list, status: 403, body }];
    assert.equal((await failure(act('apply'))).code, 'ARM_FORBIDDEN');
    assert.ok(record('kv-weu') !== undefined);
    arm.resources.delete(`${group(stampSubscription, 'rg-weu')}/privateEndpoints/pe`.toLowerCase());
    await act('apply');
    assert.equal(record('kv-weu'), undefined);
    assert.ok(record('kv-neu') !== undefined);
  });
});
