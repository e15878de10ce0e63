import type { PropertyChange, ResourceChange } from './model.ts';

interface Fixed {
  /** `*` for any type. */
  readonly type: string;
  readonly paths: readonly string[];
  /** Where Azure says that the property stays as it was made. */
  readonly source: string;
}

/**
 * Properties that a resource keeps for life. Resource Manager replaces nothing by itself: it refuses such a
 * change in the middle of the deployment, and the way on is to delete the resource and make it anew.
 */
export const fixedProperties: readonly Fixed[] = [
  {
    type: '*',
    paths: ['location'],
    source:
      'https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors',
  },
  {
    type: 'Microsoft.Authorization/roleAssignments',
    paths: ['properties.principalId', 'properties.roleDefinitionId'],
    source: 'https://learn.microsoft.com/azure/role-based-access-control/troubleshooting',
  },
  {
    type: 'Microsoft.Storage/storageAccounts',
    paths: ['properties.encryption.requireInfrastructureEncryption'],
    source: 'https://learn.microsoft.com/azure/storage/common/infrastructure-encryption-enable',
  },
  {
    type: 'Microsoft.App/managedEnvironments',
    paths: [
      'properties.vnetConfiguration.infrastructureSubnetId',
      'properties.vnetConfiguration.internal',
    ],
    source: 'https://learn.microsoft.com/azure/container-apps/networking',
  },
  {
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    paths: ['properties.vmSize'],
    source: 'https://learn.microsoft.com/azure/aks/resize-node-pool',
  },
];

/** The page that says that this change needs a new resource; undefined if it can be made in place. */
export function replacementSource(
  { type }: Pick<ResourceChange, 'type'>,
  change: PropertyChange,
): string | undefined {
  if (change.kind !== 'Modify' || sameRegion(change)) return undefined;
  return fixedProperties.find(
    (rule) =>
      (rule.type === '*' || rule.type.toLowerCase() === type.toLowerCase()) &&
      rule.paths.includes(change.path),
  )?.source;
}

/** `West Europe` and `westeurope` are one region. */
function sameRegion({ path, before, after }: PropertyChange): boolean {
  if (path !== 'location' || typeof before !== 'string' || typeof after !== 'string') return false;
  const plain = (text: string) => text.replaceAll(' ', '').toLowerCase();
  return plain(before) === plain(after);
}
