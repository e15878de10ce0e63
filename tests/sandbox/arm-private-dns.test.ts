import assert from 'node:assert/strict';
import {
  dns,
  errorOf,
  guest,
  hub,
  net,
  stamp,
  startWorld,
  type Answer,
  type World,
} from '../unit/arm/arm-world.ts';

const zone = 'privatelink.azurecr.io';
type Shown = Record<string, unknown>;

describe('sandbox arm: private DNS', () => {
  let world: World;

  beforeEach(async () => {
    world = await startWorld();
    await world.make(dns(hub, zone), { location: 'global' });
  });

  afterEach(() => world.stop());

  const record = (name: string): string => dns(hub, `${zone}/A/${name}`, '2020-06-01');
  const body = (address: string, more: Shown = {}): Shown => ({
    properties: { ttl: 10, aRecords: [{ ipv4Address: address }], ...more },
  });
  const etag = (answer: Answer): string => String(answer.body['etag']);

  it('creates a zone by 202 with both polling headers, with its SOA', async () => {
    const made = await world.ask('PUT', dns(hub, 'example.internal'), {
      body: { location: 'global' },
    });
    assert.equal(made.status, 202);
    assert.ok(
      made.headers['azure-asyncoperation'] !== undefined && made.headers.location !== undefined,
    );
    const result = await world.follow({ ...made, headers: { location: made.headers.location } });
    assert.equal(result.body['name'], 'example.internal');
    const soa = await world.ask('GET', dns(hub, 'example.internal/SOA/@'));
    assert.equal((soa.body['properties'] as Shown)['fqdn'], 'example.internal.');
    const all = await world.ask('GET', dns(hub, 'example.internal/ALL'));
    assert.equal((all.body['value'] as unknown[]).length, 1);
    const refused = await world.ask('DELETE', dns(hub, 'example.internal/SOA/@'));
    assert.equal(refused.status, 400);
  });

  it('refuses a zone without location global, or with a bad name', async () => {
    assert.equal(
      errorOf(await world.ask('PUT', dns(hub, 'a.b'), { body: { location: 'westeurope' } })).code,
      'LocationNotAvailableForResourceType',
    );
    assert.equal(
      errorOf(await world.ask('PUT', dns(hub, 'nodots'), { body: { location: 'global' } })).code,
      'BadRequest',
    );
  });

  it('writes records synchronously: 201, then 200, replaced as a whole', async () => {
    const first = await world.ask('PUT', record('app'), {
      body: body('10.0.0.4', { metadata: { owner: 'weu' } }),
    });
    assert.equal(first.status, 201);
    assert.equal(first.headers['azure-asyncoperation'], undefined);
    assert.equal(first.body['type'], 'Microsoft.Network/privateDnsZones/A');
    assert.deepEqual(first.body['properties'], {
      ttl: 10,
      aRecords: [{ ipv4Address: '10.0.0.4' }],
      metadata: { owner: 'weu' },
      fqdn: `app.${zone}.`,
      isAutoRegistered: false,
    });
    const second = await world.ask('PUT', record('app').replace('/A/', '/a/'), {
      body: body('10.0.0.5'),
    });
    assert.equal(second.status, 200);
    assert.notEqual(etag(second), etag(first));
    assert.deepEqual((second.body['properties'] as Shown)['aRecords'], [
      { ipv4Address: '10.0.0.5' },
    ]);
    assert.equal((second.body['properties'] as Shown)['metadata'], undefined);
  });

  it('guards records by etag', async () => {
    const put = (headers: Record<string, string>): Promise<Answer> =>
      world.ask('PUT', record('app'), { body: body('10.0.0.4'), headers });
    assert.equal((await put({ 'If-Match': 'abc' })).status, 412);
    const first = await put({ 'If-None-Match': '*' });
    assert.equal(first.status, 201);
    const again = await put({ 'If-None-Match': '*' });
    assert.equal(again.status, 412);
    assert.equal(errorOf(again).code, 'PreconditionFailed');
    const second = await put({ 'If-Match': etag(first) });
    assert.equal(second.status, 200);
    assert.equal((await put({ 'If-Match': etag(first) })).status, 412);
    assert.equal((await put({ 'If-None-Match': 'other' })).status, 200);
    const stale = await world.ask('DELETE', record('app'), {
      headers: { 'If-Match': etag(first) },
    });
    assert.equal(stale.status, 412);
    assert.equal((await world.ask('DELETE', record('app'))).status, 200);
    assert.equal((await world.ask('DELETE', record('app'))).status, 204);
  });

  it('merges a PATCH into a record set', async () => {
    await world.ask('PUT', record('app'), { body: body('10.0.0.4') });
    const patched = await world.ask('PATCH', record('app'), {
      body: { properties: { metadata: { a: 'b' } } },
    });
    assert.equal(patched.status, 200);
    assert.deepEqual((patched.body['properties'] as Shown)['aRecords'], [
      { ipv4Address: '10.0.0.4' },
    ]);
    assert.deepEqual((patched.body['properties'] as Shown)['metadata'], { a: 'b' });
  });

  const bad: [string, Shown, string][] = [
    [
      'A/x',
      { properties: { ttl: 10, aRecords: [{ ipv4Address: '10.0.0.256' }] } },
      "The value '10.0.0.256' of record set 'x' is not an IPv4 address.",
    ],
    [
      'A/x',
      { properties: { aRecords: [] } },
      "The TTL 'undefined' of record set 'x' is invalid. It must be from 1 to 2147483647 seconds.",
    ],
    [
      'A/x',
      { properties: { ttl: 10, cnameRecord: { cname: 'y' } } },
      "The record set 'x' of type 'Microsoft.Network/privateDnsZones/A' cannot hold 'cnameRecord'.",
    ],
    [
      'CNAME/taken',
      { properties: { ttl: 10, cnameRecord: { cname: 'y' } } },
      "The record set 'taken' of type CNAME cannot be created, because a record set of type A with the same name exists and one of them is a CNAME.",
    ],
    ['A/-x', { properties: { ttl: 10 } }, "The record set name '-x' is invalid."],
  ];
  for (const [path, content, message] of bad) {
    it(`refuses: ${message.slice(0, 60)}`, async () => {
      await world.ask('PUT', record('taken'), { body: body('10.0.0.4') });
      const refused = await world.ask('PUT', dns(hub, `${zone}/${path}`), { body: content });
      assert.equal(refused.status, 400);
      assert.equal(errorOf(refused).message, message);
    });
  }

  it('names a record type that it does not have', async () => {
    const refused = await world.ask('PUT', dns(hub, `${zone}/MX/x`), { body: {} });
    assert.equal(errorOf(refused).code, 'InvalidResourceType');
    assert.match(errorOf(refused).message, /'privateDnsZones\/MX' could not be found/);
  });

  it('pages a list', async () => {
    for (const name of ['a', 'b', 'c'])
      await world.ask('PUT', record(name), { body: body('10.0.0.4') });
    const first = await world.ask('GET', `${dns(hub, `${zone}/A`)}&$top=2`);
    assert.equal((first.body['value'] as unknown[]).length, 2);
    const rest = await world.ask('GET', String(first.body['nextLink']));
    assert.deepEqual(
      (rest.body['value'] as Shown[]).map((r) => r['name']),
      ['c'],
    );
    assert.equal(rest.body['nextLink'], undefined);
  });

  describe('virtualNetworkLinks', () => {
    const network = `${stamp}/providers/Microsoft.Network/virtualNetworks/v`;
    const link = (name: string, of = zone, group = hub): string =>
      dns(group, `${of}/virtualNetworkLinks/${name}`);
    const linked = (more: Shown = {}): Shown => ({
      location: 'global',
      properties: { virtualNetwork: { id: network }, registrationEnabled: false, ...more },
    });

    beforeEach(async () => {
      await world.make(`${network}?api-version=2024-05-01`, {
        location: 'westeurope',
        properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } },
      });
    });

    it('is made, updated, kept from changing its network, and keeps its zone alive', async () => {
      const made = await world.make(link('l'), linked());
      assert.deepEqual(made['properties'], {
        virtualNetwork: { id: network },
        registrationEnabled: false,
        resolutionPolicy: 'Default',
        virtualNetworkLinkState: 'Completed',
        provisioningState: 'Succeeded',
      });
      const updated = await world.make(link('l'), linked({ resolutionPolicy: 'NxDomainRedirect' }));
      assert.equal((updated['properties'] as Shown)['resolutionPolicy'], 'NxDomainRedirect');
      const refused = await world.ask('DELETE', dns(hub, zone));
      assert.equal(refused.status, 409);
      assert.equal(errorOf(refused).code, 'CannotDeleteResource');
      await world.drop(link('l'));
      await world.drop(dns(hub, zone));
      assert.equal(world.arm.store.list('Microsoft.Network/privateDnsZones/SOA').length, 0);
    });

    it('is one for each network and zone name', async () => {
      await world.make(link('l'), linked());
      const twin = await world.ask('PUT', link('other'), { body: linked() });
      assert.equal(twin.status, 409);
      await world.make(dns(stamp, zone), { location: 'global' });
      const namesake = await world.ask('PUT', link('l', zone, stamp), { body: linked() });
      assert.equal(namesake.status, 400);
      assert.equal(
        errorOf(namesake).message,
        'A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual ' +
          `network with '${zone}' and '${zone}' zones.`,
      );
    });

    it('refuses a missing network, zone, or policy of another zone and version', async () => {
      const missing = linked({ virtualNetwork: { id: `${network}x` } });
      assert.equal(
        errorOf(await world.ask('PUT', link('l'), { body: missing })).code,
        'InvalidResourceReference',
      );
      assert.equal(
        errorOf(await world.ask('PUT', link('l', 'no.zone'), { body: linked() })).code,
        'ParentResourceNotFound',
      );
      await world.make(dns(hub, 'example.internal'), { location: 'global' });
      const fallback = linked({ resolutionPolicy: 'NxDomainRedirect' });
      assert.match(
        errorOf(await world.ask('PUT', link('l', 'example.internal'), { body: fallback })).message,
        /only for privatelink zones/,
      );
      const old = await world.ask('PUT', dns(hub, `${zone}/virtualNetworkLinks/l`, '2020-06-01'), {
        body: fallback,
      });
      assert.match(errorOf(old).message, /needs api-version 2024-06-01/);
    });

    it('fails when two links of one network are made at once', async () => {
      const slow = await startWorld({ pace: 150 });
      try {
        await slow.make(`${network}?api-version=2024-05-01`, {
          location: 'westeurope',
          properties: { addressSpace: { addressPrefixes: ['10.1.0.0/16'] } },
        });
        for (const name of ['a.test', 'b.test'])
          await slow.make(dns(hub, name), { location: 'global' });
        const answers = await Promise.all(
          ['a.test', 'b.test'].map((name) => slow.ask('PUT', link('l', name), { body: linked() })),
        );
        assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409]);
      } finally {
        await slow.stop();
      }
    });

    it('needs rights on zone and network; Private DNS Zone Contributor has both at their scopes', async () => {
      world.arm.assignRole(guest, 'Private DNS Zone Contributor', hub);
      const refused = await world.ask('PUT', link('l'), { body: linked(), as: guest });
      assert.equal(errorOf(refused).code, 'LinkedAuthorizationFailed');
      assert.match(errorOf(refused).message, /'Microsoft\.Network\/virtualNetworks\/join\/action'/);
      world.arm.assignRole(guest, 'Private DNS Zone Contributor', network);
      await world.make(link('l'), linked(), guest);
      assert.equal(
        (await world.ask('PUT', net(hub, 'virtualNetworks/x'), { body: {}, as: guest })).status,
        403,
      );
    });
  });
});
