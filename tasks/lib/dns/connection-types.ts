/**
 * Api-versions for the private endpoint connections of services, by type in lower case: stable ones that can list them.
 * Versions differ by service; see each service's specification in https://github.com/Azure/azure-rest-api-specs.
 */
const versions: Readonly<Record<string, string>> = {
  'microsoft.apimanagement/service': '2022-08-01',
  'microsoft.appconfiguration/configurationstores': '2023-03-01',
  'microsoft.batch/batchaccounts': '2023-11-01',
  'microsoft.cache/redis': '2023-08-01',
  'microsoft.cache/redisenterprise': '2023-11-01',
  'microsoft.cognitiveservices/accounts': '2023-05-01',
  'microsoft.containerregistry/registries': '2023-07-01',
  'microsoft.containerservice/managedclusters': '2023-10-01',
  'microsoft.databricks/workspaces': '2023-02-01',
  'microsoft.datafactory/factories': '2018-06-01',
  'microsoft.dbformysql/flexibleservers': '2023-06-30',
  'microsoft.dbforpostgresql/flexibleservers': '2024-08-01',
  'microsoft.devices/iothubs': '2023-06-30',
  'microsoft.documentdb/databaseaccounts': '2024-05-15',
  'microsoft.eventgrid/domains': '2022-06-15',
  'microsoft.eventgrid/topics': '2022-06-15',
  'microsoft.eventhub/namespaces': '2021-11-01',
  'microsoft.keyvault/managedhsms': '2023-07-01',
  'microsoft.keyvault/vaults': '2023-07-01',
  'microsoft.kusto/clusters': '2023-08-15',
  'microsoft.machinelearningservices/workspaces': '2023-10-01',
  'microsoft.network/applicationgateways': '2024-05-01',
  'microsoft.network/privatelinkservices': '2024-05-01',
  'microsoft.search/searchservices': '2023-11-01',
  'microsoft.servicebus/namespaces': '2021-11-01',
  'microsoft.signalrservice/signalr': '2023-02-01',
  'microsoft.signalrservice/webpubsub': '2023-02-01',
  'microsoft.sql/servers': '2021-11-01',
  'microsoft.storage/storageaccounts': '2023-05-01',
  'microsoft.synapse/workspaces': '2021-06-01',
  'microsoft.web/sites': '2022-09-01',
};

/** The api-version for a service's connections; undefined for a type whose connections cannot be read here. */
export function connectionVersion(type: string): string | undefined {
  return versions[type.toLowerCase()];
}
