import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, route, steered } from './estates.ts';

const { a, b, h, world } = at;
const learning = { gateway: { learns: true } };

/** What no page decides, and what it leaves decided all the same. */
const cases: Case[] = [
  {
    name: '4.4 whether one that a gateway learns does, nobody says',
    from: a,
    to: b,
    port: 443,
    changes: { gateway: { bgp: ['0.0.0.0/0'] } },
    expected: 'unknown',
    rules: ['4.4'],
  },
  {
    name: '4.5 what a firewall sends on to another appliance, nobody follows',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: {
        ...steered,
        'H/fw': { routes: [route('10.2.0.0/16', 'VirtualAppliance', '10.0.2.99')] },
      },
      firewall: { rules: [aToB] },
    },
    expected: 'unknown',
    rules: ['4.5'],
  },
  {
    name: '4.6 nor what it sends back to one',
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: {
        ...steered,
        'H/fw': { routes: [route('10.1.0.0/16', 'VirtualAppliance', '10.0.2.99')] },
      },
      firewall: { rules: [aToB] },
    },
    expected: 'unknown',
    rules: ['4.6'],
  },
  {
    name: '4.9 a prefix of IPv6 is no tag',
    from: a,
    to: world,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [route('::/0', 'None')] } } },
    expected: 'allowed',
    rules: ['1.5'],
  },
  {
    name: '4.1 what a gateway learns is nothing to networks that are peered',
    from: a,
    to: h,
    port: 443,
    changes: learning,
    expected: 'allowed',
    rules: ['5.1'],
  },
  {
    name: '4.1 nor within one',
    from: h,
    to: '10.0.2.77',
    port: 443,
    changes: learning,
    expected: 'allowed',
    rules: ['4.3'],
  },
  {
    name: '4.1 nor to a route of the subnet that is longer than the default',
    from: a,
    to: world,
    port: 443,
    changes: { ...learning, subnets: { 'A/vm': { routes: [route('203.0.113.0/24', 'None')] } } },
    expected: 'dropped',
    rules: ['4.5'],
  },
  {
    name: '4.7 but to the default route of the subnet',
    from: a,
    to: world,
    port: 443,
    changes: { ...learning, subnets: { 'A/vm': { routes: [route('0.0.0.0/0', 'None')] } } },
    expected: 'unknown',
    rules: ['4.1', '4.7'],
  },
  {
    name: '4.3 the default route to the internet needs an address for the way out',
    from: a,
    to: world,
    port: 443,
    changes: { subnets: { 'A/vm': { isPrivate: true } } },
    expected: 'unknown',
    rules: ['4.3'],
  },
  {
    name: '4.3 which a machine may have of its own',
    from: a,
    to: world,
    port: 443,
    changes: {
      subnets: { 'A/vm': { isPrivate: true } },
      machines: { a: { publicAddress: '198.51.100.4' } },
    },
    expected: 'allowed',
    rules: ['4.3'],
  },
  {
    name: '4.3 and which nobody needs within the networks',
    from: a,
    to: h,
    port: 443,
    changes: { subnets: { 'A/vm': { isPrivate: true } } },
    expected: 'allowed',
    rules: ['5.1'],
  },
];

checkCases('reach: routes that are in doubt', cases);
