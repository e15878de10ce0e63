import { SpokelineError } from '../../errors.ts';
import type { Watcher } from '../follow.ts';
import { outOfTime, pause, seconds, timeIsUp, type Patience } from '../patience.ts';
import type { GroupPort } from './port.ts';

const between = 2_000;

/**
 * Deletes a resource group, shows what is left of it meanwhile, and asks until it is gone. Success is a 404, or
 * the end that Azure reported of a deletion after which the identity may not look any more: rights on a group
 * go with it. Nothing stops a deletion that Azure has taken; a cancelled run says that it goes on.
 */
export async function removeGroup(
  group: GroupPort,
  watcher: Watcher,
  patience: Patience,
): Promise<void> {
  const { clock, signal } = patience;
  const begin = clock.now();
  let deleting = false;
  let seen = true;
  try {
    const state = await group.state(signal);
    if (state === 'gone') return;
    const all = (await group.resources(signal)).length;
    watcher.info(`Deleting resource group ${group.name} with ${all} resources.`);
    deleting = true;
    const left = patience.deadline - clock.now();
    const removal =
      state === 'deleting' ? Promise.resolve() : group.removeGroup(signal, Math.max(left, 1));
    await watched(removal, group, watcher, patience, all);
    seen = await untilGone(group, patience, state === 'present');
  } catch (error) {
    if (!deleting) throw error;
    const late = error instanceof SpokelineError && error.code === 'TIMEOUT';
    if (!signal.aborted && !late) throw error;
    throw goesOn(group, signal.aborted ? 'CANCELLED' : 'TIMEOUT', error);
  }
  watcher.progress(100, 'deleted');
  if (!seen) {
    watcher.info(
      'Azure reported the end of the deletion. It cannot be looked at: the rights of this identity went with the group.',
    );
  }
  watcher.info(`Resource group ${group.name} is gone after ${seconds(clock.now() - begin)}.`);
}

/** Counts what is left while the deletion runs. The counting may fail; the deletion tells. */
async function watched(
  removal: Promise<void>,
  group: GroupPort,
  watcher: Watcher,
  patience: Patience,
  all: number,
): Promise<void> {
  let over = false;
  let shown = all;
  const ended = removal.finally(() => {
    over = true;
  });
  const count = async () => {
    while (!over) {
      await pause(patience, between);
      const left = over ? 0 : (await group.resources(patience.signal)).length;
      if (over || left === shown) continue;
      shown = left;
      watcher.info(`  ${left} of ${all} resources left`);
      watcher.progress(Math.floor(((all - left) / Math.max(all, 1)) * 95), `${left} left`);
    }
  };
  await Promise.all([ended, count().catch(() => undefined)]);
}

/** @returns whether a 404 was seen; else the deletion was followed to its end, and nobody may look now */
async function untilGone(
  group: GroupPort,
  patience: Patience,
  followed: boolean,
): Promise<boolean> {
  for (;;) {
    const state = await group.state(patience.signal).catch((error: unknown) => {
      if (followed && isForbidden(error)) return 'hidden' as const;
      throw error;
    });
    if (state === 'gone' || state === 'hidden') return state === 'gone';
    if (state === 'present') {
      throw new SpokelineError(
        'ARM_CONFLICT',
        `Azure gave up deleting resource group ${group.name}: it is there and not being deleted.`,
        { hint: "See the group's activity log for what refused to go." },
      );
    }
    if (timeIsUp(patience)) throw outOfTime('deleting the resource group', 'it is still there');
    await pause(patience, between);
  }
}

export function isForbidden(error: unknown): error is SpokelineError {
  return error instanceof SpokelineError && error.code === 'ARM_FORBIDDEN';
}

function goesOn(group: GroupPort, code: 'CANCELLED' | 'TIMEOUT', cause: unknown): SpokelineError {
  const why = code === 'CANCELLED' ? 'The run was cancelled' : 'The time given to the task ran out';
  return new SpokelineError(
    code,
    `${why}; Azure goes on deleting resource group ${group.name}, which nothing can stop.`,
    { hint: 'Run the same step again later: it finds the group gone, or goes on waiting.', cause },
  );
}
