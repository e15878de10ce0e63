import type { Json } from '../../json.ts';
import type { Resource, ResourceReader } from '../../store.ts';

/** One address that a private endpoint takes for a sub-resource. */
export interface LinkMember {
  /** `requiredMemberName` of the interface's configuration. */
  member: string;
  /** Public names that lead to this address. */
  fqdns: string[];
}

/** What a resource offers to private endpoints under one group id. */
export interface LinkGroup {
  groupId: string;
  zones: string[];
  members: LinkMember[];
}

/** Suffix of a public name, and the private zone that holds the name's record. */
interface ZoneOf {
  suffix: string;
  zone: string;
}

const zones: readonly ZoneOf[] = [
  { suffix: 'vault.azure.net', zone: 'privatelink.vaultcore.azure.net' },
  { suffix: 'azurecr.io', zone: 'privatelink.azurecr.io' },
  ...['blob', 'file', 'queue', 'table', 'web', 'dfs'].map((service) => ({
    suffix: `${service}.core.windows.net`,
    zone: `privatelink.${service}.core.windows.net`,
  })),
];

/** Types that private endpoints can reach here. */
export const linkableTypes = [
  'Microsoft.KeyVault/vaults',
  'Microsoft.Storage/storageAccounts',
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.Network/privateLinkServices',
] as const;

export const replicationType = 'Microsoft.ContainerRegistry/registries/replications';

/** The groups that a resource offers, in the service's order. Names are those of the public cloud. */
export function linkGroups(resource: Resource, store: ResourceReader): LinkGroup[] {
  const { name } = resource;
  const lower = name.toLowerCase();
  switch (resource.type) {
    case 'Microsoft.KeyVault/vaults':
      return [
        {
          groupId: 'vault',
          zones: ['privatelink.vaultcore.azure.net'],
          members: [{ member: 'default', fqdns: [`${lower}.vault.azure.net`] }],
        },
      ];
    case 'Microsoft.Storage/storageAccounts': {
      const secondary = /GRS|GZRS/.test(String(resource.sku?.['name'] ?? ''))
        ? ['', '_secondary']
        : [''];
      return ['blob', 'file', 'queue', 'table', 'web', 'dfs'].flatMap((service) =>
        secondary
          // Files have no readable secondary.
          .filter((suffix) => suffix === '' || service !== 'file')
          .map((suffix) => ({
            groupId: `${service}${suffix}`,
            zones: [`privatelink.${service}.core.windows.net`],
            members: [
              {
                member: `${service}${suffix}`,
                fqdns: [`${lower}${suffix.replace('_', '-')}.${service}.core.windows.net`],
              },
            ],
          })),
      );
    }
    case 'Microsoft.ContainerRegistry/registries':
      return withReplicas(
        resource,
        store.list(replicationType, resource.id).map(({ location = '' }) => location),
      );
    case 'Microsoft.Network/privateLinkServices':
      return [{ groupId: '', zones: [], members: [{ member: '', fqdns: [] }] }];
    default:
      return [];
  }
}

/** What a registry offers that is replicated to these regions: an address for the data of each place. */
export function withReplicas(registry: Resource, regions: readonly string[]): LinkGroup[] {
  const host = registry.name.toLowerCase();
  const [home, ...others] = [registry.location ?? '', ...regions].map((region) => ({
    member: `registry_data_${region}`,
    fqdns: [`${host}.${region}.data.azurecr.io`],
  }));
  const login = { member: 'registry', fqdns: [`${host}.azurecr.io`] };
  const members = [...(home === undefined ? [] : [home]), login, ...others];
  return [{ groupId: 'registry', zones: ['privatelink.azurecr.io'], members }];
}

/** Name of the record for a public name in its private zone; undefined if the zone is not the one for it. */
export function recordNameIn(zone: string, fqdn: string): string | undefined {
  const known = zones.find(
    (candidate) =>
      candidate.zone === zone.toLowerCase() && fqdn.toLowerCase().endsWith(`.${candidate.suffix}`),
  );
  return known === undefined ? undefined : fqdn.slice(0, -known.suffix.length - 1).toLowerCase();
}

/** The answer of GET …/privateLinkResources. */
export function showLinkResources(resource: Resource, store: ResourceReader): Json {
  return {
    value: linkGroups(resource, store).map((group) => ({
      id: `${resource.id}/privateLinkResources/${group.groupId}`,
      name: group.groupId,
      type: `${resource.type}/privateLinkResources`,
      properties: {
        groupId: group.groupId,
        requiredMembers: group.members.map(({ member }) => member),
        requiredZoneNames: group.zones,
      },
    })),
  };
}
