import type { Case } from './cases.ts';
import { checkCases } from './cases.ts';
import { aToB, at, firewallRule, inbound, route, steered, toFirewall } from './estates.ts';
import type { Changes } from './estates.ts';

const { a, a2, b, h, o, pA, world } = at;
const lb = '10.2.1.100';
const balanced = { protocol: 'Tcp', frontPort: 443, backPort: 8443, backends: [b] as string[] };
const front = (more: object = {}, rule: object = {}) => ({
  ...{ name: 'lb', address: lb, subnetId: 'B/vm', sku: 'Standard' as const },
  rules: [{ ...balanced, ...rule }],
  ...more,
});
const balancers = [front()];
const ranged = front({}, { frontPort: 440, lastFrontPort: 449 });
const unknownPort = front({}, { backPort: undefined });
/** A rule of a public front end, which leads to a machine. */
const published = { balancer: 'lb', protocol: 'Tcp', backPort: 443 };
const noProbes = inbound(100, 'Deny', { sources: ['AzureLoadBalancer'] });
const provider = { natAddress: '10.2.1.50', subnetId: 'B/vm', frontEnd: lb };
const fromA = (...routes: ReturnType<typeof route>[]): Changes['subnets'] => ({
  'A/vm': { routes },
});
const hop = (prefix: string, address: string) => route(prefix, 'VirtualAppliance', address);
const pair = { address: '10.1.1.100', subnetId: 'A/vm' };
const apart: Changes = {
  balancers: [front(pair, { backends: [a, a2] })],
  machines: { a2: { securityRules: [inbound(100, 'Deny')] } },
};
const toFront: Changes = {
  firewall: {
    rules: [firewallRule('dnat', { ports: ['443'], translated: { address: lb, port: 443 } })],
  },
  balancers,
};
const viaHub = { 'H/vm': { routes: [toFirewall('10.2.0.0/16')] } };
const network = { rules: [firewallRule('network')] };
const hides = { ...network, keepsSourceFor: ['255.255.255.255/32'] };
const off = { allowVirtualNetworkAccess: false };
const site = { name: 'site', kind: 'on-premises', prefixes: ['172.16.0.0/12'] } as const;
const firewallRoutes = (...routes: ReturnType<typeof route>[]): Changes => ({
  subnets: { ...steered, 'H/fw': { routes } },
  firewall: { rules: [aToB] },
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

const rows: Row[] = [
  // Gateways
  ['4.3 the own gateway', h, o, {}, 'allowed', ['4.3'], { path: 'gateway' }],
  ['5.6 the gateway of a peer', a, o, {}, 'allowed', ['5.6'], { path: 'gateway' }],
  ['4.5 none', '172.16.0.9', b, { zones: [{ ...site, networkId: 'B' }] }, 'unknown', ['4.5']],
  ['5.6 in', o, a, { peerings: { 'A-H': { useRemoteGateways: false } } }, 'dropped', ['5.6']],
  ['5.6 in', o, a, { peerings: { 'H-A': { allowGatewayTransit: false } } }, 'dropped', ['5.6']],
  ['8.3 the way back', a, o, { gatewayRoutes: [toFirewall('0.0.0.0/0')] }, 'unknown', ['8.3']],
  ['9.5 back', a, o, { gatewayRoutes: [hop('10.1.0.0/16', '10.0.2.99')] }, 'unknown', ['9.5']],
  ['4.6 back', a, o, { gatewayRoutes: [route('10.1.0.0/16', 'None')] }, 'dropped', ['4.6']],
  [
    '4.5 a route to a gateway that is not shared',
    a,
    world,
    {
      subnets: fromA(route('203.0.113.0/24', 'VirtualNetworkGateway')),
      peerings: { 'A-H': { useRemoteGateways: false } },
    },
    'dropped',
    ['4.5'],
  ],
  ...(['Internet', 'VirtualNetworkGateway'] as const).map((next): Row => [
    `4.3 ${next} leads to no spoke`,
    a,
    b,
    { subnets: fromA(route('10.2.0.0/16', next)) },
    'dropped',
    ['4.3'],
  ]),
  // Peerings
  ['5.4 out', a, h, { peerings: { 'A-H': off } }, 'unknown', ['5.4']],
  ['5.4 in', a, h, { peerings: { 'H-A': off } }, 'unknown', ['5.4']],
  // Firewalls and appliances
  ['4.3 at the firewall', a, b, firewallRoutes(route('10.2.0.0/16', 'None')), 'dropped', ['4.3']],
  ['9.5 past it', h, b, { subnets: viaHub, firewall: network }, 'unknown', ['9.5']],
  [
    '6.6 back to it',
    h,
    b,
    { subnets: viaHub, firewall: hides },
    'allowed',
    ['5.3'],
    { path: 'firewall fw (source NAT), peering' },
  ],
  [
    '9.5 back by another appliance',
    a,
    b,
    {
      subnets: { ...steered, 'B/vm': { routes: [hop('10.1.0.0/16', '10.0.2.99')] } },
      firewall: { rules: [aToB] },
    },
    'dropped',
    ['9.5'],
  ],
  [
    '4.5 a machine that forwards, by rules that nobody described',
    a,
    b,
    { subnets: fromA(hop('0.0.0.0/0', h)), machines: { h: { forwards: true } } },
    'unknown',
    ['6.1'],
  ],
  ['4.5 no machine', a, b, { subnets: fromA(hop('0.0.0.0/0', '10.0.2.99')) }, 'unknown', ['6.1']],
  [
    '4.7 forced to the firewall',
    a,
    world,
    { subnets: steered, firewall: network },
    'allowed',
    ['4.7'],
  ],
  [
    '4.9 a prefix that is explicit comes before a tag',
    a,
    world,
    {
      subnets: fromA(toFirewall('Storage'), route('203.0.113.0/24', 'None')),
      tags: { storage: ['203.0.113.0/24'] },
    },
    'dropped',
    ['4.5'],
  ],
  // Balancers
  ['7.1 another port', h, lb, { balancers }, 'dropped', ['7.1'], { port: 80 }],
  ['7.1 ICMP', h, lb, { balancers }, 'dropped', ['7.1'], { protocol: 'icmp' }],
  ['7.1 nobody', h, lb, { balancers: [front({}, { backends: [] })] }, 'unknown', ['7.1']],
  ['7.1 one of two lets it in', h, pair.address, apart, 'unknown', ['7.1']],
  [
    '7.1 the world',
    world,
    b,
    { machines: { b: { publicRules: [published] } } },
    'dropped',
    ['1.5'],
  ],
  [
    '7.1 any of a range, by a port that Azure chose',
    h,
    lb,
    { balancers: [ranged] },
    'unknown',
    ['7.1'],
  ],
  ['7.1 beyond a range', h, lb, { balancers: [ranged] }, 'dropped', ['7.1'], { port: 450 }],
  ['7.1 a port not known yet', h, lb, { balancers: [unknownPort] }, 'unknown', ['7.1']],
  ['5.8 one region', h, lb, { balancers: [front({ sku: 'Basic' })] }, 'allowed', ['7.1']],
  [
    '7.1 all ports',
    h,
    lb,
    { balancers: [front({}, { protocol: 'All' })] },
    'allowed',
    ['7.1'],
    { port: 5000, protocol: 'udp' },
  ],
  [
    '7.3 a service without its front end',
    a,
    pA,
    { endpoints: { pA: { provider } } },
    'unknown',
    ['7.3'],
  ],
  [
    '7.1 behind DNAT it answers through the firewall',
    world,
    lb,
    { ...toFront, subnets: { 'B/vm': steered['B/vm'] ?? {} } },
    'allowed',
    ['7.1'],
  ],
  ['4.6 or past it', world, lb, toFront, 'dropped', ['4.6']],
  [
    '9.2 only TCP is known to find a listener',
    a,
    h,
    { machines: { h: { ports: [443] } } },
    'allowed',
    ['5.1'],
    { port: 53, protocol: 'udp' },
  ],
  ...(
    [
      ['a port of a public front end', published, 443, 'allowed', ['7.1']],
      ['a port without a rule', published, 22, 'dropped', ['7.1']],
      ['probes that the group denies', { ...published, probePort: 80 }, 443, 'dropped', ['1.11']],
      ['a port not known yet', { balancer: 'lb', protocol: 'Tcp' }, 443, 'unknown', ['7.1']],
      ['another protocol', { ...published, protocol: 'Udp' }, 443, 'dropped', ['7.1']],
      ['all ports', { balancer: 'lb', protocol: 'All' }, 8080, 'allowed', ['7.1']],
    ] as const
  ).map(([name, rule, port, expected, rules]): Row => [
    `7.1 from the internet: ${name}`,
    world,
    b,
    {
      subnets: { 'B/vm': { securityRules: [noProbes, inbound(200, 'Allow')] } },
      machines: { b: { publicRules: [rule] } },
    },
    expected,
    rules,
    { port },
  ]),
];

checkCases(
  'reach: ways there and back',
  rows.map(([name, from, to, changes, expected, rules, more]) => ({
    ...{ name, from, to, port: 443, changes, expected, rules },
    ...more,
  })),
);
