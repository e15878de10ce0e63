import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, firewallRule, inbound, steered, toFirewall } from './estates.ts';

const { a, b, h, o, pB, world } = at;
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

checkCases('reach: peerings (5)', peering);
checkCases('reach: firewall (6)', firewall);
