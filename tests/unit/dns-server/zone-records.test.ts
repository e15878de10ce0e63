import assert from 'node:assert/strict';
import type { Store } from '../../../sandbox/azure/arm/store.ts';
import { put } from '../network/stored-estate.ts';
import { zoneType, kv, world, zone, record, ask, line } from './answers-world.ts';

describe('what Azure-provided DNS answers from a zone', () => {
  let store: Store;

  beforeEach(() => {
    store = world();
  });

  it('the zone with the longest suffix', () => {
    zone(store, 'azure.net', ['hub']);
    zone(store, 'vault.azure.net', ['hub']);
    record(store, 'azure.net', 'kv.vault', 10, '10.0.0.1');
    record(store, 'vault.azure.net', 'kv', 10, '10.0.0.2');
    assert.equal(line(ask(store, kv)), 'NOERROR; A 10.0.0.2 10');
  });

  it('the next zone if the longest is not linked', () => {
    zone(store, 'azure.net', ['hub']);
    zone(store, 'vault.azure.net', ['spoke']);
    record(store, 'azure.net', 'kv.vault', 10, '10.0.0.1');
    assert.equal(line(ask(store, kv)), 'NOERROR; A 10.0.0.1 10');
  });

  it('all addresses of a record set', () => {
    zone(store, 'corp.example', ['hub']);
    record(store, 'corp.example', 'api', 300, '10.0.0.1', '10.0.0.2');
    assert.equal(line(ask(store, 'api.corp.example')), 'NOERROR; A 10.0.0.1 300; A 10.0.0.2 300');
  });

  it('apex, wildcard and empty names as zones have them', () => {
    zone(store, 'corp.example', ['hub']);
    record(store, 'corp.example', '@', 10, '10.0.0.1');
    record(store, 'corp.example', '*', 10, '10.0.0.2');
    record(store, 'corp.example', 'a.deep', 10, '10.0.0.3');
    assert.equal(line(ask(store, 'corp.example')), 'NOERROR; A 10.0.0.1 10');
    assert.equal(line(ask(store, 'anything.corp.example')), 'NOERROR; A 10.0.0.2 10');
    assert.equal(line(ask(store, 'a.deep.corp.example')), 'NOERROR; A 10.0.0.3 10');
    assert.equal(line(ask(store, 'b.deep.corp.example')), 'NXDOMAIN');
  });

  it('the wildcard of the closest name that exists, for any number of labels', () => {
    zone(store, 'corp.example', ['hub']);
    record(store, 'corp.example', '*', 10, '10.0.0.2');
    record(store, 'corp.example', '*.apps', 10, '10.0.0.3');
    record(store, 'corp.example', 'own.apps', 10, '10.0.0.4');
    const answers: [string, string][] = [
      ['a.b.c', 'NOERROR; A 10.0.0.2 10'],
      ['x.apps', 'NOERROR; A 10.0.0.3 10'],
      ['x.y.apps', 'NOERROR; A 10.0.0.3 10'],
      ['own.apps', 'NOERROR; A 10.0.0.4 10'],
      ['x.own.apps', 'NXDOMAIN'],
      ['apps', 'NOERROR'],
    ];
    for (const [name, expected] of answers) {
      assert.equal(line(ask(store, `${name}.corp.example`)), expected, name);
    }
  });

  it('addresses of the sixth version and texts, also through an alias and a wildcard', () => {
    zone(store, 'corp.example', ['hub']);
    const set = (type: string, label: string, properties: Record<string, unknown>): void => {
      put(store, `${zoneType}/${type}`, `corp.example/${label}`, { ttl: 30, ...properties });
    };
    set('AAAA', 'api', { aaaaRecords: [{ ipv6Address: 'fd00::1' }, { ipv6Address: 'fd00::2' }] });
    set('TXT', 'api', { txtRecords: [{ value: ['a', 'b'] }, { value: ['c'] }] });
    set('CNAME', '*', { cnameRecord: { cname: 'api.corp.example' } });
    const sixth = 'AAAA fd00::1 30; AAAA fd00::2 30';
    assert.equal(line(ask(store, 'api.corp.example', 'AAAA')), `NOERROR; ${sixth}`);
    assert.equal(line(ask(store, 'api.corp.example', 'TXT')), 'NOERROR; TXT a,b 30; TXT c 30');
    assert.equal(line(ask(store, 'api.corp.example')), 'NOERROR');
    assert.equal(
      line(ask(store, 'any.corp.example', 'AAAA')),
      `NOERROR; CNAME api.corp.example 30; ${sixth}`,
    );
  });

  it('an alias inside a zone, and no endless chain', () => {
    zone(store, 'corp.example', ['hub']);
    const alias = (label: string, cname: string): void => {
      put(store, `${zoneType}/CNAME`, `corp.example/${label}`, { ttl: 30, cnameRecord: { cname } });
    };
    alias('www', 'api.corp.example');
    record(store, 'corp.example', 'api', 10, '10.0.0.1');
    alias('one', 'two.corp.example');
    alias('two', 'one.corp.example');
    assert.equal(
      line(ask(store, 'www.corp.example')),
      'NOERROR; CNAME api.corp.example 30; A 10.0.0.1 10',
    );
    assert.equal(
      line(ask(store, 'www.corp.example', 'CNAME')),
      'NOERROR; CNAME api.corp.example 30',
    );
    assert.equal(line(ask(store, 'one.corp.example')), 'SERVFAIL');
  });

  it('the origin of a zone, with the times that its SOA record set has', () => {
    zone(store, 'corp.example', ['hub']);
    const untouched = ask(store, 'corp.example', 'SOA').records;
    assert.deepEqual(
      untouched.map((r) => (r.type === 'SOA' ? [r.name, r.ttl, r.data.mname, r.data.minimum] : r)),
      [['corp.example', 3600, 'azureprivatedns.net', 10]],
    );
    const soaRecord = { host: 'azureprivatedns.net', minimumTtl: 3 };
    put(store, `${zoneType}/SOA`, 'corp.example/@', { ttl: 5, soaRecord });
    const { code, authority } = ask(store, 'none.corp.example');
    assert.deepEqual([code, authority?.ttl, authority?.data.minimum], ['NXDOMAIN', 5, 3]);
    assert.equal(line(ask(store, 'corp.example', 'SOA', '10.1.0.4')), 'NXDOMAIN');
  });

  it('no data, and the zone, for a type that a name does not have', () => {
    zone(store, 'corp.example', ['hub']);
    record(store, 'corp.example', 'api', 10, '10.0.0.1');
    const answer = ask(store, 'api.corp.example', 'AAAA');
    assert.equal(line(answer), 'NOERROR');
    assert.equal(answer.authority?.name, 'corp.example');
  });
});
