import { emptyEstate } from '../../tasks/lib/reach/model.ts';
import type {
  Endpoint,
  Estate,
  Network,
  Peering,
  Route,
  SecurityRule,
  Subnet,
} from '../../tasks/lib/reach/model.ts';

const names = ['application', 'ingress', 'egress', 'endpoints', 'data'];

function rule(
  name: string,
  priority: number,
  access: 'Allow' | 'Deny',
  source: string,
  destination: string,
  port: string,
): SecurityRule {
  return {
    name,
    priority,
    direction: 'Inbound',
    access,
    protocol: access === 'Allow' ? 'Tcp' : '*',
    sources: [source],
    destinations: [destination],
    sourcePorts: ['*'],
    destinationPorts: [port],
    sourceGroups: [],
    destinationGroups: [],
  };
}

const half = (remoteId: string): Peering => ({
  remoteId,
  state: 'Connected',
  allowVirtualNetworkAccess: true,
  allowForwardedTraffic: true,
  allowGatewayTransit: false,
  useRemoteGateways: false,
});

/** A hub with a firewall, and stamps of five subnets with their own groups and these endpoints each. */
export function largeEstate(stamps: number, kinds: readonly string[]): Estate {
  const networks: Network[] = [];
  const subnets: Subnet[] = [];
  const endpoints: Endpoint[] = [];
  const hubPeerings: Peering[] = [];
  const agents = '10.255.1.0/27';
  for (let stamp = 0; stamp < stamps; stamp += 1) {
    const id = `spoke-${stamp}`;
    const base = `10.${stamp}`;
    hubPeerings.push(half(id));
    networks.push({ id, name: id, prefixes: [`${base}.0.0/16`], peerings: [half('hub')] });
    const routes: Route[] = [
      {
        name: 'default',
        prefix: '0.0.0.0/0',
        nextHop: 'VirtualAppliance',
        nextHopAddress: '10.255.0.4',
      },
    ];
    for (const [position, name] of names.entries()) {
      const prefix = `${base}.${position}.0/24`;
      subnets.push({
        id: `${id}/${name}`,
        networkId: id,
        name: `${id}/${name}`,
        prefixes: [prefix],
        endpointPolicies: 'Enabled',
        routes,
        securityRules: [
          rule(
            'allow-neighbour',
            200,
            'Allow',
            `${base}.${(position + 4) % 5}.0/24`,
            prefix,
            '8443',
          ),
          rule('allow-agents', 210, 'Allow', agents, prefix, '443'),
          rule('allow-probes', 220, 'Allow', 'AzureLoadBalancer', '*', '*'),
          rule('deny-inbound', 4096, 'Deny', '*', '*', '*'),
        ],
      });
    }
    for (const [position, kind] of kinds.entries()) {
      endpoints.push({
        id: `${id}/${kind}`,
        name: `${id} ${kind}`,
        address: `${base}.3.${position + 4}`,
        subnetId: `${id}/endpoints`,
        state: 'Approved',
        groups: [],
        target: kind,
        names: [],
      });
    }
  }
  networks.push({ id: 'hub', name: 'hub', prefixes: ['10.255.0.0/16'], peerings: hubPeerings });
  const hubSubnet = (name: string, prefix: string): Subnet => ({
    id: `hub/${name}`,
    networkId: 'hub',
    name: `hub/${name}`,
    prefixes: [prefix],
    endpointPolicies: 'Disabled',
  });
  return {
    ...emptyEstate,
    networks,
    subnets: [
      ...subnets,
      hubSubnet('AzureFirewallSubnet', '10.255.0.0/26'),
      hubSubnet('agents', agents),
    ],
    endpoints,
    firewalls: [
      {
        name: 'fw',
        address: '10.255.0.4',
        subnetId: 'hub/AzureFirewallSubnet',
        rules: [
          {
            name: 'neighbours',
            kind: 'network',
            access: 'Allow',
            parent: false,
            groupPriority: 200,
            priority: 100,
            protocols: ['Tcp'],
            sources: ['10.0.0.0/16'],
            destinations: ['10.1.0.0/16'],
            ports: ['8443'],
            names: [],
          },
        ],
      },
    ],
  };
}
