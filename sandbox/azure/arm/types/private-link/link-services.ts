import { ArmError, invalidReference } from '../../errors.ts';
import { groupIdOf } from '../../ids.ts';
import { asObject, asObjects, asText, asTexts, at, idAt, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { allocate } from '../network/endpoint-addresses.ts';
import { referenced, requireProvisioned } from '../network/references.ts';
import { subnetType } from '../network/subnets.ts';
import { networkOf } from '../network/virtual-networks.ts';
import { connectionsShown } from './connections.ts';

export const linkServiceType = 'Microsoft.Network/privateLinkServices';
const nicType = 'Microsoft.Network/networkInterfaces';
const mostConfigurations = 8;

/**
 * A service of one's own behind private endpoints of others. Load balancers are not served here, so that a frontend of
 * one is an invalid reference; what it leads to is given as `destinationIPAddress`.
 */
export const privateLinkServices: TypeDefinition = {
  type: linkServiceType,
  model: 'network.PrivateLinkService',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  patch: 'tags',
  links: ({ properties }) =>
    asObjects(properties['ipConfigurations']).flatMap((configuration) => {
      const scope = idAt(configuration, 'properties.subnet');
      return scope === undefined ? [] : [{ action: `${subnetType}/join/action`, scope }];
    }),
  write,
  remove({ manager, resource }) {
    const connected = connectionsShown(manager, resource).map(({ id }) => String(id));
    if (connected.length === 0) return;
    // The code's name is not documented.
    throw new ArmError(
      400,
      'PrivateLinkServiceHasConnections',
      `Private link service ${resource.id} cannot be deleted, because it has the private endpoint connections ` +
        `${connected.join(', ')}.`,
    );
  },
  removed({ manager, resource }) {
    for (const { id } of asObjects(resource.properties['networkInterfaces'])) {
      manager.store.remove(String(id));
    }
  },
  read: (resource, manager) => ({
    ...resource.properties,
    privateEndpointConnections: connectionsShown(manager, resource),
  }),
};

function write(context: WriteContext): Written {
  const { manager, id, properties, existing, location } = context;
  checkDestination(manager, properties, id.id);
  const configurations = asObjects(properties['ipConfigurations']);
  if (configurations.length === 0 || configurations.length > mostConfigurations) {
    throw new ArmError(
      400,
      'InvalidRequestFormat',
      `Private link service ${id.id} must have from 1 to ${String(mostConfigurations)} ipConfigurations.`,
    );
  }
  const before = asObjects(existing?.properties['networkInterfaces'])[0];
  const name = id.names[0] ?? '';
  const nicId =
    asText(before?.['id']) ??
    `${groupIdOf(id.id) ?? ''}/providers/${nicType}/${name}.nic.${manager.newGuid()}`;
  const placed = addressed(context, configurations, nicId);
  return {
    properties: {
      ...properties,
      fqdns: asTexts(properties['fqdns']),
      enableProxyProtocol: properties['enableProxyProtocol'] ?? false,
      visibility: { subscriptions: asTexts(at(properties, 'visibility.subscriptions')) },
      autoApproval: { subscriptions: asTexts(at(properties, 'autoApproval.subscriptions')) },
      ipConfigurations: placed,
      networkInterfaces: [{ id: nicId }],
      alias:
        existing?.properties['alias'] ??
        `${name}.${manager.newGuid()}.${location ?? ''}.azure.privatelinkservice`,
    },
    after: (service) => {
      manager.store.put(interfaceOf(manager, service, nicId, placed));
    },
  };
}

/** A service leads to the frontends of a load balancer or to one address. */
function checkDestination(manager: Manager, properties: Json, id: string): void {
  const frontends = asObjects(properties['loadBalancerFrontendIpConfigurations']);
  for (const frontend of frontends) {
    const type = 'Microsoft.Network/loadBalancers/frontendIPConfigurations';
    referenced(manager, String(frontend['id']), type, id);
  }
  if (asText(properties['destinationIPAddress']) !== undefined) return;
  throw new ArmError(
    400,
    'InvalidRequestFormat',
    `Private link service ${id} needs loadBalancerFrontendIpConfigurations or destinationIPAddress.`,
  );
}

/** The configurations with their addresses, all in one subnet, which has to let private link services in. */
function addressed(
  { manager, id: { id }, location }: WriteContext,
  configurations: readonly Json[],
  nicId: string,
): Json[] {
  const named = configurations.map((each) => idAt(each, 'properties.subnet')?.toLowerCase());
  if (new Set(named).size !== 1) {
    throw new ArmError(
      400,
      'InvalidRequestFormat',
      `The ipConfigurations of private link service ${id} must lie in one subnet.`,
    );
  }
  const subnetId = idAt(configurations[0], 'properties.subnet') ?? '';
  const subnet = referenced(manager, subnetId, subnetType, id);
  const parent = networkOf(manager, subnet.id);
  if (parent?.location !== location) throw invalidReference(subnet.id, id);
  requireProvisioned(subnet, id, manager.retryAfter);
  if (subnet.properties['privateLinkServiceNetworkPolicies'] !== 'Disabled') {
    // https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy
    throw new ArmError(
      400,
      'PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled',
      `Private link service ${id} cannot be created in a subnet ${subnet.id} since it has private link service ` +
        'network policies enabled.',
    );
  }
  const before = asObjects(manager.store.get(nicId)?.properties['ipConfigurations']);
  const wanted = configurations.map(
    (each, index) =>
      textAt(each, 'properties.privateIPAddress') ??
      textAt(before[index], 'properties.privateIPAddress'),
  );
  const addresses = allocate(manager, subnet, wanted, nicId);
  return configurations.map((each, index) => {
    const name = asText(each['name']) ?? `configuration-${String(index)}`;
    const given = asObject(each['properties']);
    return {
      name,
      id: `${id}/ipConfigurations/${name}`,
      type: `${linkServiceType}/ipConfigurations`,
      properties: {
        provisioningState: 'Succeeded',
        privateIPAddress: addresses[index],
        privateIPAllocationMethod: given['privateIPAllocationMethod'] ?? 'Dynamic',
        privateIPAddressVersion: 'IPv4',
        primary: given['primary'] ?? index === 0,
        subnet: { id: subnet.id },
      },
    };
  });
}

/** The interface that holds the addresses. */
function interfaceOf(
  manager: Manager,
  service: Resource,
  nicId: string,
  configurations: readonly Json[],
): Resource {
  return {
    id: nicId,
    name: nicId.split('/').at(-1) ?? '',
    type: nicType,
    apiVersion: service.apiVersion,
    ...(service.location === undefined ? {} : { location: service.location }),
    etag: `W/"${manager.newGuid()}"`,
    properties: {
      provisioningState: 'Succeeded',
      resourceGuid: manager.store.get(nicId)?.properties['resourceGuid'] ?? manager.newGuid(),
      ipConfigurations: configurations.map((each) => ({
        ...each,
        id: `${nicId}/ipConfigurations/${String(each['name'])}`,
        type: `${nicType}/ipConfigurations`,
      })),
      nicType: 'Standard',
      privateLinkService: { id: service.id },
    },
  };
}
