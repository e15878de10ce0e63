import {
  approveConnection,
  findLinkService,
  listConnections,
  listLinkServices,
  type LinkService,
} from '../../lib/azure/link-connections.ts';
import {
  planApprovals,
  shownAcceptance,
  type ApprovalPlan,
  type LinkConnection,
} from '../../lib/dns/approvals.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { AcceptedConnection } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';
import type { Scope, Source } from './scope.ts';
import type { ArmOf } from './survey.ts';

/** A place of the topology with its services and the connections that they show. */
interface Place {
  readonly source: Source;
  readonly services: readonly LinkService[];
  readonly connections: readonly LinkConnection[];
  readonly plan: ApprovalPlan;
}

/**
 * Approves the pending private endpoint connections that the topology accepts, and no other. Waits for those that it
 * names one by one. Throws CONNECTION_NOT_APPROVED when they do not come in time.
 */
export async function approve(
  given: Inputs,
  scope: Scope,
  armOf: ArmOf,
  context: TaskContext,
): Promise<void> {
  const { clock, signal, log } = context;
  const deadline = clock.now() + given.timeout * 1000;
  const approved: LinkConnection[] = [];
  for (let first = true; ; first = false) {
    const places: Place[] = [];
    for (const source of scope.sources) places.push(await look(source, armOf, signal, first));
    for (const place of places) approved.push(...(await carryOut(place, armOf, context)));
    const unmet = places.flatMap(({ plan }) => plan.unmet);
    if (first) warnOfOthers(places, context);
    if (unmet.length === 0) {
      report(places, approved, context);
      return;
    }
    const left = deadline - clock.now();
    if (left <= 0) {
      report(places, approved, context);
      throw failure(unmet);
    }
    if (first) log.info(`  waiting for ${unmet.length} connections`);
    await clock.sleep(Math.min(given.interval * 1000, left), signal);
    signal.throwIfAborted();
  }
}

/** @param all false reads only the services that something is accepted for */
async function look(
  source: Source,
  armOf: ArmOf,
  signal: AbortSignal,
  all: boolean,
): Promise<Place> {
  const { subscription, resourceGroup = '', acceptedConnections } = source;
  const arm = armOf(source.connection);
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const wanted = new Set(acceptedConnections.map(({ service }) => service.toLowerCase()));
  const services = (await listLinkServices(arm, group, signal)).filter(
    ({ service }) => all || wanted.has(service.toLowerCase()),
  );
  const listed = new Set(services.map(({ service }) => service.toLowerCase()));
  for (const { service } of acceptedConnections) {
    if (listed.has(service.toLowerCase())) continue;
    const found = await findLinkService(arm, group, service, signal);
    if (found !== undefined) services.push(found);
    listed.add(service.toLowerCase());
  }
  const connections: LinkConnection[] = [];
  for (const service of services)
    connections.push(...(await listConnections(arm, service, signal)));
  const names = services.map(({ service }) => service);
  const plan = planApprovals(acceptedConnections, names, connections);
  return { source, services, connections, plan };
}

async function carryOut(
  { source, services, plan }: Place,
  armOf: ArmOf,
  { signal, log }: TaskContext,
): Promise<LinkConnection[]> {
  for (const connection of plan.approve) {
    const type = services.find(({ service }) => service === connection.service)?.type ?? '';
    await approveConnection(armOf(source.connection), connection, type, signal);
    log.info(`  approved ${connection.endpointId} -> ${connection.service}`);
  }
  return [...plan.approve];
}

function warnOfOthers(places: readonly Place[], context: TaskContext): void {
  for (const { service, endpointId, message } of places.flatMap(({ plan }) => plan.undeclared)) {
    const said = message === '' ? '' : ` (${JSON.stringify(message)})`;
    context.issue(
      'warning',
      `${endpointId} asks for a connection to ${service}${said}, which the topology does not accept: left pending.`,
    );
  }
}

function report(
  places: readonly Place[],
  approved: readonly LinkConnection[],
  context: TaskContext,
): void {
  const isDone = ({ id }: LinkConnection): boolean => approved.some((each) => each.id === id);
  const shown = places
    .flatMap(({ connections }) => connections)
    .map((connection) => {
      const { service, endpointId: endpoint, message } = connection;
      const status = isDone(connection) ? 'Approved' : connection.status;
      return { service, endpoint, status, message, approvedNow: isDone(connection) };
    });
  context.setOutput('connections', JSON.stringify(shown));
  const count = approved.length;
  context.log.info(count === 0 ? 'Nothing had to be approved.' : `Approved ${count} connections.`);
}

function failure(
  unmet: readonly { readonly accepted: AcceptedConnection; readonly why: string }[],
): SpokelineError {
  const what = unmet.length === 1 ? 'One connection' : `${unmet.length} connections`;
  return new SpokelineError(
    'CONNECTION_NOT_APPROVED',
    `${what} that the topology accepts cannot be approved.`,
    {
      details: unmet.map(({ accepted, why }) => ({
        target: accepted.service,
        message: `${shownAcceptance(accepted)}: ${why}`,
      })),
    },
  );
}
