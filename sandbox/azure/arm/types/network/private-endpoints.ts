import { ArmError, invalidReference } from '../../errors.ts';
import { groupIdOf, typeOfId } from '../../ids.ts';
import { asObjects, asText, idAt } from '../../json.ts';
import type { Link } from '../../rbac/access.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { dropConnection, writeConnection } from '../private-link/connections.ts';
import { linkableTypes } from '../private-link/services.ts';
import {
  connectionBody,
  connectionsOf,
  connectionState,
  readConnection,
  targetOf,
} from './endpoint-connections.ts';
import { networkInterface } from './endpoint-interface.ts';
import { addressesFor, dnsConfigs } from './endpoint-members.ts';
import { referenced, requireProvisioned } from './references.ts';
import { subnetType } from './subnets.ts';
import { networkOf } from './virtual-networks.ts';
import { dropZoneGroups, zoneGroupsOf } from './zone-groups.ts';

const type = 'Microsoft.Network/privateEndpoints';
const nicType = 'Microsoft.Network/networkInterfaces';

/** A private endpoint: an interface with addresses in a subnet, and a connection that the target approves. */
export const privateEndpoints: TypeDefinition = {
  type,
  model: 'network.PrivateEndpoint',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  patch: 'tags',
  links,
  write,
  remove({ manager, resource }) {
    dropZoneGroups(manager, resource);
    for (const connection of connectionsOf(resource)) {
      dropConnection(manager, targetOf(connection), resource.id);
    }
  },
  removed({ manager, resource }) {
    for (const { id } of asObjects(resource.properties['networkInterfaces'])) {
      manager.store.remove(String(id));
    }
  },
  read: (resource, manager) => ({
    ...resource.properties,
    // The names are listed for the user to register them; a zone group does that itself.
    customDnsConfigs:
      zoneGroupsOf(manager, resource.id).length > 0 ? [] : resource.properties['customDnsConfigs'],
  }),
};

function links({ properties }: WriteContext): Link[] {
  const found: Link[] = [];
  const subnet = idAt(properties, 'subnet');
  if (subnet !== undefined) {
    found.push({ action: `${subnetType}/join/action`, scope: subnet });
  }
  for (const connection of asObjects(properties['privateLinkServiceConnections'])) {
    const target = targetOf(connection);
    const targetType = typeOfId(target);
    const known = linkableTypes.find((name) => name.toLowerCase() === targetType?.toLowerCase());
    if (known === undefined) continue;
    // Only a manual connection may wait for somebody else's approval.
    found.push({ action: `${known}/privateEndpointConnectionsApproval/action`, scope: target });
  }
  return found;
}

function write(context: WriteContext): Written {
  const { manager, id, properties, existing, location = '' } = context;
  const subnetId = idAt(properties, 'subnet');
  if (subnetId === undefined) {
    throw new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. Required property 'properties.subnet.id' of private endpoint ${id.id} is missing.`,
    );
  }
  const subnet = referenced(manager, subnetId, subnetType, id.id);
  const parent = networkOf(manager, subnet.id);
  if (parent?.location !== location) throw invalidReference(subnet.id, id.id);
  requireProvisioned(subnet, id.id, manager.retryAfter);
  requireProvisioned(parent, id.id, manager.retryAfter);
  refuseMove(existing, subnet.id, id.id);
  const wanted = readConnection(context);
  const { target, group, connection } = wanted;
  const nicName =
    asText(properties['customNetworkInterfaceName']) ??
    nicNameOf(existing) ??
    `${id.names[0] ?? ''}.nic.${manager.newGuid()}`;
  const nicId = `${groupIdOf(id.id) ?? ''}/providers/${nicType}/${nicName}`;
  const taken = manager.store.get(nicId);
  if (taken !== undefined && idAt(taken.properties, 'privateEndpoint') !== existing?.id) {
    throw new ArmError(
      400,
      'NetworkInterfaceNameAlreadyInUse',
      `Network interface ${nicId} of private endpoint ${id.id} already exists.`,
    );
  }
  const addresses = addressesFor(manager, subnet, group, properties, nicId);
  const endpointId = existing?.id ?? id.id;
  const state = connectionState(wanted, existing, endpointId);
  const named = { ...connection, ...connectionBody(wanted, endpointId, state, manager) };
  const { customDnsConfigs: _given, ipConfigurations, ...rest } = properties;
  return {
    properties: {
      ...rest,
      subnet: { id: subnet.id },
      ipConfigurations: asObjects(ipConfigurations),
      privateLinkServiceConnections: wanted.manual ? [] : [named],
      manualPrivateLinkServiceConnections: wanted.manual ? [named] : [],
      customNetworkInterfaceName: asText(properties['customNetworkInterfaceName']) ?? '',
      networkInterfaces: [{ id: nicId }],
      customDnsConfigs: dnsConfigs(group, addresses),
      resourceGuid: existing?.properties['resourceGuid'] ?? manager.newGuid(),
    },
    after(endpoint) {
      manager.store.put(
        networkInterface(manager, nicId, endpoint, subnet.id, group, addresses, context.apiVersion),
      );
      writeConnection(manager, target, endpoint.id, group.groupId, state);
    },
  };
}

function nicNameOf(existing: Resource | undefined): string | undefined {
  const id = asText(asObjects(existing?.properties['networkInterfaces'])[0]?.['id']);
  return id?.split('/').at(-1);
}

function refuseMove(existing: Resource | undefined, subnetId: string, id: string): void {
  const before = existing === undefined ? undefined : idAt(existing.properties, 'subnet');
  if (before === undefined || before.toLowerCase() === subnetId.toLowerCase()) return;
  throw new ArmError(
    400,
    'PrivateEndpointSubnetCannotBeChanged',
    `The subnet of private endpoint ${id} cannot be changed from ${before} to ${subnetId}.`,
  );
}
