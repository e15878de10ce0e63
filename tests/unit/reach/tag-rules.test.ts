import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, firewallRule, outbound, steered, toFirewall } from './estates.ts';

const { a, b, h, pA, world } = at;
const denyOut = outbound(4096, 'Deny');

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

checkCases('reach: service tags (2)', tags);
