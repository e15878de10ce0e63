import assert from 'node:assert/strict';
import { guest, hub, net, stamp, vaultBody, vaultPath } from '../../unit/arm/arm-world.ts';
import {
  endpointBody,
  endpointPath,
  first,
  gone,
  idOf,
  makeNetwork,
  namesOf,
  networkBody,
  networkPath,
  read,
  refuses,
  subnet,
  type Claims,
  type Shown,
} from './claims.ts';

const v = networkPath('v');
const endpoints = net(hub, 'virtualNetworks/v/subnets/endpoints');
const other = net(hub, 'virtualNetworks/v/subnets/other');
const spoke = networkPath('spoke', stamp);
const there = net(hub, 'virtualNetworks/v/virtualNetworkPeerings/to-spoke');
const back = net(stamp, 'virtualNetworks/spoke/virtualNetworkPeerings/to-hub');
const to = (path: string, more: Shown = {}): Shown => ({
  properties: { remoteVirtualNetwork: { id: idOf(path) }, ...more },
});

/** Networks, subnets, peerings. */
export const networkClaims: Claims = {
  'Microsoft.Network/virtualNetworks': [
    {
      would: 'make subnets of those in its body and show later ones in itself',
      async holds(world) {
        await makeNetwork(world);
        assert.equal((await read(world, endpoints))['provisioningState'], 'Succeeded');
        await world.make(other, { properties: { addressPrefix: '10.1.3.0/24' } });
        assert.deepEqual(namesOf((await read(world, v))['subnets']), ['endpoints', 'other']);
      },
    },
    {
      would:
        'delete the subnets that a second PUT leaves out, and keep them if it names none at all',
      async holds(world) {
        await makeNetwork(world);
        await world.make(v, networkBody('10.1.0.0/16'));
        await read(world, endpoints);
        await world.make(v, networkBody('10.1.0.0/16', []));
        await gone(world, endpoints);
      },
    },
    {
      would: 'keep its resourceGuid and change its etag',
      async holds(world) {
        await makeNetwork(world);
        const before = (await world.ask('GET', v)).body;
        await makeNetwork(world);
        const after = (await world.ask('GET', v)).body;
        const guid = (shown: Shown): unknown => (shown['properties'] as Shown)['resourceGuid'];
        assert.match(String(guid(before)), /^[0-9a-f-]{36}$/);
        assert.equal(guid(after), guid(before));
        assert.match(String(before['etag']), /^W\/"/);
        assert.notEqual(after['etag'], before['etag']);
      },
    },
    {
      would: 'refuse no range, overlapping ranges, and ranges that are none',
      async holds(world) {
        const spaces: [string[], string][] = [
          [[], '400 InvalidAddressSpace'],
          [['10.0.0.0/8', '10.1.0.0/16'], '400 VnetAddressSpacesOverlap'],
          [['10.1.0.1/16'], '400 InvalidCIDRNotation'],
          [['169.254.0.0/16'], '400 AddressPrefixNotAllowed'],
        ];
        for (const [addressPrefixes, refusal] of spaces) {
          const body = {
            location: 'westeurope',
            properties: { addressSpace: { addressPrefixes } },
          };
          await refuses(world, refusal, 'PUT', v, body);
        }
      },
    },
    {
      would: 'stay while an address of it is in use',
      async holds(world) {
        await world.make(v, networkBody('10.1.0.0/16'));
        await world.make(endpoints, { properties: { addressPrefix: '10.1.2.0/28' } });
        await world.make(vaultPath(hub, 'kv-one'), vaultBody());
        const target = idOf(vaultPath(hub, 'kv-one'));
        await world.make(endpointPath(), endpointBody(target, 'vault'));
        await refuses(world, '400 InUseSubnetCannotBeDeleted', 'DELETE', v);
        await world.drop(endpointPath());
        await world.drop(v);
        await gone(world, v);
      },
    },
    {
      would: 'disconnect its peer when it is deleted',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16'));
        await world.make(there, to(spoke));
        await world.make(back, to(v));
        await world.drop(spoke);
        assert.equal((await read(world, there))['peeringState'], 'Disconnected');
      },
    },
  ],

  'Microsoft.Network/virtualNetworks/subnets': [
    {
      would: 'refuse a range that is outside the network, taken, or too small',
      async holds(world) {
        await makeNetwork(world);
        const ranges: [string, string][] = [
          ['10.9.0.0/24', '400 NetcfgInvalidSubnet'],
          ['10.1.2.0/26', '400 NetcfgSubnetRangesOverlap'],
          ['10.1.3.0/30', '400 NetcfgSubnetRangeTooSmall'],
        ];
        for (const [addressPrefix, refusal] of ranges) {
          await refuses(world, refusal, 'PUT', other, { properties: { addressPrefix } });
        }
      },
    },
    {
      would: 'have the defaults of its policies',
      async holds(world) {
        await makeNetwork(world);
        await world.make(other, { properties: { addressPrefix: '10.1.3.0/24' } });
        const shown = await read(world, other);
        assert.equal(shown['privateEndpointNetworkPolicies'], 'Disabled');
        assert.equal(shown['privateLinkServiceNetworkPolicies'], 'Enabled');
      },
    },
    {
      would: 'list who holds its addresses, and stay as long as anybody does',
      async holds(world) {
        await makeNetwork(world);
        await world.make(vaultPath(hub, 'kv-one'), vaultBody());
        const target = idOf(vaultPath(hub, 'kv-one'));
        await world.make(endpointPath(), endpointBody(target, 'vault'));
        const shown = await read(world, endpoints);
        assert.deepEqual(shown['privateEndpoints'], [{ id: idOf(endpointPath()) }]);
        assert.match(
          String(first(shown['ipConfigurations'])['id']),
          /\/networkInterfaces\/nic-pe\/ipConfigurations\//,
        );
        await refuses(world, '400 InUseSubnetCannotBeDeleted', 'DELETE', endpoints);
        const moved = { properties: { addressPrefix: '10.1.4.0/28' } };
        await refuses(world, '400 InUsePrefixCannotBeDeleted', 'PUT', endpoints, moved);
        await world.drop(endpointPath());
        await world.drop(endpoints);
      },
    },
    {
      would: 'refuse a security group that is not there, or that the caller may not join',
      async holds(world) {
        await makeNetwork(world);
        const group = net(stamp, 'networkSecurityGroups/nsg');
        const body = {
          properties: {
            addressPrefix: '10.1.3.0/24',
            networkSecurityGroup: { id: idOf(group) },
          },
        };
        await refuses(world, '400 InvalidResourceReference', 'PUT', other, body);
        await world.make(group, { location: 'westeurope', properties: {} });
        world.arm.assignRole(guest, 'Contributor', hub);
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', other, body, guest);
        await world.make(other, body);
      },
    },
  ],

  'Microsoft.Network/virtualNetworks/virtualNetworkPeerings': [
    {
      would: 'be Initiated alone and Connected only from both sides',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16'));
        await world.make(there, to(spoke));
        assert.equal((await read(world, there))['peeringState'], 'Initiated');
        await world.make(back, to(v));
        assert.equal((await read(world, back))['peeringState'], 'Connected');
        assert.equal((await read(world, there))['peeringState'], 'Connected');
      },
    },
    {
      would: 'know the other address space, and notice that it has changed until it is synced',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16'));
        await world.make(there, to(spoke));
        await world.make(back, to(v));
        const shown = await read(world, there);
        assert.deepEqual(shown['remoteAddressSpace'], { addressPrefixes: ['10.2.0.0/16'] });
        assert.equal(shown['peeringSyncLevel'], 'FullyInSync');
        await world.make(spoke, networkBody('10.3.0.0/16'));
        assert.equal((await read(world, there))['peeringSyncLevel'], 'LocalNotInSync');
        await world.make(`${there}&syncRemoteAddressSpace=true`, to(spoke));
        assert.deepEqual((await read(world, there))['remoteAddressSpace'], {
          addressPrefixes: ['10.3.0.0/16'],
        });
      },
    },
    {
      would:
        'refuse a network that is missing, overlaps, is the same one, or has no gateway to use',
      async holds(world) {
        await makeNetwork(world);
        await refuses(world, '400 InvalidResourceReference', 'PUT', there, to(spoke));
        await refuses(world, '400 CannotPeerVirtualNetworkWithItself', 'PUT', there, to(v));
        await world.make(spoke, networkBody('10.1.128.0/17'));
        await refuses(world, '400 VnetAddressSpacesOverlap', 'PUT', there, to(spoke));
        await world.make(spoke, networkBody('10.2.0.0/16'));
        const gateway = to(spoke, { useRemoteGateways: true });
        await refuses(world, '400 RemoteVnetHasNoGateways', 'PUT', there, gateway);
      },
    },
    {
      would: 'be bound to one network, with one peering a pair',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16'));
        await world.make(networkPath('third'), networkBody('10.3.0.0/16'));
        await world.make(there, to(spoke));
        const second = there.replace('to-spoke', 'again');
        await refuses(
          world,
          '400 AnotherPeeringAlreadyReferencesRemoteVnet',
          'PUT',
          second,
          to(spoke),
        );
        await refuses(
          world,
          '400 ChangingRemoteVirtualNetworkNotAllowed',
          'PUT',
          there,
          to(networkPath('third')),
        );
      },
    },
    {
      would: 'leave the other half Disconnected, which then has to be made again first',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16'));
        await world.make(there, to(spoke));
        await world.make(back, to(v));
        await world.drop(back);
        assert.equal((await read(world, there))['peeringState'], 'Disconnected');
        await refuses(world, '400 RemotePeeringIsDisconnected', 'PUT', back, to(v));
      },
    },
    {
      would: 'need the right to peer with the other network',
      async holds(world) {
        await makeNetwork(world);
        await world.make(spoke, networkBody('10.2.0.0/16', [subnet('a', '10.2.0.0/24')]));
        world.arm.assignRole(guest, 'Contributor', hub);
        await refuses(world, '403 LinkedAuthorizationFailed', 'PUT', there, to(spoke), guest);
      },
    },
  ],
};
