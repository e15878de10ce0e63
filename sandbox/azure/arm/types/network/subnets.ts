import { ArmError, parentNotFound } from '../../errors.ts';
import { lastOf, nameOf, parentOf } from '../../ids.ts';
import { asObject, asObjects, asTexts, at, idAt, sameId, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Link } from '../../rbac/access.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';
import { contains, overlaps, parsePrefix, type Prefix } from './addresses.ts';
import { linkTo } from './references.ts';

export const subnetType = 'Microsoft.Network/virtualNetworks/subnets';

const policies = ['Disabled', 'Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'];

/** A subnet; networks also write theirs inline. */
export const subnets: TypeDefinition = {
  type: subnetType,
  model: 'network.Subnet',
  apiVersions: network,
  location: 'none',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  busyId: parentOf,
  links: ({ properties, id }) => subnetLinks(properties, id.id),
  write({ manager, id, properties, existing, apiVersion }) {
    const parent = manager.store.get(parentOf(id.id));
    if (parent === undefined) throw parentNotFound(lastOf(parentOf(id.id)));
    const siblings = manager.store
      .list(subnetType, parent.id)
      .filter((other) => !sameId(other.id, id.id));
    return {
      properties: writeSubnet(
        manager,
        parent,
        nameOf(id),
        properties,
        existing,
        siblings,
        apiVersion,
      ).properties,
    };
  },
  remove: ({ manager, resource }) => refuseInUse(manager, resource),
  read: (resource, manager) => asObject(showSubnet(resource, manager)['properties']),
};

/** Rights that a subnet's body needs elsewhere. */
export function subnetLinks(properties: Json, _by: string): Link[] {
  const links: Link[] = [];
  const group = idAt(properties, 'networkSecurityGroup');
  const table = idAt(properties, 'routeTable');
  const gateway = idAt(properties, 'natGateway');
  if (group !== undefined) {
    links.push({ action: 'Microsoft.Network/networkSecurityGroups/join/action', scope: group });
  }
  if (table !== undefined) {
    links.push({ action: 'Microsoft.Network/routeTables/join/action', scope: table });
  }
  if (gateway !== undefined) {
    links.push({ action: 'Microsoft.Network/natGateways/join/action', scope: gateway });
  }
  return links;
}

/** Checks one subnet of a network against its siblings and returns it as it will be stored. */
export function writeSubnet(
  manager: Manager,
  parent: Resource,
  name: string,
  properties: Json,
  existing: Resource | undefined,
  siblings: readonly Resource[],
  apiVersion: string,
): Resource {
  if (!/^[a-zA-Z0-9]([-\w.]{0,78}\w)?$/.test(name)) {
    throw new ArmError(
      400,
      'InvalidResourceName',
      `Resource name ${name} is invalid. The name can be up to 80 characters long. It must begin with a word ` +
        "character, and it must end with a word character or with '_'. The name may contain word characters or " +
        "'.', '-', '_'.",
    );
  }
  const id = existing?.id ?? `${parent.id}/subnets/${name}`;
  const prefixes = subnetPrefixes(properties, id);
  checkRanges(prefixes, name, parent, siblings);
  const before = existing === undefined ? [] : subnetPrefixes(existing.properties, id);
  for (const prefix of before) {
    if (prefixes.some((kept) => kept.text === prefix.text)) continue;
    if (occupants(manager, id).length === 0) continue;
    throw new ArmError(
      400,
      'InUsePrefixCannotBeDeleted',
      `IpPrefix ${prefix.text} on Subnet ${name} has active allocations and cannot be deleted.`,
    );
  }
  const region = parent.location;
  const group = linkTo(
    manager,
    properties,
    'networkSecurityGroup',
    'Microsoft.Network/networkSecurityGroups',
    id,
    region,
  );
  const table = linkTo(
    manager,
    properties,
    'routeTable',
    'Microsoft.Network/routeTables',
    id,
    region,
  );
  return {
    id,
    name: existing?.name ?? name,
    type: subnetType,
    apiVersion,
    etag: `W/"${manager.newGuid()}"`,
    properties: {
      ...properties,
      ...(group === undefined ? {} : { networkSecurityGroup: group }),
      ...(table === undefined ? {} : { routeTable: table }),
      serviceEndpoints: asObjects(properties['serviceEndpoints']),
      delegations: asObjects(properties['delegations']),
      privateEndpointNetworkPolicies: policy(
        properties,
        'privateEndpointNetworkPolicies',
        'Disabled',
      ),
      privateLinkServiceNetworkPolicies: policy(
        properties,
        'privateLinkServiceNetworkPolicies',
        'Enabled',
      ),
      provisioningState: 'Succeeded',
    },
  };
}

function policy(properties: Json, name: string, absent: string): string {
  const value = properties[name] ?? absent;
  const allowed = name === 'privateLinkServiceNetworkPolicies' ? policies.slice(0, 2) : policies;
  const known = allowed.find((word) => word.toLowerCase() === String(value).toLowerCase());
  if (known !== undefined) return known;
  throw new ArmError(
    400,
    'InvalidRequestFormat',
    `Cannot parse the request. Value '${String(value)}' is not valid for 'properties.${name}'. ` +
      `Allowed values: ${allowed.join(', ')}.`,
  );
}

/** The ranges of a subnet, from its singular or plural property. */
export function subnetPrefixes(properties: Json, id: string): Prefix[] {
  const single = properties['addressPrefix'];
  const texts = typeof single === 'string' ? [single] : asTexts(properties['addressPrefixes']);
  if (texts.length === 0) {
    throw new ArmError(
      400,
      'InvalidAddressPrefixFormat',
      `Subnet ${id} does not have an address prefix.`,
    );
  }
  return texts.map((text) => parsePrefix(text, id));
}

function checkRanges(
  prefixes: readonly Prefix[],
  name: string,
  parent: Resource,
  siblings: readonly Resource[],
): void {
  const space = asTexts(at(parent.properties, 'addressSpace.addressPrefixes')).map((text) =>
    parsePrefix(text, parent.id),
  );
  for (const prefix of prefixes) {
    if (!space.some((range) => contains(range, prefix))) {
      throw new ArmError(
        400,
        'NetcfgInvalidSubnet',
        `Subnet '${name}' is not valid because its IP address range is outside the IP address range of ` +
          `virtual network '${parent.name}'.`,
      );
    }
    // Five addresses of a subnet belong to the platform, so /29 is the smallest.
    if (prefix.bits > 29) {
      throw new ArmError(
        400,
        'NetcfgSubnetRangeTooSmall',
        `Subnet '${name}' is not valid: prefix ${prefix.text} is smaller than /29.`,
      );
    }
    for (const sibling of siblings) {
      const taken = subnetPrefixes(sibling.properties, sibling.id);
      if (!taken.some((other) => overlaps(other, prefix))) continue;
      throw new ArmError(
        400,
        'NetcfgSubnetRangesOverlap',
        `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet ` +
          `in virtual network '${parent.name}'.`,
      );
    }
  }
}

/** Ids of the IP configurations that hold an address of the subnet. */
export function occupants(manager: Manager, subnetId: string): string[] {
  return manager.store.list('Microsoft.Network/networkInterfaces').flatMap((nic) =>
    asObjects(nic.properties['ipConfigurations'])
      .filter((configuration) => sameId(idAt(configuration, 'properties.subnet'), subnetId))
      .map((configuration) => String(configuration['id'])),
  );
}

/** @throws ArmError InUseSubnetCannotBeDeleted */
export function refuseInUse(manager: Manager, subnet: Resource): void {
  const used = occupants(manager, subnet.id);
  if (used.length === 0) return;
  throw new ArmError(
    400,
    'InUseSubnetCannotBeDeleted',
    `Subnet ${subnet.name} is in use by ${used.join(', ')} and cannot be deleted. In order to delete the ` +
      'subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.',
  );
}

/** A subnet as it is shown inside its network. */
export function showSubnet(subnet: Resource, manager: Manager): Json {
  const used = occupants(manager, subnet.id).map((id) => ({ id }));
  const endpoints = manager.store
    .list('Microsoft.Network/privateEndpoints')
    .filter((endpoint) => sameId(idAt(endpoint.properties, 'subnet'), subnet.id))
    .map(({ id }) => ({ id }));
  return {
    id: subnet.id,
    name: subnet.name,
    type: subnet.type,
    etag: subnet.etag,
    properties: {
      ...subnet.properties,
      ...(used.length === 0 ? {} : { ipConfigurations: used }),
      ...(endpoints.length === 0 ? {} : { privateEndpoints: endpoints }),
    },
  };
}
