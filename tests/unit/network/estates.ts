import type {
  Endpoint,
  Estate,
  Firewall,
  FirewallRule,
  Interface,
  Peering,
  Route,
  SecurityRule,
  Subnet,
  VirtualNetwork,
} from '../../../sandbox/azure/network/estate.ts';

/**
 * The estate of the worked cases: hub H, spokes A and B, both peered with the hub and not with each
 * other. Cases change parts of it.
 */
export const at = {
  fw: '10.0.1.4',
  h: '10.0.2.4',
  a: '10.1.1.4',
  a2: '10.1.1.5',
  pA: '10.1.2.5',
  b: '10.2.1.4',
  pB: '10.2.2.5',
} as const;

export interface Changes {
  subnets?: Record<string, Partial<Subnet>>;
  interfaces?: Record<string, Partial<Interface>>;
  endpoints?: Record<string, Partial<Endpoint>>;
  /** Changes of peering halves, by `A-H`; null takes one away. */
  peerings?: Record<string, Partial<Peering> | null>;
  firewall?: Partial<Firewall>;
}

export function estate(changes: Changes = {}): Estate {
  const half = (from: string, to: string): Peering[] => {
    const change = changes.peerings?.[`${from}-${to}`];
    if (change === null) return [];
    return [
      {
        remoteId: to,
        state: 'Connected',
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
        ...change,
      },
    ];
  };
  const networks: VirtualNetwork[] = [
    { id: 'H', prefixes: ['10.0.0.0/16'], peerings: [...half('H', 'A'), ...half('H', 'B')] },
    { id: 'A', prefixes: ['10.1.0.0/16'], peerings: half('A', 'H') },
    { id: 'B', prefixes: ['10.2.0.0/16'], peerings: half('B', 'H') },
  ];
  const subnet = (id: string, networkId: string, prefix: string): Subnet => ({
    id,
    networkId,
    prefixes: [prefix],
    endpointPolicies: 'Disabled',
    ...changes.subnets?.[id],
  });
  const machine = (name: 'h' | 'a' | 'a2' | 'b', subnetId: string): Interface => ({
    address: at[name],
    subnetId,
    groups: [],
    ...changes.interfaces?.[name],
  });
  const endpoint = (name: 'pA' | 'pB', subnetId: string): Endpoint => ({
    address: at[name],
    subnetId,
    state: 'Approved',
    groups: [],
    ports: [443],
    ...changes.endpoints?.[name],
  });
  return {
    networks,
    subnets: [
      subnet('H/fw', 'H', '10.0.1.0/26'),
      subnet('H/vm', 'H', '10.0.2.0/24'),
      subnet('A/vm', 'A', '10.1.1.0/24'),
      subnet('A/pe', 'A', '10.1.2.0/24'),
      subnet('B/vm', 'B', '10.2.1.0/24'),
      subnet('B/pe', 'B', '10.2.2.0/24'),
    ],
    interfaces: [
      machine('h', 'H/vm'),
      machine('a', 'A/vm'),
      machine('a2', 'A/vm'),
      machine('b', 'B/vm'),
    ],
    endpoints: [endpoint('pA', 'A/pe'), endpoint('pB', 'B/pe')],
    firewalls: [{ address: at.fw, subnetId: 'H/fw', rules: [], ...changes.firewall }],
  };
}

type RuleText = Partial<SecurityRule> & Pick<SecurityRule, 'priority' | 'access' | 'direction'>;

export function rule(given: RuleText): SecurityRule {
  return {
    name: `${given.access}-${String(given.priority)}`,
    protocol: '*',
    sources: ['*'],
    destinations: ['*'],
    sourcePorts: ['*'],
    destinationPorts: ['*'],
    sourceGroups: [],
    destinationGroups: [],
    ...given,
  };
}

export const inbound = (
  priority: number,
  access: 'Allow' | 'Deny',
  more: Partial<SecurityRule> = {},
): SecurityRule => rule({ priority, access, direction: 'Inbound', ...more });

export const outbound = (
  priority: number,
  access: 'Allow' | 'Deny',
  more: Partial<SecurityRule> = {},
): SecurityRule => rule({ priority, access, direction: 'Outbound', ...more });

export function toFirewall(prefix: string): Route {
  return { name: 'to-fw', prefix, nextHop: 'VirtualAppliance', nextHopAddress: at.fw };
}

export function firewallRule(
  kind: FirewallRule['kind'],
  sources: string[],
  destinations: string[],
  ports = ['*'],
): FirewallRule {
  return { kind, access: 'Allow', protocol: 'Tcp', sources, destinations, ports };
}
