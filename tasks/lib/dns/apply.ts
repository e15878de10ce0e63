import {
  attempt,
  contested,
  linkPause,
  linkTries,
  tries,
  type ApplyContext,
  type Journal,
} from './attempt.ts';
import { conflict, linkConflict, recordConflict, setText } from './check.ts';
import { decideUnwanted, decideWanted, isWrite, type RecordStep } from './decide.ts';
import type { Wish, ZonePort } from './model.ts';
import { isOwn, ownerKey, recordFor } from './owner.ts';
import { decideLink, linkFor, type LinkStep } from './plan-links.ts';
import type { Plan } from './plan.ts';
import { sameId } from '../net/same-id.ts';
import { shownValues } from './shown-values.ts';
import { inTurns } from './turns.ts';

/** Record sets that are written at a time; each has its own etag, and a zone takes no part in it. */
const parallel = 4;

/**
 * Carries out a plan; the journal takes down every write. Every write is conditional: whoever else was there
 * between our read and our write is noticed, and then the set is read and decided anew. Records come before
 * links, so that a network that begins to resolve a zone finds the names in it; links are made one after the
 * other, for parallel ones of one network fail.
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/29354
 */
export async function applyPlan(
  plan: Plan,
  port: ZonePort,
  journal: Journal,
  context: ApplyContext,
): Promise<void> {
  const { wish } = plan;
  // What goes comes first: a set that is removed may stand in the way of one of another type.
  const isRemoval = (step: RecordStep) => step.kind === 'remove';
  for (const first of [true, false]) {
    const steps = plan.records.filter((step) => isRemoval(step) === first);
    await inTurns(steps, parallel, async (step) => {
      context.signal.throwIfAborted();
      await settleRecord(step, wish, port, journal, context);
    });
  }
  for (const step of plan.links) {
    context.signal.throwIfAborted();
    await settleLink(step, wish.owner, port, journal, context);
  }
}

async function settleRecord(
  first: RecordStep,
  wish: Wish,
  port: ZonePort,
  journal: Journal,
  context: ApplyContext,
): Promise<void> {
  const set = 'wanted' in first ? first.wanted : first.actual;
  // After a write that met somebody else, the wish counts, not what the first look made of it.
  const wanted = wish.records.find(
    (w) => w.zone === set.zone && w.name === set.name && w.type === set.type,
  );
  const what = setText(set);
  const lookAgain = async (): Promise<RecordStep | undefined> => {
    const actual = await port.record(set, context.signal);
    if (wanted !== undefined) return decideWanted(wanted, wish, actual);
    // Gone, or taken over by somebody else: not ours to remove any more.
    return actual !== undefined && isOwn(actual, wish.owner)
      ? decideUnwanted(actual, wish)
      : undefined;
  };
  const isPlanned = 'actual' in first && first.actual?.planned !== undefined;
  let step = isPlanned ? await lookAgain() : first;
  let last: Awaited<ReturnType<typeof attempt>>;
  for (let n = 1; n <= tries; n += 1) {
    if (step === undefined) return;
    if (step.kind === 'conflict') {
      throw conflict([recordConflict(step.actual, step.wanted.values, wish.owner)], true);
    }
    if (!isWrite(step)) {
      if (step.kind === 'keep' && last?.transient === true) {
        const values = shownValues(set.type, step.wanted.values);
        journal.wrote(`wrote ${what}: ${values} (the answer was lost)`);
      }
      return;
    }
    const write = step;
    last = await journal.write(what, () =>
      attempt(() => writeRecord(write, wish.owner, port, context.signal)),
    );
    if (last === undefined) {
      journal.wrote(sentenceOf(write));
      return;
    }
    if (n > 1) await context.clock.sleep(1_000 * n, context.signal);
    step = await lookAgain();
  }
  throw contested(what, last);
}

type WriteStep = Extract<RecordStep, { kind: 'create' | 'update' | 'adopt' | 'remove' }>;

async function writeRecord(
  step: WriteStep,
  owner: string,
  port: ZonePort,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'create':
      return port.writeRecord(recordFor(step.wanted, owner), undefined, signal);
    case 'update':
    case 'adopt':
      return port.writeRecord(recordFor(step.wanted, owner, step.actual), step.actual.etag, signal);
    case 'remove':
      return port.removeRecord(step.actual, signal);
  }
}

function sentenceOf(step: WriteStep): string {
  const verbs = { create: 'created', update: 'changed', adopt: 'adopted', remove: 'removed' };
  const set = step.kind === 'remove' ? step.actual : step.wanted;
  return `${verbs[step.kind]} ${setText(set)}: ${shownValues(set.type, set.values)}`;
}

async function settleLink(
  first: LinkStep,
  owner: string,
  port: ZonePort,
  journal: Journal,
  context: ApplyContext,
): Promise<void> {
  const { zone, networkId } = first.kind === 'remove' ? first.actual : first.wanted;
  const what = `link of ${zone} to ${networkId}`;
  let step: LinkStep | undefined = first;
  let last: Awaited<ReturnType<typeof attempt>>;
  let made = 0;
  for (let others = 0; made < linkTries && others < tries;) {
    switch (step?.kind) {
      case 'conflict':
        throw conflict([linkConflict(step.actual, owner)], true);
      case 'keep':
        if (last?.transient === true) journal.wrote(`wrote ${what} (the answer was lost)`);
        return;
      case undefined:
      case 'foreign':
        return;
      case 'create':
      case 'update':
      case 'remove':
        break;
    }
    const write: LinkWrite = step;
    last = await journal.write(what, () =>
      attempt(() => writeLink(write, owner, port, context.signal)),
    );
    if (last === undefined) {
      const verbs = { create: 'made', update: 'changed', remove: 'removed' };
      journal.wrote(`${verbs[write.kind]} ${what}`);
      return;
    }
    made += 1;
    if (last.code !== 'ARM_CONFLICT') others += 1;
    await context.clock.sleep(linkPause(made), context.signal);
    step = await lookAgainAtLink(write, owner, port, context.signal);
  }
  throw contested(what, last, made);
}

type LinkWrite = Extract<LinkStep, { kind: 'create' | 'update' | 'remove' }>;

async function writeLink(
  step: LinkWrite,
  owner: string,
  port: ZonePort,
  signal: AbortSignal,
): Promise<void> {
  switch (step.kind) {
    case 'create':
      return port.writeLink(linkFor(step.wanted, owner), undefined, signal);
    case 'update':
      return port.writeLink(linkFor(step.wanted, owner, step.actual), step.actual.etag, signal);
    case 'remove':
      return port.removeLink(step.actual, signal);
  }
}

/** What is to be done after somebody else changed the link; nothing when it is gone or no longer ours. */
async function lookAgainAtLink(
  step: LinkWrite,
  owner: string,
  port: ZonePort,
  signal: AbortSignal,
): Promise<LinkStep | undefined> {
  const { zone } = step.kind === 'remove' ? step.actual : step.wanted;
  const present = await port.links(zone, signal);
  if (step.kind !== 'remove') return decideLink(step.wanted, owner, present);
  const actual = present.find((link) => sameId(link.name, step.actual.name));
  return actual?.tags[ownerKey] === owner ? { kind: 'remove', actual } : undefined;
}
