import { SpokelineError } from '../../errors.ts';
import type { Watcher } from '../follow.ts';
import { pause, seconds, timeIsUp, outOfTime, type Patience } from '../patience.ts';
import { nameOf } from '../resource-id.ts';
import type { GroupPort } from './port.ts';

/** Deletions side by side; the network provider does one change of a network at a time anyway. */
const parallel = 4;
const between = 5_000;
/** Rounds in which nothing goes, before it is taken for final: a network interface may lag behind. */
const patienceRounds = 3;

/** What has to go before the others, and what can only go after them; the rest is in the middle. */
const order: readonly RegExp[] = [
  /^Microsoft\.Network\/privateEndpoints/i,
  /^(?!Microsoft\.Network\/(?:virtualNetworks|networkSecurityGroups|routeTables))/i,
  /^Microsoft\.Network\/virtualNetworks\/./i,
  /^Microsoft\.Network\/(?:networkSecurityGroups|routeTables)/i,
];

/** Ids in waves that are deleted one after the other, children before their parents. */
export function wavesOf(ids: readonly string[]): string[][] {
  const waves: string[][] = order.map(() => []);
  waves.push([]);
  for (const id of ids) {
    const { type } = nameOf(id);
    const rank = order.findIndex((pattern) => pattern.test(type));
    waves[rank < 0 ? order.length : rank]?.push(id);
  }
  const depth = (id: string) => id.split('/').length;
  return waves
    .filter((wave) => wave.length > 0)
    .map((wave) => wave.sort((a, b) => depth(b) - depth(a)));
}

/**
 * Deletes resources in the order that they allow and asks for each until it is gone. What refuses is tried
 * again as long as others go; what stays is named.
 */
export async function removeResources(
  group: GroupPort,
  ids: readonly string[],
  watcher: Watcher,
  patience: Patience,
): Promise<void> {
  const begin = patience.clock.now();
  const gone = new Set<string>();
  const running = new Set<string>();
  const note = (id: string) => {
    gone.add(id);
    watcher.info(`  deleted ${textOf(id)}`);
    watcher.progress(
      Math.floor((gone.size / ids.length) * 95),
      `${gone.size} of ${ids.length} deleted`,
    );
  };
  try {
    for (const wave of wavesOf(ids)) {
      await removeWave({ group, wave, running, note, patience });
    }
  } catch (error) {
    throw left(error, { ids, gone, running, patience });
  }
  watcher.progress(100, 'deleted');
  watcher.info(`${ids.length} resources are gone after ${seconds(patience.clock.now() - begin)}.`);
}

interface Wave {
  readonly group: GroupPort;
  readonly wave: readonly string[];
  readonly running: Set<string>;
  readonly note: (id: string) => void;
  readonly patience: Patience;
}

async function removeWave({ group, wave, running, note, patience }: Wave): Promise<void> {
  let waiting = [...wave];
  for (let idle = 0; waiting.length > 0;) {
    const refused = new Map<string, SpokelineError>();
    const queue = [...waiting];
    const worker = async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        running.add(id);
        const error = await tryRemove(group, id, patience);
        running.delete(id);
        if (error === undefined) note(id);
        else refused.set(id, error);
      }
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    idle = refused.size === waiting.length ? idle + 1 : 0;
    waiting = [...refused.keys()];
    if (waiting.length === 0) return;
    const forbidden = [...refused.values()].every(({ code }) => code === 'ARM_FORBIDDEN');
    if (forbidden || idle >= patienceRounds) throw stays(refused);
    if (timeIsUp(patience)) throw outOfTime('deleting resources', `${waiting.length} are left`);
    await pause(patience, between);
  }
}

/** Undefined when it is gone, else why it stays for now. Throws what trying again cannot change. */
async function tryRemove(
  group: GroupPort,
  id: string,
  patience: Patience,
): Promise<SpokelineError | undefined> {
  const { signal, deadline, clock } = patience;
  try {
    await group.remove(id, signal, Math.max(1, deadline - clock.now()));
    if (!(await group.exists(id, signal))) return undefined;
    return new SpokelineError('ARM_CONFLICT', `Azure still shows ${id}.`);
  } catch (error) {
    const refusal =
      error instanceof SpokelineError && /^ARM_(?:CONFLICT|FORBIDDEN|REQUEST)$/.test(error.code);
    if (!refusal || signal.aborted) throw error;
    return error;
  }
}

function stays(refused: ReadonlyMap<string, SpokelineError>): SpokelineError {
  const forbidden = [...refused.values()].find(({ code }) => code === 'ARM_FORBIDDEN');
  const count = refused.size === 1 ? 'One resource refuses' : `${refused.size} resources refuse`;
  return new SpokelineError(
    forbidden === undefined ? 'ARM_CONFLICT' : 'ARM_FORBIDDEN',
    `${count} to be deleted; what went before is gone.`,
    {
      details: [...refused].map(([target, error]) => ({
        target,
        message: error.details[0]?.message ?? error.message,
        ...(error.details[0]?.code === undefined ? {} : { code: error.details[0].code }),
      })),
      hint:
        forbidden?.hint ??
        'Something outside the deployment holds them. Mend that and run the same step again.',
    },
  );
}

interface Progress {
  readonly ids: readonly string[];
  readonly gone: ReadonlySet<string>;
  readonly running: ReadonlySet<string>;
  readonly patience: Patience;
}

/** For a run that ends early: what went, and what goes on. */
function left(error: unknown, { ids, gone, running, patience }: Progress): unknown {
  const cancelled = patience.signal.aborted;
  const late = error instanceof SpokelineError && error.code === 'TIMEOUT';
  if (!cancelled && !late) return error;
  const why = cancelled ? 'The run was cancelled' : 'The time given to the task ran out';
  const onward =
    running.size === 0 ? '' : `; Azure goes on deleting ${[...running].map(textOf).join(', ')}`;
  return new SpokelineError(
    cancelled ? 'CANCELLED' : 'TIMEOUT',
    `${why}; ${gone.size} of ${ids.length} resources are gone${onward}.`,
    { hint: 'Run the same step again: it deletes what is left.', cause: error },
  );
}

function textOf(id: string): string {
  const { type, name } = nameOf(id);
  return `${type} ${name}`;
}
