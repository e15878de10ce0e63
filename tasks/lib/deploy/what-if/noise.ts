import { isDeepStrictEqual } from 'node:util';
import type { PropertyChange } from './model.ts';
import type { IgnoreRule } from './rules.ts';

/**
 * Something that what-if reports and a deployment does not do, with the page that documents it. Its path is
 * exact: what lies below is another matter.
 */
export interface KnownNoise extends IgnoreRule {
  readonly type: string;
  readonly path: string;
  readonly source: string;
  /** What tells noise from a real change of the same property. */
  readonly when?: (change: PropertyChange) => boolean;
}

const issue = (number: number) => `https://github.com/Azure/arm-template-whatif/issues/${number}`;

/** The list as a whole is missing from the template; a list that lacks an element is a real change. */
const leftOut = ({ element, after }: PropertyChange) => !element && after === undefined;
const was = (value: unknown) => (change: PropertyChange) =>
  leftOut(change) && isDeepStrictEqual(change.before, value);

function deleted(
  type: string,
  source: string,
  paths: Readonly<Record<string, (change: PropertyChange) => boolean>>,
): KnownNoise[] {
  return Object.entries(paths).map(([path, when]) => ({
    type,
    path,
    change: 'Delete',
    source,
    when,
  }));
}

const network = 'Microsoft.Network/virtualNetworks';
const subnetPath = 'properties.subnets[*].properties';
const zoneConfigs = 'properties.privateDnsZoneConfigs[*]';
const blobContainers = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const configurationStores = 'Microsoft.AppConfiguration/configurationStores';

/** Documented noise, without what was reported as mended. */
export const knownNoise: readonly KnownNoise[] = [
  // A network without the list in its template keeps its subnets and peerings: they are resources of their own.
  ...deleted(network, issue(393), { 'properties.subnets': leftOut }),
  ...deleted(network, issue(46), { 'properties.virtualNetworkPeerings': leftOut }),
  // Defaults that the service fills in.
  ...deleted(network, issue(394), { 'properties.privateEndpointVNetPolicies': was('Disabled') }),
  ...deleted(network, issue(284), {
    [`${subnetPath}.privateEndpointNetworkPolicies`]: leftOut,
    [`${subnetPath}.privateLinkServiceNetworkPolicies`]: leftOut,
  }),
  ...deleted(network, issue(184), {
    [`${subnetPath}.delegations[*].id`]: leftOut,
    [`${subnetPath}.delegations[*].type`]: leftOut,
  }),
  // What the service adds to each configuration of a zone group.
  ...deleted('Microsoft.Network/privateEndpoints/privateDnsZoneGroups', issue(381), {
    [`${zoneConfigs}.id`]: leftOut,
    [`${zoneConfigs}.type`]: leftOut,
    [`${zoneConfigs}.etag`]: leftOut,
    [`${zoneConfigs}.properties.provisioningState`]: leftOut,
  }),
  ...deleted('Microsoft.Network/privateEndpoints', issue(61), {
    'properties.customDnsConfigs': leftOut,
    'properties.privateLinkServiceConnections[*].id': leftOut,
  }),
  ...deleted('Microsoft.Network/networkInterfaces', issue(369), {
    kind: was('Regular'),
    'properties.allowPort25Out': leftOut,
    'properties.ipConfigurations[*].properties.privateIPAddress': leftOut,
  }),
  // A vault that never had network rules does not show the default ones.
  {
    type: 'Microsoft.KeyVault/vaults',
    path: 'properties.networkAcls',
    change: 'Create',
    source: issue(54),
    when: ({ after }) =>
      isDeepStrictEqual(after, { bypass: 'AzureServices', defaultAction: 'Allow' }),
  },
  ...deleted('Microsoft.ContainerRegistry/registries', issue(275), {
    'properties.dataEndpointEnabled': was(false),
    'properties.encryption': was({ status: 'disabled' }),
    'properties.encryption.status': was('disabled'),
  }),
  ...deleted(blobContainers, issue(199), {
    'properties.defaultEncryptionScope': was('$account-encryption-key'),
    'properties.denyEncryptionScopeOverride': was(false),
    'properties.publicAccess': was('None'),
  }),
  ...deleted(configurationStores, issue(422), {
    'properties.dataPlaneProxy.privateLinkDelegation': was('Disabled'),
    'properties.defaultKeyValueRevisionRetentionPeriodInSeconds': was(2592000),
  }),
  // A version is no property of a resource; only the request has one.
  { type: '*', path: 'apiVersion', source: issue(27) },
];
