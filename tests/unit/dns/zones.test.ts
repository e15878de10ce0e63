import assert from 'node:assert/strict';
import { zoneTable } from '../../../tasks/lib/dns/zone-table.ts';
import { zoneNameOf, zonesOf } from '../../../tasks/lib/dns/zones.ts';
import type { Cloud } from '../../../tasks/lib/topology/model.ts';

const region = 'westeurope';

describe('zones of private endpoints', () => {
  // type, group, cloud, public name -> zone, name; from the sources that the fact sheet lists.
  const known: [string, string, Cloud, string, string, string][] = [
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'public',
      'kv.vault.azure.net',
      'privatelink.vaultcore.azure.net',
      'kv',
    ],
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'public',
      'KV.vaultcore.azure.net.',
      'privatelink.vaultcore.azure.net',
      'kv',
    ],
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'usgovernment',
      'kv.vault.usgovcloudapi.net',
      'privatelink.vaultcore.usgovcloudapi.net',
      'kv',
    ],
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'china',
      'kv.vault.azure.cn',
      'privatelink.vaultcore.azure.cn',
      'kv',
    ],
    [
      'Microsoft.ContainerRegistry/registries',
      'registry',
      'public',
      'cr.azurecr.io',
      'privatelink.azurecr.io',
      'cr',
    ],
    [
      'Microsoft.ContainerRegistry/registries',
      'registry',
      'public',
      'cr.westeurope.data.azurecr.io',
      'privatelink.azurecr.io',
      'cr.westeurope.data',
    ],
    [
      'Microsoft.Storage/storageAccounts',
      'blob',
      'public',
      'st.blob.core.windows.net',
      'privatelink.blob.core.windows.net',
      'st',
    ],
    [
      'Microsoft.Storage/storageAccounts',
      'blob_secondary',
      'public',
      'st-secondary.blob.core.windows.net',
      'privatelink.blob.core.windows.net',
      'st-secondary',
    ],
    [
      'Microsoft.Storage/storageAccounts',
      'dfs',
      'china',
      'st.dfs.core.chinacloudapi.cn',
      'privatelink.dfs.core.chinacloudapi.cn',
      'st',
    ],
    [
      'microsoft.sql/servers',
      'SqlServer',
      'public',
      'sql.database.windows.net',
      'privatelink.database.windows.net',
      'sql',
    ],
    [
      'Microsoft.DBforPostgreSQL/flexibleServers',
      'postgresqlServer',
      'public',
      'pg.postgres.database.azure.com',
      'privatelink.postgres.database.azure.com',
      'pg',
    ],
    [
      'Microsoft.Cache/Redis',
      'redisCache',
      'usgovernment',
      'r.redis.cache.usgovcloudapi.net',
      'privatelink.redis.cache.usgovcloudapi.net',
      'r',
    ],
    [
      'Microsoft.DocumentDB/databaseAccounts',
      'Sql',
      'public',
      'c-westeurope.documents.azure.com',
      'privatelink.documents.azure.com',
      'c-westeurope',
    ],
    [
      'Microsoft.EventHub/namespaces',
      'namespace',
      'public',
      'eh.servicebus.windows.net',
      'privatelink.servicebus.windows.net',
      'eh',
    ],
    [
      'Microsoft.Web/sites',
      'sites',
      'public',
      'app.scm.azurewebsites.net',
      'privatelink.azurewebsites.net',
      'app.scm',
    ],
    [
      'Microsoft.CognitiveServices/accounts',
      'account',
      'public',
      'ai.openai.azure.com',
      'privatelink.openai.azure.com',
      'ai',
    ],
    [
      'Microsoft.ContainerService/managedClusters',
      'management',
      'public',
      'aks-1.privatelink.westeurope.azmk8s.io',
      'privatelink.westeurope.azmk8s.io',
      'aks-1',
    ],
  ];
  for (const [type, groupId, cloud, fqdn, zone, name] of known) {
    it(`${fqdn} (${cloud}) lies in ${zone}`, () => {
      assert.deepEqual(zoneNameOf({ cloud, type, groupId, region }, fqdn), { zone, name });
    });
  }

  const unknown: [string, string, Cloud, string, string][] = [
    [
      'Microsoft.Strange/things',
      'thing',
      'public',
      'x.strange.net',
      'The private DNS zone of Microsoft.Strange/things with group id thing is not known in the public cloud.',
    ],
    [
      'Microsoft.ContainerRegistry/registries',
      'registry',
      'china',
      'cr.azurecr.cn',
      'The private DNS zone of Microsoft.ContainerRegistry/registries with group id registry is not known in the china cloud.',
    ],
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'public',
      'kv.example.com',
      'kv.example.com is no name of Microsoft.KeyVault/vaults (vault) in the public cloud; ' +
        'its names end in vault.azure.net, vaultcore.azure.net, privatelink.vaultcore.azure.net.',
    ],
  ];
  for (const [type, groupId, cloud, fqdn, message] of unknown) {
    it(`does not guess for ${fqdn}`, () => {
      assert.throws(() => zoneNameOf({ cloud, type, groupId, region }, fqdn), {
        code: 'DNS_UNSUPPORTED',
        message,
      });
    });
  }

  it('are private link zones in lower case, one entry for each type and group', () => {
    const seen = new Set<string>();
    for (const { type, groups, zones } of zoneTable) {
      assert.equal(type, type.toLowerCase());
      for (const group of groups) {
        const key = `${type} ${group}`;
        assert.ok(!seen.has(key), `${key} stands twice`);
        seen.add(key);
        for (const cloud of Object.keys(zones) as Cloud[]) {
          for (const zone of zonesOf({ cloud, type, groupId: group, region })) {
            assert.match(zone, /^privatelink(\.[a-z0-9-]+)+$/);
          }
        }
      }
    }
  });
});
