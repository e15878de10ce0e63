import assert from 'node:assert/strict';
import { resourceTypes } from '../../../sandbox/azure/arm/types/registry.ts';
import { Store } from '../../../sandbox/azure/arm/store.ts';
import {
  linkableTypes,
  linkGroups,
} from '../../../sandbox/azure/arm/types/private-link/services.ts';
import { readZones } from '../../../tasks/lib/dns/declared-zones.ts';
import { zoneTable, type ZoneEntry } from '../../../tasks/lib/dns/zone-table.ts';
import { zoneNameOf, zonesOf } from '../../../tasks/lib/dns/zones.ts';
import type { Cloud } from '../../../tasks/lib/topology/model.ts';
import { zoneNames } from './zone-names.ts';

const region = 'westeurope';
const clouds: readonly Cloud[] = ['public', 'usgovernment', 'china'];

interface Known {
  type: string;
  groupId: string;
  cloud: Cloud;
  fqdn: string;
  zone: string;
  name: string;
}

const known = zoneNames
  .trim()
  .split('\n')
  .map((line): Known => {
    const [type = '', groupId = '', cloud = '', fqdn = '', zone = '', name = ''] = line.split(' ');
    return { type: `Microsoft.${type}`, groupId, cloud: cloud as Cloud, fqdn, zone, name };
  });

const zoneIn = (entry: ZoneEntry) => (typeof entry === 'string' ? entry : entry.zone);

describe('zones of private endpoints', () => {
  for (const { type, groupId, cloud, fqdn, zone, name } of known) {
    it(`${fqdn} of ${type} ${groupId} (${cloud}) is ${name} in ${zone}`, () => {
      assert.deepEqual(zoneNameOf({ cloud, type, groupId, region }, fqdn), { zone, name });
    });
  }

  it('are all tested: no kind of the table is without a name above', () => {
    const missing = zoneTable.services.filter(
      ({ type, groups }) =>
        !known.some(
          (k) =>
            k.type.toLowerCase() === type.toLowerCase() &&
            groups.some((g) => g.toLowerCase() === k.groupId.toLowerCase()),
        ),
    );
    assert.deepEqual(
      missing.map(({ type, groups }) => `${type} ${groups.join(' ')}`),
      [],
    );
  });

  const unknown: [string, string, Cloud, string, string][] = [
    [
      'Microsoft.Strange/things',
      'thing',
      'public',
      'x.strange.net',
      'The private DNS zone of Microsoft.Strange/things with group id thing is not known in the public cloud. ' +
        'Name its zone with a line of the input "zones": "Microsoft.Strange/things thing: <zone>".',
    ],
    [
      'Microsoft.ContainerRegistry/registries',
      'registry',
      'china',
      'cr.azurecr.cn',
      'The private DNS zone of Microsoft.ContainerRegistry/registries with group id registry is not known in ' +
        'the china cloud. Name its zone with a line of the input "zones": ' +
        '"Microsoft.ContainerRegistry/registries registry: <zone>".',
    ],
    [
      'Microsoft.KeyVault/vaults',
      'vault',
      'public',
      'kv.example.com',
      'kv.example.com is no name of Microsoft.KeyVault/vaults (vault) in the public cloud; its names end in ' +
        'privatelink.vaultcore.azure.net, vault.azure.net, vaultcore.azure.net. Name its zone with a line of the ' +
        'input "zones": "Microsoft.KeyVault/vaults vault: <zone>".',
    ],
    [
      'Microsoft.RecoveryServices/vaults',
      'AzureBackup',
      'public',
      'v.nowhere.backup.windowsazure.com',
      'v.nowhere.backup.windowsazure.com is no name of Microsoft.RecoveryServices/vaults (AzureBackup) in the ' +
        'public cloud; its names end in privatelink.{geo}.backup.windowsazure.com, {geo}.backup.windowsazure.com, ' +
        'privatelink.blob.core.windows.net, blob.core.windows.net, privatelink.queue.core.windows.net, ' +
        'queue.core.windows.net. Name its zone with a line of the input "zones": ' +
        '"Microsoft.RecoveryServices/vaults AzureBackup: <zone>".',
    ],
  ];
  for (const [type, groupId, cloud, fqdn, message] of unknown) {
    it(`are not guessed for ${fqdn}`, () => {
      assert.throws(() => zoneNameOf({ cloud, type, groupId, region }, fqdn), {
        code: 'DNS_UNSUPPORTED',
        message,
      });
    });
  }

  it('of a region are known without a name, except where only a name tells', () => {
    const of = (type: string, groupId: string, at = region) =>
      zonesOf({ cloud: 'public', type: `Microsoft.${type}`, groupId, region: at });
    assert.deepEqual(of('KeyVault/vaults', 'vault'), ['privatelink.vaultcore.azure.net']);
    assert.deepEqual(of('ContainerService/managedClusters', 'management', 'UK South'), [
      'privatelink.uksouth.azmk8s.io',
    ]);
    assert.deepEqual(of('RecoveryServices/vaults', 'AzureBackup', 'uksouth'), [
      'privatelink.uks.backup.windowsazure.com',
      'privatelink.blob.core.windows.net',
      'privatelink.queue.core.windows.net',
    ]);
    assert.deepEqual(of('Sql/managedInstances', 'managedInstance'), []);
  });
});

describe('zones that the user names', () => {
  const problems: string[] = [];
  const own = readZones(
    {
      'Microsoft.Strange/things thing': 'privatelink.strange.net',
      'Microsoft.Batch/batchAccounts batchAccount': '{region}.privatelink.batch.azure.com',
      'Microsoft.KeyVault/vaults vault': ['corp.example', 'privatelink.vault.azure.net'],
    },
    (problem) => problems.push(problem),
  );
  const cases: [string, string, string, string, string][] = [
    ['Strange/things', 'Thing', 'x.strange.net', 'privatelink.strange.net', 'x'],
    ['Strange/things', 'thing', 'x.privatelink.strange.net', 'privatelink.strange.net', 'x'],
    [
      'Batch/batchAccounts',
      'batchAccount',
      'b.uksouth.batch.azure.com',
      'uksouth.privatelink.batch.azure.com',
      'b',
    ],
    ['KeyVault/vaults', 'vault', 'kv.vault.azure.net', 'privatelink.vault.azure.net', 'kv'],
  ];
  for (const [type, groupId, fqdn, zone, name] of cases) {
    it(`count before the table: ${fqdn} is ${name} in ${zone}`, () => {
      const kind = { cloud: 'public', type: `Microsoft.${type}`, groupId, region } as const;
      assert.deepEqual(zoneNameOf(kind, fqdn, own), { zone, name });
      assert.deepEqual(problems, []);
    });
  }
});

describe('the table of zones', () => {
  it('says of when it is, and from where', () => {
    assert.match(zoneTable.version, /^20\d\d-(0[1-9]|1[0-2])$/);
    for (const url of zoneTable.source) assert.match(url, /^https:\/\//);
  });

  it('has one line for each type and group, and each zone in the form of a zone', () => {
    const seen = new Set<string>();
    const words = new Set<string>();
    for (const service of zoneTable.services) {
      assert.match(service.type, /^Microsoft\.[A-Za-z]+(\/[A-Za-z0-9]+)+$/);
      assert.ok(
        clouds.some((cloud) => service[cloud] !== undefined),
        service.type,
      );
      for (const group of service.groups) {
        const key = `${service.type} ${group}`.toLowerCase();
        assert.ok(!seen.has(key), `${key} stands twice`);
        seen.add(key);
      }
      for (const zone of clouds.flatMap((cloud) => service[cloud] ?? []).map(zoneIn)) {
        assert.match(zone, /^(\{subzone\}\.)?privatelink(-global)?(\.([a-z0-9-]+|\{\w+\}))+$/);
        for (const [, word = ''] of zone.matchAll(/\{(\w+)\}/g)) words.add(word);
      }
    }
    assert.deepEqual([...words].sort(), ['dnsPrefix', 'geo', 'partitionId', 'region', 'subzone']);
  });

  it('has a code of its own for each region', () => {
    const codes = Object.values(zoneTable.geoCodes);
    assert.equal(new Set(codes).size, codes.length);
    for (const [name, code] of Object.entries(zoneTable.geoCodes)) {
      assert.match(name, /^[a-z]+[0-9]?(euap)?$/);
      assert.match(code, /^[a-z0-9]{2,4}$/);
    }
  });

  it('agrees with the zones that resources themselves require', () => {
    for (const type of linkableTypes) {
      assert.ok(resourceTypes.some((known) => known.type === type));
      const resource = {
        ...{ id: '/x', name: 'spk', type, apiVersion: '', location: region, properties: {} },
        sku: { name: 'Standard_GRS' },
      };
      const groups = linkGroups(resource, new Store());
      assert.ok(groups.length > 0, type);
      for (const { groupId, zones, members } of groups) {
        // A private link service of one's own has neither groups nor names.
        if (groupId === '') continue;
        const kind = { cloud: 'public', type, groupId, region } as const;
        assert.deepEqual(zonesOf(kind), zones);
        for (const fqdn of members.flatMap(({ fqdns }) => fqdns)) {
          assert.ok(zones.includes(zoneNameOf(kind, fqdn).zone), fqdn);
        }
      }
    }
  });
});
