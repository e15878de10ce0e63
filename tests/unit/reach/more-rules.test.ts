import type { Provider } from '../../../tasks/lib/reach/model.ts';
import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, firewallRule, inbound, steered, toFirewall } from './estates.ts';

const { a, b, h, o, pA, pB, world } = at;
const denyIn = inbound(4096, 'Deny');
const off = { allowVirtualNetworkAccess: false };
const bare = { securityRules: [] };

const peering: Case[] = [
  {
    name: '5.1 Disconnected carries nothing',
    from: a,
    to: h,
    port: 443,
    changes: { peerings: { 'A-H': { state: 'Disconnected' } } },
    expected: 'dropped',
    rules: ['5.1'],
  },
  { name: '5.2 not transitive', from: b, to: a, port: 443, expected: 'dropped', rules: ['5.2'] },
  {
    name: '5.3 an appliance in the hub joins spokes',
    from: b,
    to: a,
    port: 443,
    changes: { subnets: steered, firewall: { rules: [firewallRule('network')] } },
    expected: 'allowed',
    rules: ['5.3'],
  },
  {
    name: '5.4 bare groups do not let a peer without access pass',
    from: a,
    to: h,
    port: 443,
    changes: { subnets: { 'A/vm': bare, 'H/vm': bare }, peerings: { 'A-H': off, 'H-A': off } },
    expected: 'dropped',
    rules: ['1.3'],
  },
  {
    name: '5.4 explicit rules may',
    from: a,
    to: h,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [{ ...inbound(100, 'Allow'), direction: 'Outbound' }] },
        'H/vm': { securityRules: [inbound(100, 'Allow')] },
      },
      peerings: { 'A-H': off, 'H-A': off },
    },
    expected: 'allowed',
    rules: ['5.1'],
  },
  {
    name: '5.4 without a group nobody says no',
    from: a,
    to: h,
    port: 443,
    changes: { peerings: { 'A-H': off, 'H-A': off } },
    expected: 'unknown',
    rules: ['5.4'],
  },
  {
    name: '5.5 the flag is no protection, and no promise',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: steered,
      firewall: { rules: [aToB] },
      peerings: { 'B-H': { allowForwardedTraffic: false } },
    },
    expected: 'unknown',
    rules: ['5.5'],
  },
  {
    name: '5.6 a gateway is shared from both sides',
    from: o,
    to: a,
    port: 443,
    changes: { peerings: { 'A-H': { useRemoteGateways: false } } },
    expected: 'dropped',
    rules: ['5.6'],
  },
  {
    name: '5.7 a new prefix waits for the synchronisation',
    from: a,
    to: '10.9.0.4',
    port: 443,
    changes: {
      networks: { H: { prefixes: ['10.0.0.0/16', '10.9.0.0/16'] } },
      subnets: { 'H/vm': { prefixes: ['10.0.2.0/24', '10.9.0.0/24'] } },
      peerings: { 'A-H': { remotePrefixes: ['10.0.0.0/16'] } },
    },
    expected: 'dropped',
    rules: ['5.7'],
  },
  ...(['Basic', 'Standard'] as const).map((sku): Case => ({
    name: `5.8 a ${sku} balancer from another region`,
    from: a,
    to: '10.0.2.100',
    port: 443,
    changes: {
      networks: { A: { region: 'northeurope' } },
      balancers: [
        {
          name: 'lb',
          address: '10.0.2.100',
          subnetId: 'H/vm',
          sku,
          rules: [{ protocol: 'Tcp', frontPort: 443, backPort: 443, backends: [h] }],
        },
      ],
    },
    expected: sku === 'Basic' ? 'dropped' : 'allowed',
    rules: [sku === 'Basic' ? '5.8' : '7.1'],
  })),
];

const dnat = firewallRule('dnat', {
  name: 'in',
  ports: ['443'],
  translated: { address: b, port: 443 },
});
const deny = { access: 'Deny' } as const;
const firewall: Case[] = [
  {
    name: '6.1 network rules before application rules, whatever the priorities',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: steered,
      firewall: {
        rules: [
          firewallRule('application', { ...deny, parent: true, priority: 1, ports: ['443'] }),
          firewallRule('network', { priority: 9999 }),
        ],
      },
    },
    expected: 'allowed',
    rules: ['6.1'],
  },
  {
    name: '6.2 a parent before its child',
    from: a,
    to: b,
    port: 22,
    changes: {
      subnets: steered,
      firewall: {
        rules: [
          firewallRule('network', { priority: 100, groupPriority: 100 }),
          firewallRule('network', { ...deny, parent: true, groupPriority: 60000 }),
        ],
      },
    },
    expected: 'dropped',
    rules: ['6.1'],
  },
  {
    name: '6.3 an application rule does not open another port',
    from: a,
    to: pB,
    port: 5432,
    changes: {
      subnets: steered,
      firewall: { rules: [firewallRule('application', { names: ['pb.vault.azure.net'] })] },
    },
    expected: 'dropped',
    rules: ['6.3'],
  },
  {
    name: '6.4 DNAT against a network rule that denies',
    from: world,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [dnat, firewallRule('network', deny)] },
    },
    expected: 'unknown',
    rules: ['6.4'],
  },
  {
    name: '6.4 DNAT alone lets in what it names, on the port it leads to',
    from: world,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [dnat] },
    },
    expected: 'allowed',
    rules: ['6.4'],
  },
  {
    name: '6.5 a new connection meets the rule as it is now',
    from: a,
    to: b,
    port: 443,
    changes: { subnets: steered, firewall: { rules: [firewallRule('network', deny)] } },
    expected: 'dropped',
    rules: ['6.1'],
  },
  ...(['network', 'application'] as const).map((kind): Case => ({
    name: `6.6 ${kind} rules and the source that a group sees`,
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: {
        ...steered,
        'B/vm': {
          ...steered['B/vm'],
          securityRules: [inbound(100, 'Allow', { sources: ['10.1.1.0/24'] }), denyIn],
        },
      },
      firewall: {
        rules: [firewallRule(kind, { destinations: ['10.2.0.0/16'], ports: ['443'] })],
      },
    },
    expected: kind === 'network' ? 'allowed' : 'dropped',
    rules: [kind === 'network' ? '6.1' : '6.6'],
  })),
  {
    name: '6.7 where no name is known, a rule about names decides nothing',
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: steered,
      firewall: { rules: [firewallRule('application', { names: ['www.example'] })] },
    },
    expected: 'unknown',
    rules: ['6.7'],
  },
  {
    name: '6.8 peered prefixes stay direct',
    from: a,
    to: h,
    port: 22,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'allowed',
    rules: ['6.8'],
  },
];

const front = (more: object = {}) => ({
  name: 'lb',
  address: '10.2.1.100',
  subnetId: 'B/vm',
  sku: 'Standard' as const,
  rules: [{ protocol: 'Tcp', frontPort: 443, backPort: 8443, backends: [b] }],
  ...more,
});
const provider: Provider = { natAddress: '10.2.1.50', subnetId: 'B/vm', frontEnd: '10.2.1.100' };
const balancers: Case[] = [
  {
    name: "7.1 a group sees the machine's port",
    from: h,
    to: '10.2.1.100',
    port: 443,
    changes: {
      subnets: {
        'B/vm': { securityRules: [inbound(100, 'Allow', { destinationPorts: ['443'] }), denyIn] },
      },
      balancers: [front()],
    },
    expected: 'dropped',
    rules: ['7.1'],
  },
  {
    name: '7.2 a machine that calls its own front end',
    from: b,
    to: '10.2.1.100',
    port: 443,
    changes: { balancers: [front()] },
    expected: 'unknown',
    rules: ['7.2'],
  },
  {
    name: '7.3 a provider sees its own NAT address',
    from: a,
    to: pA,
    port: 443,
    changes: {
      endpoints: { pA: { provider } },
      subnets: {
        'B/vm': { securityRules: [inbound(100, 'Allow', { sources: ['10.1.0.0/16'] }), denyIn] },
      },
      balancers: [front()],
    },
    expected: 'dropped',
    rules: ['1.1'],
  },
  {
    name: '7.4 and needs no peering (row 39)',
    from: a,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { provider } }, balancers: [front()] },
    expected: 'allowed',
    rules: ['7.3', '7.4'],
  },
  {
    name: '7.4 only an approved connection may send',
    from: a,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { provider, state: 'Pending' } }, balancers: [front()] },
    expected: 'dropped',
    rules: ['3.8'],
  },
  {
    name: '7.5 the proxy protocol is beyond the network: TCP is allowed',
    from: a,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { provider } }, balancers: [front()] },
    expected: 'allowed',
    rules: ['7.3'],
  },
];

const others: Case[] = [
  {
    name: '8.1 a private cluster is an endpoint: no peering, no way',
    from: b,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { target: 'aks' } } },
    expected: 'dropped',
    rules: ['3.4'],
  },
  {
    name: '8.2 a target that denies its network keeps Bastion out',
    from: h,
    to: b,
    port: 22,
    changes: {
      subnets: {
        'B/vm': { securityRules: [inbound(200, 'Deny', { sources: ['VirtualNetwork'] })] },
      },
    },
    expected: 'dropped',
    rules: ['2.1'],
  },
  {
    name: '8.3 a default route on the subnet of the gateway',
    from: o,
    to: a,
    port: 443,
    changes: { gatewayRoutes: [toFirewall('0.0.0.0/0')] },
    expected: 'unknown',
    rules: ['8.3'],
  },
  {
    name: '9.1 nothing comes back from a drop',
    from: a,
    to: world,
    port: 8443,
    changes: { subnets: steered },
    expected: 'dropped',
    rules: ['9.1'],
  },
  {
    name: '9.2 nothing listens, the way is open',
    from: a,
    to: h,
    port: 80,
    changes: { machines: { h: { ports: [443] } } },
    expected: 'refused',
    rules: ['9.2'],
  },
  {
    name: '9.3 the firewall answers where it reads application rules',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: steered,
      firewall: { rules: [firewallRule('application', { names: ['www.example'] })] },
    },
    expected: 'dropped',
    rules: ['9.3'],
  },
  {
    name: '9.4 a service that turns the estate away is reached',
    from: a,
    to: world,
    port: 443,
    changes: {
      zones: [{ name: 'storage', kind: 'public', prefixes: [`${world}/32`], closed: true }],
    },
    expected: 'allowed',
    rules: ['9.4'],
  },
  {
    name: '9.5 a firewall that saw no request',
    from: h,
    to: a,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('10.0.0.0/16')] } } },
    expected: 'dropped',
    rules: ['9.5'],
  },
  ...['169.254.169.254', '0xa9fea9fe', '2852039166', '::ffff:168.63.129.16', '168.63.129.16'].map(
    (to): Case => ({
      name: '10.1 in every spelling',
      from: a,
      to,
      port: 80,
      expected: 'rejected',
      rules: ['10.1'],
    }),
  ),
];

checkCases('reach: peerings (5)', peering);
checkCases('reach: firewall (6)', firewall);
checkCases('reach: balancers and Private Link (7)', balancers);
checkCases('reach: gateways, what an agent sees, platform (8, 9, 10)', others);
