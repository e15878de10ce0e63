import { readStack, unmanageActions } from '../deploy/stack/model.ts';
import type { RemovalPort } from '../deploy/stack/remove.ts';
import type { ArmClient } from './arm-client.ts';
import type { DeploymentTarget } from './deploy-target.ts';
import { stackIdOf, stackVersion } from './stack.ts';
import { sameId } from '../net/same-id.ts';

/** A stack over ARM, as far as its deletion needs it. */
export function createStackRemoval(arm: ArmClient, target: DeploymentTarget): RemovalPort {
  const id = stackIdOf(target);
  return {
    id,
    name: target.name,

    async read(signal) {
      const found = await arm.tryGet<unknown>(id, stackVersion, { signal });
      return found === undefined ? undefined : readStack(found.body);
    },

    async others(signal) {
      const all = await arm.list<unknown>(id.slice(0, id.lastIndexOf('/')), stackVersion, {
        signal,
      });
      return all
        .flatMap((stack) => readStack(stack) ?? [])
        .filter(({ deployment }) => !sameId(deployment.id, id));
    },

    async remove(onUnmanage, signal, timeoutMs) {
      const { resources, resourceGroups, managementGroups } = unmanageActions(onUnmanage);
      await arm.delete(id, stackVersion, {
        signal,
        timeoutMs,
        query: {
          'unmanageAction.Resources': resources,
          'unmanageAction.ResourceGroups': resourceGroups,
          'unmanageAction.ManagementGroups': managementGroups,
        },
      });
    },
  };
}
