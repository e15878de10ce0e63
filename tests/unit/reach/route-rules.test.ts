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

const { a, b, h, o, pA, pB, world } = at;
const https = { destinationPorts: ['443'] };
const denyIn = inbound(4096, 'Deny');
const publicB = { b: { publicAddress: '198.51.100.4' } };

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

checkCases('reach: private endpoints (3)', endpoints);
checkCases('reach: routing (4)', routing);
