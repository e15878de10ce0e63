import type { Provider } from '../../../tasks/lib/reach/model.ts';
import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { at, firewallRule, inbound, steered, toFirewall } from './estates.ts';

const { a, b, h, o, pA, world } = at;
const denyIn = inbound(4096, 'Deny');

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

checkCases('reach: balancers and Private Link (7)', balancers);
checkCases('reach: gateways, what an agent sees, platform (8, 9, 10)', others);
