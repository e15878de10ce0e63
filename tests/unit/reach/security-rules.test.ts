import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { at, inbound, outbound } from './estates.ts';

const { a, a2, b, h, world } = at;
const https = { destinationPorts: ['443'] };
const denyIn = inbound(4096, 'Deny');
const denyOut = outbound(4096, 'Deny');
const publicB = { b: { publicAddress: '198.51.100.4' } };

const security: Case[] = [
  {
    name: '1.1 the lowest number decides',
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(200, 'Deny'), inbound(100, 'Allow', https)] } },
    },
    expected: 'allowed',
    rules: ['1.1'],
  },
  {
    name: '1.2 replies need no rule',
    from: b,
    to: h,
    port: 443,
    changes: { subnets: { 'B/vm': { securityRules: [outbound(100, 'Allow', https), denyIn] } } },
    expected: 'allowed',
    rules: ['1.2'],
  },
  {
    name: '1.3 the default rules let a network in, not the world',
    from: world,
    to: b,
    port: 443,
    changes: { subnets: { 'B/vm': { securityRules: [] } }, machines: publicB },
    expected: 'dropped',
    rules: ['1.3'],
  },
  {
    name: '1.4 outbound, interface and subnet have to agree',
    from: h,
    to: b,
    port: 443,
    changes: {
      subnets: { 'H/vm': { securityRules: [denyOut] } },
      machines: { h: { securityRules: [] } },
    },
    expected: 'dropped',
    rules: ['1.4'],
  },
  {
    name: '1.5 a public address needs a group that lets in',
    from: world,
    to: b,
    port: 443,
    changes: { machines: publicB },
    expected: 'dropped',
    rules: ['1.5'],
  },
  {
    name: '1.6 rules see private addresses',
    from: world,
    to: b,
    port: 443,
    changes: {
      subnets: {
        'B/vm': { securityRules: [inbound(200, 'Allow', { destinations: ['198.51.100.4'] })] },
      },
      machines: publicB,
    },
    expected: 'dropped',
    rules: ['1.3'],
  },
  ...(
    [
      [10003, 'allowed', '1.7'],
      [10006, 'dropped', '1.1'],
    ] as const
  ).map(([port, expected, rule]): Case => ({
    name: '1.7 several ports in one rule',
    from: h,
    to: b,
    port,
    changes: {
      subnets: {
        'B/vm': {
          securityRules: [
            inbound(100, 'Allow', { destinationPorts: ['80', '10000-10005'] }),
            denyIn,
          ],
        },
      },
    },
    expected,
    rules: [rule],
  })),
  ...(
    [
      [[], 'dropped', '1.1'],
      [['/agents'], 'allowed', '1.8'],
    ] as const
  ).map(([groups, expected, rule]): Case => ({
    name: `1.8 a group is its members (${groups.length})`,
    from: a2,
    to: a,
    port: 443,
    changes: {
      subnets: {
        'A/vm': {
          securityRules: [inbound(100, 'Allow', { sourceGroups: ['/Agents'] }), denyIn],
        },
      },
      machines: { a2: { groups } },
    },
    expected,
    rules: [rule],
  })),
  {
    name: '1.8 of a machine that nobody described, membership is unknown',
    from: '10.1.1.77',
    to: a,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [inbound(100, 'Allow', { sourceGroups: ['/agents'] }), denyIn] },
      },
    },
    expected: 'unknown',
    rules: ['1.8'],
  },
  {
    name: '1.9 any protocol covers ICMP, which has no ports',
    from: h,
    to: b,
    port: 0,
    protocol: 'icmp',
    changes: {
      subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow', https), denyIn] } },
    },
    expected: 'allowed',
    rules: ['1.1'],
  },
  {
    name: '1.10 a subnet filters among its own',
    from: a,
    to: a2,
    port: 443,
    changes: { subnets: { 'A/vm': { securityRules: [denyOut] } } },
    expected: 'dropped',
    rules: ['1.10'],
  },
  ...(
    [
      [[], 'dropped', '1.11'],
      [[inbound(200, 'Allow', { sources: ['AzureLoadBalancer'] })], 'allowed', '7.1'],
    ] as const
  ).map(([more, expected, rule]): Case => ({
    name: `1.11 health probes need a rule (${more.length})`,
    from: h,
    to: '10.1.1.100',
    port: 443,
    changes: {
      subnets: {
        'A/vm': {
          securityRules: [
            inbound(100, 'Allow', { sources: ['10.0.0.0/16'], ...https }),
            ...more,
            denyIn,
          ],
        },
      },
      balancers: [
        {
          name: 'lb',
          address: '10.1.1.100',
          subnetId: 'A/vm',
          sku: 'Standard',
          rules: [
            { protocol: 'Tcp', frontPort: 443, backPort: 443, backends: [a, a2], probePort: 443 },
          ],
        },
      ],
    },
    expected,
    rules: [rule],
  })),
  {
    name: '1.12 the resolver of the platform passes groups',
    from: a,
    to: '168.63.129.16',
    port: 53,
    protocol: 'udp',
    changes: { subnets: { 'A/vm': { securityRules: [denyOut] } } },
    expected: 'allowed',
    rules: ['1.12'],
  },
  {
    name: '1.12 unless a rule names its tag',
    from: a,
    to: '168.63.129.16',
    port: 53,
    protocol: 'udp',
    changes: {
      subnets: {
        'A/vm': { securityRules: [outbound(100, 'Deny', { destinations: ['AzurePlatformDNS'] })] },
      },
    },
    expected: 'dropped',
    rules: ['1.12'],
  },
  {
    name: '1.13 an admin rule denies before any group',
    from: h,
    to: b,
    port: 22,
    changes: {
      networks: { B: { adminRules: [inbound(1, 'Deny', { destinationPorts: ['22'] })] } },
      subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow')] } },
    },
    expected: 'dropped',
    rules: ['1.13'],
  },
  {
    name: '1.13 an admin rule that always allows skips the groups',
    from: h,
    to: b,
    port: 22,
    changes: {
      networks: { B: { adminRules: [{ ...inbound(1, 'Allow'), access: 'AlwaysAllow' }] } },
      subnets: { 'B/vm': { securityRules: [denyIn] } },
    },
    expected: 'allowed',
    rules: ['1.13'],
  },
];

/** A client's own port is one of 1024 to 65535. */
const clientPorts: Case[] = (
  [
    [['1024-65535'], 'dropped'],
    [['0-65535'], 'dropped'],
    [['1025-65535'], 'unknown'],
    [['1024-65534'], 'unknown'],
    [['0-1024'], 'unknown'],
    [['1-1023'], 'allowed'],
    [['1-1023', '40000'], 'unknown'],
    [['22'], 'allowed'],
  ] as const
).map(([sourcePorts, expected]) => ({
  name: `1.1 a denial of source ports ${sourcePorts.join()}`,
  ...{ from: h, to: b, port: 443, expected, rules: ['5.1'] },
  changes: {
    subnets: { 'B/vm': { securityRules: [inbound(100, 'Deny', { sourcePorts })] } },
  },
}));

checkCases('reach: security groups (1)', [...security, ...clientPorts]);
