import assert from 'node:assert/strict';
import {
  dns,
  guest,
  hub,
  hubSubscription,
  net,
  stamp,
  vaultBody,
  vaultPath,
  type World,
} from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  first,
  gone,
  idOf,
  linkServiceBody,
  linkServicePath,
  makeNetwork,
  makeServiceNetwork,
  manualEndpointBody,
  networkBody,
  networkPath,
  read,
  refuses,
  statusOf,
  subnet,
  west,
  type Claims,
  type Shown,
} from './claims.ts';

const vault = vaultPath(hub, 'kv-one');
const nic = net(hub, 'networkInterfaces/nic-pe');
const pe = endpointPath();
const zoneName = 'privatelink.vaultcore.azure.net';
const zone = dns(hub, zoneName);
const record = dns(hub, `${zoneName}/A/kv-one`);
const group = (name: string): string =>
  net(hub, `privateEndpoints/pe/privateDnsZoneGroups/${name}`);
const groupBody = (zones: readonly string[]): Shown => ({
  properties: {
    privateDnsZoneConfigs: zones.map((path, index) => ({
      name: `config${String(index)}`,
      properties: { privateDnsZoneId: idOf(path) },
    })),
  },
});

async function makeTarget(world: World): Promise<void> {
  await makeNetwork(world);
  await world.make(vault, vaultBody());
}

async function makeEndpoint(world: World): Promise<void> {
  await makeTarget(world);
  await world.make(pe, endpointBody(idOf(vault), 'vault'));
}

/** Private endpoints, their interfaces and their zone groups. */
export const endpointClaims: Claims = {
  'Microsoft.Network/networkInterfaces': [
    {
      would: 'leave the interface of an endpoint to the service: nobody may write it',
      async holds(world) {
        await makeEndpoint(world);
        await refuses(world, '405 OperationNotAllowed', 'PUT', nic, west({}));
        const [configuration] = (await read(world, nic))['ipConfigurations'] as Shown[];
        const { privateIPAddress } = configuration?.['properties'] as Shown;
        assert.equal(privateIPAddress, '10.1.2.4');
      },
    },
    {
      would: 'refuse to go before its endpoint',
      async holds(world) {
        await makeEndpoint(world);
        await refuses(world, '409 OperationNotAllowed', 'DELETE', nic);
        await world.drop(pe);
        await gone(world, nic);
      },
    },
    {
      would: 'refuse an interface that no endpoint asked for, rather than pretend to have made it',
      async holds(world) {
        await refuses(world, '405 OperationNotAllowed', 'PUT', nic, west({ ipConfigurations: [] }));
        await gone(world, nic);
      },
    },
  ],

  'Microsoft.Network/privateEndpoints': [
    {
      would: 'wait for the owner of a private link service, unless its subscription is welcome',
      async holds(world) {
        await makeServiceNetwork(world);
        await world.make(linkServicePath, linkServiceBody());
        await world.make(endpointPath('waits'), manualEndpointBody(idOf(linkServicePath), ''));
        const waits = await read(world, endpointPath('waits'));
        assert.equal(statusOf(waits['manualPrivateLinkServiceConnections']), 'Pending');
        const autoApproval = { subscriptions: [hubSubscription] };
        await world.make(linkServicePath, linkServiceBody({ autoApproval }));
        const nic = { customNetworkInterfaceName: 'nic-welcome' };
        const body = manualEndpointBody(idOf(linkServicePath), '');
        const properties = { ...(body['properties'] as Shown), ...nic };
        await world.make(endpointPath('welcome'), { ...body, properties });
        const welcome = await read(world, endpointPath('welcome'));
        assert.equal(statusOf(welcome['manualPrivateLinkServiceConnections']), 'Approved');
        assert.deepEqual(welcome['customDnsConfigs'], []);
      },
    },
    {
      would:
        'get an interface with the first free address of its subnet, keep it, and give it back',
      async holds(world) {
        await makeEndpoint(world);
        await world.make(pe, endpointBody(idOf(vault), 'vault'));
        assert.deepEqual((await read(world, pe))['customDnsConfigs'], [
          { fqdn: 'kv-one.vault.azure.net', ipAddresses: ['10.1.2.4'] },
        ]);
        assert.deepEqual((await read(world, nic))['privateEndpoint'], { id: idOf(pe) });
        await world.drop(pe);
        await gone(world, nic);
      },
    },
    {
      would: 'be approved at once, and known to its target',
      async holds(world) {
        await makeEndpoint(world);
        const own = (await read(world, pe))['privateLinkServiceConnections'];
        assert.equal(statusOf(own), 'Approved');
        const there = first((await read(world, vault))['privateEndpointConnections']);
        assert.deepEqual((there['properties'] as Shown)['privateEndpoint'], { id: idOf(pe) });
        await world.drop(pe);
        assert.equal((await read(world, vault))['privateEndpointConnections'], undefined);
      },
    },
    {
      would: 'wait for approval when it asks for it',
      async holds(world) {
        await makeTarget(world);
        await world.make(pe, manualEndpointBody(idOf(vault), 'vault'));
        const own = (await read(world, pe))['manualPrivateLinkServiceConnections'];
        assert.equal(statusOf(own), 'Pending');
      },
    },
    {
      would:
        'refuse a group that its target has not, a target that is missing, and a second connection',
      async holds(world) {
        await makeTarget(world);
        const target = idOf(vault);
        const bodies: [Shown, string][] = [
          [endpointBody(target, 'blob'), '400 InvalidPrivateLinkServiceGroupIds'],
          [endpointBody(`${target}-two`, 'vault'), '400 InvalidResourceReference'],
          [
            endpointBody(target, 'vault', { privateLinkServiceConnections: [] }),
            '400 PrivateEndpointMustHaveOneConnection',
          ],
        ];
        for (const [body, refusal] of bodies) await refuses(world, refusal, 'PUT', pe, body);
      },
    },
    {
      would: 'stay in its subnet and region',
      async holds(world) {
        await makeEndpoint(world);
        const second = subnet('other', '10.9.0.0/24');
        await world.make(networkPath('w'), networkBody('10.9.0.0/16', [second]));
        const moved = endpointBody(idOf(vault), 'vault', {
          subnet: { id: `${idOf(networkPath('w'))}/subnets/other` },
        });
        await refuses(world, '400 PrivateEndpointSubnetCannotBeChanged', 'PUT', pe, moved);
        const far = { ...endpointBody(idOf(vault), 'vault'), location: 'northeurope' };
        await refuses(world, '400 InvalidResourceReference', 'PUT', endpointPath('far'), far);
      },
    },
    {
      would: 'need the right to join the subnet',
      async holds(world) {
        await world.make(
          networkPath('far', stamp),
          networkBody('10.7.0.0/16', [subnet('endpoints', '10.7.0.0/24')]),
        );
        await world.make(vault, vaultBody());
        world.arm.assignRole(guest, 'Contributor', hub);
        const body = endpointBody(idOf(vault), 'vault', {
          subnet: { id: `${idOf(networkPath('far', stamp))}/subnets/endpoints` },
        });
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', pe, body, guest);
      },
    },
  ],

  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': [
    {
      would: 'write the record of the endpoint, and withdraw it',
      async holds(world) {
        await makeEndpoint(world);
        await world.make(zone, { location: 'global' });
        await world.make(group('default'), groupBody([zone]));
        const shown = await read(world, record);
        assert.deepEqual(shown['aRecords'], [{ ipv4Address: '10.1.2.4' }]);
        assert.equal(shown['ttl'], 10);
        await world.drop(group('default'));
        await gone(world, record);
      },
    },
    {
      would: 'say which records it has written',
      async holds(world) {
        await makeEndpoint(world);
        await world.make(zone, { location: 'global' });
        await world.make(group('default'), groupBody([zone]));
        const config = first((await read(world, group('default')))['privateDnsZoneConfigs']);
        const sets = (config['properties'] as Shown)['recordSets'];
        assert.equal(first(sets)['fqdn'], `kv-one.${zoneName}`);
      },
    },
    {
      would: 'be the only one of its endpoint, and name one to five zones that exist',
      async holds(world) {
        await makeEndpoint(world);
        const none = groupBody([]);
        await refuses(world, '400 InvalidPrivateDnsZoneGroup', 'PUT', group('default'), none);
        const missing = groupBody([zone]);
        await refuses(world, '400 InvalidResourceReference', 'PUT', group('default'), missing);
        await world.make(zone, { location: 'global' });
        await world.make(group('default'), missing);
        await refuses(
          world,
          '400 PrivateEndpointCanHaveOnlyOnePrivateDnsZoneGroup',
          'PUT',
          group('second'),
          missing,
        );
      },
    },
    {
      would: 'need the right to join the zone',
      async holds(world) {
        await makeEndpoint(world);
        const far = dns(stamp, zoneName);
        await world.make(far, { location: 'global' });
        world.arm.assignRole(guest, 'Contributor', hub);
        const body = groupBody([far]);
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', group('default'), body, guest);
      },
    },
  ],
};
