import { SpokelineError } from '../../errors.ts';
import { hasUnresolved, objectAt, textAt, valueAt } from './resource.ts';
import type { Resource } from './resource.ts';

/**
 * The resources of the JSON text of a Bicep snapshot.
 *
 * @param name the file, for messages
 * @throws SpokelineError TEMPLATE_INVALID for anything else, and for a network resource without a known id
 */
export function resourcesOfSnapshot(snapshot: unknown, name: string): Resource[] {
  const list = valueAt(snapshot, 'predictedResources');
  if (!Array.isArray(list)) {
    throw new SpokelineError('TEMPLATE_INVALID', `${name} holds no predicted resources.`);
  }
  return list.flatMap((item: unknown) => {
    const id = textAt(item, 'id');
    const type = textAt(item, 'type') ?? '';
    if (id === undefined || hasUnresolved(id)) {
      if (!isDecisive(type)) return [];
      const what = textAt(item, 'name') ?? type;
      throw new SpokelineError(
        'TEMPLATE_INVALID',
        `${name}: the id of ${what} (${type}) is known only after a deployment.`,
        { hint: 'Name networks by parameters and constants, or leave the template out.' },
      );
    }
    const location = textAt(item, 'location');
    const sku = valueAt(item, 'sku');
    return [
      {
        id,
        type,
        properties: { ...objectAt(item, 'properties'), ...(sku === undefined ? {} : { sku }) },
        ...(location === undefined ? {} : { location }),
      },
    ];
  });
}

/** Types without which a verdict about the network would be wrong. */
export function isDecisive(type: string): boolean {
  return /^Microsoft\.Network\/(virtualNetworks|networkSecurityGroups|routeTables|privateEndpoints|networkInterfaces|azureFirewalls|firewallPolicies|ipGroups|loadBalancers|privateLinkServices|virtualNetworkGateways|localNetworkGateways|connections|networkManagers)(\/|$)/i.test(
    type,
  );
}
