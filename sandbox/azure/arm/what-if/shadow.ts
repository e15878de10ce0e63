import type { Manager } from '../manager.ts';
import { Operations, type Operation } from '../operations.ts';
import { Access } from '../rbac/access.ts';
import { Resources } from '../resources.ts';
import { Store } from '../store.ts';
import { Subscriptions } from '../subscriptions.ts';

/** Operations that end at once: nobody polls what only might happen. */
class ImmediateOperations extends Operations {
  override start(resourceId: string, finish: () => void): Operation {
    finish();
    const now = new Date(0).toISOString();
    return {
      id: 'what-if',
      resourceId,
      status: 'Succeeded',
      startTime: now,
      endTime: now,
      done: Promise.resolve(),
    };
  }
}

/**
 * A copy of the resource manager whose writes nobody sees. What-if writes into it with the types' own
 * code, so that it says what a deployment then does: which properties a type keeps, defaults or drops is
 * not written down a second time.
 */
export function shadowOf(manager: Manager): Manager {
  const store = new Store();
  const access = new Access(store);
  for (const resource of manager.store.under('/')) store.put(structuredClone(resource));
  const shadow = Object.create(manager) as Manager;
  const own = {
    store,
    access,
    activity: [],
    deletedVaults: new Map(manager.deletedVaults),
    operations: new ImmediateOperations(0, () => manager.now()),
    subscriptions: new Subscriptions(shadow),
    resources: new Resources(shadow),
  };
  for (const [name, value] of Object.entries(own)) Object.defineProperty(shadow, name, { value });
  return shadow;
}
