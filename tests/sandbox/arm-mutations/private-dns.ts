import assert from 'node:assert/strict';
import { dns, guest, hub, stamp } from '../../unit/arm/arm-world.ts';
import {
  gone,
  idOf,
  makeNetwork,
  networkPath,
  read,
  refuses,
  type Claims,
  type Shown,
} from './claims.ts';

const zone = dns(hub, 'corp.example');
const at = (path: string): string => dns(hub, `corp.example/${path}`);
const link = at('virtualNetworkLinks/v');
const linkBody = (more: Shown = {}, path = networkPath('v')): Shown => ({
  location: 'global',
  properties: { virtualNetwork: { id: idOf(path) }, ...more },
});
const addresses = (...list: string[]): Shown => ({
  properties: { ttl: 300, aRecords: list.map((ipv4Address) => ({ ipv4Address })) },
});
const makeZone = { location: 'global' };

/** Zones and links. */
export const privateDnsClaims: Claims = {
  'Microsoft.Network/privateDnsZones': [
    {
      would: 'come with an SOA record, and keep what is in it over a second PUT',
      async holds(world) {
        await world.make(zone, makeZone);
        const soa = (await read(world, at('SOA/@')))['soaRecord'] as Shown;
        assert.equal(soa['host'], 'azureprivatedns.net');
        await world.make(at('A/www'), addresses('10.0.0.1'));
        await world.make(zone, { ...makeZone, tags: { round: '2' } });
        assert.equal((await read(world, zone))['numberOfRecordSets'], 2);
      },
    },
    {
      would: 'count its links and know its limits',
      async holds(world) {
        await makeNetwork(world);
        await world.make(zone, makeZone);
        await world.make(link, linkBody({ registrationEnabled: true }));
        const shown = await read(world, zone);
        assert.equal(shown['numberOfVirtualNetworkLinks'], 1);
        assert.equal(shown['numberOfVirtualNetworkLinksWithRegistration'], 1);
        assert.equal(shown['maxNumberOfVirtualNetworkLinks'], 1000);
      },
    },
    {
      would: 'stay as long as a network is linked to it',
      async holds(world) {
        await makeNetwork(world);
        await world.make(zone, makeZone);
        await world.make(link, linkBody());
        await refuses(world, '409 CannotDeleteResource', 'DELETE', zone);
        await world.drop(link);
        await world.drop(zone);
        await gone(world, zone);
      },
    },
    {
      would: 'refuse a name of one label, and one with a space',
      async holds(world) {
        for (const name of ['corp', 'corp.exa%20mple']) {
          await refuses(world, '400 BadRequest', 'PUT', dns(hub, name), makeZone);
        }
      },
    },
  ],

  'Microsoft.Network/privateDnsZones/virtualNetworkLinks': [
    {
      would: 'say how far it is, and resolve by default without a fallback',
      async holds(world) {
        await makeNetwork(world);
        await world.make(zone, makeZone);
        await world.make(link, linkBody());
        const shown = await read(world, link);
        assert.equal(shown['virtualNetworkLinkState'], 'Completed');
        assert.equal(shown['registrationEnabled'], false);
        assert.equal(shown['resolutionPolicy'], 'Default');
      },
    },
    {
      would: 'be bound to one network, which has to be there',
      async holds(world) {
        await world.make(zone, makeZone);
        await refuses(world, '400 InvalidResourceReference', 'PUT', link, linkBody());
        await makeNetwork(world);
        await world.make(link, linkBody());
        const second = networkPath('w');
        await world.make(second, {
          location: 'westeurope',
          properties: { addressSpace: { addressPrefixes: ['10.2.0.0/16'] } },
        });
        await refuses(world, '400 BadRequest', 'PUT', link, linkBody({}, second));
      },
    },
    {
      would: 'refuse a network that already resolves a zone of that name',
      async holds(world) {
        await makeNetwork(world);
        await world.make(zone, makeZone);
        await world.make(link, linkBody());
        await refuses(world, '409 Conflict', 'PUT', at('virtualNetworkLinks/again'), linkBody());
        const twin = dns(stamp, 'corp.example');
        await world.make(twin, makeZone);
        const there = dns(stamp, 'corp.example/virtualNetworkLinks/v');
        await refuses(world, '400 BadRequest', 'PUT', there, linkBody());
      },
    },
    {
      would: 'keep the fallback to the internet for privatelink zones',
      async holds(world) {
        await makeNetwork(world);
        await world.make(zone, makeZone);
        const body = linkBody({ resolutionPolicy: 'NxDomainRedirect' });
        await refuses(world, '400 BadRequest', 'PUT', link, body);
        await world.make(dns(hub, 'privatelink.azurecr.io'), makeZone);
        await world.make(dns(hub, 'privatelink.azurecr.io/virtualNetworkLinks/v'), body);
      },
    },
    {
      would: 'need the right to join the network',
      async holds(world) {
        const far = networkPath('far', stamp);
        await world.make(far, {
          location: 'westeurope',
          properties: { addressSpace: { addressPrefixes: ['10.7.0.0/16'] } },
        });
        await world.make(zone, makeZone);
        world.arm.assignRole(guest, 'Contributor', hub);
        await refuses(
          world,
          '403 LinkedAuthorizationFailed',
          'PUT',
          link,
          linkBody({}, far),
          guest,
        );
      },
    },
  ],
};
