import assert from 'node:assert/strict';
import { dns, errorOf, guest, hub, net, stamp, type World } from '../unit/arm/arm-world.ts';
import { endpoint, path, propertiesAt, startEndpointWorld, type Shown } from './endpoint-world.ts';

const zone = 'privatelink.vaultcore.azure.net';

describe('sandbox arm: private DNS zone groups', () => {
  let world: World;

  beforeEach(async () => {
    world = await startEndpointWorld();
    await world.make(dns(hub, zone), { location: 'global' });
    await world.make(path('pe'), endpoint());
  });

  afterEach(() => world.stop());

  const read = (where: string): Promise<Shown> => propertiesAt(world, where);

  const group = (name: string): string =>
    net(stamp, `privateEndpoints/${name}/privateDnsZoneGroups/default`);
  const zoneId = `${hub}/providers/Microsoft.Network/privateDnsZones/${zone}`;
  const config = (...ids: string[]): Shown => ({
    properties: {
      privateDnsZoneConfigs: ids.map((id, index) => ({
        name: `z${String(index)}`,
        properties: { privateDnsZoneId: id },
      })),
    },
  });

  it('writes the record, empties customDnsConfigs, and withdraws the record', async () => {
    await world.make(group('pe'), config(zoneId));
    const record = await read(dns(hub, `${zone}/A/kv-test`));
    assert.equal(record['ttl'], 10);
    assert.deepEqual(record['aRecords'], [{ ipv4Address: '10.1.2.4' }]);
    assert.deepEqual((await read(path('pe')))['customDnsConfigs'], []);
    const shown = await read(group('pe'));
    const [first] = shown['privateDnsZoneConfigs'] as { properties: Shown }[];
    assert.deepEqual((first?.properties['recordSets'] as Shown[])[0]?.['ipAddresses'], [
      '10.1.2.4',
    ]);
    await world.drop(group('pe'));
    assert.equal((await world.ask('GET', dns(hub, `${zone}/A/kv-test`))).status, 404);
    assert.equal(((await read(path('pe')))['customDnsConfigs'] as unknown[]).length, 1);
  });

  it('lets the last writer win, and any deletion removes the record', async () => {
    await world.make(path('second'), endpoint());
    await world.make(group('pe'), config(zoneId));
    await world.make(group('second'), config(zoneId));
    assert.deepEqual((await read(dns(hub, `${zone}/A/kv-test`)))['aRecords'], [
      { ipv4Address: '10.1.2.5' },
    ]);
    await world.drop(path('pe'));
    assert.equal((await world.ask('GET', dns(hub, `${zone}/A/kv-test`))).status, 404);
  });

  it('is one an endpoint, for one to five zones that exist', async () => {
    await world.make(group('pe'), config(zoneId));
    const second = net(stamp, 'privateEndpoints/pe/privateDnsZoneGroups/other');
    assert.equal(
      errorOf(await world.ask('PUT', second, { body: config(zoneId) })).code,
      'PrivateEndpointCanHaveOnlyOnePrivateDnsZoneGroup',
    );
    for (const [ids, code] of [
      [[], 'InvalidPrivateDnsZoneGroup'],
      [Array<string>(6).fill(zoneId), 'InvalidPrivateDnsZoneGroup'],
      [[`${zoneId}x`], 'InvalidResourceReference'],
    ] as const) {
      assert.equal(
        errorOf(await world.ask('PUT', group('pe'), { body: config(...ids) })).code,
        code,
      );
    }
  });

  it('writes nothing into a zone that is not the recommended one', async () => {
    await world.make(dns(hub, 'vault.example.com'), { location: 'global' });
    await world.make(group('pe'), config(zoneId.replace(zone, 'vault.example.com')));
    assert.equal(world.arm.store.list('Microsoft.Network/privateDnsZones/A').length, 0);
  });

  it('needs privateDnsZones/join/action on the zone', async () => {
    world.arm.assignRole(guest, 'Contributor', stamp);
    const refused = await world.ask('PUT', group('pe'), { body: config(zoneId), as: guest });
    assert.equal(refused.status, 403);
    assert.equal(errorOf(refused).code, 'LinkedAuthorizationFailed');
    assert.match(
      errorOf(refused).message,
      /'Microsoft\.Network\/privateDnsZones\/join\/action' on the linked scope/,
    );
    world.arm.assignRole(guest, 'Private DNS Zone Contributor', hub);
    await world.make(group('pe'), config(zoneId), guest);
  });
});
