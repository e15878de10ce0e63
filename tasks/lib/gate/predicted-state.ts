import { sameId } from '../net/same-id.ts';
import { isInSync, readPeerings } from '../reach/read/networks.ts';
import { idAt } from '../reach/read/resource.ts';
import type { Resources } from '../reach/read/resource.ts';
import { membersOf } from '../topology/members.ts';
import type { Topology } from '../topology/model.ts';
import type { PeeringSeen, PeeringSide } from './probe.ts';
import { networkTypes } from './state.ts';
import type { StateSeen, Unread } from './state.ts';

/** What templates predict, with the parts that they name and nobody describes. */
export function predictedState(resources: Resources, topology: Topology): StateSeen {
  const unread = membersOf(topology).flatMap(({ kind, part }): Unread[] => {
    const owner = kind === 'stamp' ? 'stamp' : 'hub';
    const gap = (type: string, scope: string): Unread => ({
      ...{ type, scope, owner },
      why: 'undescribed',
    });
    const { network } = part;
    const subnets = resources.childrenOf(network.id, 'subnets');
    if (resources.get(network.id) === undefined && subnets.length === 0) {
      // What is in it is as unknown as the network itself.
      return [networkTypes.networks, networkTypes.endpoints].map((type) => gap(type, network.id));
    }
    const named = (key: string): string[] => [
      ...new Set(subnets.flatMap(({ properties }) => idAt(properties, key) ?? [])),
    ];
    const missing = (id: string): boolean => resources.get(id) === undefined;
    return [
      ...named('networkSecurityGroup')
        .filter(missing)
        .map((id) => gap(networkTypes.groups, id)),
      ...named('routeTable')
        .filter(missing)
        .map((id) => gap(networkTypes.tables, id)),
    ];
  });
  return { resources, unread, source: 'predicted' };
}

/** One half of a peering as it is after the deployment. */
export function predictedPeering(
  resources: Resources,
  { network, remote }: PeeringSide,
): PeeringSeen {
  const halfOf = (from: string, to: string) =>
    readPeerings(resources, from).find(({ remoteId }) => sameId(remoteId, to));
  const own = halfOf(network, remote);
  if (own === undefined) {
    const described = resources.get(network) !== undefined;
    return { state: described ? 'missing' : 'undescribed' };
  }
  const far = resources.get(remote);
  // Of a network that nobody describes it is not known whether it has its half.
  if (far !== undefined && halfOf(remote, network) === undefined && own.state === 'Connected') {
    return { state: 'found', peering: 'Initiated' };
  }
  const sync = far === undefined || isInSync(own, far) ? undefined : 'RemoteNotInSync';
  return { state: 'found', peering: own.state, ...(sync === undefined ? {} : { sync }) };
}
