import { ArmError } from '../../errors.ts';
import { asObject, asObjects, asText, idAt, sameId, textAt, type Json } from '../../json.ts';
import type { Manager } from '../../manager.ts';
import type { Resource } from '../../store.ts';
import type { LinkGroup } from '../private-link/services.ts';
import { allocate } from './endpoint-addresses.ts';
import { connectionsOf, targetOf } from './endpoint-connections.ts';
import { configurationOf, networkInterface } from './endpoint-interface.ts';
import { renewZoneGroups } from './zone-groups.ts';

const type = 'Microsoft.Network/privateEndpoints';

/** The private endpoints that lead to a resource. */
export function endpointsOf(manager: Manager, targetId: string): Resource[] {
  return manager.store
    .list(type)
    .filter((endpoint) => connectionsOf(endpoint).some((c) => sameId(targetOf(c), targetId)));
}

/** Addresses for the members of a group, in their order: those that an interface has already stay. */
export function addressesFor(
  manager: Manager,
  subnet: Resource,
  group: LinkGroup,
  properties: Json,
  nicId: string,
): string[] {
  const fixed = asObjects(properties['ipConfigurations']).map((c) => asObject(c['properties']));
  const before = asObjects(manager.store.get(nicId)?.properties['ipConfigurations']);
  for (const { memberName } of fixed) {
    if (group.members.some(({ member }) => member === memberName)) continue;
    throw new ArmError(
      400,
      'InvalidPrivateEndpointIpConfiguration',
      `Member name '${String(memberName)}' of the IP configurations is not valid. Valid member names: ` +
        `${group.members.map(({ member }) => member).join(', ')}.`,
    );
  }
  const wanted = group.members.map(({ member }) => {
    const given = fixed.find((configuration) => configuration['memberName'] === member);
    return (
      asText(given?.['privateIPAddress']) ??
      textAt(configurationOf(before, member), 'properties.privateIPAddress')
    );
  });
  return allocate(manager, subnet, wanted, nicId);
}

/** What an endpoint tells whoever registers its names without a zone group. */
export function dnsConfigs(group: LinkGroup, addresses: readonly string[]): Json[] {
  return group.members.flatMap(({ fqdns }, index) =>
    fqdns.map((fqdn) => ({ fqdn, ipAddresses: [addresses[index] ?? ''] })),
  );
}

/**
 * Gives the endpoints of a target the members that it offers from now on.
 * @returns writes them: interfaces, names, and the records of zone groups
 * @throws ArmError SubnetIsFull for any endpoint, before anything is written
 */
export function planMembers(
  manager: Manager,
  target: Resource,
  groups: readonly LinkGroup[],
): () => void {
  const plans = endpointsOf(manager, target.id).flatMap((endpoint) => {
    const [connection] = connectionsOf(endpoint);
    const groupId = asText((asObject(connection?.['properties'])['groupIds'] as unknown[])[0]);
    const group = groups.find((offered) => offered.groupId === groupId);
    const subnet = manager.store.get(idAt(endpoint.properties, 'subnet') ?? '');
    const nicId = asText(asObjects(endpoint.properties['networkInterfaces'])[0]?.['id']) ?? '';
    if (group === undefined || subnet === undefined) return [];
    const addresses = addressesFor(manager, subnet, group, endpoint.properties, nicId);
    return [{ endpoint, group, subnet, nicId, addresses }];
  });
  return () => {
    for (const { endpoint, group, subnet, nicId, addresses } of plans) {
      const { apiVersion, properties } = endpoint;
      manager.store.put(
        networkInterface(manager, nicId, endpoint, subnet.id, group, addresses, apiVersion),
      );
      const customDnsConfigs = dnsConfigs(group, addresses);
      const changed = { ...endpoint, properties: { ...properties, customDnsConfigs } };
      manager.store.put(changed);
      renewZoneGroups(manager, changed);
    }
  };
}
