import type {
  EndpointName,
  GroupDeployment,
  GroupPort,
  Lock,
} from '../../../tasks/lib/deploy/retire/port.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

export const groupId = '/subscriptions/s/resourceGroups/rg';
export const idOf = (type: string, name: string) => `${groupId}/providers/${type}/${name}`;

/** A resource group in memory. */
export interface FakeGroup extends GroupPort {
  readonly ids: Set<string>;
  /** What holds each id back: it goes only after these, or never. */
  readonly held: Map<string, readonly string[] | 'for ever'>;
  readonly deleted: string[];
  here: boolean;
  lockList: Lock[] | undefined;
  deploymentList: GroupDeployment[];
  names: EndpointName[];
  /** Called before each deletion. */
  onRemove: (id: string) => Promise<void> | void;
}

export function fakeGroup(ids: readonly string[]): FakeGroup {
  const group: FakeGroup = {
    id: groupId,
    name: 'rg',
    ids: new Set(ids),
    held: new Map(),
    deleted: [],
    here: true,
    lockList: [],
    deploymentList: [
      {
        id: idOf('Microsoft.Resources/deployments', 'd'),
        name: 'd',
        state: 'Succeeded',
        ours: true,
      },
    ],
    names: [],
    onRemove: () => {},
    state: () => Promise.resolve(group.here ? 'present' : 'gone'),
    locks: () => Promise.resolve(group.lockList),
    deployments: () => Promise.resolve(group.deploymentList),
    deploymentsAbove: () => Promise.resolve([]),
    madeBy: () => Promise.resolve([...ids]),
    endpointNames: () => Promise.resolve(group.names),
    resources: () => Promise.resolve([...group.ids]),
    async removeGroup() {
      await group.onRemove(group.id);
      group.ids.clear();
      group.here = false;
    },
    async remove(id, signal) {
      await group.onRemove(id);
      signal.throwIfAborted();
      const holders = group.held.get(id) ?? [];
      if (holders === 'for ever' || holders.some((holder) => group.ids.has(holder))) {
        throw new SpokelineError('ARM_CONFLICT', `${id} is in use`);
      }
      group.ids.delete(id);
      group.deleted.push(id);
    },
    exists: (id) => Promise.resolve(group.ids.has(id)),
  };
  return group;
}
