import { createHash } from 'node:crypto';
import { ArmError } from '../../errors.ts';
import { parentOf } from '../../ids.ts';
import { asObject, asObjects, asText, at, idAt, sameId, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { containerRegistry, keyVault, network, storage } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';

/** The target's side of private endpoints: who is connected, and the owner's approval. */
export const connectionTypes: readonly TypeDefinition[] = [
  connectionType('Microsoft.KeyVault/vaults', 'keyvault', keyVault),
  connectionType('Microsoft.Storage/storageAccounts', 'storage', storage),
  connectionType('Microsoft.ContainerRegistry/registries', 'containerregistry', containerRegistry),
  {
    ...connectionType('Microsoft.Network/privateLinkServices', 'network', network),
    deletes: 'async',
    etag: 'weak',
  },
];

function connectionType(
  targetType: string,
  table: string,
  apiVersions: readonly string[],
): TypeDefinition {
  return {
    type: `${targetType}/privateEndpointConnections`,
    model: `${table}.PrivateEndpointConnection`,
    apiVersions,
    location: 'none',
    answer: 'sync',
    deletes: 'sync',
    busyState: { create: 'Updating', update: 'Updating' },
    links: ({ id }) => [
      // https://learn.microsoft.com/azure/private-link/rbac-permissions
      { action: `${targetType}/privateEndpointConnectionsApproval/action`, scope: parentOf(id.id) },
    ],
    write: decide,
    removed: ({ manager, resource }) =>
      tellEndpoint(manager, idAt(resource.properties, 'privateEndpoint'), {
        status: 'Disconnected',
        description: 'The connection was removed by the owner of the resource.',
        actionsRequired: 'None',
      }),
  };
}

const decisions = ['Approved', 'Rejected', 'Pending'];

/** A PUT by the owner approves or rejects; connections come into being only through endpoints. */
function decide({ manager, id, properties, existing }: WriteContext): Written {
  if (existing === undefined) {
    throw new ArmError(
      404,
      'PrivateEndpointConnectionNotFound',
      `Private endpoint connection ${id.id} does not exist; it is created by its private endpoint.`,
    );
  }
  const given = asObject(properties['privateLinkServiceConnectionState']);
  const status = decisions.find(
    (word) => word.toLowerCase() === String(given['status'] ?? '').toLowerCase(),
  );
  const before = textAt(existing.properties, 'privateLinkServiceConnectionState.status');
  if (status === undefined || (status === 'Pending' && before !== 'Pending')) {
    throw new ArmError(
      400,
      'InvalidPrivateLinkServiceConnectionState',
      `The connection state '${String(given['status'])}' is not valid for ${id.id}, which is ${before ?? ''}. ` +
        'Allowed: Approved, Rejected.',
    );
  }
  // A rejected endpoint has to be made again.
  if (before === 'Rejected' && status === 'Approved') {
    throw new ArmError(
      400,
      'InvalidPrivateLinkServiceConnectionState',
      `The private endpoint connection ${id.id} was rejected and cannot be approved.`,
    );
  }
  const state = {
    status,
    description: asText(given['description']) ?? '',
    actionsRequired: 'None',
  };
  return {
    properties: { ...existing.properties, privateLinkServiceConnectionState: state },
    after: (connection) =>
      tellEndpoint(manager, idAt(connection.properties, 'privateEndpoint'), state),
  };
}

/** Writes the target's side when an endpoint is created or updated. */
export function writeConnection(
  manager: Manager,
  target: Resource,
  endpointId: string,
  groupId: string,
  state: { status: string; description: string; actionsRequired: string },
): void {
  const known = connectionFor(manager, target.id, endpointId);
  // Derived from the endpoint's id, so that the same endpoint always has the same connection.
  const digest = createHash('sha1').update(endpointId.toLowerCase()).digest('hex').slice(0, 32);
  const name = known?.name ?? `${endpointId.split('/').at(-1) ?? ''}.${digest}`;
  manager.store.put({
    id: known?.id ?? `${target.id}/privateEndpointConnections/${name}`,
    name,
    type: `${target.type}/privateEndpointConnections`,
    apiVersion: target.apiVersion,
    properties: {
      provisioningState: 'Succeeded',
      privateEndpoint: { id: endpointId },
      // A private link service has one thing to connect to, and so no groups.
      ...(groupId === '' ? {} : { groupIds: [groupId] }),
      privateLinkServiceConnectionState: state,
    },
  });
}

/** Removes the target's side when the endpoint goes. */
export function dropConnection(manager: Manager, targetId: string, endpointId: string): void {
  const known = connectionFor(manager, targetId, endpointId);
  if (known !== undefined) manager.store.remove(known.id);
}

/** The connections of a target as its own GET lists them. */
export function connectionsShown(manager: Manager, target: Resource): Json[] {
  return manager.store
    .list(`${target.type}/privateEndpointConnections`, target.id)
    .map(({ id, name, type, properties }) => ({ id, name, type, properties }));
}

function connectionFor(
  manager: Manager,
  targetId: string,
  endpointId: string,
): Resource | undefined {
  return manager.store
    .under(targetId)
    .find(
      (resource) =>
        resource.type.endsWith('/privateEndpointConnections') &&
        sameId(parentOf(resource.id), targetId) &&
        sameId(idAt(resource.properties, 'privateEndpoint'), endpointId),
    );
}

/** Copies the owner's decision to the endpoint's side. */
function tellEndpoint(
  manager: Manager,
  endpointId: string | undefined,
  state: { status: string; description: string; actionsRequired: string },
): void {
  const endpoint = manager.store.get(endpointId ?? '');
  if (endpoint === undefined) return;
  const told = (list: unknown): Json[] =>
    asObjects(list).map((connection) => ({
      ...connection,
      properties: {
        ...asObject(at(connection, 'properties')),
        privateLinkServiceConnectionState: state,
      },
    }));
  manager.store.put({
    ...endpoint,
    properties: {
      ...endpoint.properties,
      privateLinkServiceConnections: told(endpoint.properties['privateLinkServiceConnections']),
      manualPrivateLinkServiceConnections: told(
        endpoint.properties['manualPrivateLinkServiceConnections'],
      ),
    },
  });
}
