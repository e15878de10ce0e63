import { createArmClient, type ArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { createZonePort } from '../../lib/azure/private-dns.ts';
import type { Wish, ZonePort } from '../../lib/dns/model.ts';
import { expectationsOf, verify } from '../../lib/dns/verify.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { resolverFor } from '../../lib/net/resolve.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { apply, remove } from './changes.ts';
import { drift } from './drifting.ts';
import type { Inputs } from './inputs.ts';
import { scopeOf, type Scope } from './scope.ts';
import { showPlans } from './summary.ts';
import { readParts, surveyed } from './survey.ts';

/** Plans, applies, verifies, compares or removes the private DNS records and links of stamps. */
export async function run(
  given: Inputs,
  context: TaskContext,
  transport: TransportOptions = {},
): Promise<void> {
  const topology =
    given.topology === undefined ? undefined : await readTopology(given.topology, given.overlays);
  const scope = scopeOf(given, topology);
  const clients = new Map<ServiceConnection, ArmClient>();
  const armOf = (connection: ServiceConnection): ArmClient => {
    const known = clients.get(connection) ?? createArmClient(connection, context, transport);
    clients.set(connection, known);
    return known;
  };
  const { connection, subscription, resourceGroup } = scope.zones;
  const port = createZonePort(armOf(connection), subscription, resourceGroup);

  if (given.action === 'remove') {
    await remove(given, scope, armOf, port, context);
    return;
  }
  const parts = await readParts(given, scope, armOf, context);
  switch (given.action) {
    case 'verify':
      await check(
        given,
        scope,
        parts.map(({ wish }) => wish),
        port,
        context,
      );
      break;
    case 'plan': {
      const state = await port.state(context.signal);
      const found = await surveyed(parts, state, given, port, context);
      await showPlans(
        found.map(({ plan }) => plan),
        context,
      );
      break;
    }
    case 'drift':
      await drift(given, scope, parts, port, context);
      break;
    case 'apply':
      await apply(given, scope, parts, port, context);
      break;
  }
}

async function check(
  given: Inputs,
  scope: Scope,
  wishes: readonly Wish[],
  port: ZonePort,
  context: TaskContext,
): Promise<void> {
  const { clock, signal, log } = context;
  const expectations = expectationsOf(wishes);
  // On loopback the first declared resolver stands in for the system's.
  const own = scope.loopback ? '' : "the system's resolver and ";
  if (expectations.length === 0) {
    context.issue('warning', 'No private endpoint has a name, so nothing was verified.');
    return;
  }
  log.info(`${expectations.length} names, through ${own}${scope.resolvers.length} declared`);
  await verify(expectations, () => port.state(signal), {
    resolver: resolverFor(scope),
    clock,
    signal,
    timeout: given.timeout * 1000,
    interval: given.interval * 1000,
    networks: scope.networks,
    info: (text) => log.info(text),
  });
  log.info('All names resolve as they should.');
}
