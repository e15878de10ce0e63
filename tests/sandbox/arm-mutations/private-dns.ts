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
const alias = (cname: string): Shown => ({ properties: { ttl: 300, cnameRecord: { cname } } });
const makeZone = { location: 'global' };

/** Zones, links and record sets. */
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

  'Microsoft.Network/privateDnsZones/A': [
    {
      would: 'know its full name, and that nobody registered it automatically',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('A/www'), addresses('10.0.0.1'));
        const shown = await read(world, at('A/www'));
        assert.equal(shown['fqdn'], 'www.corp.example.');
        assert.equal(shown['isAutoRegistered'], false);
      },
    },
    {
      would: 'guard against a lost update with its etag',
      async holds(world) {
        await world.make(zone, makeZone);
        const made = (await world.ask('PUT', at('A/www'), { body: addresses('10.0.0.1') })).body;
        await world.make(at('A/www'), addresses('10.0.0.2'));
        const answer = await world.ask('PUT', at('A/www'), {
          body: addresses('10.0.0.3'),
          headers: { 'If-Match': String(made['etag']) },
        });
        assert.equal(answer.status, 412);
        const now = (await world.ask('GET', at('A/www'))).body;
        const again = await world.ask('PUT', at('A/www'), {
          body: addresses('10.0.0.3'),
          headers: { 'If-Match': String(now['etag']) },
        });
        assert.equal(again.status, 200);
      },
    },
    {
      would: 'refuse what is no address, the same one twice, no lifetime, and an alias',
      async holds(world) {
        await world.make(zone, makeZone);
        const bodies = [
          addresses('10.0.0.256'),
          addresses('10.0.0.1', '10.0.0.1'),
          { properties: { aRecords: [] } },
          alias('www.example.com'),
        ];
        for (const body of bodies) await refuses(world, '400 BadRequest', 'PUT', at('A/www'), body);
      },
    },
    {
      would: 'refuse the name of an alias, and a name that is none',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('CNAME/www'), alias('www.example.com'));
        await refuses(world, '400 BadRequest', 'PUT', at('A/www'), addresses('10.0.0.1'));
        await refuses(world, '400 BadRequest', 'PUT', at('A/www.*'), addresses('10.0.0.1'));
        await world.make(at('A/*'), addresses('10.0.0.1'));
      },
    },
  ],

  'Microsoft.Network/privateDnsZones/CNAME': [
    {
      would: 'know its full name',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('CNAME/www'), alias('www.example.com'));
        assert.equal((await read(world, at('CNAME/www')))['fqdn'], 'www.corp.example.');
      },
    },
    {
      would: 'stand alone: no other record set of its name, and none at the top of the zone',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('A/www'), addresses('10.0.0.1'));
        const body = alias('www.example.com');
        await refuses(world, '400 BadRequest', 'PUT', at('CNAME/www'), body);
        await refuses(world, '400 BadRequest', 'PUT', at('CNAME/@'), body);
      },
    },
    {
      would: 'want one name to lead to, and no addresses',
      async holds(world) {
        await world.make(zone, makeZone);
        const bodies = [{ properties: { ttl: 300 } }, addresses('10.0.0.1')];
        for (const body of bodies) {
          await refuses(world, '400 BadRequest', 'PUT', at('CNAME/www'), body);
        }
      },
    },
  ],

  'Microsoft.Network/privateDnsZones/SOA': [
    {
      would: 'stay as long as its zone',
      async holds(world) {
        await world.make(zone, makeZone);
        await refuses(world, '400 BadRequest', 'DELETE', at('SOA/@'));
        await world.drop(zone);
      },
    },
    {
      would: 'be the only one of its zone',
      async holds(world) {
        await world.make(zone, makeZone);
        const { soaRecord } = await read(world, at('SOA/@'));
        const body = { properties: { ttl: 300, soaRecord } };
        await refuses(world, '400 BadRequest', 'PUT', at('SOA/www'), body);
      },
    },
    {
      would: 'take new times, keep its name, and refuse a lifetime of nothing',
      async holds(world) {
        await world.make(zone, makeZone);
        const soaRecord = (await read(world, at('SOA/@')))['soaRecord'] as Shown;
        const body = (ttl: number): Shown => ({
          properties: { ttl, soaRecord: { ...soaRecord, minimumTtl: 60 } },
        });
        await world.make(at('SOA/@'), body(300));
        const shown = await read(world, at('SOA/@'));
        assert.equal((shown['soaRecord'] as Shown)['minimumTtl'], 60);
        assert.equal(shown['fqdn'], 'corp.example.');
        await refuses(world, '400 BadRequest', 'PUT', at('SOA/@'), body(0));
      },
    },
  ],
};
