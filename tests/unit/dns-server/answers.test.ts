import assert from 'node:assert/strict';
import { Store } from '../../../sandbox/azure/arm/store.ts';
import type { DnsAnswer } from '../../../sandbox/azure/dns/answer.ts';
import { answerQuery } from '../../../sandbox/azure/dns/answer.ts';
import { documentationAddress } from '../../../sandbox/azure/dns/names.ts';
import { idOf, put } from '../network/stored-estate.ts';

const zoneType = 'Microsoft.Network/privateDnsZones';
const vaultZone = 'privatelink.vaultcore.azure.net';
const kv = 'kv.vault.azure.net';
const kvLink = 'kv.privatelink.vaultcore.azure.net';

/** A hub with the agent, an unlinked spoke, a vault, a storage account and a registry. */
function world(): Store {
  const store = new Store();
  for (const [name, prefix] of [
    ['hub', '10.0.0.0/16'],
    ['spoke', '10.1.0.0/16'],
  ] as const) {
    put(store, 'Microsoft.Network/virtualNetworks', name, {
      addressSpace: { addressPrefixes: [prefix] },
    });
  }
  put(store, 'Microsoft.KeyVault/vaults', 'kv', {});
  put(store, 'Microsoft.Storage/storageAccounts', 'stspk', {});
  put(store, 'Microsoft.ContainerRegistry/registries', 'cr', { loginServer: 'cr.azurecr.io' });
  return store;
}

function zone(
  store: Store,
  name: string,
  linkedTo: string[],
  more: Record<string, unknown> = {},
): void {
  put(store, zoneType, name, {});
  for (const network of linkedTo) {
    put(store, `${zoneType}/virtualNetworkLinks`, `${name}/${network}`, {
      virtualNetwork: { id: idOf('Microsoft.Network/virtualNetworks', network) },
      registrationEnabled: false,
      ...more,
    });
  }
}

function record(
  store: Store,
  zoneName: string,
  label: string,
  ttl: number,
  ...addresses: string[]
): void {
  put(store, `${zoneType}/A`, `${zoneName}/${label}`, {
    ttl,
    aRecords: addresses.map((ipv4Address) => ({ ipv4Address })),
  });
}

function endpoint(
  store: Store,
  type: string,
  name: string,
  groupId: string,
  status = 'Approved',
): void {
  put(store, 'Microsoft.Network/privateEndpoints', `pe-${name}-${groupId}`, {
    privateLinkServiceConnections: [
      {
        properties: {
          privateLinkServiceId: idOf(type, name),
          groupIds: [groupId],
          privateLinkServiceConnectionState: { status },
        },
      },
    ],
  });
}

function ask(store: Store, name: string, type = 'A', agentAddress = '10.0.0.68'): DnsAnswer {
  const o = { agentAddress, serverAddress: '127.0.0.1', publicAddress: documentationAddress };
  return answerQuery(store, o, name, type);
}

/** The answer as one line: code, then each record. */
function line(answer: DnsAnswer): string {
  const records = answer.records.map((r) => `${r.type} ${String(r.data)} ${String(r.ttl)}`);
  return [answer.code, ...records].join('; ');
}

describe('what Azure-provided DNS answers', () => {
  let store: Store;

  beforeEach(() => {
    store = world();
  });

  it('a public address while the resource has no endpoint', () => {
    assert.equal(line(ask(store, kv)), `NOERROR; A ${documentationAddress(kv)} 60`);
    assert.match(
      line(ask(store, 'stspk.blob.core.windows.net')),
      /^NOERROR; A 203\.0\.113\.\d+ 60$/,
    );
    assert.match(line(ask(store, 'cr.azurecr.io')), /^NOERROR; A 203\.0\.113\.\d+ 60$/);
  });

  it('the record of a linked zone through the privatelink name', () => {
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault');
    zone(store, vaultZone, ['hub']);
    record(store, vaultZone, 'kv', 10, '10.1.2.5');
    assert.equal(line(ask(store, kv)), `NOERROR; CNAME ${kvLink} 60; A 10.1.2.5 10`);
    assert.equal(line(ask(store, 'KV.Vault.Azure.NET.')), line(ask(store, kv)));
  });

  it('a public address through the same chain from a network without the link', () => {
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault');
    zone(store, vaultZone, ['spoke']);
    record(store, vaultZone, 'kv', 10, '10.1.2.5');
    const expected = `NOERROR; CNAME ${kvLink} 60; A ${documentationAddress(kv)} 60`;
    assert.equal(line(ask(store, kv)), expected);
    assert.match(line(ask(store, kv, 'A', '10.1.0.4')), /A 10\.1\.2\.5 10$/);
  });

  it('nothing for a record that is missing in a linked zone', () => {
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault');
    zone(store, vaultZone, ['hub']);
    const answer = ask(store, kv);
    assert.equal(line(answer), `NXDOMAIN; CNAME ${kvLink} 60`);
    assert.equal(answer.authority?.name, vaultZone);
  });

  it('a public address for it if the link redirects', () => {
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault');
    zone(store, vaultZone, ['hub'], { resolutionPolicy: 'NxDomainRedirect' });
    assert.equal(
      line(ask(store, kv)),
      `NOERROR; CNAME ${kvLink} 60; A ${documentationAddress(kv)} 60`,
    );
    assert.equal(line(ask(store, `nobody.${vaultZone}`)), 'NXDOMAIN');
  });

  it('no redirect in a zone that is not a privatelink one', () => {
    zone(store, 'corp.example', ['hub'], { resolutionPolicy: 'NxDomainRedirect' });
    assert.equal(ask(store, 'x.corp.example').authority?.name, 'corp.example');
  });

  it('no privatelink chain while the connection is Pending', () => {
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault', 'Pending');
    assert.equal(line(ask(store, kv)), `NOERROR; A ${documentationAddress(kv)} 60`);
    assert.equal(line(ask(store, kvLink)), 'NXDOMAIN');
  });

  it('the endpoint of one group says nothing about another', () => {
    endpoint(store, 'Microsoft.Storage/storageAccounts', 'stspk', 'blob');
    assert.match(line(ask(store, 'stspk.blob.core.windows.net')), /CNAME stspk\.privatelink\.blob/);
    assert.doesNotMatch(line(ask(store, 'stspk.queue.core.windows.net')), /CNAME/);
  });

  it('the data host of a registry once it has an endpoint', () => {
    const data = 'cr.westeurope.data.azurecr.io';
    assert.equal(line(ask(store, data)), 'NXDOMAIN');
    endpoint(store, 'Microsoft.ContainerRegistry/registries', 'cr', 'registry');
    zone(store, 'privatelink.azurecr.io', ['hub']);
    record(store, 'privatelink.azurecr.io', 'cr', 10, '10.0.3.4');
    record(store, 'privatelink.azurecr.io', 'cr.westeurope.data', 10, '10.0.3.5');
    assert.equal(
      line(ask(store, data)),
      'NOERROR; CNAME cr.westeurope.data.privatelink.azurecr.io 60; A 10.0.3.5 10',
    );
    assert.match(line(ask(store, 'cr.azurecr.io')), /A 10\.0\.3\.4 10$/);
  });

  it('a data host for each replica', () => {
    endpoint(store, 'Microsoft.ContainerRegistry/registries', 'cr', 'registry');
    put(
      store,
      'Microsoft.ContainerRegistry/registries/replications',
      'cr/northeurope',
      {},
      'North Europe',
    );
    assert.match(line(ask(store, 'cr.northeurope.data.azurecr.io')), /^NOERROR; CNAME cr\.north/);
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

  it('nothing for names that nobody has', () => {
    for (const name of ['nobody.vault.azure.net', 'example.com', 'localhost', '', 'kv.vault']) {
      assert.equal(line(ask(store, name)), 'NXDOMAIN', name);
    }
  });

  it('a failure for a network that sends its machines to another server', () => {
    const hub = (dnsServers: string[]): void => {
      put(store, 'Microsoft.Network/virtualNetworks', 'hub', {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        dhcpOptions: { dnsServers },
      });
    };
    hub(['10.0.0.4']);
    assert.equal(line(ask(store, kv)), 'SERVFAIL');
    hub(['168.63.129.16']);
    assert.match(line(ask(store, kv)), /^NOERROR/);
    hub([]);
    assert.match(line(ask(store, kv)), /^NOERROR/);
  });

  it('public names only, to an agent that is in no network', () => {
    zone(store, vaultZone, ['hub']);
    record(store, vaultZone, 'kv', 10, '10.1.2.5');
    endpoint(store, 'Microsoft.KeyVault/vaults', 'kv', 'vault');
    assert.match(line(ask(store, kv, 'A', '192.168.0.1')), /A 203\.0\.113\.\d+ 60$/);
  });
});
