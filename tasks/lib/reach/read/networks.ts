import type { EndpointPolicies, Network, Peering, Route, SecurityRule, Subnet } from '../model.ts';
import { sameId } from '../../net/same-id.ts';
import { parsePorts } from '../ports.ts';
import { readAdminRules } from './admin-rules.ts';
import { readGateway } from './gateways.ts';
import type { Resource, Resources } from './resource.ts';
import {
  bothAt,
  hasUnresolved,
  idAt,
  idsAt,
  isUnresolved,
  lastOf,
  objectAt,
  parentOf,
  textAt,
  textsAt,
  valueAt,
} from './resource.ts';

const networkType = 'Microsoft.Network/virtualNetworks';

/** How ids of networks and subnets are called for people. */
export type Namer = (id: string) => string;

export function readNetworks(resources: Resources, nameOf: Namer): Network[] {
  return resources.ofType(networkType).map((network) => {
    const { id, location, properties } = network;
    const gateway = readGateway(resources, id);
    const adminRules = readAdminRules(resources, id);
    return {
      id,
      name: nameOf(id),
      ...(location === undefined ? {} : { region: location }),
      prefixes: textsAt(objectAt(properties, 'addressSpace'), 'addressPrefixes'),
      peerings: peeringsOf(resources, id),
      ...(gateway === undefined ? {} : { gateway }),
      ...(adminRules === undefined ? {} : { adminRules }),
    };
  });
}

/** Halves that lie in a network; a half of some subnets only is more than is looked at. */
function peeringsOf(resources: Resources, network: string): readonly Peering[] | 'unread' {
  const halves = resources.childrenOf(network, 'virtualNetworkPeerings');
  const whole = halves.every(({ properties }) => properties['peerCompleteVnets'] !== false);
  return whole ? readPeerings(resources, network) : 'unread';
}

export function readPeerings(resources: Resources, network: string): readonly Peering[] {
  return resources
    .childrenOf(network, 'virtualNetworkPeerings')
    .map((peering) => readPeering(resources, network, peering));
}

/** Whether a half knows all prefixes that the network behind it has. */
export function isInSync({ remotePrefixes }: Peering, { properties }: Resource): boolean {
  const present = textsAt(objectAt(properties, 'addressSpace'), 'addressPrefixes');
  return remotePrefixes === undefined || present.every((prefix) => remotePrefixes.includes(prefix));
}

function readPeering(resources: Resources, network: string, { properties }: Resource): Peering {
  const remoteId = idAt(properties, 'remoteVirtualNetwork') ?? '';
  const synced = textsAt(objectAt(properties, 'remoteAddressSpace'), 'addressPrefixes');
  const given = textAt(properties, 'peeringState');
  const other = resources
    .childrenOf(remoteId, 'virtualNetworkPeerings')
    .find((half) => sameId(idAt(half.properties, 'remoteVirtualNetwork') ?? '', network));
  // A predicted half has no state yet, and one that waited for it is connected then.
  const made = other !== undefined && textAt(other.properties, 'peeringState') === undefined;
  const state = given === undefined || (given === 'Initiated' && made) ? 'Connected' : given;
  return {
    remoteId,
    state,
    allowVirtualNetworkAccess: properties['allowVirtualNetworkAccess'] !== false,
    allowForwardedTraffic: properties['allowForwardedTraffic'] === true,
    allowGatewayTransit: properties['allowGatewayTransit'] === true,
    useRemoteGateways: properties['useRemoteGateways'] === true,
    ...(synced.length > 0 && given !== undefined ? { remotePrefixes: synced } : {}),
  };
}

export function readSubnets(resources: Resources, nameOf: Namer): Subnet[] {
  const tables = new Map<string, readonly Route[] | 'unread'>();
  return resources.ofType(`${networkType}/subnets`).map(({ id, properties }) => {
    const table = valueAt(properties, 'routeTable');
    const tableId = idAt(properties, 'routeTable');
    const rules = readRules(resources, valueAt(properties, 'networkSecurityGroup'));
    // Subnets with one table share the array: their routes are worked out once.
    const key = (tableId ?? '').toLowerCase();
    const routes = tables.get(key) ?? readRoutes(resources, table);
    if (routes !== undefined) tables.set(key, routes);
    // https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
    const isPrivate =
      properties['defaultOutboundAccess'] === false && idAt(properties, 'natGateway') === undefined;
    const isolated = resources.get(tableId)?.properties['disableBgpRoutePropagation'] === true;
    return {
      id,
      networkId: parentOf(id),
      name: nameOf(id),
      prefixes: bothAt(properties, 'addressPrefix', 'addressPrefixes'),
      endpointPolicies: policiesOf(properties),
      ...(rules === undefined ? {} : { securityRules: rules }),
      ...(table === undefined || table === null || routes === undefined ? {} : { routes }),
      ...(isolated ? { disableBgpRoutePropagation: true } : {}),
      ...(isPrivate ? { isPrivate } : {}),
    };
  });
}

/** Absent is Disabled in the api-versions in use; older ones had it the other way round. */
function policiesOf(properties: unknown): EndpointPolicies {
  const given = textAt(properties, 'privateEndpointNetworkPolicies');
  const known: EndpointPolicies[] = ['Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'];
  return known.find((policy) => policy.toLowerCase() === given?.toLowerCase()) ?? 'Disabled';
}

/** The rules of the security group that a reference names; undefined where there is none. */
export function readRules(
  resources: Resources,
  reference: unknown,
): readonly SecurityRule[] | 'unread' | undefined {
  if (reference === undefined || reference === null) return undefined;
  const group = resources.get(textAt(reference, 'id'));
  if (group === undefined || isUnresolved(group.properties['securityRules'])) return 'unread';
  const rules = resources.childrenOf(group.id, 'securityRules').map((rule) => readRule(rule));
  return rules.some((rule) => rule === undefined)
    ? 'unread'
    : rules.filter((rule) => rule !== undefined);
}

/** Undefined for a rule of which it is not known yet what it says. */
function readRule({ id, properties }: Resource): SecurityRule | undefined {
  const direction = textAt(properties, 'direction')?.toLowerCase();
  const access = textAt(properties, 'access')?.toLowerCase();
  const rule: SecurityRule = {
    name: lastOf(id),
    priority: Number(properties['priority']),
    direction: direction === 'outbound' ? 'Outbound' : 'Inbound',
    access: access === 'allow' ? 'Allow' : 'Deny',
    protocol: textAt(properties, 'protocol') ?? '*',
    sources: bothAt(properties, 'sourceAddressPrefix', 'sourceAddressPrefixes'),
    destinations: bothAt(properties, 'destinationAddressPrefix', 'destinationAddressPrefixes'),
    sourcePorts: bothAt(properties, 'sourcePortRange', 'sourcePortRanges'),
    destinationPorts: bothAt(properties, 'destinationPortRange', 'destinationPortRanges'),
    sourceGroups: idsAt(properties, 'sourceApplicationSecurityGroups'),
    destinationGroups: idsAt(properties, 'destinationApplicationSecurityGroups'),
  };
  const { description: _description, ...decisive } = properties;
  const ports = [...rule.sourcePorts, ...rule.destinationPorts];
  const known =
    !hasUnresolved(decisive) &&
    Number.isInteger(rule.priority) &&
    ['inbound', 'outbound'].includes(direction ?? '') &&
    ['allow', 'deny'].includes(access ?? '') &&
    ports.every((text) => parsePorts(text) !== undefined);
  return known ? rule : undefined;
}

function readRoutes(
  resources: Resources,
  reference: unknown,
): readonly Route[] | 'unread' | undefined {
  if (reference === undefined || reference === null) return undefined;
  const table = resources.get(textAt(reference, 'id'));
  if (table === undefined || isUnresolved(table.properties['routes'])) return 'unread';
  const routes = resources.childrenOf(table.id, 'routes').map(({ id, properties }) => {
    const address = textAt(properties, 'nextHopIpAddress');
    if (hasUnresolved(properties)) return undefined;
    return {
      name: lastOf(id),
      prefix: textAt(properties, 'addressPrefix') ?? '',
      nextHop: textAt(properties, 'nextHopType') ?? '',
      ...(address === undefined ? {} : { nextHopAddress: address }),
    };
  });
  return routes.some((route) => route === undefined)
    ? 'unread'
    : routes.filter((route) => route !== undefined);
}
