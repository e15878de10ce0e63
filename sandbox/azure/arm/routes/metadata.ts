import type { Json } from '../json.ts';

/** What `/metadata/endpoints` says about this cloud: the sandbox's own address, else Azure's public names. */
export function metadataEndpoints(base: string, tenantId: string): Json {
  return {
    portal: 'https://portal.azure.com',
    authentication: {
      loginEndpoint: base,
      audiences: [`${base}/`],
      tenant: tenantId,
      identityProvider: 'AAD',
    },
    resourceManager: `${base}/`,
    name: 'AzureCloud',
    suffixes: suffixes(),
  };
}

/** DNS suffixes of the public cloud, as `environment().suffixes` has them. */
export function suffixes(): Record<string, string> {
  return {
    acrLoginServer: '.azurecr.io',
    azureDatalakeAnalyticsCatalogAndJob: 'azuredatalakeanalytics.net',
    azureDatalakeStoreFileSystem: 'azuredatalakestore.net',
    azureFrontDoorEndpointSuffix: 'azurefd.net',
    keyvaultDns: '.vault.azure.net',
    sqlServerHostname: '.database.windows.net',
    storage: 'core.windows.net',
  };
}
