import type { Az } from './azure-cli.ts';
import type { Estate } from './estate-client.ts';
import type { Requests } from './estate.ts';
import type { Bench } from './measure.ts';
import { atMost, type Measurement } from './row.ts';
import { runTask } from './task-process.ts';

/** Twenty services with a zone each: type, group id, zone, and the suffix of the public names. */
const services: readonly (readonly [string, string, string, string])[] = [
  ['Microsoft.KeyVault/vaults', 'vault', 'vaultcore.azure.net', 'vault.azure.net'],
  ...['blob', 'file', 'queue', 'table', 'web', 'dfs'].map(
    (part) =>
      [
        'Microsoft.Storage/storageAccounts',
        part,
        `${part}.core.windows.net`,
        `${part}.core.windows.net`,
      ] as const,
  ),
  ...(
    [
      ['Microsoft.ContainerRegistry/registries', 'registry', 'azurecr.io'],
      ['Microsoft.Sql/servers', 'sqlServer', 'database.windows.net'],
      ['Microsoft.DocumentDB/databaseAccounts', 'Sql', 'documents.azure.com'],
      ['Microsoft.DocumentDB/databaseAccounts', 'MongoDB', 'mongo.cosmos.azure.com'],
      [
        'Microsoft.DBforPostgreSQL/flexibleServers',
        'postgresqlServer',
        'postgres.database.azure.com',
      ],
      ['Microsoft.DBforMySQL/flexibleServers', 'mysqlServer', 'mysql.database.azure.com'],
      ['Microsoft.Cache/Redis', 'redisCache', 'redis.cache.windows.net'],
      ['Microsoft.ServiceBus/namespaces', 'namespace', 'servicebus.windows.net'],
      ['Microsoft.EventGrid/topics', 'topic', 'eventgrid.azure.net'],
      ['Microsoft.Web/sites', 'sites', 'azurewebsites.net'],
      ['Microsoft.CognitiveServices/accounts', 'account', 'cognitiveservices.azure.com'],
      ['Microsoft.Search/searchServices', 'searchService', 'search.windows.net'],
      ['Microsoft.AppConfiguration/configurationStores', 'configurationStores', 'azconfig.io'],
    ] as const
  ).map(([type, group, name]) => [type, group, name, name] as const),
];

const perZone = 50;
const endpoints = services.length * perZone;
const location = 'westeurope';
const zonesGroup = 'rg-zones';
const stampGroup = 'rg-thousand';
const networks = ['vnet-hub', 'vnet-stamp'];
/** Commands of az that are measured; the rest is multiplied. */
const sample = 3;

/** What so many endpoints cost in requests, the first time and when nothing has changed. */
export async function atScale(
  bench: Bench,
  estate: Estate,
  az: Az | undefined,
): Promise<Measurement[]> {
  bench.progress(`${endpoints} endpoints in ${services.length} zones`);
  const ids = await makeEstate(estate);
  const apply = async (): Promise<Requests> => {
    await estate.counted();
    await runTask(bench, 'PrivateDns', estate.connection, {
      action: 'apply',
      resourceGroup: stampGroup,
      zonesResourceGroup: zonesGroup,
      owner: 'bench/thousand',
      linkNetworks: ids.join('\n'),
    });
    return estate.counted();
  };
  bench.progress(`${endpoints} endpoints: first run`);
  const first = await apply();
  bench.progress(`${endpoints} endpoints: second run`);
  const second = await apply();
  const peers = az === undefined ? undefined : await countAz(bench, estate, az);
  const title = `${endpoints} endpoints, ${services.length} zones, ${networks.length} networks`;
  const compared = {
    unit: 'requests' as const,
    peerName:
      az === undefined ? 'az' : `az private-dns add-record (${sample} scaled to ${endpoints})`,
  };
  return [
    {
      ...compared,
      name: `${title}: writes, first run`,
      ...{ ours: first.writes, peer: peers?.writes, goal: atMost('ours', endpoints * 1.05) },
    },
    {
      ...compared,
      name: `${title}: reads, first run`,
      ...{ ours: first.reads, peer: peers?.reads },
    },
    {
      name: `${title}: writes, second run`,
      ...{ unit: 'requests', ours: second.writes, goal: atMost('ours', 0) },
    },
    { name: `${title}: reads, second run`, unit: 'requests', ours: second.reads },
  ];
}

/** @returns ids of the networks to link */
async function makeEstate(estate: Estate): Promise<string[]> {
  for (const group of [zonesGroup, stampGroup]) {
    await estate.put(estate.group(group), '2021-04-01', { location });
  }
  const base = `${estate.group(stampGroup)}/providers/Microsoft.Network`;
  const ids: string[] = [];
  for (const [index, name] of networks.entries()) {
    const addressSpace = { addressPrefixes: [`10.${60 + index}.0.0/16`] };
    const id = `${base}/virtualNetworks/${name}`;
    await estate.put(id, '2024-05-01', { location, properties: { addressSpace } });
    ids.push(id);
  }
  const zones = `${estate.group(zonesGroup)}/providers/Microsoft.Network/privateDnsZones`;
  for (const [, , zone] of services) {
    await estate.put(`${zones}/privatelink.${zone}`, '2020-06-01', { location: 'global' });
  }
  await estate.seed(
    services.flatMap((service, place) =>
      Array.from({ length: perZone }, (_, index) =>
        endpointOf(estate, service, place, index),
      ).flat(),
    ),
  );
  return ids;
}

/** An endpoint with its interface, as Azure shows them; most of these services are not served here. */
function endpointOf(
  estate: Estate,
  [type, groupId, , suffix]: (typeof services)[number],
  place: number,
  index: number,
): Parameters<Estate['seed']>[0][number][] {
  const group = estate.group(stampGroup);
  const name = `bench-${place}-${index}`;
  const address = `10.61.${place}.${index + 4}`;
  const fqdn = `${name}.${suffix}`;
  const nicId = `${group}/providers/Microsoft.Network/networkInterfaces/nic-${name}`;
  const connection = {
    privateLinkServiceId: `${group}/providers/${type}/${name}`,
    groupIds: [groupId],
    privateLinkServiceConnectionState: { status: 'Approved' },
  };
  const common = { apiVersion: '2024-05-01', location };
  const link = { groupId, requiredMemberName: groupId, fqdns: [fqdn] };
  return [
    {
      ...common,
      id: nicId,
      name: `nic-${name}`,
      type: 'Microsoft.Network/networkInterfaces',
      properties: {
        ipConfigurations: [
          {
            name: 'c',
            properties: { privateIPAddress: address, privateLinkConnectionProperties: link },
          },
        ],
      },
    },
    {
      ...common,
      id: `${group}/providers/Microsoft.Network/privateEndpoints/pe-${name}`,
      name: `pe-${name}`,
      type: 'Microsoft.Network/privateEndpoints',
      properties: {
        networkInterfaces: [{ id: nicId }],
        privateLinkServiceConnections: [{ name, properties: connection }],
        customDnsConfigs: [{ fqdn, ipAddresses: [address] }],
      },
    },
  ];
}

/** One command a record, told name and address. Debian's az cannot make links against any server. */
async function countAz({ progress }: Bench, estate: Estate, az: Az): Promise<Requests> {
  progress('az, record by record');
  const [, , zone] = services[0] ?? [];
  await estate.counted();
  for (let index = 0; index < sample; index += 1) {
    const where = ['-g', zonesGroup, '-z', `privatelink.${zone}`, '-n', `az-${index}`];
    const set = ['network', 'private-dns', 'record-set', 'a', 'add-record'];
    await az(...set, ...where, '-a', `10.62.0.${index + 4}`);
  }
  const { all, reads, writes } = await estate.counted();
  const scale = endpoints / sample;
  return { all: all * scale, reads: reads * scale, writes: writes * scale };
}
