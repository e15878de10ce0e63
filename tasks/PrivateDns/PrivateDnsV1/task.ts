import { createArmClient, type ArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { withOtherTenants } from '../../lib/azure/other-tenants.ts';
import { createZonePort } from '../../lib/azure/private-dns.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { approve } from './approval.ts';
import { apply, remove } from './changes.ts';
import { drift } from './drifting.ts';
import type { Inputs } from './inputs.ts';
import { scopeOf } from './scope.ts';
import { showPlans } from './summary.ts';
import { readParts, surveyed, waitForPolicies } from './survey.ts';
import { verifyNames } from './verification.ts';

/** Plans, applies, verifies, compares or removes the private DNS records and links of stamps, or approves connections. */
export async function run(
  given: Inputs,
  context: TaskContext,
  transport: TransportOptions = {},
): Promise<void> {
  const topology =
    given.topology === undefined ? undefined : await readTopology(given.topology, given.overlays);
  const scope = scopeOf(given, topology);
  const clients = new Map<ServiceConnection, ArmClient>();
  const all = [given.azureSubscription, ...(given.hubConnection ? [given.hubConnection] : [])];
  const armOf = (connection: ServiceConnection): ArmClient => {
    const options = withOtherTenants(connection, all, transport);
    const known = clients.get(connection) ?? createArmClient(connection, context, options);
    clients.set(connection, known);
    return known;
  };
  const { connection, subscription, resourceGroup } = scope.zones;
  const port = createZonePort(armOf(connection), subscription, resourceGroup);

  if (given.action === 'approve') {
    await approve(given, scope, armOf, context);
    return;
  }
  if (given.action === 'remove') {
    await remove(given, scope, armOf, port, context);
    return;
  }
  if (given.action === 'verify') {
    const parts = await readParts(given, scope, undefined, armOf, context);
    const wishes = parts.map(({ wish }) => wish);
    await verifyNames(given, scope, wishes, port, context);
    return;
  }
  if (given.action === 'apply') await waitForPolicies(given, scope, armOf, context);
  const state = await port.state(context.signal);
  const parts = await readParts(given, scope, state, armOf, context);
  const found = await surveyed(parts, state, given, port, context);
  switch (given.action) {
    case 'plan':
      await showPlans(
        found.map(({ plan }) => plan),
        context,
      );
      break;
    case 'drift':
      await drift(scope, found, context);
      break;
    case 'apply':
      await apply(given, scope, found, port, context);
      break;
  }
}
