import { at, firewallRule, inbound, toFirewall } from './estates.ts';
import type { Case } from './worked-cases.ts';
import { checkCases } from './worked-cases.ts';

const { a, b, h, pA, pB } = at;
const denyIn = [inbound(4096, 'Deny')];
const bothToFirewall = {
  'A/vm': { routes: [toFirewall('0.0.0.0/0')] },
  'B/vm': { routes: [toFirewall('0.0.0.0/0')] },
};
const spokeToSpoke = firewallRule('network', ['10.1.0.0/16'], ['10.2.0.0/16']);
const hubToB = firewallRule('network', ['10.0.2.0/24'], ['10.2.0.0/16']);
const steered = {
  'A/vm': { routes: [toFirewall('10.1.0.0/16')] },
  'A/pe': { endpointPolicies: 'Enabled' as const },
};
const hubSteered = {
  'H/vm': { routes: [toFirewall('10.2.0.0/16')] },
  'B/pe': { endpointPolicies: 'Enabled' as const },
};

/** Rows 32, 33, 38 and 39 need gateways, application rules by name and Private Link services. */
const cases: Case[] = [
  {
    row: 16,
    from: a,
    to: pA,
    port: 443,
    changes: { subnets: steered },
    expected: 'dropped',
    rule: '6.3',
  },
  {
    row: 17,
    from: a,
    to: pA,
    port: 443,
    changes: {
      subnets: steered,
      firewall: { rules: [firewallRule('application', ['10.1.0.0/16'], [pA], ['443'])] },
    },
    expected: 'allowed',
    rule: '3.4',
  },
  {
    row: 18,
    from: h,
    to: pB,
    port: 443,
    changes: { subnets: hubSteered, firewall: { rules: [hubToB] } },
    expected: 'unknown',
    rule: '3.7',
  },
  {
    row: 19,
    from: h,
    to: pB,
    port: 443,
    changes: { subnets: hubSteered, firewall: { rules: [hubToB], alwaysTranslates: true } },
    expected: 'allowed',
    rule: '3.4',
  },
  { row: 20, from: a, to: pB, port: 443, expected: 'dropped', rule: '5.2' },
  {
    row: 21,
    from: a,
    to: pA,
    port: 443,
    changes: { endpoints: { pA: { state: 'Pending' } } },
    expected: 'dropped',
    rule: '3.8',
  },
  { row: 22, from: a, to: b, port: 443, expected: 'dropped', rule: '5.2' },
  {
    row: 23,
    from: a,
    to: b,
    port: 5432,
    changes: {
      subnets: { 'A/vm': bothToFirewall['A/vm'] },
      firewall: { rules: [spokeToSpoke] },
    },
    expected: 'dropped',
    rule: '4.6',
  },
  {
    row: 24,
    from: a,
    to: b,
    port: 5432,
    changes: { subnets: bothToFirewall, firewall: { rules: [spokeToSpoke] } },
    expected: 'allowed',
    rule: '1.5',
  },
  {
    row: 25,
    from: a,
    to: b,
    port: 5432,
    changes: {
      subnets: bothToFirewall,
      firewall: { rules: [firewallRule('application', ['10.1.0.0/16'], ['10.2.0.0/16'])] },
    },
    expected: 'dropped',
    rule: '6.3',
  },
  {
    row: 26,
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: bothToFirewall,
      firewall: { rules: [spokeToSpoke] },
      peerings: { 'B-H': { allowForwardedTraffic: false } },
    },
    expected: 'unknown',
    rule: '5.5',
  },
  {
    row: 27,
    from: a,
    to: b,
    port: 443,
    changes: {
      subnets: {
        ...bothToFirewall,
        'B/vm': {
          ...bothToFirewall['B/vm'],
          securityRules: [inbound(100, 'Allow', { sources: ['10.1.1.0/24'] }), ...denyIn],
        },
      },
      firewall: { rules: [firewallRule('application', ['10.1.0.0/16'], ['10.2.0.0/16'])] },
    },
    expected: 'dropped',
    rule: '1.1',
  },
  {
    row: 28,
    from: a,
    to: h,
    port: 443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'allowed',
    rule: '1.5',
  },
  {
    row: 29,
    from: a,
    to: h,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [{ name: 'void', prefix: '10.0.0.0/16', nextHop: 'None' }] } },
    },
    expected: 'dropped',
    rule: '4.5',
  },
  {
    row: 30,
    from: a,
    to: h,
    port: 443,
    changes: { peerings: { 'H-A': null } },
    expected: 'dropped',
    rule: '5.1',
  },
  { row: 31, from: a, to: '192.168.1.9', port: 443, expected: 'dropped', rule: '4.3' },
  {
    row: 34,
    from: a,
    to: '203.0.113.7',
    port: 8443,
    changes: { subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } } },
    expected: 'dropped',
    rule: '6.3',
  },
  { row: 35, from: a, to: '203.0.113.80', port: 443, expected: 'allowed', rule: '4.3' },
  { row: 36, from: a, to: '169.254.169.254', port: 80, expected: 'unknown', rule: '10.1' },
  {
    row: 37,
    from: a,
    to: pB,
    port: 443,
    changes: {
      subnets: { 'A/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [spokeToSpoke] },
    },
    expected: 'allowed',
    rule: '3.4',
  },
];

checkCases('reachability, worked cases from 16', cases);
