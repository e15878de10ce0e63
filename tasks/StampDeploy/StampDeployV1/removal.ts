import { createArmClient, type ArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import type { Patience } from '../../lib/deploy/patience.ts';
import { isAtOrBelow } from '../../lib/deploy/retire/obstacles.ts';
import { statedTraffic, type TrafficPort } from '../../lib/deploy/retire/traffic.ts';
import { scopePath } from '../../lib/deploy/scope.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor, type Resolver } from '../../lib/net/resolve.ts';
import { membersOf } from '../../lib/topology/members.ts';
import { selectStamps, type Stamp, type Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import { placeOf, type Place } from './target.ts';

/** What every removal begins with: where, whose, and who may say that it must not be. */
export interface Removal {
  readonly place: Place;
  /** The stamp that goes; undefined for a group or a stack that belongs to none. */
  readonly stamp: Stamp | undefined;
  /** Other parts of the topology in the same resource group, in words. */
  readonly neighbours: readonly string[];
  readonly arm: ArmClient;
  readonly resolver: Resolver;
  /** Traffic of the stamp that goes; where none is named, of the stamps whose resource groups these ids are in. */
  trafficOf(ids: readonly string[]): TrafficPort;
}

export function removalOf(
  given: Inputs,
  topology: Topology | undefined,
  context: TaskContext,
  transport: TransportOptions,
): Removal {
  const place = placeOf(given, topology);
  const stamp =
    topology !== undefined && given.target === 'stamp'
      ? selectStamps(topology, given.stamp ?? '')[0]
      : undefined;
  const membersIn = (ids: readonly string[]) =>
    topology === undefined
      ? []
      : membersOf(topology).filter(({ part }) =>
          ids.some((id) => isAtOrBelow(id, groupIdOf(part))),
        );
  return {
    place,
    stamp,
    neighbours: membersIn([groupIdOf(place)])
      .filter(({ part }) => part !== stamp)
      .map(({ title }) => title),
    arm: createArmClient(given.azureSubscription, context, transport),
    resolver: resolverFor({
      loopback: topology?.loopback ?? false,
      resolvers: topology?.hub.dns.resolvers ?? [],
    }),
    trafficOf(ids) {
      const stamps = membersIn(ids).flatMap(({ part }) => ('role' in part ? [part] : []));
      return statedTraffic(stamp === undefined ? stamps : [stamp], given.trafficState);
    },
  };
}

function groupIdOf({ subscription, resourceGroup }: Pick<Place, 'subscription' | 'resourceGroup'>) {
  return scopePath({ kind: 'resourceGroup', subscription, resourceGroup });
}

/** How long the task waits for Azure, and whom it tells. */
export function patienceOf(given: Inputs, { clock, signal, log }: TaskContext): Patience {
  return {
    clock,
    signal,
    deadline: clock.now() + given.timeout * 1000,
    random: Math.random,
    onDelay: (text) => log.info(text),
  };
}

/** Sets what went and what stays as outputs, and names what stays. */
export function reportRemoval(
  { deleted, left }: { readonly deleted: number; readonly left: readonly string[] },
  context: TaskContext,
): void {
  context.setOutput('deletedCount', String(deleted));
  context.setOutput('left', JSON.stringify(left));
  for (const id of left) context.log.info(`  stays: ${id}`);
}
