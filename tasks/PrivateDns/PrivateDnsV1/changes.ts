import { listEndpoints } from '../../lib/azure/dns-endpoints.ts';
import { createZoneGroupPort } from '../../lib/azure/zone-groups.ts';
import { applyGroups, awaitRecords, groupConflict } from '../../lib/dns/apply-groups.ts';
import { applyPlan } from '../../lib/dns/apply.ts';
import { Journal } from '../../lib/dns/attempt.ts';
import { refuseObstacles } from '../../lib/dns/check.ts';
import { changesOf, planHeader, planRows } from '../../lib/dns/describe.ts';
import type { Wish, ZonePort } from '../../lib/dns/model.ts';
import { endpointKeyOf } from '../../lib/dns/owner.ts';
import { planOf, removalOf, stateAfter, type Plan } from '../../lib/dns/plan.ts';
import { tableLines } from '../../lib/dns/table.ts';
import { ownGroup, type GroupStep, type ZoneGroupPort } from '../../lib/dns/zone-groups.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';
import type { Scope, Source } from './scope.ts';
import { showPlans } from './summary.ts';
import type { ArmOf, SurveyedPart } from './survey.ts';

/** One owner's plan and the identity that changes its endpoints. */
interface Work {
  readonly plan: Plan;
  readonly groups: ZoneGroupPort;
}

/** Writes what is missing, after everything that stands in the way has been refused as a whole. */
export async function apply(
  given: Inputs,
  scope: Scope,
  found: readonly SurveyedPart[],
  port: ZonePort,
  context: TaskContext,
): Promise<void> {
  const { subscription, resourceGroup } = scope.zones;
  const plans = found.map(({ plan }) => plan);
  await showPlans(plans, context);
  refuseObstacles(plans, `resource group ${resourceGroup} of subscription ${subscription}`);
  const blocked = plans.flatMap((plan) =>
    plan.zoneGroups.flatMap((step) => (step.kind === 'conflict' ? [step] : [])),
  );
  if (blocked.length > 0) throw groupConflict(blocked);
  warnOfLinks(plans, context);
  const writes = await carryOut(found, port, context);
  const wishes = found.map(({ wish }) => wish);
  if (plans.some(waitsForAzure)) {
    await awaitRecords(wishes, port, {
      clock: context.clock,
      signal: context.signal,
      timeout: given.timeout * 1000,
      interval: given.interval * 1000,
      info: (text) => context.log.info(text),
    });
  }
  if (writes > 0) await readAgain(wishes, port, context);
  const count = writes === 1 ? '1 write' : `${writes} writes`;
  context.log.info(writes === 0 ? 'Nothing had to be written.' : `Done with ${count}.`);
}

/** Whether zone groups write some of the plan's records. */
function waitsForAzure(plan: Plan): boolean {
  return plan.records.some(({ kind }) => kind === 'await');
}

/**
 * Takes away what the owners have: records, links, and in the mode zoneGroups the zone groups made for them. Where
 * endpoints are listed, only what is there for these, and no link.
 */
export async function remove(
  given: Inputs,
  scope: Scope,
  armOf: ArmOf,
  port: ZonePort,
  context: TaskContext,
): Promise<void> {
  let state = await port.state(context.signal);
  const work: Work[] = [];
  for (const source of scope.sources) {
    const groups = createZoneGroupPort(armOf(source.connection));
    const steps =
      given.mode === 'zoneGroups' ? await ownGroups(source, groups, armOf, context) : [];
    const only = source.selection.ids.map((id) => endpointKeyOf({ id }));
    const plan = removalOf(source.owner, state, steps, only);
    state = stateAfter(plan, state);
    work.push({ plan, groups });
  }
  await showPlans(
    work.map(({ plan }) => plan),
    context,
  );
  const writes = await carryOut(work, port, context);
  context.log.info(writes === 0 ? 'Nothing had to be removed.' : `Removed ${writes}.`);
}

async function ownGroups(
  source: Source,
  groups: ZoneGroupPort,
  armOf: ArmOf,
  { signal }: TaskContext,
): Promise<GroupStep[]> {
  const steps: GroupStep[] = [];
  // Zone groups go with their endpoint.
  const place = { ...source, mayBeGone: true };
  const { endpoints } = await listEndpoints(armOf(source.connection), place, signal);
  for (const endpoint of endpoints) {
    if (endpoint.unregistered) continue;
    const found = await groups.groups(endpoint.id, signal);
    if (found.some(({ name }) => name === ownGroup)) steps.push({ kind: 'remove', endpoint });
  }
  return steps;
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

/** Returns the number of writes. A failure, a cancelled run among them, says what was done before it. */
async function carryOut(
  work: readonly Work[],
  port: ZonePort,
  context: TaskContext,
): Promise<number> {
  const { clock, signal, log } = context;
  const info = (text: string) => log.info(text);
  const journal = new Journal(info);
  const planned = work.reduce((sum, { plan }) => sum + changesOf(plan), 0);
  try {
    for (const { plan, groups } of work) {
      await applyGroups(plan.zoneGroups, groups, port.zoneId, journal, { clock, signal, info });
      await applyPlan(plan, port, journal, { clock, signal, info });
    }
  } catch (error) {
    throw journal.interrupted(error, planned, signal);
  }
  return journal.writes;
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
    {
      details: open
        .flatMap((plan) => tableLines(planHeader, planRows(plan)))
        .map((message) => ({ message })),
    },
  );
}
