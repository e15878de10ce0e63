import { createArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import { createGroupPort } from '../../lib/azure/retire-group.ts';
import { retire } from '../../lib/deploy/retire/retire.ts';
import { statedTraffic } from '../../lib/deploy/retire/traffic.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import { selectStamps, type Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import { placeOf } from './target.ts';

/** Takes a stamp, or a resource group that is named, away. Needs no right outside of the group. */
export async function deleteStamp(
  given: Inputs,
  topology: Topology | undefined,
  context: TaskContext,
  transport: TransportOptions,
): Promise<void> {
  const { log, clock, signal } = context;
  const { subscription, resourceGroup, unit } = placeOf(given, topology);
  const stamp =
    topology !== undefined && given.target === 'stamp'
      ? selectStamps(topology, given.stamp ?? '')[0]
      : undefined;
  const arm = createArmClient(given.azureSubscription, context, transport);
  const what = stamp === undefined ? `Resource group ${resourceGroup}` : `Stamp ${unit}`;
  const { deleted, left } = await retire(
    {
      what,
      delete: given.deleteWhat,
      deploymentName: given.deploymentName,
      group: createGroupPort(arm, subscription, resourceGroup),
      traffic: statedTraffic(stamp, given.trafficState),
      resolver: resolverFor({
        loopback: topology?.loopback ?? false,
        resolvers: topology?.hub.dns.resolvers ?? [],
      }),
    },
    log,
    {
      clock,
      signal,
      deadline: clock.now() + given.timeout * 1000,
      random: Math.random,
      onDelay: (text) => log.info(text),
    },
  );
  context.setOutput('deletedCount', String(deleted));
  context.setOutput('left', JSON.stringify(left));
  for (const id of left) log.info(`  stays: ${id}`);
}
