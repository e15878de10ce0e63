import { SpokelineError } from '../errors.ts';
import { attempt, contested, tries, type ApplyContext, type Journal } from './attempt.ts';
import { conflict, recordConflict, setText } from './check.ts';
import type { Endpoint, Wish, ZonePort } from './model.ts';
import { ownerIn } from './owner.ts';
import { planOf } from './plan.ts';
import { inTurns } from './turns.ts';
import { decideGroup, ownGroup, type GroupStep, type ZoneGroupPort } from './zone-groups.ts';

/** Endpoints that are changed at a time; each change takes Azure some seconds. */
const parallel = 4;

/** Makes and removes the zone groups of endpoints, looking again before each write, as there are no etags. */
export async function applyGroups(
  steps: readonly GroupStep[],
  port: ZoneGroupPort,
  zoneId: (zone: string) => string,
  journal: Journal,
  context: ApplyContext,
): Promise<void> {
  await inTurns(steps, parallel, async (step) => {
    context.signal.throwIfAborted();
    switch (step.kind) {
      case 'create':
      case 'update':
        await settleGroup(step.endpoint, step.zones, port, zoneId, journal, context);
        break;
      case 'remove': {
        const what = `zone group ${ownGroup} of ${step.endpoint.name}`;
        await journal.write(what, () => port.remove(step.endpoint.id, ownGroup, context.signal));
        journal.wrote(`removed ${what}`);
        break;
      }
      case 'keep':
      case 'foreign':
        break;
      case 'conflict':
        throw groupConflict([step]);
    }
  });
}

/** The error for zone groups that stand in the way. */
export function groupConflict(
  steps: readonly Extract<GroupStep, { kind: 'conflict' }>[],
): SpokelineError {
  return new SpokelineError(
    'DNS_ZONE_GROUP',
    'A zone group cannot do what is needed; the endpoints are named below.',
    {
      details: steps.map(({ endpoint, why }) => ({
        target: endpoint.id,
        message: `private endpoint ${endpoint.name}: ${why}`,
      })),
    },
  );
}

export interface WaitOptions extends ApplyContext {
  /** Milliseconds. */
  readonly timeout: number;
  readonly interval: number;
}

/**
 * Waits until zone groups have written the records that are theirs. Throws DNS_ZONE_GROUP with what is missing
 * when the time is over, and DNS_CONFLICT when somebody else writes one of them.
 */
export async function awaitRecords(
  wishes: readonly Wish[],
  port: Pick<ZonePort, 'state'>,
  { clock, signal, timeout, interval, info }: WaitOptions,
): Promise<void> {
  const begin = clock.now();
  for (;;) {
    const state = await port.state(signal);
    const steps = wishes.flatMap((wish) =>
      planOf(wish, state).records.map((step) => ({ step, owner: wish.owner })),
    );
    const conflicts = steps.flatMap(({ step, owner }) =>
      step.kind === 'conflict' ? [recordConflict(step.actual, step.wanted.values, owner)] : [],
    );
    if (conflicts.length > 0) throw conflict(conflicts, true);
    const waiting = steps.flatMap(({ step }) => (step.kind === 'await' ? [step] : []));
    if (waiting.length === 0) return;
    const left = begin + timeout - clock.now();
    if (left <= 0) {
      throw new SpokelineError(
        'DNS_ZONE_GROUP',
        `Zone groups have not written ${waiting.length === 1 ? 'a record' : `${waiting.length} records`} ` +
          `in ${(timeout / 1000).toFixed(0)} s.`,
        {
          details: waiting.map(({ wanted, actual }) => ({
            target: `${wanted.name}.${wanted.zone}`,
            message:
              `${setText(wanted)} should be ${wanted.values.join(', ')} for ${wanted.parts.map((p) => p.source).join(', ')}, ` +
              (actual === undefined
                ? 'and is missing'
                : `and is ${actual.values.join(', ')}, written by ${ownerIn(actual)}`),
          })),
        },
      );
    }
    info(`  waiting for zone groups to write ${waiting.length} records`);
    await clock.sleep(Math.min(interval, left), signal);
    signal.throwIfAborted();
  }
}

/**
 * Waits for the zone groups that a policy makes for new endpoints, but not for ever: policies of this kind begin
 * ten minutes after the endpoint, and not at all for manual connections.
 * https://github.com/Azure/azure-policy/issues/1050
 */
export async function awaitPolicies(
  read: () => Promise<readonly Endpoint[]>,
  { clock, signal, timeout, interval, info }: WaitOptions,
): Promise<void> {
  const begin = clock.now();
  for (;;) {
    const waiting = (await read()).filter((e) => e.unregistered && e.status === 'Approved');
    const left = begin + timeout - clock.now();
    if (waiting.length === 0 || left <= 0) return;
    const names = waiting.map(({ name }) => name).join(', ');
    info(`  waiting for a policy to register ${names} (${Math.ceil(left / 1000)} s left)`);
    await clock.sleep(Math.min(interval, left), signal);
    signal.throwIfAborted();
  }
}

async function settleGroup(
  endpoint: Endpoint,
  zones: readonly string[],
  port: ZoneGroupPort,
  zoneId: (zone: string) => string,
  journal: Journal,
  context: ApplyContext,
): Promise<void> {
  const what = `zone group ${ownGroup} of ${endpoint.name}`;
  const targets = zones.map((zone) => ({ name: zone, id: zoneId(zone) }));
  let last: SpokelineError | undefined;
  for (let n = 1; n <= tries; n += 1) {
    const [group] = await port.groups(endpoint.id, context.signal);
    const step = decideGroup(endpoint, zones, group, 'zoneGroups', zoneId);
    if (step?.kind === 'conflict') throw groupConflict([step]);
    if (step?.kind === 'keep' && last?.transient === true) {
      journal.wrote(`wrote ${what} (the answer was lost)`);
    }
    if (step?.kind !== 'create' && step?.kind !== 'update') return;
    last = await journal.write(what, () =>
      attempt(() => port.write(endpoint.id, ownGroup, targets, context.signal)),
    );
    if (last === undefined) {
      journal.wrote(`${step.kind === 'create' ? 'made' : 'changed'} ${what}: ${zones.join(', ')}`);
      return;
    }
    await context.clock.sleep(2_000 * n, context.signal);
  }
  throw contested(what, last);
}
