import type { ArmClient } from '../../lib/azure/arm-client.ts';
import type { ServiceConnection } from '../../lib/azure/connection.ts';
import { listEndpoints, type EndpointListing } from '../../lib/azure/dns-endpoints.ts';
import { createZoneGroupPort } from '../../lib/azure/zone-groups.ts';
import { awaitPolicies } from '../../lib/dns/apply-groups.ts';
import type { Endpoint, WantedLink, Wish, ZonePort, ZoneState } from '../../lib/dns/model.ts';
import { endpointKeyOf, groupKeyOf } from '../../lib/dns/owner.ts';
import { notedBy, planOf, stateAfter, type Plan } from '../../lib/dns/plan.ts';
import { sameId } from '../../lib/net/same-id.ts';
import { inTurns } from '../../lib/dns/turns.ts';
import { refuseWaiting, wishOf, zonesIn, type WishOptions } from '../../lib/dns/wish.ts';
import {
  delegate,
  unclear,
  type ZoneGroup,
  type ZoneGroupPort,
} from '../../lib/dns/zone-groups.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import type { Inputs } from './inputs.ts';
import type { Scope, Source } from './scope.ts';

/** One owner's endpoints, and what they need. */
export interface Part {
  readonly source: Source;
  readonly endpoints: readonly Endpoint[];
  readonly wish: Wish;
  readonly groups: ZoneGroupPort;
}

/** A part beside what is in Azure. */
export interface SurveyedPart extends Part {
  readonly plan: Plan;
  /** Zone groups by key of the endpoint. */
  readonly present: ReadonlyMap<string, ZoneGroup>;
}

/** Zone groups that are read at a time; a subscription's reads are throttled together. */
const parallel = 4;

export type ArmOf = (connection: ServiceConnection) => ArmClient;

/** Waits until policies have registered the endpoints of every source, but not longer than the inputs say. */
export async function waitForPolicies(
  given: Inputs,
  scope: Scope,
  armOf: ArmOf,
  { clock, signal, log }: TaskContext,
): Promise<void> {
  if (given.policyWait === 0) return;
  for (const source of scope.sources) {
    const arm = armOf(source.connection);
    await awaitPolicies(async () => (await listEndpoints(arm, source, signal)).endpoints, {
      ...{ clock, signal, timeout: given.policyWait * 1000, interval: given.interval * 1000 },
      info: (text) => log.info(text),
    });
  }
}

/**
 * Reads the endpoints of every source and what they need.
 *
 * @param before the zones as they were before: an endpoint that a record names there and that is missing now, is gone.
 *   Read the other way round, the record of an endpoint that came in between would pass for stale.
 */
export async function readParts(
  given: Inputs,
  scope: Scope,
  before: ZoneState | undefined,
  armOf: ArmOf,
  context: TaskContext,
): Promise<Part[]> {
  const drafts: { part: Part; options: WishOptions }[] = [];
  for (const source of scope.sources) {
    const { endpoints, others, groups: listed } = await readEndpoints(source, armOf, context);
    const options: WishOptions = {
      ...source,
      endpoints,
      seen: {
        groups: listed.map(groupKeyOf),
        endpoints: [],
        others: others.map((id) => endpointKeyOf({ id })),
        ...(before === undefined ? {} : { noted: notedBy(source.owner, before) }),
      },
      // Links serve the endpoints that were not selected, too.
      linksComplete: source.linksComplete && others.length === 0,
      cloud: scope.cloud,
      ownZones: scope.ownZones,
      ttl: given.ttl,
      adopt: given.adopt,
    };
    const groups = createZoneGroupPort(armOf(source.connection));
    drafts.push({ part: { source, endpoints, wish: wishOf(options), groups }, options });
  }
  // Hub and operations resolve the zones of all.
  const furtherZones = zonesIn(drafts.map(({ part }) => part.wish));
  const parts = drafts.map(({ part, options }) =>
    part.source.linksComplete || part.source.links.length === 0
      ? part
      : { ...part, wish: wishOf({ ...options, furtherZones }) },
  );
  tellWaiting(
    given,
    parts.map(({ wish }) => wish),
    context,
  );
  const made = parts.flatMap(({ wish }) => wish.links);
  return parts.map((part) => ({ ...part, wish: besideOthers(part.wish, made) }));
}

/** Links that this run makes need not be expected of others, and stay whoever of it has made them. */
function besideOthers(wish: Wish, made: readonly WantedLink[]): Wish {
  const expectedLinks = wish.expectedLinks.filter(
    ({ zone, networkId }) =>
      !made.some((link) => link.zone === zone && sameId(link.networkId, networkId)),
  );
  return { ...wish, expectedLinks, othersLinks: made };
}

/** Compares parts with the zones and the zone groups of their endpoints. */
export async function surveyed(
  parts: readonly Part[],
  state: ZoneState,
  given: Inputs,
  port: ZonePort,
  context: TaskContext,
): Promise<SurveyedPart[]> {
  const found: SurveyedPart[] = [];
  // Each owner's plan begins where the one before it ends, but what there is now is all that can drift.
  let begin = state;
  for (const part of parts) {
    const { read, known } = unclear(part.endpoints, part.wish, state, port.zoneId);
    const present = new Map(known);
    await inTurns(read, parallel, async (endpoint) => {
      const [group] = await part.groups.groups(endpoint.id, context.signal);
      if (group !== undefined) present.set(endpointKeyOf(endpoint), group);
    });
    const { wish, steps } = delegate(part.wish, part.endpoints, present, given.mode, port.zoneId);
    const plan = planOf(wish, begin, steps);
    if (given.action !== 'drift') begin = stateAfter(plan, begin);
    found.push({ ...part, wish, present, plan });
  }
  return found;
}

async function readEndpoints(
  source: Source,
  armOf: ArmOf,
  { signal, log }: TaskContext,
): Promise<EndpointListing> {
  const { owner, subscription, resourceGroup, selection } = source;
  const listing = await listEndpoints(armOf(source.connection), source, signal);
  const place = resourceGroup ?? `subscription ${subscription}`;
  const where = selection.ids.length > 0 ? 'the list' : place;
  const { length } = listing.endpoints;
  log.info(`${owner}: ${length} private ${length === 1 ? 'endpoint' : 'endpoints'} in ${where}`);
  return listing;
}

/** Endpoints that are not ready end everything but a plan and a comparison, unless they are only to be reported. */
function tellWaiting(given: Inputs, wishes: readonly Wish[], context: TaskContext): void {
  const waiting = wishes.flatMap((wish) => wish.waiting ?? []);
  context.setOutput('pending', JSON.stringify(waiting));
  const looks = given.action === 'plan' || given.action === 'drift';
  if (!looks && given.pending === 'fail') refuseWaiting(wishes);
  for (const { why } of waiting) context.issue('warning', `${why}: not registered.`);
}
