import type { ErrorDetail } from '../errors.ts';

/** What to do about an error of Azure, and the public page that says so. */
export interface DeploymentHint {
  /** Codes as Azure writes them; letter case does not matter. */
  readonly codes: readonly string[];
  /** Matches the message, for a code that stands for several things. */
  readonly message?: RegExp;
  readonly hint: string;
  readonly source: string;
}

const learn = 'https://learn.microsoft.com/azure';
const trouble = `${learn}/azure-resource-manager/troubleshooting`;
const common = `${trouble}/common-deployment-errors`;

/**
 * The errors that stop deployments most often. An entry with a message stands before one for the same code
 * without. The table of docs/deployment-errors.md is generated from this one.
 */
export const deploymentHints: readonly DeploymentHint[] = [
  {
    codes: ['QuotaExceeded', 'ResourceQuotaExceeded', 'PublicIPCountLimitReached'],
    hint: 'Ask for more quota in this region and subscription, or take less: deallocated machines count as well.',
    source: `${trouble}/error-resource-quota`,
  },
  {
    codes: ['OperationNotAllowed'],
    message: /quota|cores|exceed/i,
    hint: 'Ask for more quota in this region and subscription, or take less: deallocated machines count as well.',
    source: `${trouble}/error-resource-quota`,
  },
  {
    codes: ['SkuNotAvailable', 'NotAvailableForSubscription'],
    hint: 'This size or SKU is not offered to the subscription in this region or zone: take another, or ask for access.',
    source: `${trouble}/error-sku-not-available`,
  },
  {
    codes: ['AllocationFailed', 'ZonalAllocationFailed', 'OverconstrainedAllocationRequest'],
    hint: 'Azure has no room for this size there at the moment: try later, another size, or another zone.',
    source:
      'https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/allocation-failure',
  },
  {
    codes: ['RegionDoesNotAllowProvisioning', 'RequestDisallowedByAzure'],
    hint: 'The region does not take this subscription: choose another, or ask for region access.',
    source: `${trouble}/error-region-access-policy`,
  },
  {
    codes: ['LocationNotAvailableForResourceType'],
    hint: 'The region does not offer this resource type: choose one of those that the message lists.',
    source: `${learn}/azure-resource-manager/management/resource-providers-and-types`,
  },
  {
    codes: ['VnetAddressSpacesOverlap', 'VnetAddressSpaceOverlapsWithAlreadyPeeredVnet'],
    hint: 'Peered networks may not share addresses: plan the address space of the stamp apart from the hub and other spokes.',
    source: `${learn}/virtual-network/virtual-network-manage-peering#requirements-and-constraints`,
  },
  {
    codes: ['NetcfgSubnetRangesOverlap', 'NetcfgInvalidSubnet'],
    hint: 'The subnet overlaps another one or lies outside of its network: correct its address prefix.',
    source: `${learn}/virtual-network/virtual-network-manage-subnet`,
  },
  {
    codes: ['SubnetIsFull'],
    hint: 'The subnet has no free address left; Azure keeps five of each subnet for itself. Release some or take a larger one.',
    source: `${learn}/virtual-network/virtual-networks-faq#are-there-any-restrictions-on-using-ip-addresses-within-these-subnets`,
  },
  {
    codes: ['InUseSubnetCannotBeDeleted'],
    hint: 'A network that is written without one of its subnets asks to delete it: name all subnets, or leave its property subnets out (api-version 2023-11-01 or later) and write them as resources of their own.',
    source: 'https://github.com/Azure/bicep-types-az/issues/1687',
  },
  {
    codes: ['InUsePrefixCannotBeDeleted'],
    hint: 'The address range of a subnet with something in it cannot change: keep it, or empty the subnet first.',
    source: `${learn}/virtual-network/virtual-network-manage-subnet#change-subnet-settings`,
  },
  {
    codes: ['PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled'],
    hint: 'Set privateEndpointNetworkPolicies of the subnet to Disabled, or to NetworkSecurityGroupEnabled where it is supported.',
    source: `${learn}/private-link/disable-private-endpoint-network-policy`,
  },
  {
    codes: ['PrivateIPAddressInReservedRange', 'PrivateIPAddressNotInSubnet'],
    hint: 'The fixed address is one that Azure keeps for itself, or none of the subnet: choose another.',
    source: `${learn}/virtual-network/ip-services/private-ip-addresses`,
  },
  {
    codes: ['LinkedAuthorizationFailed'],
    message: /subnets\/join/i,
    hint: 'Give the identity Microsoft.Network/virtualNetworks/subnets/join/action on the subnet; Network Contributor on it has it.',
    source: `${learn}/virtual-network/virtual-network-manage-subnet#permissions`,
  },
  {
    codes: ['LinkedAuthorizationFailed'],
    message: /privateDnsZones\/join/i,
    hint: 'Give the identity Microsoft.Network/privateDnsZones/join/action on the zone, or leave zone groups to the task PrivateDns with the connection of the hub.',
    source: 'https://github.com/Azure/data-landing-zone/issues/203',
  },
  {
    codes: ['LinkedAuthorizationFailed'],
    hint: 'Give the identity the action on the linked resource, which often lies in another subscription; both must be in its tenant.',
    source: common,
  },
  {
    codes: ['AuthorizationFailed'],
    hint: 'Give the identity a role with the action at the scope of the message; a new assignment may take minutes to count.',
    source: `${learn}/role-based-access-control/troubleshooting`,
  },
  {
    codes: ['DenyAssignmentAuthorizationFailed'],
    hint: 'A deny assignment forbids it whatever roles there are, mostly that of a stack which manages the resource: change it through that stack, or have the identity excluded there.',
    source: `${learn}/role-based-access-control/deny-assignments`,
  },
  {
    codes: ['RoleAssignmentExists'],
    hint: 'The same role assignment exists under another name: name it guid(scope, principalId, roleDefinitionId), or delete the other.',
    source: 'https://github.com/Azure/bicep/issues/19936',
  },
  {
    codes: ['RoleAssignmentUpdateNotPermitted'],
    hint: 'The name belongs to a role assignment of another identity, often of one that was deleted and made anew: name it guid(scope, principalId, roleDefinitionId), or delete the old one.',
    source: `${learn}/role-based-access-control/troubleshooting#symptom---arm-template-role-assignment-returns-badrequest-status`,
  },
  {
    codes: ['PrincipalNotFound'],
    hint: 'A new identity is not known everywhere at once: set principalType of the role assignment.',
    source: `${learn}/role-based-access-control/role-assignments-template#new-service-principal`,
  },
  {
    codes: ['RequestDisallowedByPolicy'],
    hint: 'A policy forbids it: change the template as the policy named above asks, or ask its owner for an exemption.',
    source: `${trouble}/error-policy-requestdisallowedbypolicy`,
  },
  {
    codes: ['ScopeLocked'],
    hint: 'A lock on the resource, its group or subscription forbids the change: its owner has to remove it for the time being.',
    source: `${learn}/azure-resource-manager/management/lock-resources`,
  },
  {
    codes: ['ConflictError', 'VaultAlreadyExists'],
    message: /deleted state|soft.?delete|recover|purge/i,
    hint: 'A deleted vault keeps its name until it is purged: recover it (createMode recover), purge it, or choose another name.',
    source: `${learn}/key-vault/general/key-vault-recovery`,
  },
  {
    codes: ['FlagMustBeSetForRestore'],
    hint: 'A deleted resource keeps the name: set restore in the template, purge it, or choose another name.',
    source: `${learn}/ai-services/recover-purge-resources`,
  },
  {
    codes: ['AnotherOperationInProgress', 'RetryableError'],
    hint: 'Azure changes a network one step at a time: make the resources depend on each other, or run again.',
    source: common,
  },
  {
    codes: ['DeploymentActive', 'DeploymentActiveAndUneditable'],
    hint: 'Another deployment of this name runs: wait for it (whenActive: wait) or take another name.',
    source: common,
  },
  {
    codes: [
      'MissingSubscriptionRegistration',
      'NoRegisteredProviderFound',
      'MissingRegistrationForLocation',
      'InvalidSubscriptionRegistrationState',
    ],
    hint: 'Register the resource provider in the subscription: az provider register --namespace <name>. Where it is registered, the location or the api-version is one that it does not have.',
    source: `${trouble}/error-register-resource-provider`,
  },
  {
    codes: [
      'StorageAccountAlreadyTaken',
      'StorageAccountAlreadyExists',
      'StorageAccountInAnotherResourceGroup',
      'InvalidResourceLocation',
    ],
    hint: 'The name is taken, in all of Azure or in another group or region of the subscription: choose another.',
    source: `${trouble}/error-storage-account-name`,
  },
  {
    codes: ['AlreadyInUse', 'DnsRecordInUse', 'AlreadyExists', 'VaultAlreadyExists'],
    hint: 'The name is taken in all of Azure, perhaps by a deleted resource: choose another, for example with uniqueString().',
    source: common,
  },
  {
    codes: ['AccountNameInvalid', 'InvalidResourceName', 'ReservedResourceName'],
    hint: 'The name breaks the rules of its type: see its length and characters.',
    source: `${learn}/azure-resource-manager/management/resource-name-rules`,
  },
  {
    codes: ['ParentResourceNotFound'],
    hint: 'The parent is not there yet: use parent in Bicep, or dependsOn.',
    source: `${trouble}/error-parent-resource`,
  },
  {
    codes: ['ResourceNotFound', 'NotFound', 'InvalidResourceReference'],
    hint: 'Something that is referred to is not there (yet): check its name and scope, and what has to come before.',
    source: `${trouble}/error-not-found`,
  },
  {
    codes: ['ResourceGroupNotFound'],
    hint: 'The resource group must exist before the deployment: check name and subscription.',
    source: common,
  },
  {
    codes: ['ResourceGroupBeingDeleted'],
    hint: 'The resource group is being deleted: wait for its end and create it anew.',
    source: common,
  },
  {
    codes: ['SubscriptionNotFound', 'InvalidSubscriptionId'],
    hint: 'The identity does not see the subscription: check its id and that the connection belongs to its tenant.',
    source: common,
  },
  {
    codes: ['DeploymentQuotaExceeded'],
    hint: 'A group keeps 800 deployments of its history; Azure deletes old ones itself unless a lock or a missing right forbids it.',
    source: `${trouble}/deployment-quota-exceeded`,
  },
  {
    codes: [
      'JobSizeExceeded',
      'JobSizeExceededException',
      'DeploymentJobSizeExceeded',
      'DeploymentJobSizeExceededException',
      'RequestContentTooLarge',
    ],
    hint: 'The template is too large once its loops are expanded (1 MB compressed, 4 MB as a request): shorten names that loops repeat, keep binary data out, or move parts into template specs; modules are part of the same template.',
    source: `${trouble}/error-job-size-exceeded`,
  },
  {
    codes: ['InvalidTemplateCircularDependency'],
    hint: 'Resources wait for each other: take out a dependsOn, or a reference that is one.',
    source: `${trouble}/error-invalid-template#circular-dependency`,
  },
  {
    codes: ['InvalidTemplate', 'InvalidTemplateDeployment', 'InvalidRequestContent'],
    hint: 'The template is not valid for Azure though it compiles: the message says where.',
    source: `${trouble}/error-invalid-template`,
  },
  {
    codes: ['InvalidResourceType', 'InvalidResourceNamespace'],
    hint: 'The resource type does not exist, or not with this api-version: compare with the template reference.',
    source: `${learn}/templates/`,
  },
  {
    codes: ['PropertyChangeNotAllowed'],
    hint: 'This property of a living resource cannot change: keep its value, or delete the resource first.',
    source: common,
  },
  {
    codes: ['InvalidDeploymentLocation'],
    hint: 'A deployment of this name exists in another region: use the same location, or another name.',
    source: `${learn}/azure-resource-manager/bicep/deploy-to-subscription#deployment-location-and-name`,
  },
  {
    codes: ['InternalServerError', 'ServiceUnavailable', 'GatewayTimeout'],
    hint: 'A fault of Azure that passes: run again, and give its support the correlation id if it stays.',
    source: common,
  },
];

/** The entry for an error; undefined for one that is not in the table. */
export function hintFor({ code, message }: ErrorDetail): DeploymentHint | undefined {
  if (code === undefined) return undefined;
  const wanted = code.toLowerCase();
  return deploymentHints.find(
    (entry) =>
      entry.codes.some((known) => known.toLowerCase() === wanted) &&
      (entry.message === undefined || entry.message.test(message)),
  );
}
