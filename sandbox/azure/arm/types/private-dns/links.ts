import { ArmError, badRequest, parentNotFound } from '../../errors.ts';
import { lastOf, nameOf, parentOf } from '../../ids.ts';
import { idAt, sameId } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { privateDns } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';

const type = 'Microsoft.Network/privateDnsZones/virtualNetworkLinks';

/** Lets one network resolve a zone. */
export const virtualNetworkLinks: TypeDefinition = {
  type,
  model: 'privatedns.VirtualNetworkLink',
  apiVersions: privateDns,
  location: 'global',
  answer: 'accepted',
  deletes: 'async',
  busyState: { create: 'Creating', update: 'Updating' },
  stateProperty: 'virtualNetworkLinkState',
  etag: 'plain',
  patch: 'merge',
  links({ properties }) {
    const scope = idAt(properties, 'virtualNetwork');
    if (scope === undefined) return [];
    return [{ action: 'Microsoft.Network/virtualNetworks/join/action', scope }];
  },
  write,
};

function write({ manager, id, properties, existing, apiVersion }: WriteContext): Written {
  const zone = manager.store.get(parentOf(id.id));
  if (zone === undefined) throw parentNotFound(lastOf(parentOf(id.id)));
  const networkId =
    idAt(properties, 'virtualNetwork') ??
    (existing === undefined ? undefined : idAt(existing.properties, 'virtualNetwork'));
  if (networkId === undefined) {
    throw badRequest(`The virtual network link '${nameOf(id)}' does not name a virtual network.`);
  }
  const network = manager.store.get(networkId);
  if (network === undefined || network.type !== 'Microsoft.Network/virtualNetworks') {
    throw new ArmError(
      400,
      'InvalidResourceReference',
      `The virtual network '${networkId}' of virtual network link '${nameOf(id)}' does not exist.`,
    );
  }
  const before = existing === undefined ? undefined : idAt(existing.properties, 'virtualNetwork');
  if (before !== undefined && !sameId(before, network.id)) {
    throw badRequest(
      `The virtual network of link '${nameOf(id)}' cannot be changed from '${before}' to '${network.id}'.`,
    );
  }
  refuseOthers(manager, zone, network, id.id, properties['registrationEnabled'] === true);
  const policy = properties['resolutionPolicy'] ?? 'Default';
  if (properties['resolutionPolicy'] !== undefined && apiVersion < '2024-06-01') {
    throw badRequest(`The property 'resolutionPolicy' needs api-version 2024-06-01 or later.`);
  }
  if (policy === 'NxDomainRedirect' && !/(^|\.)privatelink\./i.test(zone.name)) {
    throw badRequest(
      `The resolution policy 'NxDomainRedirect' is only for privatelink zones; '${zone.name}' is none.`,
    );
  }
  return {
    properties: {
      virtualNetwork: { id: network.id },
      registrationEnabled: properties['registrationEnabled'] ?? false,
      resolutionPolicy: policy,
      virtualNetworkLinkState: 'Completed',
    },
  };
}

/**
 * One network may be linked to one zone of a name, and have one link change at a time.
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/29354
 */
function refuseOthers(
  manager: Manager,
  zone: Resource,
  network: Resource,
  id: string,
  registration: boolean,
): void {
  for (const link of manager.store.list(type)) {
    if (sameId(link.id, id) || !sameId(idAt(link.properties, 'virtualNetwork'), network.id))
      continue;
    const linked = manager.store.get(parentOf(link.id));
    if (linked?.name.toLowerCase() === zone.name.toLowerCase()) {
      throw new ArmError(
        sameId(linked.id, zone.id) ? 409 : 400,
        sameId(linked.id, zone.id) ? 'Conflict' : 'BadRequest',
        'A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link ' +
          `virtual network with '${zone.name}' and '${linked.name}' zones.`,
      );
    }
    if (link.properties['virtualNetworkLinkState'] === 'InProgress') {
      throw new ArmError(
        409,
        'Conflict',
        `Another operation is pending on virtual network '${network.id}': link '${link.id}' is in progress.`,
      );
    }
    if (registration && link.properties['registrationEnabled'] === true) {
      throw badRequest(
        `The virtual network '${network.id}' is already linked to zone '${linked?.name ?? ''}' with registration ` +
          'enabled; a network can register in one zone.',
      );
    }
  }
}
