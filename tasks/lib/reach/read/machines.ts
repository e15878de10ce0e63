import type { Endpoint, Machine, Provider, Subnet } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { leadsTo, publicRules } from './balancers.ts';
import { configurationsOf } from './interfaces.ts';
import { readRules } from './networks.ts';
import type { Resource, Resources } from './resource.ts';
import {
  idAt,
  idsAt,
  isUnresolved,
  lastOf,
  listAt,
  objectAt,
  parentOf,
  textAt,
  textsAt,
  valueAt,
} from './resource.ts';

export function readMachines(resources: Resources): Machine[] {
  const published = publicRules(resources);
  return resources.ofType('Microsoft.Network/networkInterfaces').flatMap((card) => {
    const { properties } = card;
    if (valueAt(properties, 'privateEndpoint') !== undefined) return [];
    const rules = readRules(resources, valueAt(properties, 'networkSecurityGroup'));
    return configurationsOf(properties).flatMap((configuration): Machine[] => {
      if (valueAt(configuration.properties, 'privateLinkConnectionProperties') !== undefined)
        return [];
      const outside = idAt(configuration.properties, 'publicIPAddress');
      const publicly = published
        .filter((rule) => leadsTo(rule, configuration))
        .map(({ balancer, rule }) => ({ balancer, ...rule }));
      return [
        {
          name: lastOf(card.id),
          ...(configuration.address === undefined ? {} : { address: configuration.address }),
          subnetId: configuration.subnetId,
          groups: idsAt(configuration.properties, 'applicationSecurityGroups'),
          ...(rules === undefined ? {} : { securityRules: rules }),
          ...(outside === undefined ? {} : { publicAddress: lastOf(outside) }),
          ...(publicly.length === 0 ? {} : { publicRules: publicly }),
          ...(valueAt(properties, 'enableIPForwarding') === true ? { forwards: true } : {}),
        },
      ];
    });
  });
}

/** Private endpoints; deployed ones with the addresses of their interface. */
export function readEndpoints(resources: Resources): Endpoint[] {
  return resources.ofType('Microsoft.Network/privateEndpoints').flatMap((resource) => {
    const { id, properties } = resource;
    const automatic = listAt(properties, 'privateLinkServiceConnections')[0];
    const manual = listAt(properties, 'manualPrivateLinkServiceConnections')[0];
    const connection = objectAt(automatic ?? manual, 'properties');
    const status = textAt(objectAt(connection, 'privateLinkServiceConnectionState'), 'status');
    const target = textAt(connection, 'privateLinkServiceId') ?? '';
    const provider = readProvider(resources, target);
    const subnetId = idAt(properties, 'subnet');
    if (subnetId === undefined) return [];
    const parts = addressesOf(resources, resource);
    return parts.map(({ address, names }, position) => ({
      id: position === 0 ? id : `${id}#${position}`,
      name: parts.length === 1 ? lastOf(id) : `${lastOf(id)} ${position + 1}`,
      ...(address === undefined ? {} : { address }),
      subnetId,
      // A connection that asks by itself is approved with the rights of who deploys it.
      state: status ?? (automatic === undefined ? 'Pending' : 'Approved'),
      groups: idsAt(properties, 'applicationSecurityGroups'),
      target,
      names,
      ...(provider === undefined ? {} : { provider }),
    }));
  });
}

function addressesOf(
  resources: Resources,
  { properties }: Resource,
): { address?: string; names: string[] }[] {
  const cards = idsAt(properties, 'networkInterfaces').flatMap((id) => resources.get(id) ?? []);
  const found = cards.flatMap((card) =>
    configurationsOf(card.properties).map(({ address, properties: inner }) => ({
      ...(address === undefined ? {} : { address }),
      names: textsAt(objectAt(inner, 'privateLinkConnectionProperties'), 'fqdns'),
    })),
  );
  if (found.length > 0) return found;
  const written = listAt(properties, 'ipConfigurations').flatMap((configuration) => {
    const address = textAt(objectAt(configuration, 'properties'), 'privateIPAddress');
    return address === undefined || isUnresolved(address) ? [] : [{ address, names: [] }];
  });
  return written.length > 0 ? written : [{ names: [] }];
}

function readProvider(resources: Resources, target: string): Provider | undefined {
  const service = resources.get(target);
  if (service?.type.toLowerCase() !== 'microsoft.network/privatelinkservices') return undefined;
  const [nat] = configurationsOf(service.properties);
  const front = idsAt(service.properties, 'loadBalancerFrontendIpConfigurations')[0];
  const balancer = front === undefined ? undefined : resources.get(parentOf(front));
  const frontEnd = listAt(balancer?.properties, 'frontendIPConfigurations').find((configuration) =>
    sameId(lastOf(front ?? ''), textAt(configuration, 'name') ?? ''),
  );
  const address = textAt(objectAt(frontEnd, 'properties'), 'privateIPAddress');
  if (nat?.address === undefined || address === undefined) return undefined;
  return { natAddress: nat.address, subnetId: nat.subnetId, frontEnd: address };
}

/** The subnet's own id, whatever its case is where it is named. */
export function inSubnets<T extends { readonly subnetId: string }>(
  items: readonly T[],
  subnets: readonly Subnet[],
): T[] {
  const known = new Map(subnets.map(({ id }) => [id.toLowerCase(), id]));
  return items.flatMap((item) => {
    const subnetId = known.get(item.subnetId.toLowerCase());
    return subnetId === undefined ? [] : [{ ...item, subnetId }];
  });
}
