import type { Resource, ResourceReader } from '../arm/store.ts';
import { field, list, sameId, text } from '../network/fields.ts';

/** A public host name of a resource, and where it leads inside linked networks. */
export interface PublicName {
  /** Lower case, without a dot at the end. */
  name: string;
  privateLinkName: string;
  /** Group id of the endpoints that serve this name. */
  groupId: string;
  resource: Resource;
}

const storageServices = ['blob', 'file', 'queue', 'table', 'web', 'dfs'] as const;

/** Host names that exist in public DNS because a resource exists: public cloud. */
export function publicNames(store: ResourceReader): PublicName[] {
  return [
    ...store.list('Microsoft.KeyVault/vaults').map((vault) => vaultName(vault)),
    ...store.list('Microsoft.Storage/storageAccounts').flatMap(storageNames),
    ...store
      .list('Microsoft.ContainerRegistry/registries')
      .flatMap((registry) => registryNames(store, registry)),
  ].map((found) => ({
    ...found,
    name: found.name.toLowerCase(),
    privateLinkName: found.privateLinkName.toLowerCase(),
  }));
}

/** Whether any private endpoint with an approved connection leads to this resource and group. */
export function hasPrivateEndpoint(
  store: ResourceReader,
  resource: Resource,
  groupId: string,
): boolean {
  return store.list('Microsoft.Network/privateEndpoints').some(({ properties }) =>
    [
      ...list(properties, 'privateLinkServiceConnections'),
      ...list(properties, 'manualPrivateLinkServiceConnections'),
    ].some((connection) => {
      const inner = field(connection, 'properties');
      const status = text(field(inner, 'privateLinkServiceConnectionState'), 'status');
      const groups = list(inner, 'groupIds');
      return (
        status === 'Approved' &&
        sameId(text(inner, 'privateLinkServiceId') ?? '', resource.id) &&
        groups.some((group) => String(group).toLowerCase() === groupId.toLowerCase())
      );
    }),
  );
}

function vaultName(resource: Resource): PublicName {
  return {
    name: `${resource.name}.vault.azure.net`,
    privateLinkName: `${resource.name}.privatelink.vaultcore.azure.net`,
    groupId: 'vault',
    resource,
  };
}

function storageNames(resource: Resource): PublicName[] {
  const endpoints = field(resource.properties, 'primaryEndpoints');
  const offered = storageServices.filter(
    (service) => endpoints === undefined || text(endpoints, service) !== undefined,
  );
  return offered.map((service) => ({
    name: `${resource.name}.${service}.core.windows.net`,
    privateLinkName: `${resource.name}.privatelink.${service}.core.windows.net`,
    groupId: service,
    resource,
  }));
}

/**
 * The login server, and a data host for each region that has the registry. Data hosts exist once
 * dedicated data endpoints are on, which the first private endpoint turns on.
 */
function registryNames(store: ResourceReader, resource: Resource): PublicName[] {
  const loginServer = text(resource.properties, 'loginServer') ?? `${resource.name}.azurecr.io`;
  if (!loginServer.toLowerCase().endsWith('.azurecr.io')) return [];
  const short = loginServer.slice(0, -'.azurecr.io'.length);
  const own = { groupId: 'registry', resource };
  const login = {
    ...own,
    name: loginServer,
    privateLinkName: `${short}.privatelink.azurecr.io`,
  };
  const dedicated =
    resource.properties['dataEndpointEnabled'] === true ||
    hasPrivateEndpoint(store, resource, 'registry');
  if (!dedicated) return [login];
  const replicas = store.list('Microsoft.ContainerRegistry/registries/replications', resource.id);
  const regions = new Set([resource, ...replicas].map(({ location }) => regionName(location)));
  return [
    login,
    ...[...regions].map((region) => ({
      ...own,
      name: `${short}.${region}.data.azurecr.io`,
      privateLinkName: `${short}.${region}.data.privatelink.azurecr.io`,
    })),
  ];
}

/** ARM takes display names (`West Europe`); host names have the short form. */
function regionName(location: string | undefined): string {
  return (location ?? '').toLowerCase().replaceAll(' ', '');
}
