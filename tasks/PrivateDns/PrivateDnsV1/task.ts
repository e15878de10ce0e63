import { createArmClient, type ArmClient } from '../../lib/azure/arm-client.ts';
import type { TransportOptions } from '../../lib/azure/arm-transport.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { listEndpoints } from '../../lib/azure/dns-endpoints.ts';
import { createZonePort } from '../../lib/azure/private-dns.ts';
import { applyPlan } from '../../lib/dns/apply.ts';
import { refuseObstacles } from '../../lib/dns/check.ts';
import { changesOf, describePlan, planDocument } from '../../lib/dns/describe.ts';
import type { Wish, ZonePort } from '../../lib/dns/model.ts';
import { planOf, removalOf, type Plan } from '../../lib/dns/plan.ts';
import { refuseWaiting, wishOf } from '../../lib/dns/wish.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { readTopology } from '../../lib/topology/read.ts';
import { approve } from './approval.ts';
import type { Inputs } from './inputs.ts';
import { scopeOf, type Scope } from './scope.ts';
import { verifyNames } from './verification.ts';

/** Plans, applies, verifies or removes the private DNS records and links of stamps, or approves their connections. */
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

  if (given.action === 'approve') {
    await approve(given, scope, armOf, context);
    return;
  }
  if (given.action === 'remove') {
    await remove(scope, port, context);
    return;
  }
  const wishes = await wishesOf(given, scope, armOf, context);
  tellWaiting(given, wishes, context);
  if (given.action === 'verify') {
    await verifyNames(given, scope, wishes, port, context);
    return;
  }
  const state = await port.state(context.signal);
  const plans = wishes.map((wish) => planOf(wish, state));
  show(plans, context);
  if (given.action === 'plan') return;
  refuseObstacles(plans, `resource group ${resourceGroup} of subscription ${subscription}`);
  warnOfLinks(plans, context);
  const writes = await carryOut(plans, port, context);
  if (writes > 0) await readAgain(wishes, port, context);
  context.log.info(writes === 0 ? 'Nothing had to be written.' : `Done with ${writes} writes.`);
}

async function wishesOf(
  given: Inputs,
  scope: Scope,
  armOf: (connection: ServiceConnection) => ArmClient,
  context: TaskContext,
): Promise<Wish[]> {
  const wishes: Wish[] = [];
  for (const source of scope.sources) {
    const { owner, connection, subscription, resourceGroup, selection } = source;
    const endpoints = await listEndpoints(armOf(connection), source, context.signal);
    const place = resourceGroup ?? `subscription ${subscription}`;
    const where = selection.ids.length > 0 ? 'the list' : place;
    context.log.info(`${owner}: ${endpoints.length} private endpoints in ${where}`);
    wishes.push(
      wishOf({
        ...source,
        endpoints,
        cloud: scope.cloud,
        ttl: given.ttl,
        fallback: scope.fallback,
        partial: selection.ids.length + selection.tags.length > 0,
      }),
    );
  }
  return wishes;
}

/** Endpoints that are not ready end everything but a plan, unless they are only to be reported. */
function tellWaiting(given: Inputs, wishes: readonly Wish[], context: TaskContext): void {
  const waiting = wishes.flatMap((wish) => wish.waiting ?? []);
  context.setOutput(
    'pending',
    JSON.stringify(waiting.map(({ id, status, why }) => ({ id, status, why }))),
  );
  if (given.action !== 'plan' && given.pending === 'fail') refuseWaiting(wishes);
  for (const { why } of waiting) context.issue('warning', `${why}: not registered.`);
}

function show(plans: readonly Plan[], context: TaskContext): void {
  for (const plan of plans) for (const line of describePlan(plan)) context.log.info(line);
  const changes = plans.reduce((sum, plan) => sum + changesOf(plan), 0);
  context.setOutput('plan', JSON.stringify(planDocument(plans)));
  context.setOutput('changes', String(changes));
}

function warnOfLinks(plans: readonly Plan[], context: TaskContext): void {
  const missing = new Map(
    plans.flatMap((p) => p.missingLinks).map((l) => [`${l.zone} ${l.networkId}`, l]),
  );
  for (const { zone, networkId } of missing.values()) {
    context.issue(
      'warning',
      `${zone} is not linked to ${networkId}; its owner has to make the link.`,
    );
  }
}

async function carryOut(
  plans: readonly Plan[],
  port: ZonePort,
  context: TaskContext,
): Promise<number> {
  const { clock, signal, log } = context;
  let writes = 0;
  for (const plan of plans) {
    writes += await applyPlan(plan, port, { clock, signal, info: (text) => log.info(text) });
  }
  return writes;
}

/** Reads what was written; whatever is not as planned was changed by somebody else in between. */
async function readAgain(
  wishes: readonly Wish[],
  port: ZonePort,
  context: TaskContext,
): Promise<void> {
  const state = await port.state(context.signal);
  const open = wishes.map((wish) => planOf(wish, state)).filter((plan) => changesOf(plan) > 0);
  if (open.length === 0) return;
  throw new SpokelineError(
    'ARM_PRECONDITION',
    'The zones are not as they were written: somebody else is changing them.',
    { details: open.flatMap(describePlan).map((message) => ({ message: message.trim() })) },
  );
}

async function remove(scope: Scope, port: ZonePort, context: TaskContext): Promise<void> {
  const state = await port.state(context.signal);
  const plans = scope.sources.map(({ owner }) => removalOf(owner, state));
  show(plans, context);
  const writes = await carryOut(plans, port, context);
  context.log.info(writes === 0 ? 'Nothing had to be removed.' : `Removed ${writes}.`);
}
