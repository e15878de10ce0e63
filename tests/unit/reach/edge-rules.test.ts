import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, inbound, outbound, route, steered } from './estates.ts';
import type { Changes } from './estates.ts';

const { a, b, h, o, pA, world } = at;
const publicB = { b: { publicAddress: '198.51.100.4' } };
const lb = '10.2.1.100';
const front = {
  name: 'lb',
  address: lb,
  subnetId: 'B/vm',
  sku: 'Standard' as const,
  rules: [{ protocol: 'Tcp', frontPort: 443, backPort: 8443, backends: [b] }],
};
const admin = (rule: ReturnType<typeof inbound>): Changes['networks'] => ({
  A: { adminRules: [rule] },
});

type Row = readonly [
  name: string,
  from: string,
  to: string,
  changes: Changes,
  expected: Case['expected'],
  rules: readonly string[],
  more?: Partial<Case>,
];

const row = ([name, from, to, changes, expected, rules, more]: Row): Case => ({
  ...{ name, from, to, port: 443, changes, expected, rules },
  ...more,
});

const twoOut: Changes = {
  subnets: { 'H/vm': { securityRules: [outbound(200, 'Deny')] } },
  machines: { h: { securityRules: [outbound(100, 'Deny')] } },
};
const twoIn: Changes = {
  subnets: { 'B/vm': { securityRules: [inbound(200, 'Deny')] } },
  machines: { b: { securityRules: [inbound(100, 'Deny')] } },
};
const deniesIn = (more: Parameters<typeof inbound>[2]): Changes => ({
  subnets: { 'B/vm': { securityRules: [inbound(100, 'Deny', more)] } },
});
const deniesOut = (...destinations: string[]): Changes => ({
  subnets: { 'A/vm': { securityRules: [outbound(100, 'Deny', { destinations })] } },
});
const unreadGroup: Changes = { subnets: { 'B/vm': { securityRules: 'unread' } } };
const unreadTable: Changes = {
  subnets: { 'B/vm': { routes: 'unread', securityRules: [] } },
  machines: publicB,
};
const enabledEndpoint: Changes = {
  networks: admin(inbound(1, 'Deny')),
  subnets: { 'A/pe': { endpointPolicies: 'Enabled' } },
};
const learnt: Changes = {
  subnets: { 'A/vm': { securityRules: [] } },
  gateway: { bgp: ['172.16.0.0/12'] },
  zones: [{ name: 'site', kind: 'on-premises', prefixes: ['172.16.0.0/12'], networkId: 'H' }],
};
const toStorage = outbound(1, 'Deny', { destinations: ['Storage'] });

const filters: Row[] = [
  ['1.1 a group that is unread', h, b, unreadGroup, 'unknown', ['1.1']],
  ['1.1 source ports in doubt', h, b, deniesIn({ sourcePorts: ['40000'] }), 'unknown', ['1.1']],
  ['1.4 out: first the interface', h, b, twoOut, 'dropped', ['1.4'], { by: /Deny-100/ }],
  ['1.4 in: first the subnet', h, b, twoIn, 'dropped', ['1.4'], { by: /Deny-200/ }],
  ...(['0.0.0.0/0', 'Any'] as const).map((text): Row => [
    `1.6 ${text}`,
    h,
    b,
    deniesIn({ sources: [text] }),
    'dropped',
    ['1.1'],
  ]),
  ['1.6 IPv6', h, b, deniesIn({ sources: ['2001:db8::/32'] }), 'allowed', ['5.1']],
  [
    '1.9 ports mean nothing for ICMP, those of the source either',
    h,
    b,
    deniesIn({ sourcePorts: ['22'] }),
    'dropped',
    ['1.1'],
    { protocol: 'icmp' },
  ],
  ['1.13 unread', h, b, { networks: { B: { adminRules: 'unread' } } }, 'unknown', ['1.13']],
  ['1.13 an endpoint under policies', a, pA, enabledEndpoint, 'dropped', ['1.13']],
  ['1.13 a tag holds no peer', a, h, { networks: admin(toStorage) }, 'allowed', ['5.1']],
  ['1.13 but may hold the world', a, world, { networks: admin(toStorage) }, 'unknown', ['2.5']],
  ['2.1 what the gateway learns', '172.16.0.9', a, learnt, 'allowed', ['2.1']],
  ['2.2 a table that is unread', world, b, unreadTable, 'unknown', ['2.2']],
  ['2.5 among others', a, world, deniesOut('10.9.0.0/16', 'Storage'), 'unknown', ['2.5']],
];

const halves: Row[] = (['A-H', 'H-A'] as const).map((half) => [
  `5.1 ${half} is Initiated`,
  a,
  h,
  { peerings: { [half]: { state: 'Initiated' } } },
  'dropped',
  ['5.1'],
]);
const lets: Changes = {
  subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow')] } },
  machines: publicB,
};
const viaFirewall: Changes = { firewall: { rules: [aToB] }, balancers: [front] };
const noWayBack = { 'B/vm': { routes: [route('10.0.0.0/16', 'None')] } };

const ways: Row[] = [
  ...halves,
  ['5.6 no transit', a, o, { peerings: { 'H-A': { allowGatewayTransit: false } } }, 'dropped', []],
  ['1.6 in by a public address', world, b, lets, 'allowed', ['1.6'], { path: 'public address' }],
  [
    '3.7 an endpoint answers past the routes of its subnet',
    h,
    pA,
    { subnets: { 'A/pe': noWayBack['B/vm'] } },
    'allowed',
    ['3.4'],
  ],
  [
    '4.6 the firewall finds no way back',
    a,
    b,
    {
      subnets: { ...steered, 'H/fw': { routes: [route('10.1.0.0/16', 'None')] } },
      firewall: { rules: [aToB] },
    },
    'dropped',
    ['4.6'],
  ],
  [
    '4.6 nor does what is behind a balancer',
    h,
    lb,
    { balancers: [front], subnets: noWayBack },
    'dropped',
    ['4.6', '7.1'],
  ],
  [
    '9.2 nothing listens behind a balancer',
    h,
    lb,
    { balancers: [front], machines: { b: { ports: [443] } } },
    'refused',
    ['9.2', '7.1'],
  ],
  [
    '5.3 a balancer behind the firewall',
    a,
    lb,
    { ...viaFirewall, subnets: steered },
    'allowed',
    ['4.4', '5.3', '7.1'],
  ],
  [
    '4.6 whose machines answer past it',
    a,
    lb,
    { ...viaFirewall, subnets: { 'A/vm': steered['A/vm'] ?? {} } },
    'dropped',
    ['4.6'],
  ],
];

checkCases('reach: filters at their edges', filters.map(row));
checkCases('reach: ways at their edges', ways.map(row));
