import { createHash } from 'node:crypto';
import { isWithin } from '../ids.ts';
import { sameId } from '../json.ts';
import { matches } from '../rbac/access.ts';
import type { Denial } from '../rbac/access.ts';
import type { Principal } from '../server.ts';
import type { DenyMode, DenySettings, Stack } from './record.ts';

// What a mode leaves alone besides the excluded actions.
// https://learn.microsoft.com/rest/api/resources/deployment-stacks/create-or-update-at-resource-group#denysettings
const spared: Readonly<Record<Exclude<DenyMode, 'none'>, readonly string[]>> = {
  denyDelete: ['Microsoft.Authorization/locks/delete'],
  denyWriteAndDelete: ['*/read', 'Microsoft.Authorization/locks/delete'],
};

function forbids({ mode, excludedActions }: DenySettings, action: string): boolean {
  if (mode === 'none') return false;
  if (!matches(mode === 'denyDelete' ? '*/delete' : '*', action)) return false;
  return ![...spared[mode], ...excludedActions].some((pattern) => matches(pattern, action));
}

/** The deny assignment of a stack that forbids an action; what the stack itself does is never forbidden. */
export function denialBy(
  stacks: Iterable<Stack>,
  principal: Principal,
  action: string,
  scope: string,
): Denial | undefined {
  for (const stack of stacks) {
    const { deny } = stack;
    if (!forbids(deny, action) || sameId(principal.stack, stack.id)) continue;
    if (deny.excludedPrincipals.some((excluded) => sameId(excluded, principal.objectId))) continue;
    const resource = stack.resources.find(
      ({ id, denyStatus }) =>
        denyStatus === deny.mode &&
        (sameId(id, scope) || (deny.applyToChildScopes && isWithin(scope, id))),
    );
    if (resource === undefined) continue;
    const id = createHash('sha256').update(resource.id.toLowerCase()).digest('hex').slice(0, 32);
    return {
      id,
      name: `Deny assignment '${id}' created by Deployment Stack '${stack.id}'.`,
      scope: resource.id,
    };
  }
  return undefined;
}
