import { SpokelineError, type ErrorDetail } from '../../errors.ts';
import type { Watcher } from '../follow.ts';
import { isFinal } from '../port.ts';
import type { GroupDeployment, Lock } from './port.ts';
import type { TrafficPort, TrafficSeen } from './traffic.ts';

/** What stands in the way of a deletion. */
export interface Obstacle extends ErrorDetail {
  readonly code:
    'Traffic' | 'Locked' | 'DeploymentActive' | 'RecordPresent' | 'RecordUnknown' | 'Shared';
}

/** Throws one RETIRE_REFUSED with a detail for each obstacle. */
export function refuse(obstacles: readonly Obstacle[], what: string, hint?: string): void {
  if (obstacles.length === 0) return;
  throw new SpokelineError('RETIRE_REFUSED', `${what} may not be deleted; nothing was deleted.`, {
    details: obstacles,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Goes on only without traffic. Throws RETIRE_REFUSED where there is some, or where nobody can tell. */
export async function requireTrafficOff(
  traffic: TrafficPort,
  what: string,
  watcher: Pick<Watcher, 'info'>,
  signal: AbortSignal,
): Promise<void> {
  const seen = await traffic.state(signal);
  refuse(
    trafficObstacles(seen, what),
    what,
    'Move the traffic away, give the stamp weight 0 in the topology, then state it with trafficState: off.',
  );
  watcher.info(`Traffic of ${what} is off: ${seen.because}.`);
}

function trafficObstacles({ state, because }: TrafficSeen, what: string): Obstacle[] {
  if (state === 'off') return [];
  const word = state === 'on' ? 'has traffic' : 'may have traffic';
  return [{ code: 'Traffic', target: what, message: `${what} ${word}: ${because}` }];
}

/** Locks on the group, and those on anything that is to go. */
export function lockObstacles(
  locks: readonly Lock[],
  groupId: string,
  going: readonly string[] | 'everything',
): Obstacle[] {
  return locks
    .filter(({ scope }) => {
      if (going === 'everything' || isAtOrBelow(groupId, scope)) return true;
      return going.some((id) => isAtOrBelow(id, scope) || isAtOrBelow(scope, id));
    })
    .map(({ name, level, scope, notes }) => ({
      code: 'Locked',
      target: scope,
      message: `the lock ${name} (${level}) on ${scope}${notes === '' ? '' : `: ${notes}`}`,
    }));
}

/** Somebody who deploys into the group would make anew what is deleted. */
export function deploymentObstacles(deployments: readonly GroupDeployment[]): Obstacle[] {
  return deployments
    .filter(({ state }) => !isFinal(state))
    .map(({ id, name, state }) => ({
      code: 'DeploymentActive',
      target: id,
      message: `deployment ${name} is ${state}`,
    }));
}

/** Others who have something in a group that is to go as a whole. */
export function neighbourObstacles(
  groupId: string,
  neighbours: readonly string[],
  deployments: readonly GroupDeployment[],
  owner: string,
): Obstacle[] {
  const declared = neighbours.map((title): Obstacle => {
    const message = `${title} of the topology is in this resource group, too`;
    return { code: 'Shared', target: groupId, message };
  });
  return [...declared, ...foreignObstacles(deployments, owner)];
}

/** Others for whom deployments were made, each once. */
export function foreignObstacles(
  deployments: readonly GroupDeployment[],
  owner: string,
): Obstacle[] {
  const others = new Map<string, Obstacle>();
  for (const deployment of deployments) {
    if (!isOfAnother(deployment, owner)) continue;
    const message = `deployment ${deployment.name} was made for ${deployment.owner}`;
    others.set(deployment.owner ?? '', { code: 'Shared', target: deployment.id, message });
  }
  return [...others.values()];
}

/** Whether a deployment or a stack was made for somebody else; what says nothing was not. */
export function isOfAnother(made: { readonly owner?: string | undefined }, owner: string): boolean {
  return made.owner !== undefined && made.owner.toLowerCase() !== owner.toLowerCase();
}

/** Whether an id is another one or lies below it; Azure compares without regard to case. */
export function isAtOrBelow(id: string, above: string): boolean {
  const [own, other] = [id.toLowerCase(), above.toLowerCase()];
  return own === other || own.startsWith(`${other}/`);
}
