import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import { createGroupPort } from '../../lib/azure/retire-group.ts';
import { retire } from '../../lib/deploy/retire/retire.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import { patienceOf, removalOf, reportRemoval } from './removal.ts';

/** Takes a stamp, or a resource group that is named, away. Needs no right outside of the group. */
export async function deleteStamp(
  given: Inputs,
  topology: Topology | undefined,
  context: TaskContext,
  transport: TransportOptions,
): Promise<void> {
  const removal = removalOf(given, topology, context, transport);
  const { place, stamp, neighbours, arm, resolver } = removal;
  const { subscription, resourceGroup, unit } = place;
  const group = createGroupPort(arm, subscription, resourceGroup);
  const done = await retire(
    {
      what: stamp === undefined ? `Resource group ${resourceGroup}` : `Stamp ${unit}`,
      delete: given.deleteWhat,
      deploymentName: given.deploymentName,
      ...(stamp === undefined ? {} : { owner: place.owner, neighbours }),
      group,
      traffic: removal.trafficOf([group.id]),
      resolver,
    },
    context.log,
    patienceOf(given, context),
  );
  reportRemoval(done, context);
}
