import { SpokelineError } from '../errors.ts';
import type { Clock } from '../net/clock.ts';
import { conflict, linkConflict, recordConflict } from './check.ts';
import {
  ownerKey,
  type RecordSet,
  type WantedLink,
  type WantedRecord,
  type ZonePort,
} from './model.ts';
import { isUntouched, linkFor, recordFor, recordStep, sameId, type Plan } from './plan.ts';

export interface ApplyContext {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly info: (text: string) => void;
}

/** Tries for one record or link when others write at the same time. */
const tries = 5;

/**
 * Carries out a plan and returns how many writes it took. Every write is conditional: whoever else was there
 * between our read and our write is noticed, and then the record is read and decided anew. Records come
 * before links, so that a network that begins to resolve a zone finds the names in it; links are made one
 * after the other, for parallel ones of one network fail.
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/29354
 */
export async function applyPlan(
  plan: Plan,
  port: ZonePort,
  context: ApplyContext,
): Promise<number> {
  let writes = 0;
  for (const step of plan.records) {
    context.signal.throwIfAborted();
    switch (step.kind) {
      case 'create':
        writes += await writeRecord(step.wanted, undefined, plan.owner, port, context);
        break;
      case 'update':
        writes += await writeRecord(step.wanted, step.actual, plan.owner, port, context);
        break;
      case 'remove':
        writes += await removeRecord(step.actual, plan.owner, port, context);
        break;
      case 'keep':
      case 'foreign':
      case 'changed':
        break;
      case 'conflict':
        throw conflict([recordConflict(step.actual, step.wanted.addresses, plan.owner)], true);
    }
  }
  for (const step of plan.links) {
    context.signal.throwIfAborted();
    switch (step.kind) {
      case 'create':
        writes += await createLink(step.wanted, plan.owner, port, context);
        break;
      case 'update': {
        const { wanted, actual } = step;
        await port.writeLink(linkFor(wanted, plan.owner, actual), actual.etag, context.signal);
        context.info(`  changed link of ${wanted.zone} to ${wanted.networkId}`);
        writes += 1;
        break;
      }
      case 'remove':
        await port.removeLink(step.actual, context.signal);
        context.info(`  removed link of ${step.actual.zone} to ${step.actual.networkId}`);
        writes += 1;
        break;
      case 'keep':
      case 'foreign':
        break;
      case 'conflict':
        throw conflict([linkConflict(step.actual, plan.owner)], true);
    }
  }
  return writes;
}

/**
 * Runs a conditional write. Returns the error after which the present state has to be read: somebody else
 * was first, another operation is under way (409), or the answer was lost and nobody knows.
 */
async function attempt(write: () => Promise<void>): Promise<SpokelineError | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (!(error instanceof SpokelineError)) throw error;
    const again =
      error.transient || error.code === 'ARM_PRECONDITION' || error.code === 'ARM_CONFLICT';
    if (!again) throw error;
    return error;
  }
}

async function writeRecord(
  wanted: WantedRecord,
  known: RecordSet | undefined,
  owner: string,
  port: ZonePort,
  context: ApplyContext,
): Promise<number> {
  const { zone, name, addresses } = wanted;
  let actual = known;
  let last: SpokelineError | undefined;
  for (let n = 1; n <= tries; n += 1) {
    const record = recordFor(wanted, owner, actual);
    const etag = actual?.etag;
    last = await attempt(() => port.writeRecord(record, etag, context.signal));
    if (last === undefined) {
      const verb = actual === undefined ? 'created' : 'changed';
      context.info(`  ${verb} ${name} in ${zone}: ${addresses.join(', ')}`);
      return 1;
    }
    if (n > 1) await context.clock.sleep(1_000 * n, context.signal);
    actual = await port.record(zone, name, context.signal);
    const step = recordStep(wanted, owner, actual);
    if (step.kind === 'keep' && last.transient) {
      context.info(`  wrote ${name} in ${zone}: ${addresses.join(', ')} (the answer was lost)`);
      return 1;
    }
    if (step.kind === 'keep' || step.kind === 'foreign') return 0;
    if (step.kind === 'conflict')
      throw conflict([recordConflict(step.actual, addresses, owner)], true);
  }
  throw contested(`record ${name} in ${zone}`, last);
}

async function removeRecord(
  known: RecordSet,
  owner: string,
  port: ZonePort,
  context: ApplyContext,
): Promise<number> {
  let actual = known;
  let last: SpokelineError | undefined;
  for (let n = 1; n <= tries; n += 1) {
    const current = actual;
    last = await attempt(() => port.removeRecord(current, context.signal));
    if (last === undefined) {
      context.info(`  removed ${actual.name} from ${actual.zone}: ${actual.addresses.join(', ')}`);
      return 1;
    }
    if (n > 1) await context.clock.sleep(1_000 * n, context.signal);
    const next = await port.record(actual.zone, actual.name, context.signal);
    // Gone, taken over or changed by somebody else: not ours to remove any more.
    if (next === undefined || next.metadata[ownerKey] !== owner || !isUntouched(next)) return 0;
    actual = next;
  }
  throw contested(`record ${known.name} in ${known.zone}`, last);
}

async function createLink(
  wanted: WantedLink,
  owner: string,
  port: ZonePort,
  context: ApplyContext,
): Promise<number> {
  let last: SpokelineError | undefined;
  for (let n = 1; n <= tries; n += 1) {
    const link = linkFor(wanted, owner);
    last = await attempt(() => port.writeLink(link, undefined, context.signal));
    if (last === undefined) {
      context.info(`  linked ${wanted.zone} to ${wanted.networkId}`);
      return 1;
    }
    if (n > 1) await context.clock.sleep(2_000 * n, context.signal);
    const actual = await port.link(wanted.zone, wanted.name, context.signal);
    if (actual === undefined) continue;
    if (!sameId(actual.networkId, wanted.networkId))
      throw conflict([linkConflict(actual, owner)], true);
    return 0;
  }
  throw contested(`link of ${wanted.zone} to ${wanted.networkId}`, last);
}

function contested(what: string, last: SpokelineError | undefined): SpokelineError {
  const message = `The ${what} could not be written in ${tries} tries: ${last?.message ?? ''}`;
  return new SpokelineError(last?.code ?? 'ARM_PRECONDITION', message, {
    details: last?.details ?? [],
    cause: last,
    ...(last?.correlationId === undefined ? {} : { correlationId: last.correlationId }),
  });
}
