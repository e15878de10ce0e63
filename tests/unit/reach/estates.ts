import type {
  Balancer,
  Endpoint,
  Estate,
  Firewall,
  FirewallRule,
  Gateway,
  Machine,
  Network,
  Peering,
  Route,
  SecurityRule,
  Subnet,
  Zone,
} from '../../../tasks/lib/reach/model.ts';
import { emptyEstate } from '../../../tasks/lib/reach/model.ts';

/**
 * The estate of the worked cases: hub H with a firewall and a gateway to O, spokes A and B, both peered with the
 * hub and not with each other. Cases change parts of it.
 */
export const at = {
  fw: '10.0.1.4',
  h: '10.0.2.4',
  a: '10.1.1.4',
  a2: '10.1.1.5',
  pA: '10.1.2.5',
  b: '10.2.1.4',
  pB: '10.2.2.5',
  o: '192.168.1.9',
  world: '203.0.113.7',
} as const;

type Name = 'h' | 'a' | 'a2' | 'b';
type Half = 'H-A' | 'A-H' | 'H-B' | 'B-H';

export interface Changes {
  networks?: Partial<Record<'H' | 'A' | 'B', Partial<Network>>>;
  subnets?: Record<string, Partial<Subnet>>;
  machines?: Partial<Record<Name, Partial<Machine>>>;
  endpoints?: Partial<Record<'pA' | 'pB', Partial<Endpoint>>>;
  /** Changes of peering halves; null takes one away. */
  peerings?: Partial<Record<Half, Partial<Peering> | null>>;
  firewall?: Partial<Firewall>;
  gateway?: Partial<Gateway>;
  gatewayRoutes?: Route[];
  balancers?: Balancer[];
  zones?: Zone[];
  tags?: Record<string, string[]>;
}

export function estate(changes: Changes = {}): Estate {
  const half = (from: string, to: string): Peering[] => {
    const change = changes.peerings?.[`${from}-${to}` as Half];
    if (change === null) return [];
    return [
      {
        remoteId: to,
        state: 'Connected',
        allowVirtualNetworkAccess: true,
        allowForwardedTraffic: true,
        allowGatewayTransit: from === 'H',
        useRemoteGateways: from !== 'H',
        ...change,
      },
    ];
  };
  const network = (id: 'H' | 'A' | 'B', prefix: string, peerings: Peering[]): Network => ({
    id,
    name: id,
    region: 'westeurope',
    prefixes: [prefix],
    peerings,
    ...changes.networks?.[id],
  });
  const subnet = (id: string, networkId: string, prefix: string): Subnet => ({
    id,
    networkId,
    name: id,
    prefixes: [prefix],
    endpointPolicies: 'Disabled',
    ...changes.subnets?.[id],
  });
  const machine = (name: Name, subnetId: string): Machine => ({
    name,
    address: at[name],
    subnetId,
    groups: [],
    ...changes.machines?.[name],
  });
  const endpoint = (name: 'pA' | 'pB', subnetId: string): Endpoint => ({
    id: name,
    name,
    address: at[name],
    subnetId,
    state: 'Approved',
    groups: [],
    target: `vault-${name}`,
    names: [`${name.toLowerCase()}.vault.azure.net`],
    ...changes.endpoints?.[name],
  });
  const gateway = { prefixes: ['192.168.0.0/16'], bgp: [], ...changes.gateway };
  return {
    ...emptyEstate,
    networks: [
      { ...network('H', '10.0.0.0/16', [...half('H', 'A'), ...half('H', 'B')]), gateway },
      network('A', '10.1.0.0/16', half('A', 'H')),
      network('B', '10.2.0.0/16', half('B', 'H')),
    ],
    subnets: [
      subnet('H/fw', 'H', '10.0.1.0/26'),
      subnet('H/vm', 'H', '10.0.2.0/24'),
      {
        ...subnet('H/GatewaySubnet', 'H', '10.0.3.0/27'),
        ...(changes.gatewayRoutes === undefined ? {} : { routes: changes.gatewayRoutes }),
      },
      subnet('A/vm', 'A', '10.1.1.0/24'),
      subnet('A/pe', 'A', '10.1.2.0/24'),
      subnet('B/vm', 'B', '10.2.1.0/24'),
      subnet('B/pe', 'B', '10.2.2.0/24'),
    ],
    machines: [
      machine('h', 'H/vm'),
      machine('a', 'A/vm'),
      machine('a2', 'A/vm'),
      machine('b', 'B/vm'),
    ],
    endpoints: [endpoint('pA', 'A/pe'), endpoint('pB', 'B/pe')],
    firewalls: [{ name: 'fw', address: at.fw, subnetId: 'H/fw', rules: [], ...changes.firewall }],
    balancers: changes.balancers ?? [],
    zones: [
      { name: 'O', kind: 'on-premises', prefixes: ['192.168.0.0/16'], networkId: 'H' },
      ...(changes.zones ?? []),
    ],
    tags: changes.tags ?? {},
  };
}

type RuleText = Partial<SecurityRule> & Pick<SecurityRule, 'priority' | 'access' | 'direction'>;

function rule(given: RuleText): SecurityRule {
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

export function route(prefix: string, nextHop: string, nextHopAddress?: string): Route {
  const name = `to-${nextHop.toLowerCase()}`;
  return { name, prefix, nextHop, ...(nextHopAddress === undefined ? {} : { nextHopAddress }) };
}

export function toFirewall(prefix: string): Route {
  return route(prefix, 'VirtualAppliance', at.fw);
}

export function firewallRule(
  kind: FirewallRule['kind'],
  more: Partial<FirewallRule> = {},
): FirewallRule {
  return {
    name: kind,
    kind,
    access: 'Allow',
    parent: false,
    groupPriority: 1000,
    priority: 100,
    protocols: ['Tcp'],
    sources: ['*'],
    destinations: ['*'],
    ports: ['*'],
    names: [],
    ...more,
  };
}

/** Firewall with one network rule between the spokes. */
export const aToB = firewallRule('network', {
  sources: ['10.1.0.0/16'],
  destinations: ['10.2.0.0/16'],
});

/** Both spokes' machines send everything to the firewall. */
export const steered: Record<string, Partial<Subnet>> = {
  'A/vm': { routes: [toFirewall('0.0.0.0/0')] },
  'B/vm': { routes: [toFirewall('0.0.0.0/0')] },
};
