import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, firewallRule, inbound, route, steered, toFirewall } from './estates.ts';

const { a, b, h, o, pA, pB, world } = at;
const denyIn = [inbound(4096, 'Deny')];
const application = firewallRule('application', { ports: ['443'] });

const rows: Case[] = [
  {
    name: 'row 21',
    from: a,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { state: 'Pending' } } },
    expected: 'dropped',
    rules: ['3.8'],
  },
  { name: 'row 22', from: a, to: b, port: 443, expected: 'dropped', rules: ['4.3', '5.2'] },
  {
    name: 'row 23',
    from: a,
    to: b,
    port: 5432,
    changes: {
      subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [aToB] },
    },
    expected: 'dropped',
    rules: ['4.6'],
  },
  {
    name: 'row 24',
    from: a,
    to: b,
    port: 5432,
    changes: { subnets: steered, firewall: { rules: [aToB] } },
    expected: 'allowed',
    rules: ['4.4', '5.3'],
    path: 'firewall fw, peering',
  },
  {
    name: 'row 25',
    from: a,
    to: b,
    port: 5432,
    changes: {
      subnets: steered,
      firewall: { rules: [firewallRule('application', { destinations: ['10.2.0.0/16'] })] },
    },
    expected: 'dropped',
    rules: ['6.3'],
  },
  {
    name: 'row 26',
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
    name: 'row 27',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: {
        ...steered,
        'B/vm': {
          ...steered['B/vm'],
          securityRules: [inbound(100, 'Allow', { sources: ['10.1.1.0/24'] }), ...denyIn],
        },
      },
      firewall: {
        rules: [firewallRule('application', { destinations: ['10.2.0.0/16'], ports: ['443'] })],
      },
    },
    expected: 'dropped',
    rules: ['6.6'],
    path: 'firewall fw (source NAT), peering',
  },
  {
    name: 'row 28',
    from: a,
    to: h,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'allowed',
    rules: ['6.8'],
    path: 'peering',
  },
  {
    name: 'row 29',
    from: a,
    to: h,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [route('10.0.0.0/16', 'None')] } } },
    expected: 'dropped',
    rules: ['4.5'],
  },
  {
    name: 'row 30',
    from: a,
    to: h,
    port: 443,
    changes: { peerings: { 'H-A': null } },
    expected: 'dropped',
    rules: ['5.1'],
  },
  {
    name: 'row 31',
    from: a,
    to: o,
    port: 443,
    changes: { peerings: { 'A-H': { useRemoteGateways: false } } },
    expected: 'dropped',
    rules: ['5.6'],
  },
  {
    name: 'row 32',
    from: a,
    to: o,
    port: 443,
    changes: { subnets: { 'A/vm': { disableBgpRoutePropagation: true } } },
    expected: 'dropped',
    rules: ['4.8'],
  },
  {
    name: 'row 33',
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [{ ...application, names: ['other.example'] }] },
      zones: [
        { name: 'site', kind: 'public', prefixes: ['203.0.113.0/24'], names: ['www.example'] },
      ],
    },
    expected: 'dropped',
    rules: ['9.3'],
  },
  {
    name: 'row 34',
    from: a,
    to: world,
    port: 8443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'dropped',
    rules: ['6.3', '9.1'],
  },
  {
    name: 'row 35',
    from: a,
    to: '20.150.0.9',
    port: 443,
    changes: {
      zones: [{ name: 'storage', kind: 'public', prefixes: ['20.150.0.0/24'], closed: true }],
    },
    expected: 'allowed',
    rules: ['9.4'],
    path: 'internet',
  },
  {
    name: 'row 36',
    from: a,
    to: '169.254.169.254',
    port: 80,
    expected: 'rejected',
    rules: ['10.1'],
  },
  {
    name: 'row 37',
    from: a,
    to: pB,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [aToB] },
    },
    expected: 'allowed',
    rules: ['3.7', '4.4'],
    path: 'firewall fw, peering',
  },
  {
    name: 'row 38',
    from: o,
    to: a,
    port: 443,
    changes: { subnets: { 'A/vm': { securityRules: [] } } },
    expected: 'allowed',
    rules: ['2.1', '5.6'],
    path: 'gateway, peering',
  },
];

checkCases('reach: the worked cases 21 to 38', rows);
