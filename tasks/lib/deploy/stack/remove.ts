import { SpokelineError } from '../../errors.ts';
import type { Resolver } from '../../net/resolve.ts';
import type { Watcher } from '../follow.ts';
import { seconds, type Patience } from '../patience.ts';
import { namesLeft } from '../retire/names.ts';
import {
  isAtOrBelow,
  isOfAnother,
  lockObstacles,
  refuse,
  requireTrafficOff,
  type Obstacle,
} from '../retire/obstacles.ts';
import type { EndpointName, GroupPort } from '../retire/port.ts';
import type { TrafficPort } from '../retire/traffic.ts';
import { ownerTag } from '../start.ts';
import type { OnUnmanage, StackView } from './model.ts';
import { stackLines } from './report.ts';

/** A stack that is to go. */
export interface RemovalPort {
  readonly id: string;
  readonly name: string;
  /** Undefined when there is none. */
  read(signal: AbortSignal): Promise<StackView | undefined>;
  /** The other stacks in the same scope. */
  others(signal: AbortSignal): Promise<readonly StackView[]>;
  /** Deletes the stack and follows that to its end. */
  remove(onUnmanage: OnUnmanage, signal: AbortSignal, timeoutMs: number): Promise<void>;
}

export interface StackRemoval {
  /** `Stamp weu`, for messages. */
  readonly what: string;
  /** Whether it is only asked if the stack may go. */
  readonly onlyAsk: boolean;
  readonly onUnmanage: OnUnmanage;
  /** `<estate>/<stamp>`: a stack that was made for another one stays. */
  readonly owner?: string | undefined;
  readonly stack: RemovalPort;
  /** A resource group that something goes from, which need not be that of the stack. */
  groupOf(at: GroupPlace): Pick<GroupPort, 'id' | 'state' | 'locks' | 'endpointNames'>;
  /** Traffic of those whose resources go. */
  trafficOf(ids: readonly string[]): TrafficPort;
  readonly resolver: Resolver;
}

interface GroupPlace {
  readonly subscription: string;
  readonly resourceGroup: string;
}

export interface Removed {
  readonly deleted: number;
  /** Ids of what the stack managed and leaves behind. */
  readonly left: readonly string[];
}

/**
 * Deletes a stack, with what it manages or without. With it, the traffic has to be off and the names gone first,
 * as for any stamp that goes. Throws RETIRE_REFUSED with every obstacle that was seen, before anything is deleted.
 */
export async function removeStack(
  given: StackRemoval,
  watcher: Watcher,
  patience: Patience,
): Promise<Removed> {
  const { what, onlyAsk, onUnmanage, stack } = given;
  const { signal, clock } = patience;
  const view = await stack.read(signal);
  if (view === undefined) {
    watcher.info(`There is no stack ${stack.name}: nothing is left to delete.`);
    return { deleted: 0, left: [] };
  }
  requireOwn(view, given.owner, what);
  const going = view.managed.filter((id) => goes(id, onUnmanage));
  const left = view.managed.filter((id) => !going.includes(id));
  for (const id of going) watcher.info(`  would be deleted: ${id}`);
  for (const id of left) watcher.info(`  would be detached: ${id}`);
  if (onUnmanage !== 'detachAll') {
    await requireTrafficOff(given.trafficOf(going), what, watcher, signal);
    await requireFree(given, going, patience);
  }
  if (onlyAsk) {
    watcher.info(`Stack ${stack.name} may be deleted.`);
    return { deleted: 0, left: view.managed };
  }
  const begin = clock.now();
  watcher.info(`Deleting stack ${stack.name}.`);
  try {
    await stack.remove(onUnmanage, signal, Math.max(1, patience.deadline - begin));
  } catch (error) {
    throw await whyNot(error, stack, watcher, patience);
  }
  watcher.progress(100, 'deleted');
  watcher.info(`Stack ${stack.name} is gone after ${seconds(clock.now() - begin)}.`);
  return { deleted: going.length, left };
}

function requireOwn({ deployment }: StackView, owner: string | undefined, what: string): void {
  const made = deployment.tags[ownerTag];
  if (owner === undefined || !isOfAnother({ owner: made }, owner)) return;
  const message = `the stack was made for ${made}`;
  refuse([{ code: 'Shared', target: deployment.id, message }], what);
}

function goes(id: string, onUnmanage: OnUnmanage): boolean {
  if (onUnmanage === 'detachAll') return false;
  return onUnmanage === 'deleteAll' || !/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(id);
}

/** Asks in every group that something goes from, and the other stacks. */
async function requireFree(
  { what, stack, groupOf, resolver }: StackRemoval,
  going: readonly string[],
  patience: Patience,
): Promise<void> {
  const { signal } = patience;
  const obstacles: Obstacle[] = shared(await stack.others(signal), going);
  const names: EndpointName[] = [];
  for (const group of groupsOf(going).map(groupOf)) {
    if ((await group.state(signal)) === 'gone') continue;
    obstacles.push(...lockObstacles((await group.locks(signal)) ?? [], group.id, going));
    names.push(...(await group.endpointNames(signal)));
  }
  refuse(obstacles, what);
  const lost = names.filter(({ endpointId }) => going.some((id) => isAtOrBelow(endpointId, id)));
  refuse(
    await namesLeft(lost, resolver, patience, (text) => patience.onDelay(text)),
    what,
    'Run PrivateDns@1 with action: remove for this stamp first.',
  );
}

/**
 * What another stack manages as well: Azure lets several stacks have it, and deletes it with the first.
 * https://github.com/Azure/deployment-stacks/issues/15
 */
function shared(others: readonly StackView[], going: readonly string[]): Obstacle[] {
  return others.flatMap(({ deployment, managed }) =>
    managed
      .filter((own) => going.some((id) => isAtOrBelow(own, id)))
      .map((id): Obstacle => {
        const message = `${id} would go with it, which the stack ${deployment.id} manages as well`;
        return { code: 'Shared', target: deployment.id, message };
      }),
  );
}

/** The resource groups that ids lie in, each once. */
function groupsOf(ids: readonly string[]): GroupPlace[] {
  const found = new Map<string, GroupPlace>();
  for (const id of ids) {
    const [, subscription, resourceGroup] =
      /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(id) ?? [];
    if (subscription === undefined || resourceGroup === undefined) continue;
    found.set(`${subscription}/${resourceGroup}`.toLowerCase(), { subscription, resourceGroup });
  }
  return [...found.values()];
}

/** What the end of a deletion that did not succeed comes to. */
async function whyNot(
  error: unknown,
  stack: RemovalPort,
  watcher: Watcher,
  { signal }: Patience,
): Promise<unknown> {
  const code = error instanceof SpokelineError ? error.code : undefined;
  if (signal.aborted || code === 'TIMEOUT') {
    const why = signal.aborted ? 'The run was cancelled' : 'The time given to the task ran out';
    return new SpokelineError(
      signal.aborted ? 'CANCELLED' : 'TIMEOUT',
      `${why}; Azure goes on deleting stack ${stack.name}, which nothing can stop.`,
      {
        hint: 'Run the same step again later: it finds the stack gone, or tries again.',
        cause: error,
      },
    );
  }
  if (code !== 'ARM_REQUEST' && code !== 'ARM_CONFLICT') return error;
  const view = await stack.read(signal).catch(() => undefined);
  if (view === undefined || view.failed.length === 0) return error;
  for (const line of stackLines(view)) watcher.info(line);
  return new SpokelineError(
    'ARM_CONFLICT',
    `${view.failed.length} resources of stack ${stack.name} refuse to be deleted; the stack stays with them.`,
    {
      details: view.failed.map(({ id, fault }) => ({
        code: fault.code,
        message: fault.message,
        target: id,
      })),
      hint: 'Mend what holds them and run the same step again.',
      cause: error,
    },
  );
}
