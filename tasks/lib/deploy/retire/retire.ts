import { SpokelineError } from '../../errors.ts';
import type { Resolver } from '../../net/resolve.ts';
import type { Watcher } from '../follow.ts';
import type { Patience } from '../patience.ts';
import { nameOf } from '../resource-id.ts';
import { namesLeft } from './names.ts';
import {
  deploymentObstacles,
  foreignObstacles,
  isAtOrBelow,
  isOfAnother,
  lockObstacles,
  neighbourObstacles,
  refuse,
  requireTrafficOff,
} from './obstacles.ts';
import type { GroupDeployment, GroupPort } from './port.ts';
import { isForbidden, removeGroup } from './remove-group.ts';
import { removeResources } from './remove-resources.ts';
import type { TrafficPort } from './traffic.ts';

/** `nothing` only asks whether the rest would be allowed, but for names, which go later. */
export type DeleteWhat = 'nothing' | 'deployment' | 'resourceGroup';

export interface Retirement {
  /** `stamp weu`, for messages. */
  readonly what: string;
  readonly delete: DeleteWhat;
  /** Only what this deployment made; else what all deployments of the task in the group made. */
  readonly deploymentName?: string | undefined;
  /** Whose deployments go, `<estate>/<stamp>`; absent for a group that is named, where all do. */
  readonly owner?: string | undefined;
  /** What else the topology has in the group, in words. */
  readonly neighbours?: readonly string[];
  readonly group: GroupPort;
  readonly traffic: TrafficPort;
  readonly resolver: Resolver;
}

/** What came of it. */
export interface Retired {
  readonly deleted: number;
  /** Ids of resources that stay in the group. */
  readonly left: readonly string[];
}

/**
 * Takes a stamp away in the order that users do not notice: its traffic has to be off and its names gone, then
 * its resources go. Throws RETIRE_REFUSED with every obstacle that was seen, before anything is deleted.
 */
export async function retire(
  { what, group, traffic, resolver, ...given }: Retirement,
  watcher: Watcher,
  patience: Patience,
): Promise<Retired> {
  const { signal } = patience;
  await requireTrafficOff(traffic, what, watcher, signal);
  const state = await group.state(signal).catch((error: unknown) => {
    throw isForbidden(error) ? mayBeGone(error) : error;
  });
  if (state === 'gone') {
    watcher.info(`There is no resource group ${group.name}: nothing is left to delete.`);
    return { deleted: 0, left: [] };
  }
  const all = given.delete !== 'deployment';
  const deployments = await group.deployments(signal);
  const wanted = all ? [] : await wantedOf(group, deployments, given, watcher, signal);
  if (given.owner !== undefined) refuse(foreignObstacles(wanted, given.owner), what);
  const going = await madeIn(group, wanted, signal);
  const locks = await group.locks(signal);
  if (locks === undefined) watcher.info('Locks cannot be read by this identity; Azure obeys them.');
  // A group that is being deleted already refuses nothing more.
  if (state === 'present') {
    // Of a stamp, the whole group goes only where nobody else is in it.
    const alone = given.delete === 'resourceGroup' ? given.owner : undefined;
    refuse(
      [
        ...(alone === undefined
          ? []
          : neighbourObstacles(group.id, given.neighbours ?? [], deployments, alone)),
        ...lockObstacles(locks ?? [], group.id, all ? 'everything' : going),
        ...deploymentObstacles(deployments),
      ],
      what,
      alone === undefined ? undefined : withoutNeighbours,
    );
  }
  if (given.delete === 'nothing') {
    watcher.info(`${what} may be deleted, once its names are gone.`);
    return { deleted: 0, left: await group.resources(signal) };
  }
  const names = (await group.endpointNames(signal)).filter(
    ({ endpointId }) => all || going.some((id) => isAtOrBelow(endpointId, id)),
  );
  refuse(
    await namesLeft(names, resolver, patience, (text) => watcher.info(text)),
    what,
    'Run PrivateDns@1 with action: remove for this stamp first.',
  );
  if (all) {
    const before = await group.resources(signal);
    await removeGroup(group, watcher, patience);
    softDeleted(before, watcher);
    return { deleted: before.length, left: [] };
  }
  if (going.length === 0) {
    watcher.info(
      `No deployment of this task is known to have made anything in ${group.name}: nothing to delete.`,
    );
  } else {
    watcher.info(`Deleting ${going.length} resources of ${group.name}.`);
    await removeResources(group, going, watcher, patience);
    softDeleted(going, watcher);
  }
  return { deleted: going.length, left: await group.resources(signal) };
}

const withoutNeighbours =
  'Where others are in the group, delete what the deployments of the stamp made (deleteWhat: deployment); ' +
  'target: resourceGroup deletes the group of whomever it is.';

/** Rights on a group go with it, so that a missing right may mean that nothing is left to delete. */
function mayBeGone(error: SpokelineError): SpokelineError {
  return new SpokelineError(error.code, error.message, {
    details: error.details,
    hint:
      `${error.hint ?? ''} If the group was deleted, the rights that the identity had on it went with it: ` +
      'a right to read at the subscription tells.',
    ...(error.correlationId === undefined ? {} : { correlationId: error.correlationId }),
    cause: error,
  });
}

/** Types that Azure keeps for a while, under their names, after they were deleted. */
const keptTypes =
  /^Microsoft\.(?:KeyVault\/(?:vaults|managedHSMs)|AppConfiguration\/configurationStores|CognitiveServices\/accounts|ApiManagement\/service)$/i;

/** The next stamp of the same names meets these. */
function softDeleted(ids: readonly string[], watcher: Watcher): void {
  for (const { type, name } of ids.map(nameOf)) {
    if (!keptTypes.test(type)) continue;
    watcher.info(`  ${type} ${name} can be recovered, and keeps its name until it is purged.`);
  }
}

/**
 * The deployments whose resources go, in the group and in its subscription. An identity that may not list the
 * latter is told what stays, or, where nothing else is known, which right is missing: nothing is no answer then.
 */
async function wantedOf(
  group: GroupPort,
  inGroup: readonly GroupDeployment[],
  {
    deploymentName,
    owner,
    neighbours = [],
  }: Pick<Retirement, 'deploymentName' | 'owner' | 'neighbours'>,
  watcher: Watcher,
  signal: AbortSignal,
): Promise<readonly GroupDeployment[]> {
  const isWanted = (deployment: GroupDeployment) => {
    const { name, ours, owner: whose } = deployment;
    if (deploymentName !== undefined) return name.toLowerCase() === deploymentName.toLowerCase();
    if (owner !== undefined && isOfAnother(deployment, owner)) return false;
    // Where others are at home as well, one that does not say whose it is may be theirs.
    return ours && (whose !== undefined || neighbours.length === 0);
  };
  const wanted = inGroup.filter(isWanted);
  try {
    return [...wanted, ...(await group.deploymentsAbove(signal)).filter(isWanted)];
  } catch (error) {
    if (!isForbidden(error) || wanted.length === 0) throw error;
    watcher.info(
      `This identity may not list the subscription's deployments: what one of these made in ${group.name} stays.`,
    );
    return wanted;
  }
}

/** What the deployments wrote into the group and is still there, each once. */
async function madeIn(
  group: GroupPort,
  deployments: readonly GroupDeployment[],
  signal: AbortSignal,
): Promise<string[]> {
  const ids = new Map<string, string>();
  for (const deployment of deployments) {
    for (const id of await group.madeBy(deployment, signal)) {
      if (isAtOrBelow(id, `${group.id}/providers`)) ids.set(id.toLowerCase(), id);
    }
  }
  const present: string[] = [];
  for (const id of ids.values()) if (await group.exists(id, signal)) present.push(id);
  return present;
}
