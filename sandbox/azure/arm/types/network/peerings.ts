import { ArmError, parentNotFound } from '../../errors.ts';
import { lastOf, parentOf } from '../../ids.ts';
import { asTexts, at, idAt, sameId } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import { network } from '../api-versions.ts';
import type { TypeDefinition, WriteContext, Written } from '../definition.ts';
import { overlaps, parsePrefix } from './addresses.ts';
import { referenced, requireProvisioned } from './references.ts';

const type = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings';

/** One half of a peering. Traffic needs both halves, each Connected. */
export const virtualNetworkPeerings: TypeDefinition = {
  type,
  model: 'network.VirtualNetworkPeering',
  apiVersions: network,
  location: 'none',
  answer: 'async',
  deletes: 'async',
  busyState: { create: 'Updating', update: 'Updating' },
  etag: 'weak',
  busyId: parentOf,
  links({ properties }) {
    const remote = idAt(properties, 'remoteVirtualNetwork');
    if (remote === undefined) return [];
    return [{ action: 'Microsoft.Network/virtualNetworks/peer/action', scope: remote }];
  },
  write,
  removed({ manager, resource }) {
    const twin = halfIn(manager, remoteOf(resource), parentOf(resource.id));
    if (twin !== undefined) setState(manager, twin, 'Disconnected');
  },
};

function write(context: WriteContext): Written {
  const { manager, id, properties, existing, query } = context;
  const local = manager.store.get(parentOf(id.id));
  if (local === undefined) throw parentNotFound(lastOf(parentOf(id.id)));
  const given = idAt(properties, 'remoteVirtualNetwork') ?? remoteOf(existing);
  if (given === undefined) {
    throw new ArmError(
      400,
      'InvalidRequestFormat',
      `Cannot parse the request. Required property 'remoteVirtualNetwork' is missing in peering ${id.id}.`,
    );
  }
  const remote = referenced(manager, given, 'Microsoft.Network/virtualNetworks', id.id);
  requireProvisioned(remote, id.id, manager.retryAfter);
  if (sameId(remote.id, local.id)) {
    throw new ArmError(
      400,
      'CannotPeerVirtualNetworkWithItself',
      `Peering ${id.id} cannot reference its own virtual network ${local.id}.`,
    );
  }
  if (existing !== undefined && !sameId(remoteOf(existing), remote.id)) {
    throw new ArmError(
      400,
      'ChangingRemoteVirtualNetworkNotAllowed',
      `Remote virtual network of peering ${id.id} cannot be changed from ${remoteOf(existing) ?? ''} to ${remote.id}.`,
    );
  }
  refuseSecond(manager, local, remote, id.id);
  refuseOverlap(manager, local, remote, id.id);
  if (properties['useRemoteGateways'] === true) {
    throw new ArmError(
      400,
      'RemoteVnetHasNoGateways',
      `Peering ${id.id} cannot have UseRemoteGateways flag set to true because remote virtual network ` +
        `${remote.id} referenced by the peering does not have any gateways.`,
    );
  }
  const twin = halfIn(manager, remote.id, local.id);
  if (existing === undefined && twin?.properties['peeringState'] === 'Disconnected') {
    throw new ArmError(
      400,
      'RemotePeeringIsDisconnected',
      `Cannot create or update peering ${id.id} because remote peering ${twin.id} referencing parent virtual ` +
        `network ${local.id} is in Disconnected state. Update or recreate the remote peering to get it back to ` +
        'Initiated state. Peering gets Disconnected when remote vnet or remote peering is deleted and re-created.',
    );
  }
  const known = existing?.properties['remoteAddressSpace'];
  // Only a new half, or an explicit wish, takes over the other network's present address space.
  const sync = existing === undefined || query.get('syncRemoteAddressSpace') === 'true';
  const space = { addressPrefixes: spaceOf(remote) };
  return {
    properties: {
      allowVirtualNetworkAccess: true,
      allowForwardedTraffic: false,
      allowGatewayTransit: false,
      useRemoteGateways: false,
      doNotVerifyRemoteGateways: false,
      peerCompleteVnets: true,
      ...properties,
      remoteVirtualNetwork: { id: remote.id },
      remoteAddressSpace: sync || known === undefined ? space : known,
      remoteVirtualNetworkAddressSpace: space,
      peeringState: twin === undefined ? 'Initiated' : 'Connected',
      peeringSyncLevel: twin === undefined ? 'RemoteNotInSync' : 'FullyInSync',
      resourceGuid: existing?.properties['resourceGuid'] ?? manager.newGuid(),
    },
    after: () => {
      if (twin !== undefined) setState(manager, twin, 'Connected');
      refreshPeerings(manager, local.id);
    },
  };
}

function remoteOf(peering: Resource | undefined): string | undefined {
  return peering === undefined ? undefined : idAt(peering.properties, 'remoteVirtualNetwork');
}

function peeringsOf(manager: Manager, networkId: string): Resource[] {
  return manager.store.list(type, networkId);
}

/** The half that lies in network `holder` and points at network `target`. */
function halfIn(
  manager: Manager,
  holder: string | undefined,
  target: string,
): Resource | undefined {
  if (holder === undefined) return undefined;
  return peeringsOf(manager, holder).find((peering) => sameId(remoteOf(peering), target));
}

function setState(manager: Manager, peering: Resource, state: 'Connected' | 'Disconnected'): void {
  manager.store.put({ ...peering, properties: { ...peering.properties, peeringState: state } });
}

function spaceOf(network: Resource): string[] {
  return asTexts(at(network.properties, 'addressSpace.addressPrefixes'));
}

function refuseSecond(manager: Manager, local: Resource, remote: Resource, id: string): void {
  const second = peeringsOf(manager, local.id).find(
    (other) => !sameId(other.id, id) && sameId(remoteOf(other), remote.id),
  );
  if (second === undefined) return;
  throw new ArmError(
    400,
    'AnotherPeeringAlreadyReferencesRemoteVnet',
    `Cannot create or update peering ${id}. Another peering ${second.id} already references the remote virtual ` +
      `network ${remote.id}.`,
  );
}

/** The remote space must not overlap with the own one, nor with that of another peered network. */
function refuseOverlap(manager: Manager, local: Resource, remote: Resource, id: string): void {
  const neighbours = peeringsOf(manager, local.id)
    .filter((other) => !sameId(other.id, id))
    .map((other) => manager.store.get(remoteOf(other) ?? ''))
    .filter((network) => network !== undefined);
  for (const other of [local, ...neighbours]) {
    for (const left of spaceOf(other)) {
      for (const right of spaceOf(remote)) {
        if (!overlaps(parsePrefix(left, other.id), parsePrefix(right, remote.id))) continue;
        throw new ArmError(
          400,
          other === local
            ? 'VnetAddressSpacesOverlap'
            : 'VnetAddressSpaceOverlapsWithAlreadyPeeredVnet',
          `Cannot create or update peering ${id}. Virtual networks ${other.id} and ${remote.id} cannot be peered ` +
            `because their address spaces overlap. Overlapping address prefixes: ${left}, ${right}`,
        );
      }
    }
  }
}

/** Halves that point at a deleted network lose their connection. */
export function disconnectPeers(manager: Manager, networkId: string): void {
  for (const peering of manager.store.list(type)) {
    if (sameId(remoteOf(peering), networkId)) setState(manager, peering, 'Disconnected');
  }
}

/** Recomputes what both halves of a network's peerings know of each other's address space. */
export function refreshPeerings(manager: Manager, networkId: string): void {
  for (const peering of manager.store.list(type)) {
    const holder = manager.store.get(parentOf(peering.id));
    const remote = manager.store.get(remoteOf(peering) ?? '');
    if (holder === undefined || remote === undefined) continue;
    if (!sameId(holder.id, networkId) && !sameId(remote.id, networkId)) continue;
    const twin = halfIn(manager, remote.id, holder.id);
    const level = syncLevel(peering, remote, twin, holder);
    const space = { addressPrefixes: spaceOf(remote) };
    manager.store.put({
      ...peering,
      properties: {
        ...peering.properties,
        remoteVirtualNetworkAddressSpace: space,
        peeringSyncLevel: level,
      },
    });
  }
}

function syncLevel(
  peering: Resource,
  remote: Resource,
  twin: Resource | undefined,
  holder: Resource,
): string {
  const local = knows(peering, remote);
  const other = twin !== undefined && knows(twin, holder);
  if (local && other) return 'FullyInSync';
  if (local) return 'RemoteNotInSync';
  return other ? 'LocalNotInSync' : 'LocalAndRemoteNotInSync';
}

function knows(peering: Resource, network: Resource): boolean {
  const known = asTexts(at(peering.properties, 'remoteAddressSpace.addressPrefixes'));
  return [...known].sort().join() === [...spaceOf(network)].sort().join();
}
