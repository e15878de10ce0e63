/** Actions and data actions of a role; `*` stands for any text, in any place. */
export interface RolePermissions {
  actions: string[];
  notActions: string[];
  dataActions?: string[];
  notDataActions?: string[];
}

export interface BuiltInRole extends RolePermissions {
  /** The role's GUID, the same in every tenant. */
  id: string;
  name: string;
}

function role(id: string, name: string, actions: string[], dataActions?: string[]): BuiltInRole {
  return {
    id,
    name,
    actions,
    notActions: [],
    ...(dataActions === undefined ? {} : { dataActions }),
  };
}

/** Not a contributor's: https://github.com/Azure/deployment-stacks/issues/163 */
const manageDenySetting = 'Microsoft.Resources/deploymentStacks/manageDenySetting/action';

const groupReader = [
  'Microsoft.Authorization/*/read',
  'Microsoft.Resources/subscriptions/resourceGroups/read',
];
const deployer = [
  ...groupReader,
  'Microsoft.Insights/alertRules/*',
  'Microsoft.Resources/deployments/*',
];
const vaultReader = [
  'Microsoft.KeyVault/checkNameAvailability/read',
  'Microsoft.KeyVault/deletedVaults/read',
  'Microsoft.KeyVault/locations/*/read',
  'Microsoft.KeyVault/vaults/*/read',
  'Microsoft.KeyVault/operations/read',
];
const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers';

/**
 * The built-in roles that are known here.
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
 */
export const builtInRoles: readonly BuiltInRole[] = [
  role('8e3af657-a8ff-443c-a75c-2fe8c4bcb635', 'Owner', ['*']),
  {
    id: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    name: 'Contributor',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
      'Microsoft.Blueprint/blueprintAssignments/write',
      'Microsoft.Blueprint/blueprintAssignments/delete',
      'Microsoft.Compute/galleries/share/action',
      manageDenySetting,
    ],
  },
  role('acdd72a7-3385-48ef-bd42-f606fba81ae7', 'Reader', ['*/read']),
  role('18d7d88d-d35e-4fb5-a5c3-7773c20a72d9', 'User Access Administrator', [
    '*/read',
    'Microsoft.Authorization/*',
    'Microsoft.Support/*',
  ]),
  role('f58310d9-a9f6-439a-9e8d-f62e7b41a168', 'Role Based Access Control Administrator', [
    'Microsoft.Authorization/roleAssignments/write',
    'Microsoft.Authorization/roleAssignments/delete',
    '*/read',
    'Microsoft.Support/*',
  ]),
  role('4d97b98b-1d4f-4787-a291-c67834d212e7', 'Network Contributor', [
    ...deployer,
    'Microsoft.Network/*',
    'Microsoft.ResourceHealth/availabilityStatuses/read',
    'Microsoft.Support/*',
  ]),
  role('b12aa53e-6015-4669-85d0-8515ebb3ae7f', 'Private DNS Zone Contributor', [
    ...deployer,
    'Microsoft.Network/privateDnsZones/*',
    'Microsoft.Network/privateDnsOperationResults/*',
    'Microsoft.Network/privateDnsOperationStatuses/*',
    'Microsoft.Network/virtualNetworks/read',
    'Microsoft.Network/virtualNetworks/join/action',
  ]),
  role('befefa01-2a29-4197-83a8-272ff33ce314', 'DNS Zone Contributor', [
    ...deployer,
    'Microsoft.Network/dnsZones/*',
    'Microsoft.ResourceHealth/availabilityStatuses/read',
    'Microsoft.Support/*',
  ]),
  {
    ...role('bf7f8882-3383-422a-806a-6526c631a88a', 'Azure Deployment Stack Contributor', [
      ...deployer,
      'Microsoft.Resources/deploymentStacks/*',
      'Microsoft.Support/*',
    ]),
    notActions: [manageDenySetting],
  },
  role('adb29209-aa1d-457b-a786-c913953d2891', 'Azure Deployment Stack Owner', [
    ...deployer,
    'Microsoft.Resources/deploymentStacks/*',
    'Microsoft.Support/*',
  ]),
  role('7f951dda-4ed3-4680-a7ca-43fe172d538d', 'AcrPull', [
    'Microsoft.ContainerRegistry/registries/pull/read',
  ]),
  role('8311e382-0749-4cb8-b61a-304f252e45ec', 'AcrPush', [
    'Microsoft.ContainerRegistry/registries/pull/read',
    'Microsoft.ContainerRegistry/registries/push/write',
  ]),
  role('c2f4ef07-c644-48eb-af81-4b1b4947fb11', 'AcrDelete', [
    'Microsoft.ContainerRegistry/registries/artifacts/delete',
  ]),
  role(
    '00482a5a-887f-4fb3-b363-3b7fe8e74483',
    'Key Vault Administrator',
    [...deployer, 'Microsoft.Support/*', ...vaultReader],
    ['Microsoft.KeyVault/vaults/*'],
  ),
  {
    ...role('f25e0fa2-a7c8-4377-a976-54943a77a395', 'Key Vault Contributor', [
      ...deployer,
      'Microsoft.KeyVault/*',
      'Microsoft.Support/*',
    ]),
    notActions: [
      'Microsoft.KeyVault/locations/deletedVaults/purge/action',
      'Microsoft.KeyVault/hsmPools/*',
      'Microsoft.KeyVault/managedHsms/*',
    ],
  },
  role(
    '21090545-7ca7-4776-b22c-e363652d74d2',
    'Key Vault Reader',
    [...groupReader, ...vaultReader],
    ['Microsoft.KeyVault/vaults/*/read', 'Microsoft.KeyVault/vaults/secrets/readMetadata/action'],
  ),
  role(
    'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
    'Key Vault Secrets Officer',
    [...deployer, ...vaultReader],
    ['Microsoft.KeyVault/vaults/secrets/*'],
  ),
  role(
    '4633458b-17de-408a-b874-0445c86b69e6',
    'Key Vault Secrets User',
    [],
    [
      'Microsoft.KeyVault/vaults/secrets/getSecret/action',
      'Microsoft.KeyVault/vaults/secrets/readMetadata/action',
    ],
  ),
  role('17d1049b-9a84-46fb-8f53-869881c3d3ab', 'Storage Account Contributor', [
    ...deployer,
    'Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action',
    'Microsoft.Storage/storageAccounts/*',
    'Microsoft.Support/*',
  ]),
  role(
    'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    'Storage Blob Data Owner',
    [
      `${blobs}/*`,
      'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action',
    ],
    [`${blobs}/blobs/*`],
  ),
  role(
    'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    'Storage Blob Data Contributor',
    [
      `${blobs}/delete`,
      `${blobs}/read`,
      `${blobs}/write`,
      'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action',
    ],
    ['delete', 'read', 'write', 'move/action', 'add/action'].map(
      (verb) => `${blobs}/blobs/${verb}`,
    ),
  ),
  role(
    '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    'Storage Blob Data Reader',
    [
      `${blobs}/read`,
      'Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action',
    ],
    [`${blobs}/blobs/read`],
  ),
];
