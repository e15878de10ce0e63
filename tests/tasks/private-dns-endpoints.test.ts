import assert from 'node:assert/strict';
import { failure } from '../support/failure.ts';
import { stampSubscription } from './private-dns-arm.ts';
import { group, startDnsWorld, type DnsWorld } from './private-dns-world.ts';

const place = group(stampSubscription, 'rg-weu');
const nic = `${place}/networkInterfaces/nic-pe`;

describe('PrivateDns: endpoints that are not as they should be', () => {
  let world: DnsWorld;

  beforeEach(async () => {
    world = await startDnsWorld();
  });
  afterEach(() => world.stop());

  /** Leaves an interface with such IP configurations. */
  function leave(...configurations: readonly Record<string, unknown>[]): void {
    const ipConfigurations = configurations.map((properties) => ({ properties }));
    world.arm.put(nic, { properties: { ipConfigurations } });
  }

  const states: [string, () => void, string, string][] = [
    [
      'was rejected',
      () => world.vault('weu', '10.1.1.132', { status: 'Rejected' }),
      'Rejected',
      'private endpoint pe is Rejected: its connection to .*/vaults/kv-weu is not approved',
    ],
    [
      'lost its service',
      () => world.vault('weu', '10.1.1.132', { status: 'Disconnected' }),
      'Disconnected',
      'private endpoint pe is Disconnected: .*',
    ],
    [
      'is being deleted, its interface first',
      () => world.arm.resources.delete(nic.toLowerCase()),
      'Approved',
      'private endpoint pe has no address yet',
    ],
    [
      'has an interface without an address so far',
      () => leave({ privateLinkConnectionProperties: { groupId: 'vault', fqdns: [] } }),
      'Approved',
      'private endpoint pe has no address yet',
    ],
    [
      'has an address whose name comes late',
      () =>
        leave({
          privateIPAddress: '10.1.1.132',
          privateLinkConnectionProperties: { groupId: 'vault', requiredMemberName: 'default' },
        }),
      'Approved',
      'private endpoint pe has an address without a name yet \\(default\\)',
    ],
  ];
  for (const [what, spoil, status, why] of states) {
    it(`names one that ${what}, keeps its record and writes nothing`, async () => {
      await world.act('apply', { stamp: 'weu' });
      const writes = world.arm.writes.length;
      spoil();
      const error = await failure(world.act('apply', { stamp: 'weu' }));
      assert.equal(error.code, 'DNS_ENDPOINT_PENDING');
      assert.deepEqual(
        error.details.map(({ code }) => code),
        [status],
      );
      assert.match(error.details[0]?.message ?? '', new RegExp(`^${why}$`));
      await world.act('apply', { stamp: 'weu', pending: 'report' });
      assert.equal(world.arm.writes.length, writes);
      assert.ok(world.record('kv-weu') !== undefined);
    });
  }

  it('knows a Private Link service by its alias, too: it has no name to register', async () => {
    const alias = 'pls.00000000-0000-4000-8000-0000000000cc.westeurope.azure.privatelinkservice';
    leave({ privateIPAddress: '10.1.1.132', privateLinkConnectionProperties: {} });
    for (const [target, code] of [
      [alias, undefined],
      [`${place}/privateLinkServices/pls`, undefined],
      [`${place}/things/pls`, 'DNS_ENDPOINT_PENDING'],
    ] as const) {
      const state = { status: 'Approved' };
      const connection = {
        privateLinkServiceId: target,
        privateLinkServiceConnectionState: state,
      };
      world.arm.put(`${place}/privateEndpoints/pe`, {
        properties: {
          networkInterfaces: [{ id: nic }],
          manualPrivateLinkServiceConnections: [{ properties: connection }],
        },
      });
      const run = world.act('apply', { stamp: 'weu' });
      if (code === undefined) await run;
      else assert.equal((await failure(run)).code, code);
    }
    assert.deepEqual(world.arm.writes, []);
  });

  it('takes the address of an interface in another group, in IPv4 only', async () => {
    const elsewhere = nic.replace('rg-weu', 'rg-nics').toUpperCase();
    const link = { groupId: 'vault', fqdns: ['KV-Weu.Vault.Azure.Net.'] };
    world.arm.put(elsewhere, {
      properties: {
        ipConfigurations: [
          { properties: { privateIPAddress: 'fd00::4', privateLinkConnectionProperties: link } },
          { properties: { privateIPAddress: '10.1.1.140', privateLinkConnectionProperties: link } },
        ],
      },
    });
    const endpoint = world.arm.resources.get(`${place}/privateEndpoints/pe`.toLowerCase());
    Object.assign(endpoint?.properties ?? {}, { networkInterfaces: [{ id: elsewhere }] });
    await world.act('apply', { stamp: 'weu' });
    assert.deepEqual(world.record('kv-weu')?.properties['aRecords'], [
      { ipv4Address: '10.1.1.140' },
    ]);
  });
});
