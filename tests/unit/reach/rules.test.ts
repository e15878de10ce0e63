import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import {
  aToB,
  at,
  firewallRule,
  inbound,
  outbound,
  route,
  steered,
  toFirewall,
} from './estates.ts';

const { a, a2, b, h, o, pA, pB, world } = at;
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

const viaUdr = {
  'A/vm': { routes: [toFirewall('10.2.0.0/16')] },
  'B/vm': { routes: [toFirewall('10.1.0.0/16')], securityRules: [] },
};
const dnat = firewallRule('dnat', {
  name: 'in',
  ports: ['443'],
  translated: { address: b, port: 443 },
});

const tags: Case[] = [
  {
    name: '2.1 prefixes of own routes are in VirtualNetwork',
    from: a,
    to: b,
    port: 443,
    changes: { subnets: viaUdr, firewall: { rules: [aToB] } },
    expected: 'allowed',
    rules: ['2.1'],
  },
  {
    name: '2.2 what comes only by a default route may be in it',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: { ...steered, 'B/vm': { ...steered['B/vm'], securityRules: [] } },
      firewall: { rules: [aToB] },
    },
    expected: 'unknown',
    rules: ['2.2'],
  },
  {
    name: '2.2 so with the world that a DNAT rule lets in',
    from: world,
    to: b,
    port: 443,
    changes: {
      subnets: { 'B/vm': { routes: [toFirewall('0.0.0.0/0')], securityRules: [] } },
      firewall: { rules: [dnat] },
    },
    expected: 'unknown',
    rules: ['2.2'],
  },
  {
    name: '2.3 a peer without access leaves VirtualNetwork',
    from: a,
    to: h,
    port: 443,
    changes: {
      subnets: { 'H/vm': { securityRules: [] } },
      peerings: { 'H-A': { allowVirtualNetworkAccess: false } },
    },
    expected: 'dropped',
    rules: ['1.3'],
  },
  {
    name: '2.4 the internet is outside VirtualNetwork',
    from: a,
    to: world,
    port: 443,
    changes: { subnets: { 'A/vm': { securityRules: [] } } },
    expected: 'allowed',
    rules: ['2.4'],
  },
  {
    name: '2.4 and denied as such',
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { securityRules: [outbound(4000, 'Deny', { destinations: ['Internet'] })] },
      },
    },
    expected: 'dropped',
    rules: ['2.4'],
  },
  ...(
    [
      [pA, 'dropped', undefined, '1.1'],
      [world, 'unknown', undefined, '2.5'],
      [world, 'allowed', { storage: ['203.0.113.0/24'] }, '2.5'],
      [world, 'dropped', { storage: ['198.51.100.0/24'] }, '1.1'],
    ] as const
  ).map(([to, expected, pinned, rule]): Case => ({
    name: `2.5 other tags hold no private address, and are pinned or unknown`,
    from: a,
    to,
    port: 443,
    changes: {
      subnets: {
        'A/vm': {
          securityRules: [outbound(100, 'Allow', { destinations: ['Storage'] }), denyOut],
        },
      },
      ...(pinned === undefined
        ? {}
        : { tags: Object.fromEntries(Object.entries(pinned).map(([k, v]) => [k, [...v]])) }),
    },
    expected,
    rules: [rule],
  })),
];

const enabled = { endpointPolicies: 'Enabled' } as const;
const endpoints: Case[] = [
  {
    name: '3.1 other machines in the subnet obey its group',
    from: a,
    to: '10.1.2.9',
    port: 443,
    changes: { subnets: { 'A/pe': { securityRules: [denyIn] } } },
    expected: 'dropped',
    rules: ['1.1'],
  },
  {
    name: '3.2 Enabled makes the group count',
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/pe': { securityRules: [denyIn], ...enabled } } },
    expected: 'dropped',
    rules: ['3.2'],
  },
  {
    name: "3.3 the client's own group always counts",
    from: a,
    to: pA,
    port: 443,
    changes: {
      machines: { a: { securityRules: [outbound(100, 'Deny', { destinations: [pA] })] } },
    },
    expected: 'dropped',
    rules: ['3.3'],
  },
  {
    name: '3.4 the /32 beats a default route',
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'allowed',
    rules: ['3.4'],
  },
  ...(
    [
      ['10.1.0.0/16', 'dropped'],
      ['10.1.2.0/24', 'dropped'],
      ['10.0.0.0/8', 'allowed'],
    ] as const
  ).map(([prefix, expected]): Case => ({
    name: `3.5 ${prefix} against the /32`,
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall(prefix)] }, 'A/pe': enabled } },
    expected,
    rules: ['3.5'],
  })),
  {
    name: '3.6 an own /32 with policies off',
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall(`${pA}/32`)] } } },
    expected: 'unknown',
    rules: ['3.6'],
  },
  {
    name: '3.6 an own /32 with route tables on',
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { routes: [toFirewall(`${pA}/32`)] },
        'A/pe': { endpointPolicies: 'RouteTableEnabled' },
      },
      firewall: { rules: [firewallRule('application', { destinations: [pA], ports: ['443'] })] },
    },
    expected: 'allowed',
    rules: ['3.5', '6.6'],
  },
  {
    name: '3.7 source NAT brings the reply back',
    from: h,
    to: pB,
    port: 443,
    changes: {
      subnets: { 'H/vm': { routes: [toFirewall('10.2.0.0/16')] }, 'B/pe': enabled },
      firewall: { rules: [firewallRule('application', { destinations: [pB], ports: ['443'] })] },
    },
    expected: 'allowed',
    rules: ['3.7'],
  },
  { name: '3.8 from on-premises', from: o, to: pA, port: 443, expected: 'allowed', rules: ['5.6'] },
  {
    name: '3.9 an endpoint leads to what it was made for, on its ports',
    from: a,
    to: pA,
    port: 22,
    changes: { endpoints: { pA: { ports: [443] } } },
    expected: 'refused',
    rules: ['9.2'],
  },
];

const routing: Case[] = [
  {
    name: "4.1 an own route beats the network's own prefix",
    from: a,
    to: '10.1.2.9',
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('10.1.0.0/16')] } } },
    expected: 'dropped',
    rules: ['4.1'],
  },
  {
    name: '4.2 a peering beats what is learned by BGP',
    from: h,
    to: b,
    port: 443,
    changes: { gateway: { bgp: ['10.2.1.0/24'] } },
    expected: 'allowed',
    rules: ['5.1'],
  },
  {
    name: '4.3 private addresses do not go to the internet',
    from: a,
    to: b,
    port: 443,
    expected: 'dropped',
    rules: ['4.3'],
  },
  {
    name: '4.4 an own default route takes them too',
    from: a,
    to: b,
    port: 443,
    changes: { subnets: steered, firewall: { rules: [aToB] } },
    expected: 'allowed',
    rules: ['4.4'],
  },
  {
    name: '4.5 an appliance must be near',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [route('0.0.0.0/0', 'VirtualAppliance', '10.2.1.99')] } },
    },
    expected: 'dropped',
    rules: ['4.5'],
  },
  {
    name: '4.5 and has to forward',
    from: a,
    to: b,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [route('0.0.0.0/0', 'VirtualAppliance', h)] } } },
    expected: 'dropped',
    rules: ['4.5'],
  },
  {
    name: '4.6 each direction has its own look',
    from: h,
    to: a,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [route('10.0.0.0/16', 'None')] } } },
    expected: 'dropped',
    rules: ['4.6'],
  },
  ...(
    [
      [false, 'dropped'],
      [true, 'allowed'],
      [undefined, 'unknown'],
    ] as const
  ).map(([forwards, expected]): Case => ({
    name: `4.7 forced tunnelling (site forwards: ${String(forwards)})`,
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [route('0.0.0.0/0', 'VirtualNetworkGateway')] } },
      gateway: forwards === undefined ? {} : { forwards },
    },
    expected,
    rules: ['4.7'],
  })),
  {
    name: '4.7 it ends direct ways in from the internet',
    from: world,
    to: b,
    port: 443,
    changes: {
      subnets: {
        'B/vm': {
          routes: [toFirewall('0.0.0.0/0')],
          securityRules: [inbound(100, 'Allow', https)],
        },
      },
      machines: publicB,
    },
    expected: 'dropped',
    rules: ['4.7'],
  },
  ...(
    [
      [true, 'allowed', '4.1'],
      [false, 'unknown', '9.5'],
    ] as const
  ).map(([both, expected, rule]): Case => ({
    name: `4.8 without propagation an own route leads to the firewall (both ways: ${both})`,
    from: a,
    to: o,
    port: 443,
    changes: {
      subnets: {
        'A/vm': { disableBgpRoutePropagation: true, routes: [toFirewall('192.168.0.0/16')] },
      },
      firewall: { rules: [firewallRule('network')] },
      ...(both ? { gatewayRoutes: [toFirewall('10.1.0.0/16')] } : {}),
    },
    expected,
    rules: [rule],
  })),
  {
    name: '4.9 a tag as a prefix, not pinned',
    from: a,
    to: world,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('Storage')] } } },
    expected: 'unknown',
    rules: ['4.9'],
  },
  {
    name: '4.9 a tag as a prefix, pinned',
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [toFirewall('Storage'), route('0.0.0.0/0', 'Internet')] } },
      tags: { storage: ['203.0.113.0/24'] },
    },
    expected: 'dropped',
    rules: ['4.9', '6.3'],
  },
];

checkCases('reach: security groups (1)', security);
checkCases('reach: service tags (2)', tags);
checkCases('reach: private endpoints (3)', endpoints);
checkCases('reach: routing (4)', routing);
