import ipaddr from 'ipaddr.js';
import { ArmError } from '../../errors.ts';
import { nameOf, parentOf } from '../../ids.ts';
import { asObject, asObjects, asText, sameId, type Json } from '../../json.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition } from '../definition.ts';
import { parsePrefix } from './addresses.ts';
import {
  refreshParent,
  replaceChildren,
  shown,
  usersOf,
  withSubnets,
  type ChildList,
} from './children.ts';
import { subnetType } from './subnets.ts';

const type = 'Microsoft.Network/routeTables';
const routeType = `${type}/routes`;
const list: ChildList = { type: routeType, property: 'routes' };

/** A route table. Its routes are resources of their own and always shown in `properties.routes`. */
export const routeTables: TypeDefinition = {
  type,
  model: 'network.RouteTable',
  apiVersions: network,
  location: 'regional',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  patch: 'tags',
  write({ manager, id, properties, existing, apiVersion }) {
    const tableId = existing?.id ?? id.id;
    const written: Resource[] = [];
    for (const route of asObjects(properties['routes'])) {
      const name = asText(route['name']) ?? '';
      written.push(checkRoute(tableId, name, asObject(route['properties']), written, apiVersion));
    }
    return {
      properties: {
        disableBgpRoutePropagation: false,
        ...properties,
        routes: written.map(shown),
        resourceGuid: existing?.properties['resourceGuid'] ?? manager.newGuid(),
      },
      after: (table) => replaceChildren(manager, list, table.id, written),
    };
  },
  remove({ manager, resource }) {
    const users = usersOf(manager, subnetType, resource.id, 'routeTable');
    if (users.length === 0) return;
    throw new ArmError(
      400,
      'InUseRouteTableCannotBeDeleted',
      `Route table ${resource.name} cannot be deleted because it is in use by the following resources: ` +
        `${users.join(', ')}.`,
    );
  },
  read: (resource, manager) =>
    withSubnets(resource, usersOf(manager, subnetType, resource.id, 'routeTable')),
};

/** One route, written by itself. */
export const routes: TypeDefinition = {
  type: routeType,
  model: 'network.Route',
  apiVersions: network,
  location: 'none',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  busyId: parentOf,
  write({ manager, id, properties, apiVersion }) {
    const tableId = parentOf(id.id);
    const others = manager.store.list(routeType, tableId).filter((r) => !sameId(r.id, id.id));
    const route = checkRoute(tableId, nameOf(id), properties, others, apiVersion);
    return { properties: route.properties, after: () => refreshParent(manager, list, tableId) };
  },
  removed: ({ manager, resource }) => refreshParent(manager, list, parentOf(resource.id)),
};

const hops = ['VirtualNetworkGateway', 'VnetLocal', 'Internet', 'VirtualAppliance', 'None'];

function checkRoute(
  tableId: string,
  name: string,
  properties: Json,
  others: readonly Resource[],
  apiVersion: string,
): Resource {
  const id = `${tableId}/routes/${name}`;
  const hop = hops.find(
    (word) => word.toLowerCase() === String(properties['nextHopType'] ?? '').toLowerCase(),
  );
  if (hop === undefined) {
    throw new ArmError(
      400,
      'InvalidRequestFormat',
      `Route ${id} has the next hop type '${String(properties['nextHopType'])}'. Allowed values: ${hops.join(', ')}.`,
    );
  }
  const prefix = asText(properties['addressPrefix']) ?? '';
  // Letters first: a service tag.
  if (!/^[A-Za-z][\w.]*$/.test(prefix)) parsePrefix(prefix, id);
  const address = asText(properties['nextHopIpAddress']);
  const appliance = hop === 'VirtualAppliance';
  if (appliance && (address === undefined || !ipaddr.IPv4.isValidFourPartDecimal(address))) {
    throw new ArmError(
      400,
      'InvalidNextHopIpAddress',
      `Route ${id} has an invalid next hop IP address '${address ?? ''}': VirtualAppliance needs one.`,
    );
  }
  if (!appliance && address !== undefined && address !== '') {
    throw new ArmError(
      400,
      'NextHopIpAddressOnlyAllowedForVirtualAppliance',
      `Route ${id} cannot have a next hop IP address, because its next hop type is ${hop}.`,
    );
  }
  for (const other of others) {
    if (other.name.toLowerCase() === name.toLowerCase()) {
      throw new ArmError(
        400,
        'DuplicateResourceName',
        `Resource ${tableId} has two child resources with the same name (${name}).`,
      );
    }
    if (other.properties['addressPrefix'] !== prefix) continue;
    throw new ArmError(
      400,
      'RouteConflict',
      `Route ${name} conflicts with route ${other.name}. Two routes cannot have the same address prefix ${prefix}.`,
    );
  }
  return {
    id,
    name,
    type: routeType,
    apiVersion,
    properties: { ...properties, nextHopType: hop, hasBgpOverride: false },
  };
}
