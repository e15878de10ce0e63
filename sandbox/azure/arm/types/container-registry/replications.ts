import { ArmError, parentNotFound } from '../../errors.ts';
import { lastOf, parentOf } from '../../ids.ts';
import { asText, sameId } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { containerRegistry } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { endpointsOf, planMembers } from '../network/endpoint-members.ts';
import { linkGroups, replicationType, withReplicas } from '../private-link/services.ts';

/**
 * A replica of a registry in another region. Each private endpoint of the registry gets one more address for
 * it, that of its data endpoint:
 * https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints
 */
export const replications: TypeDefinition = {
  type: replicationType,
  model: 'containerregistry.Replication',
  apiVersions: containerRegistry,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Creating', update: 'Updating' },
  busyId: parentOf,
  patch: 'merge',
  checkName(name) {
    if (/^[a-zA-Z0-9]{5,50}$/.test(name)) return;
    throw new ArmError(
      400,
      'InvalidResourceName',
      `The replication name '${name}' is invalid. It must be between 5-50 alphanumeric characters.`,
    );
  },
  // https://github.com/MicrosoftDocs/azure-management-docs/pull/155
  links: ({ manager, id }) =>
    endpointsOf(manager, parentOf(id.id)).map((endpoint) => ({
      action: 'Microsoft.Network/privateEndpoints/privateLinkServiceProxies/write',
      scope: endpoint.id,
    })),
  write,
  removed({ manager, resource }) {
    const registry = manager.store.get(parentOf(resource.id));
    if (registry !== undefined)
      planMembers(manager, registry, linkGroups(registry, manager.store))();
  },
};

function write({ manager, id, properties, existing, location = '' }: WriteContext): Written {
  const registry = manager.store.get(parentOf(id.id));
  if (registry === undefined) throw parentNotFound(lastOf(parentOf(id.id)));
  if (registry.sku?.['name'] !== 'Premium') {
    throw new ArmError(
      400,
      'FeatureNotSupportedForSku',
      `Replications are only supported for registries in the Premium SKU; ${registry.name} is ` +
        `${String(registry.sku?.['name'])}.`,
    );
  }
  if (existing !== undefined && existing.location !== location) {
    throw new ArmError(
      409,
      'InvalidResourceLocation',
      `The resource '${existing.name}' already exists in location '${existing.location ?? ''}'. A replication ` +
        'cannot be moved.',
    );
  }
  refuseTaken(manager, registry, id.id, location);
  const groups = withReplicas(registry, [
    ...manager.store.list(replicationType, registry.id).map((other) => other.location ?? ''),
    ...(existing === undefined ? [location] : []),
  ]);
  // Before anything is written: a subnet without room refuses the replica as a whole.
  planMembers(manager, registry, groups);
  return {
    properties: {
      regionEndpointEnabled: true,
      zoneRedundancy: asText(existing?.properties['zoneRedundancy']) ?? 'Disabled',
      ...properties,
      status: {
        displayStatus: 'Ready',
        message: 'The replication is ready.',
        timestamp: manager.now().toISOString(),
      },
    },
    after: () => planMembers(manager, registry, linkGroups(registry, manager.store))(),
  };
}

/** A region has one replica, the home region the registry itself. */
function refuseTaken(manager: Manager, registry: Resource, id: string, location: string): void {
  const other = [registry, ...manager.store.list(replicationType, registry.id)].find(
    (holder) => holder.location === location && !sameId(holder.id, id),
  );
  if (other === undefined) return;
  throw new ArmError(
    409,
    'AlreadyInUse',
    `The registry ${registry.name} is replicated to ${location} already, by ${other.id}.`,
  );
}
