import { ArmError, invalidReference } from '../../errors.ts';
import { parseId } from '../../ids.ts';
import { asObject, asObjects, asText, asTexts, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import type { WriteContext } from '../definition.ts';
import { isAutoApproved } from '../private-link/auto-approval.ts';
import { linkableTypes, linkGroups, type LinkGroup } from '../private-link/services.ts';

const type = 'Microsoft.Network/privateEndpoints';

/** The connections of an endpoint, automatic ones first. */
export function connectionsOf(endpoint: { properties: Json }): Json[] {
  return [
    ...asObjects(endpoint.properties['privateLinkServiceConnections']),
    ...asObjects(endpoint.properties['manualPrivateLinkServiceConnections']),
  ];
}

/** Id of the resource that a connection leads to. */
export function targetOf(connection: Json): string {
  return textAt(connection, 'properties.privateLinkServiceId') ?? '';
}

/** What an endpoint is to be connected with. */
export interface Wanted {
  connection: Json;
  target: Resource;
  group: LinkGroup;
  manual: boolean;
}

/** The one connection of an endpoint, with its target and group checked. */
export function readConnection({ manager, id, properties, existing }: WriteContext): Wanted {
  const automatic = asObjects(properties['privateLinkServiceConnections']);
  const manual = asObjects(properties['manualPrivateLinkServiceConnections']);
  const connection = automatic[0] ?? manual[0];
  if (connection === undefined || automatic.length + manual.length !== 1) {
    throw new ArmError(
      400,
      'PrivateEndpointMustHaveOneConnection',
      `Private endpoint ${id.id} must have exactly one private link service connection.`,
    );
  }
  const targetId = targetOf(connection);
  const target = manager.store.get(targetId);
  if (target === undefined) throw invalidReference(targetId, id.id);
  const before = connectionsOf({ properties: existing?.properties ?? {} })[0];
  if (before !== undefined && targetOf(before).toLowerCase() !== targetId.toLowerCase()) {
    throw new ArmError(
      400,
      'PrivateLinkServiceIdCannotBeChanged',
      `The private link service id of private endpoint ${id.id} cannot be changed.`,
    );
  }
  const groups = linkGroups(target, manager.store);
  if (groups.length === 0) {
    throw new ArmError(
      400,
      'PrivateEndpointConnectionNotSupported',
      `Resource ${target.id} of type ${target.type} does not take private endpoints; those that do here: ` +
        `${linkableTypes.join(', ')}.`,
    );
  }
  if (target.type === linkableTypes[2] && target.sku?.['name'] !== 'Premium') {
    throw new ArmError(
      400,
      'PrivateLinkNotSupportedForSku',
      `Call to ${target.type} failed. Error message: Private endpoints of registry ${target.name} need the ` +
        `Premium SKU; it has ${String(target.sku?.['name'])}.`,
    );
  }
  const groupIds = asTexts(asObject(connection['properties'])['groupIds']);
  const valid = groups.map((group) => group.groupId);
  const wanted = groupIds[0]?.toLowerCase() ?? '';
  const group = groups.find((g) => g.groupId.toLowerCase() === wanted);
  if (group === undefined || groupIds.length > 1) {
    throw new ArmError(
      400,
      'InvalidPrivateLinkServiceGroupIds',
      `Call to ${target.type} failed. Error message: The group ids '${groupIds.join(', ')}' of private endpoint ` +
        `${id.id} are not valid for ${target.id}. Valid group ids, one at a time: ${valid.join(', ')}.`,
    );
  }
  return { connection, target, group, manual: automatic.length === 0 };
}

/** The target owner's word on a connection. */
export interface ConnectionState {
  status: string;
  description: string;
  actionsRequired: string;
}

/** State of a connection: what the owner decided before, else approved, or pending if it is manual. */
export function connectionState(
  { manual, connection, target }: Wanted,
  existing: Resource | undefined,
  endpointId: string,
): ConnectionState {
  const before = existing === undefined ? undefined : connectionsOf(existing)[0];
  const known = asObject(asObject(before?.['properties'])['privateLinkServiceConnectionState']);
  if (typeof known['status'] === 'string') {
    return {
      status: known['status'],
      description: asText(known['description']) ?? '',
      actionsRequired: asText(known['actionsRequired']) ?? 'None',
    };
  }
  const welcome = isAutoApproved(target, parseId(endpointId)?.subscriptionId);
  if (!manual || welcome)
    return { status: 'Approved', description: 'Auto-approved', actionsRequired: 'None' };
  return {
    status: 'Pending',
    description: textAt(connection, 'properties.requestMessage') ?? 'Awaiting approval',
    actionsRequired: 'None',
  };
}

/** A connection as the endpoint shows it. */
export function connectionBody(
  { connection, target, group, manual }: Wanted,
  endpointId: string,
  state: ConnectionState,
  manager: Manager,
): Json {
  const name = asText(connection['name']) ?? '';
  const list = manual ? 'manualPrivateLinkServiceConnections' : 'privateLinkServiceConnections';
  const message = textAt(connection, 'properties.requestMessage');
  return {
    name,
    id: `${endpointId}/${list}/${name}`,
    etag: `W/"${manager.newGuid()}"`,
    type: `${type}/${list}`,
    properties: {
      provisioningState: 'Succeeded',
      privateLinkServiceId: target.id,
      groupIds: group.groupId === '' ? [] : [group.groupId],
      ...(message === undefined ? {} : { requestMessage: message }),
      privateLinkServiceConnectionState: state,
    },
  };
}
