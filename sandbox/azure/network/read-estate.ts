import type { Resource, ResourceReader } from '../arm/store.ts';
import type {
  Endpoint,
  EndpointPolicies,
  Estate,
  Firewall,
  Interface,
  Peering,
  Route,
  SecurityRule,
  Subnet,
  VirtualNetwork,
} from './estate.ts';
import { field, idOf, list, text, texts } from './fields.ts';

const network = 'Microsoft.Network/virtualNetworks';

/** The reachability model of what the store holds now. Resources of other kinds do not matter to it. */
export function readEstate(store: ResourceReader): Estate {
  return {
    networks: store.list(network).map((found) => readNetwork(store, found)),
    subnets: store.list(`${network}/subnets`).map((found) => readSubnet(store, found)),
    interfaces: readInterfaces(store),
    endpoints: readEndpoints(store).map(({ endpoint }) => endpoint),
    firewalls: store.list('Microsoft.Network/azureFirewalls').flatMap(readFirewall),
  };
}

/** A private endpoint's address, and what is behind it. */
export interface PublishedEndpoint {
  endpoint: Endpoint;
  id: string;
  /** Resource id of what the endpoint leads to. */
  targetId: string;
  groupId: string;
  /** Public names that belong to this one address. */
  names: string[];
}

export function readEndpoints(store: ResourceReader): PublishedEndpoint[] {
  return store.list('Microsoft.Network/privateEndpoints').flatMap((resource) => {
    const { properties } = resource;
    const connection = [
      ...list(properties, 'privateLinkServiceConnections'),
      ...list(properties, 'manualPrivateLinkServiceConnections'),
    ][0];
    const connected = field(connection, 'properties');
    const groups = list(properties, 'applicationSecurityGroups').flatMap((group) =>
      idOf(group) === undefined ? [] : [idOf(group) ?? ''],
    );
    return configurations(store, resource).map(({ address, subnetId, link }) => ({
      endpoint: {
        address,
        subnetId,
        state: text(field(connected, 'privateLinkServiceConnectionState'), 'status') ?? 'Pending',
        groups,
        ports: [443],
      },
      id: resource.id,
      targetId: text(connected, 'privateLinkServiceId') ?? '',
      groupId: text(link, 'groupId') ?? texts(connected, 'groupIds')[0] ?? '',
      names: texts(link, 'fqdns').map((name) => name.toLowerCase()),
    }));
  });
}

function configurations(
  store: ResourceReader,
  endpoint: Resource,
): { address: string; subnetId: string; link: unknown }[] {
  return list(endpoint.properties, 'networkInterfaces').flatMap((reference) => {
    const card = store.get(idOf(reference) ?? '');
    return list(card?.properties, 'ipConfigurations').flatMap((configuration) => {
      const properties = field(configuration, 'properties');
      const address = text(properties, 'privateIPAddress');
      const subnetId = idOf(field(properties, 'subnet')) ?? idOf(endpoint.properties['subnet']);
      if (address === undefined || subnetId === undefined) return [];
      return [{ address, subnetId, link: field(properties, 'privateLinkConnectionProperties') }];
    });
  });
}

function readNetwork(store: ResourceReader, found: Resource): VirtualNetwork {
  return {
    id: found.id,
    prefixes: texts(field(found.properties, 'addressSpace'), 'addressPrefixes'),
    peerings: store.list(`${network}/virtualNetworkPeerings`, found.id).map(readPeering),
  };
}

function readPeering({ properties }: Resource): Peering {
  const remote = texts(field(properties, 'remoteAddressSpace'), 'addressPrefixes');
  return {
    remoteId: idOf(properties['remoteVirtualNetwork']) ?? '',
    state: text(properties, 'peeringState') ?? 'Initiated',
    allowVirtualNetworkAccess: properties['allowVirtualNetworkAccess'] !== false,
    allowForwardedTraffic: properties['allowForwardedTraffic'] === true,
    ...(remote.length > 0 ? { remotePrefixes: remote } : {}),
  };
}

function readSubnet(store: ResourceReader, found: Resource): Subnet {
  const { properties } = found;
  const prefix = text(properties, 'addressPrefix');
  const group = idOf(properties['networkSecurityGroup']);
  const table = idOf(properties['routeTable']);
  return {
    id: found.id,
    networkId: found.id.replace(/\/subnets\/[^/]+$/i, ''),
    prefixes: prefix === undefined ? texts(properties, 'addressPrefixes') : [prefix],
    endpointPolicies: policies(text(properties, 'privateEndpointNetworkPolicies')),
    ...(group === undefined ? {} : { securityRules: readRules(store, group) }),
    ...(table === undefined ? {} : { routes: readRoutes(store, table) }),
  };
}

/** Absent means Disabled in the api-versions in use; older ones had it the other way round. */
function policies(given: string | undefined): EndpointPolicies {
  switch (given) {
    case 'Enabled':
    case 'NetworkSecurityGroupEnabled':
    case 'RouteTableEnabled':
      return given;
    case 'Disabled':
    case undefined:
      return 'Disabled';
    default:
      throw new Error(`privateEndpointNetworkPolicies '${given}' is not known to the network`);
  }
}

function readRules(store: ResourceReader, id: string): SecurityRule[] {
  return list(store.get(id)?.properties, 'securityRules').map((rule) => {
    const properties = field(rule, 'properties');
    return {
      name: text(rule, 'name') ?? '',
      priority: Number(field(properties, 'priority')),
      direction:
        text(properties, 'direction')?.toLowerCase() === 'outbound' ? 'Outbound' : 'Inbound',
      access: text(properties, 'access')?.toLowerCase() === 'allow' ? 'Allow' : 'Deny',
      protocol: text(properties, 'protocol') ?? '*',
      sources: both(properties, 'sourceAddressPrefix', 'sourceAddressPrefixes'),
      destinations: both(properties, 'destinationAddressPrefix', 'destinationAddressPrefixes'),
      sourcePorts: both(properties, 'sourcePortRange', 'sourcePortRanges'),
      destinationPorts: both(properties, 'destinationPortRange', 'destinationPortRanges'),
      sourceGroups: ids(properties, 'sourceApplicationSecurityGroups'),
      destinationGroups: ids(properties, 'destinationApplicationSecurityGroups'),
    };
  });
}

/** ARM has a singular and a plural property for each; a rule may use either. */
function both(properties: unknown, singular: string, plural: string): string[] {
  const one = text(properties, singular);
  return [...(one === undefined || one === '' ? [] : [one]), ...texts(properties, plural)];
}

function ids(properties: unknown, key: string): string[] {
  return list(properties, key).flatMap((item) => {
    const id = idOf(item);
    return id === undefined ? [] : [id];
  });
}

function readRoutes(store: ResourceReader, id: string): Route[] {
  return list(store.get(id)?.properties, 'routes').map((route) => {
    const properties = field(route, 'properties');
    const address = text(properties, 'nextHopIpAddress');
    return {
      name: text(route, 'name') ?? '',
      prefix: text(properties, 'addressPrefix') ?? '',
      nextHop: text(properties, 'nextHopType') ?? '',
      ...(address === undefined ? {} : { nextHopAddress: address }),
    };
  });
}

function readInterfaces(store: ResourceReader): Interface[] {
  return store.list('Microsoft.Network/networkInterfaces').flatMap((card) => {
    if (field(card.properties, 'privateEndpoint') !== undefined) return [];
    const group = idOf(card.properties['networkSecurityGroup']);
    return list(card.properties, 'ipConfigurations').flatMap((configuration) => {
      const properties = field(configuration, 'properties');
      if (field(properties, 'privateLinkConnectionProperties') !== undefined) return [];
      const address = text(properties, 'privateIPAddress');
      const subnetId = idOf(field(properties, 'subnet'));
      if (address === undefined || subnetId === undefined) return [];
      const rules = group === undefined ? {} : { securityRules: readRules(store, group) };
      return [
        { address, subnetId, ...rules, groups: ids(properties, 'applicationSecurityGroups') },
      ];
    });
  });
}

function readFirewall({ properties }: Resource): Firewall[] {
  const ruled =
    idOf(properties['firewallPolicy']) !== undefined ||
    ['networkRuleCollections', 'applicationRuleCollections', 'natRuleCollections'].some(
      (key) => list(properties, key).length > 0,
    );
  return list(properties, 'ipConfigurations').flatMap((configuration) => {
    const inner = field(configuration, 'properties');
    const address = text(inner, 'privateIPAddress');
    const subnetId = idOf(field(inner, 'subnet'));
    if (address === undefined || subnetId === undefined) return [];
    return [{ address, subnetId, rules: ruled ? ('unknown' as const) : [] }];
  });
}
