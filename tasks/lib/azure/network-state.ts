import { SpokelineError } from '../errors.ts';
import type { NetworkState, PeeringSeen, PeeringSide } from '../gate/probe.ts';
import type { ArmClient } from './arm-client.ts';
import { readNetworkResources } from './network-resources.ts';
import type { NetworkSource } from './network-resources.ts';
import type { Resource } from '../reach/read/resource.ts';

const apiVersion = '2024-05-01';
const action = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read';

interface PeeringResource {
  readonly properties?: {
    readonly peeringState?: string;
    readonly peeringSyncLevel?: string;
    readonly remoteVirtualNetwork?: { readonly id?: string };
  };
}

/**
 * Azure's own word on peerings. Each side is read with the connection that owns it, since a stamp's
 * identity usually sees nothing of the hub. Undefined clients make their side "no-connection".
 *
 * @param sources the networks that `state` reads
 * @param pinned what the user says besides: service tags
 */
export function networkState(
  clients: {
    readonly stamp: ArmClient | undefined;
    readonly hub: ArmClient | undefined;
  },
  sources: readonly NetworkSource[] = [],
  pinned: readonly Resource[] = [],
): NetworkState {
  // By signal: the checks of a round have one, and the hub's peerings are asked for by those of every stamp.
  const lists = new WeakMap<AbortSignal, Map<string, Promise<readonly PeeringResource[]>>>();
  const listPeerings = (
    client: ArmClient,
    { owner, network }: PeeringSide,
    signal: AbortSignal,
  ) => {
    const known = lists.get(signal) ?? new Map<string, Promise<readonly PeeringResource[]>>();
    lists.set(signal, known);
    const key = `${owner} ${network.toLowerCase()}`;
    const path = `${network}/virtualNetworkPeerings`;
    const list = known.get(key) ?? client.list<PeeringResource>(path, apiVersion, { signal });
    known.set(key, list);
    return list;
  };
  return {
    async state(signal) {
      const seen = await readNetworkResources(clients, sources, signal);
      return { ...seen, resources: seen.resources.deployed(pinned) };
    },
    async peering(side, signal) {
      const client = clients[side.owner];
      if (client === undefined) return { state: 'no-connection' };
      try {
        return seen(await listPeerings(client, side, signal), side);
      } catch (error) {
        signal.throwIfAborted();
        return unseen(error);
      }
    },
  };
}

function seen(peerings: readonly PeeringResource[], side: PeeringSide): PeeringSeen {
  const remote = side.remote.toLowerCase();
  const found = peerings.find(
    ({ properties }) => properties?.remoteVirtualNetwork?.id?.toLowerCase() === remote,
  );
  if (found === undefined) return { state: 'missing' };
  const { peeringState, peeringSyncLevel } = found.properties ?? {};
  const peering = peeringState ?? 'Unknown';
  return peeringSyncLevel === undefined
    ? { state: 'found', peering }
    : { state: 'found', peering, sync: peeringSyncLevel };
}

function unseen(error: unknown): PeeringSeen {
  if (!(error instanceof SpokelineError)) throw error;
  if (error.code === 'ARM_FORBIDDEN') return { state: 'forbidden', missing: action };
  if (error.code === 'ARM_NOT_FOUND') return { state: 'network-missing' };
  return { state: 'failed', reason: error.message };
}
