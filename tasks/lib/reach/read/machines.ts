import type { Balancer, BalancerRule, Endpoint, Machine, Provider, Subnet } from '../model.ts';
import { sameId } from '../model.ts';
import { frontOf, publicFrontEnds } from './front-ends.ts';
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

interface Configuration {
  readonly address?: string;
  readonly subnetId: string;
  readonly properties: unknown;
}

/** The addresses of a network interface; one that is not handed out yet is undefined. */
function configurationsOf(properties: unknown): Configuration[] {
  return listAt(properties, 'ipConfigurations').flatMap((configuration) => {
    const inner = objectAt(configuration, 'properties');
    const address = textAt(inner, 'privateIPAddress');
    const subnetId = idAt(inner, 'subnet');
    const six = /^IPv6$/i.test(textAt(inner, 'privateIPAddressVersion') ?? '');
    if (subnetId === undefined || six) return [];
    const known = address !== undefined && !isUnresolved(address);
    return [{ subnetId, properties: inner, ...(known ? { address } : {}) }];
  });
}

export function readMachines(resources: Resources): Machine[] {
  const fronts = publicFrontEnds(resources);
  return resources.ofType('Microsoft.Network/networkInterfaces').flatMap((card) => {
    const { properties } = card;
    if (valueAt(properties, 'privateEndpoint') !== undefined) return [];
    const rules = readRules(resources, valueAt(properties, 'networkSecurityGroup'));
    return configurationsOf(properties).flatMap((configuration): Machine[] => {
      if (valueAt(configuration.properties, 'privateLinkConnectionProperties') !== undefined)
        return [];
      const outside = idAt(configuration.properties, 'publicIPAddress');
      const front = frontOf(configuration, fronts);
      return [
        {
          name: lastOf(card.id),
          ...(configuration.address === undefined ? {} : { address: configuration.address }),
          subnetId: configuration.subnetId,
          groups: idsAt(configuration.properties, 'applicationSecurityGroups'),
          ...(rules === undefined ? {} : { securityRules: rules }),
          ...(outside === undefined ? {} : { publicAddress: lastOf(outside) }),
          ...(front === undefined ? {} : { publicFrontEnd: front }),
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

/** Internal front ends; a public one is no place in a network. */
export function readBalancers(resources: Resources): Balancer[] {
  return resources.ofType('Microsoft.Network/loadBalancers').flatMap(({ id, properties }) => {
    const sku = textAt(objectAt(properties, 'sku'), 'name') === 'Basic' ? 'Basic' : 'Standard';
    return listAt(properties, 'frontendIPConfigurations').flatMap((front): Balancer[] => {
      const inner = objectAt(front, 'properties');
      const address = textAt(inner, 'privateIPAddress');
      const subnetId = idAt(inner, 'subnet');
      if (address === undefined || subnetId === undefined || isUnresolved(address)) return [];
      const own = `${id}/frontendIPConfigurations/${textAt(front, 'name') ?? ''}`;
      const isOwn = (rule: unknown) =>
        sameId(idAt(objectAt(rule, 'properties'), 'frontendIPConfiguration') ?? '', own);
      const rules = listAt(properties, 'loadBalancingRules')
        .filter(isOwn)
        .map((rule) => readBalancerRule(resources, properties, objectAt(rule, 'properties')));
      const translations = listAt(properties, 'inboundNatRules')
        .filter(isOwn)
        .map((rule) => readTranslation(resources, id, rule));
      return [{ name: lastOf(id), address, subnetId, sku, rules: [...rules, ...translations] }];
    });
  });
}

/** An inbound NAT rule: one port of the front end leads to one machine. */
function readTranslation(resources: Resources, balancer: string, rule: unknown): BalancerRule {
  const id = `${balancer}/inboundNatRules/${textAt(rule, 'name') ?? ''}`;
  const inner = objectAt(rule, 'properties');
  return {
    protocol: textAt(inner, 'protocol') ?? 'All',
    frontPort: Number(valueAt(inner, 'frontendPort')),
    backPort: Number(valueAt(inner, 'backendPort')),
    backends: membersOf(resources, 'loadBalancerInboundNatRules', id),
  };
}

/** Addresses of interfaces that name a pool or rule as theirs. */
function membersOf(resources: Resources, list: string, id: string): string[] {
  return resources
    .ofType('Microsoft.Network/networkInterfaces')
    .flatMap((card) => configurationsOf(card.properties))
    .filter(({ properties }) => idsAt(properties, list).some((one) => sameId(one, id)))
    .flatMap(({ address }) => address ?? []);
}

function readBalancerRule(resources: Resources, balancer: unknown, rule: unknown): BalancerRule {
  const pool = idAt(rule, 'backendAddressPool') ?? idsAt(rule, 'backendAddressPools')[0] ?? '';
  const members = membersOf(resources, 'loadBalancerBackendAddressPools', pool);
  // A pool of addresses names them itself.
  const named = listAt(resources.get(pool)?.properties, 'loadBalancerBackendAddresses').flatMap(
    (member) => textAt(objectAt(member, 'properties'), 'ipAddress') ?? [],
  );
  const probeId = idAt(rule, 'probe');
  const probe = listAt(balancer, 'probes').find(
    (one) => probeId !== undefined && sameId(textAt(one, 'name') ?? '', lastOf(probeId)),
  );
  const probePort = Number(valueAt(objectAt(probe, 'properties'), 'port'));
  return {
    protocol: textAt(rule, 'protocol') ?? 'All',
    frontPort: Number(valueAt(rule, 'frontendPort')),
    backPort: Number(valueAt(rule, 'backendPort')),
    backends: [...new Set([...members, ...named])],
    ...(Number.isInteger(probePort) ? { probePort } : {}),
  };
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
