import assert from 'node:assert/strict';
import { dns, hub } from '../../unit/arm/arm-world.ts';
import { gone, read, refuses, type Claims, type Shown } from './claims.ts';

const zone = dns(hub, 'corp.example');
const at = (path: string): string => dns(hub, `corp.example/${path}`);
const addresses = (...list: string[]): Shown => ({
  properties: { ttl: 300, aRecords: list.map((ipv4Address) => ({ ipv4Address })) },
});
const alias = (cname: string): Shown => ({ properties: { ttl: 300, cnameRecord: { cname } } });
const sixth = (...list: string[]): Shown => ({
  properties: { ttl: 300, aaaaRecords: list.map((ipv6Address) => ({ ipv6Address })) },
});
const texts = (...list: string[][]): Shown => ({
  properties: { ttl: 300, txtRecords: list.map((value) => ({ value })) },
});
const makeZone = { location: 'global' };

/** Record sets of each type. */
export const recordClaims: Claims = {
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

  'Microsoft.Network/privateDnsZones/AAAA': [
    {
      would: 'know its full name, and that nobody registered it automatically',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('AAAA/www'), sixth('fd00::1'));
        const shown = await read(world, at('AAAA/www'));
        assert.equal(shown['fqdn'], 'www.corp.example.');
        assert.equal(shown['isAutoRegistered'], false);
      },
    },
    {
      would: 'guard against a lost update and a blind removal with its etag',
      async holds(world) {
        await world.make(zone, makeZone);
        const made = (await world.ask('PUT', at('AAAA/www'), { body: sixth('fd00::1') })).body;
        const old = { 'If-Match': String(made['etag']) };
        await world.make(at('AAAA/www'), sixth('fd00::2'));
        const put = await world.ask('PUT', at('AAAA/www'), {
          body: sixth('fd00::3'),
          headers: old,
        });
        assert.equal(put.status, 412);
        assert.equal((await world.ask('DELETE', at('AAAA/www'), { headers: old })).status, 412);
        const now = (await world.ask('GET', at('AAAA/www'))).body;
        const headers = { 'If-Match': String(now['etag']) };
        assert.equal((await world.ask('DELETE', at('AAAA/www'), { headers })).status, 200);
        await gone(world, at('AAAA/www'));
      },
    },
    {
      would: 'refuse what is no address of its kind, and the same one in two spellings',
      async holds(world) {
        await world.make(zone, makeZone);
        const bodies = [
          sixth('10.0.0.1'),
          sixth('fd00::1::'),
          sixth('fd00::1', 'FD00:0:0::1'),
          sixth(...Array.from({ length: 21 }, (_, n) => `fd00::${String(n + 1)}`)),
          addresses('10.0.0.1'),
        ];
        for (const body of bodies) {
          await refuses(world, '400 BadRequest', 'PUT', at('AAAA/www'), body);
        }
      },
    },
    {
      would: 'stand beside addresses of the fourth version, and not beside an alias',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('A/www'), addresses('10.0.0.1'));
        await world.make(at('AAAA/www'), sixth('fd00::1'));
        await world.make(at('CNAME/other'), alias('www.corp.example'));
        await refuses(world, '400 BadRequest', 'PUT', at('AAAA/other'), sixth('fd00::1'));
      },
    },
  ],

  'Microsoft.Network/privateDnsZones/TXT': [
    {
      would: 'know its full name, at the top of the zone too',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('TXT/@'), texts(['v=spf1 -all']));
        assert.equal((await read(world, at('TXT/@')))['fqdn'], 'corp.example.');
      },
    },
    {
      would: 'guard against a lost update with its etag',
      async holds(world) {
        await world.make(zone, makeZone);
        const made = (await world.ask('PUT', at('TXT/www'), { body: texts(['a']) })).body;
        await world.make(at('TXT/www'), texts(['b']));
        const headers = { 'If-Match': String(made['etag']) };
        const put = await world.ask('PUT', at('TXT/www'), { body: texts(['c']), headers });
        assert.equal(put.status, 412);
        const now = (await world.ask('GET', at('TXT/www'))).body;
        const current = { 'If-Match': String(now['etag']) };
        const again = await world.ask('PUT', at('TXT/www'), {
          body: texts(['c']),
          headers: current,
        });
        assert.equal(again.status, 200);
      },
    },
    {
      would: 'keep strings apart, and refuse long ones, none, and the same text twice',
      async holds(world) {
        await world.make(zone, makeZone);
        const long = 'x'.repeat(255);
        await world.make(at('TXT/www'), texts([long, 'y'], ['z']));
        const shown = await read(world, at('TXT/www'));
        assert.deepEqual(shown['txtRecords'], [{ value: [long, 'y'] }, { value: ['z'] }]);
        const bodies = [
          texts([`${long}x`]),
          texts([]),
          texts(['a'], ['a']),
          texts(Array.from({ length: 17 }, () => long)),
          addresses('10.0.0.1'),
        ];
        for (const body of bodies) {
          await refuses(world, '400 BadRequest', 'PUT', at('TXT/www'), body);
        }
      },
    },
    {
      would: 'keep away from the name of an alias, until that goes',
      async holds(world) {
        await world.make(zone, makeZone);
        await world.make(at('CNAME/www'), alias('x.example'));
        await refuses(world, '400 BadRequest', 'PUT', at('TXT/www'), texts(['a']));
        await world.drop(at('CNAME/www'));
        await world.make(at('TXT/www'), texts(['a']));
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
