import { at, inbound, outbound, toFirewall } from './estates.ts';
import type { Case } from './worked-cases.ts';
import { checkCases } from './worked-cases.ts';

const { a, a2, b, h, pA } = at;
const denyIn = [inbound(4096, 'Deny')];

const cases: Case[] = [
  { row: 1, from: a, to: h, port: 443, expected: 'allowed', rule: '1.5' },
  {
    row: 2,
    from: a,
    to: h,
    port: 444,
    changes: { interfaces: { h: { ports: [443] } } },
    expected: 'refused',
    rule: '9.2',
  },
  {
    row: 3,
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: {
        'B/vm': {
          securityRules: [
            inbound(300, 'Allow', { destinationPorts: ['443'] }),
            inbound(200, 'Deny'),
          ],
        },
      },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 4,
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: {
        'B/vm': {
          securityRules: [
            inbound(100, 'Allow', { destinationPorts: ['443'] }),
            outbound(100, 'Deny'),
          ],
        },
      },
    },
    expected: 'allowed',
    rule: '1.5',
  },
  {
    row: 5,
    from: h,
    to: b,
    port: 22,
    changes: { subnets: { 'B/vm': { securityRules: [] } } },
    expected: 'allowed',
    rule: '1.5',
  },
  {
    row: 6,
    from: '203.0.113.7',
    to: b,
    port: 22,
    changes: { subnets: { 'B/vm': { securityRules: [] } } },
    expected: 'dropped',
    rule: '1.3',
  },
  {
    row: 7,
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow')] } },
      interfaces: { b: { securityRules: denyIn } },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 8,
    from: a,
    to: a2,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [inbound(4096, 'Deny', { sources: ['VirtualNetwork'] })] },
      },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 9,
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
    rule: '1.1',
  },
  {
    row: 10,
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/pe': { securityRules: denyIn } } },
    expected: 'allowed',
    rule: '3.4',
  },
  {
    row: 11,
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/pe': { securityRules: denyIn, endpointPolicies: 'NetworkSecurityGroupEnabled' },
      },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 12,
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: { 'A/pe': { securityRules: denyIn, endpointPolicies: 'RouteTableEnabled' } },
    },
    expected: 'allowed',
    rule: '3.4',
  },
  {
    row: 13,
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [outbound(100, 'Deny', { destinations: ['10.1.2.0/24'] })] },
      },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 14,
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
    rule: '3.4',
  },
  {
    row: 15,
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('10.1.0.0/16')] } } },
    expected: 'allowed',
    rule: '3.4',
  },
];

checkCases('reachability, worked cases 1 to 15', cases);
