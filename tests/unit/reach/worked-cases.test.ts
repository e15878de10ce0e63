import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { at, firewallRule, inbound, outbound, toFirewall } from './estates.ts';

const { a, a2, b, h, pA, pB, world } = at;
const https = { destinationPorts: ['443'] };
const denyIn = [inbound(4096, 'Deny')];
const application = firewallRule('application', { ports: ['443'] });

const rows: Case[] = [
  {
    name: 'row 1',
    from: a,
    to: h,
    port: 443,
    expected: 'allowed',
    rules: ['1.5', '5.1'],
    path: 'peering',
  },
  {
    name: 'row 2',
    from: a,
    to: h,
    port: 444,
    changes: { machines: { h: { ports: [443] } } },
    expected: 'refused',
    rules: ['9.2'],
  },
  {
    name: 'row 3',
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(300, 'Allow', https), inbound(200, 'Deny')] } },
    },
    expected: 'dropped',
    rules: ['1.1'],
  },
  {
    name: 'row 4',
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow', https), outbound(100, 'Deny')] } },
    },
    expected: 'allowed',
    rules: ['1.2'],
  },
  {
    name: 'row 5',
    from: h,
    to: b,
    port: 22,
    changes: { subnets: { 'B/vm': { securityRules: [] } } },
    expected: 'allowed',
    rules: ['1.3', '2.1'],
  },
  {
    name: 'row 6',
    from: world,
    to: b,
    port: 22,
    changes: {
      subnets: { 'B/vm': { securityRules: [] } },
      machines: { b: { publicAddress: '198.51.100.4' } },
    },
    expected: 'dropped',
    rules: ['1.3'],
  },
  {
    name: 'row 7',
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow')] } },
      machines: { b: { securityRules: denyIn } },
    },
    expected: 'dropped',
    rules: ['1.4'],
  },
  {
    name: 'row 8',
    from: a,
    to: a2,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [inbound(4096, 'Deny', { sources: ['VirtualNetwork'] })] },
      },
    },
    expected: 'dropped',
    rules: ['1.10'],
  },
  {
    name: 'row 9',
    from: h,
    to: b,
    port: 53,
    changes: {
      subnets: {
        'B/vm': {
          securityRules: [
            inbound(100, 'Allow', { protocol: 'Udp', destinationPorts: ['53'] }),
            ...denyIn,
          ],
        },
      },
    },
    expected: 'dropped',
    rules: ['1.9'],
  },
  {
    name: 'row 10',
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/pe': { securityRules: denyIn } } },
    expected: 'allowed',
    rules: ['3.2'],
  },
  {
    name: 'row 11',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/pe': { securityRules: denyIn, endpointPolicies: 'NetworkSecurityGroupEnabled' },
      },
    },
    expected: 'dropped',
    rules: ['3.2'],
  },
  {
    name: 'row 12',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: { 'A/pe': { securityRules: denyIn, endpointPolicies: 'RouteTableEnabled' } },
    },
    expected: 'allowed',
    rules: ['3.1'],
  },
  {
    name: 'row 13',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [outbound(100, 'Deny', { destinations: ['10.1.2.0/24'] })] },
      },
    },
    expected: 'dropped',
    rules: ['3.3'],
  },
  {
    name: 'row 14',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { routes: [toFirewall('0.0.0.0/0')] },
        'A/pe': { endpointPolicies: 'Enabled' },
      },
    },
    expected: 'allowed',
    rules: ['3.4', '3.5'],
    path: 'within the network',
  },
  {
    name: 'row 15',
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('10.1.0.0/16')] } } },
    expected: 'allowed',
    rules: ['3.4'],
    path: 'within the network',
  },
  {
    name: 'row 16',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { routes: [toFirewall('10.1.0.0/16')] },
        'A/pe': { endpointPolicies: 'Enabled' },
      },
    },
    expected: 'dropped',
    rules: ['3.5', '6.3'],
  },
  {
    name: 'row 17',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { routes: [toFirewall('10.1.0.0/16')] },
        'A/pe': { endpointPolicies: 'Enabled' },
      },
      firewall: { rules: [{ ...application, names: ['pa.vault.azure.net'] }] },
    },
    expected: 'allowed',
    rules: ['3.5', '6.6'],
    path: 'firewall fw (source NAT), peering',
  },
  {
    name: 'row 18',
    from: h,
    to: pB,
    port: 443,
    changes: {
      subnets: {
        'H/vm': { routes: [toFirewall('10.2.0.0/16')] },
        'B/pe': { endpointPolicies: 'Enabled' },
      },
      firewall: { rules: [firewallRule('network')] },
    },
    expected: 'unknown',
    rules: ['3.7', '9.5'],
  },
  {
    name: 'row 19',
    from: h,
    to: pB,
    port: 443,
    changes: {
      subnets: {
        'H/vm': { routes: [toFirewall('10.2.0.0/16')] },
        'B/pe': { endpointPolicies: 'Enabled' },
      },
      firewall: { rules: [firewallRule('network')], keepsSourceFor: ['255.255.255.255/32'] },
    },
    expected: 'allowed',
    rules: ['3.7', '6.6'],
    path: 'firewall fw (source NAT), peering',
  },
  { name: 'row 20', from: a, to: pB, port: 443, expected: 'dropped', rules: ['3.4', '4.3'] },
];

checkCases('reach: the worked cases 1 to 20', rows);
