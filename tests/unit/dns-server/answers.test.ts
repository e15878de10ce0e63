import assert from 'node:assert/strict';
import type { Store } from '../../../sandbox/azure/arm/store.ts';
import { documentationAddress } from '../../../sandbox/azure/dns/names.ts';
import { put } from '../network/stored-estate.ts';
import {
  vaultZone,
  kv,
  kvLink,
  world,
  zone,
  record,
  endpoint,
  ask,
  line,
} from './answers-world.ts';

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
