import type { Cloud } from '../topology/model.ts';

/**
 * Zones of one kind of private endpoint in one cloud: the zone, or the zone and the public suffixes under
 * which its names are known when these are not just the zone without `privatelink.`.
 */
export type ZoneEntry = string | { readonly zone: string; readonly suffixes: readonly string[] };

export interface ServiceZones {
  /** Type of the resource behind the endpoint, in lower case. */
  readonly type: string;
  /** Group ids (sub-resources) in lower case; Azure's own letter case varies. */
  readonly groups: readonly string[];
  /** `{region}` stands for the region's name. */
  readonly zones: Readonly<Partial<Record<Cloud, readonly ZoneEntry[]>>>;
}

function storage(part: string): ServiceZones {
  return {
    type: 'microsoft.storage/storageaccounts',
    groups: [part, `${part}_secondary`],
    zones: {
      public: [`privatelink.${part}.core.windows.net`],
      usgovernment: [`privatelink.${part}.core.usgovcloudapi.net`],
      china: [`privatelink.${part}.core.chinacloudapi.cn`],
    },
  };
}

function database(type: string, group: string, part: string): ServiceZones {
  return {
    type,
    groups: [group],
    zones: {
      public: [`privatelink.${part}.database.azure.com`],
      usgovernment: [`privatelink.${part}.database.usgovcloudapi.net`],
      china: [`privatelink.${part}.database.chinacloudapi.cn`],
    },
  };
}

function cosmos(group: string, part: string): ServiceZones {
  return {
    type: 'microsoft.documentdb/databaseaccounts',
    groups: [group],
    zones: {
      public: [`privatelink.${part}.cosmos.azure.com`],
      ...(group === 'mongodb' ? { usgovernment: ['privatelink.mongo.cosmos.azure.us'] } : {}),
      china: [`privatelink.${part}.cosmos.azure.cn`],
    },
  };
}

function messaging(type: string): ServiceZones {
  return {
    type,
    groups: ['namespace'],
    zones: {
      public: ['privatelink.servicebus.windows.net'],
      usgovernment: ['privatelink.servicebus.usgovcloudapi.net'],
      china: ['privatelink.servicebus.chinacloudapi.cn'],
    },
  };
}

/**
 * Which zone holds the names of an endpoint, by type, group id and cloud.
 * https://learn.microsoft.com/azure/private-link/private-endpoint-dns
 */
export const zoneTable: readonly ServiceZones[] = [
  {
    // Data endpoints (<name>.<region>.data) are names in the same zone.
    type: 'microsoft.containerregistry/registries',
    groups: ['registry'],
    zones: { public: ['privatelink.azurecr.io'], usgovernment: ['privatelink.azurecr.us'] },
  },
  {
    type: 'microsoft.keyvault/vaults',
    groups: ['vault'],
    zones: {
      public: [vault('azure.net')],
      usgovernment: [vault('usgovcloudapi.net')],
      china: [vault('azure.cn')],
    },
  },
  {
    type: 'microsoft.keyvault/managedhsms',
    groups: ['managedhsm'],
    zones: { public: ['privatelink.managedhsm.azure.net'] },
  },
  ...['blob', 'file', 'queue', 'table', 'dfs', 'web'].map(storage),
  {
    type: 'microsoft.sql/servers',
    groups: ['sqlserver'],
    zones: {
      public: ['privatelink.database.windows.net'],
      usgovernment: ['privatelink.database.usgovcloudapi.net'],
      china: ['privatelink.database.chinacloudapi.cn'],
    },
  },
  database('microsoft.dbforpostgresql/servers', 'postgresqlserver', 'postgres'),
  database('microsoft.dbforpostgresql/flexibleservers', 'postgresqlserver', 'postgres'),
  database('microsoft.dbformysql/servers', 'mysqlserver', 'mysql'),
  database('microsoft.dbformysql/flexibleservers', 'mysqlserver', 'mysql'),
  {
    type: 'microsoft.documentdb/databaseaccounts',
    groups: ['sql'],
    zones: {
      public: ['privatelink.documents.azure.com'],
      usgovernment: ['privatelink.documents.azure.us'],
      china: ['privatelink.documents.azure.cn'],
    },
  },
  cosmos('mongodb', 'mongo'),
  cosmos('cassandra', 'cassandra'),
  cosmos('gremlin', 'gremlin'),
  cosmos('table', 'table'),
  {
    type: 'microsoft.cache/redis',
    groups: ['rediscache'],
    zones: {
      public: ['privatelink.redis.cache.windows.net'],
      usgovernment: ['privatelink.redis.cache.usgovcloudapi.net'],
      china: ['privatelink.redis.cache.chinacloudapi.cn'],
    },
  },
  messaging('microsoft.servicebus/namespaces'),
  messaging('microsoft.eventhub/namespaces'),
  messaging('microsoft.relay/namespaces'),
  {
    type: 'microsoft.containerservice/managedclusters',
    groups: ['management'],
    zones: {
      public: ['privatelink.{region}.azmk8s.io'],
      usgovernment: ['privatelink.{region}.cx.aks.containerservice.azure.us'],
      china: ['privatelink.{region}.cx.prod.service.azk8s.cn'],
    },
  },
  {
    // The deployment site's names (<name>.scm) lie in the same zone.
    type: 'microsoft.web/sites',
    groups: ['sites'],
    zones: {
      public: ['privatelink.azurewebsites.net'],
      usgovernment: ['privatelink.azurewebsites.us'],
      china: ['privatelink.chinacloudsites.cn'],
    },
  },
  {
    type: 'microsoft.cognitiveservices/accounts',
    groups: ['account'],
    zones: {
      public: [
        'privatelink.cognitiveservices.azure.com',
        'privatelink.openai.azure.com',
        'privatelink.services.ai.azure.com',
      ],
      usgovernment: ['privatelink.cognitiveservices.azure.us'],
    },
  },
  {
    type: 'microsoft.search/searchservices',
    groups: ['searchservice'],
    zones: {
      public: ['privatelink.search.windows.net'],
      usgovernment: ['privatelink.search.windows.us'],
    },
  },
  {
    type: 'microsoft.appconfiguration/configurationstores',
    groups: ['configurationstores'],
    zones: {
      public: ['privatelink.azconfig.io'],
      usgovernment: ['privatelink.azconfig.azure.us'],
    },
  },
];

/** A vault is called `<name>.vault.<domain>`, but its zone is that of `vaultcore`. */
function vault(domain: string): ZoneEntry {
  return {
    zone: `privatelink.vaultcore.${domain}`,
    suffixes: [`vault.${domain}`, `vaultcore.${domain}`],
  };
}
