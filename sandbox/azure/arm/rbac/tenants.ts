import { ArmError } from '../errors.ts';
import { scopeParts, segmentsOf } from '../ids.ts';
import type { Manager } from '../manager.ts';
import type { Principal } from '../server.ts';
import type { Link } from './access.ts';

/**
 * A subscription trusts one tenant, and takes no token of another.
 *
 * @throws ArmError 401 InvalidAuthenticationTokenTenant
 */
export function requireTenant(
  manager: Manager,
  principal: Principal,
  segments: readonly string[],
): void {
  const tenant = tenantOf(manager, segments);
  const own = principal.tenantId ?? manager.tenantId;
  if (tenant === undefined || tenant === own) return;
  throw new ArmError(
    401,
    'InvalidAuthenticationTokenTenant',
    `The access token is from the wrong issuer 'https://sts.windows.net/${own}/'. It must match the tenant ` +
      `'https://sts.windows.net/${tenant}/' associated with this subscription. Please use the authority (URL) ` +
      `'https://login.windows.net/${tenant}' to get the token.`,
  );
}

/**
 * Rights on what a write names elsewhere: in another tenant they are those of the token that came along for it.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/authenticate-multi-tenant
 *
 * @throws ArmError 403 LinkedAuthorizationFailed
 */
export function requireLinked(
  manager: Manager,
  principal: Principal,
  action: string,
  scope: string,
  links: readonly Link[],
): void {
  const own = principal.tenantId ?? manager.tenantId;
  const byTenant = new Map<string, Link[]>();
  for (const link of links) {
    const tenant = tenantOf(manager, segmentsOf(link.scope)) ?? own;
    byTenant.set(tenant, [...(byTenant.get(tenant) ?? []), link]);
  }
  for (const [tenant, there] of byTenant) {
    const known = [principal, ...(principal.auxiliary ?? [])];
    const who = known.find((each) => (each.tenantId ?? manager.tenantId) === tenant);
    if (who !== undefined) {
      manager.access.requireLinks(who, action, scope, there);
      continue;
    }
    const { subscriptionId = '' } = scopeParts(segmentsOf(there[0]?.scope ?? ''));
    throw new ArmError(
      403,
      'LinkedAuthorizationFailed',
      `The client '${principal.clientId}' with object id '${principal.objectId}' has permission to perform action ` +
        `'${action}' on scope '${scope}'; however, the current tenant '${own}' is not authorized to access linked ` +
        `subscription '${subscriptionId}'.`,
    );
  }
}

function tenantOf(manager: Manager, segments: readonly string[]): string | undefined {
  const { subscriptionId } = scopeParts([...segments]);
  return subscriptionId === undefined
    ? undefined
    : manager.subscriptions.get(subscriptionId)?.tenantId;
}
