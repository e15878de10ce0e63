import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AdminRule, Estate, Network, Peering } from '../../../tasks/lib/reach/model.ts';
import { compare, twinned } from './twins.ts';
import { at, estate, firewallRule, inbound, outbound, route, toFirewall } from './estates.ts';
import { randomEstates } from './random-estates.ts';

const denied = (source: string) => inbound(100, 'Deny', { sources: [source] });

/** What tells a twin from its spoke, one thing at a time. */
const twists: Record<string, (twin: Estate) => Partial<Estate>> = {
  nothing: () => ({}),
  pending: ({ endpoints }) => ({
    endpoints: endpoints.map((one) => ({ ...one, state: 'Pending' })),
  }),
  listening: ({ machines, endpoints }) => ({
    machines: machines.map((one) => ({ ...one, ports: [22] })),
    endpoints: endpoints.map((one) => ({ ...one, ports: [22] })),
  }),
  'open subnets': ({ subnets }) => ({
    subnets: subnets.map(({ securityRules: _rules, ...one }) => one),
  }),
  'no word against anybody': ({ subnets }) => ({
    subnets: subnets.map((one) => ({
      ...one,
      securityRules: [inbound(100, 'Allow'), outbound(100, 'Allow')],
    })),
  }),
  'a word against the firewall': ({ subnets }) => ({
    subnets: subnets.map((one) => ({
      ...one,
      endpointPolicies: 'Enabled',
      securityRules: [denied(at.fw), inbound(110, 'Allow')],
    })),
  }),
  'no way to the firewall': ({ subnets }) => ({
    subnets: subnets.map((one) => ({ ...one, routes: [route(`${at.fw}/32`, 'None')] })),
  }),
  'another firewall': ({ subnets }) => ({
    subnets: subnets.map((one) => ({
      ...one,
      routes: [route('0.0.0.0/0', 'VirtualAppliance', '10.3.1.60')],
    })),
  }),
  ...Object.fromEntries(
    (
      [
        'allowVirtualNetworkAccess',
        'allowForwardedTraffic',
        'allowGatewayTransit',
        'useRemoteGateways',
      ] as const
    ).flatMap((flag) => [
      [`${flag} off`, (twin: Estate) => withPeerings(twin, { [flag]: false })],
      [`${flag} on`, (twin: Estate) => withPeerings(twin, { [flag]: true })],
    ]),
  ),
};

function withPeerings({ networks }: Estate, change: Partial<Peering>): Partial<Estate> {
  return {
    networks: networks.map(({ peerings, ...one }) => ({
      ...one,
      peerings: peerings === 'unread' ? peerings : peerings.map((half) => ({ ...half, ...change })),
    })),
  };
}

const adminRule: fc.Arbitrary<AdminRule> = fc.record({
  name: fc.constant('admin'),
  priority: fc.integer({ min: 1, max: 50 }),
  direction: fc.constantFrom('Inbound', 'Outbound'),
  access: fc.constantFrom('Allow', 'AlwaysAllow', 'Deny'),
  protocol: fc.constantFrom('*', 'Tcp'),
  sources: fc.constantFrom(['*'], ['10.1.1.0/24'], ['VirtualNetwork']),
  destinations: fc.constantFrom(['*'], ['10.2.0.0/16']),
  sourcePorts: fc.constantFrom(['*'], ['1024-2000']),
  destinationPorts: fc.constantFrom(['443'], ['*']),
  sourceGroups: fc.constant([]),
  destinationGroups: fc.constant([]),
});

const extras = fc.record({
  admin: fc.option(fc.array(adminRule, { maxLength: 3 }), { nil: undefined }),
  region: fc.constantFrom('westeurope', 'northeurope'),
  sku: fc.constantFrom('Basic' as const, 'Standard' as const),
  backends: fc.subarray([at.a, at.a2, '10.1.1.99']),
  probePort: fc.constantFrom(undefined, 443, 22),
  provided: fc.boolean(),
  public: fc.boolean(),
  unread: fc.constantFrom('', 'routes', 'rules', 'peerings', 'firewall'),
  second: fc.boolean(),
  firewall: fc.boolean(),
  changed: fc.boolean(),
  twist: fc.constantFrom(...Object.keys(twists)),
});

/** Everything goes by the firewall, which hides nobody, somebody, everybody. */
const routed = [['0.0.0.0/0'], undefined, ['255.255.255.255/32']].map((keepsSourceFor) =>
  estate({
    subnets: Object.fromEntries(
      ['H/vm', 'A/vm', 'A/pe', 'B/vm', 'B/pe'].map((name) => [
        name,
        { routes: ['10.1', '10.2', '10.3', '10.4'].map((net) => toFirewall(`${net}.0.0/16`)) },
      ]),
    ),
    firewall: {
      rules: [firewallRule('network'), firewallRule('application')],
      ...(keepsSourceFor === undefined ? {} : { keepsSourceFor }),
    },
  }),
);

/** With everything that a matrix knows, and with twins of the spokes. */
const estates: fc.Arbitrary<Estate> = fc
  .tuple(fc.oneof(randomEstates(true), fc.constantFrom(...routed)), extras)
  .map(([plain, given]): Estate => {
    const spokes = plain.networks.filter(({ id }) => id !== 'H');
    const hub = plain.networks.filter(({ id }) => id === 'H');
    const copy = twinned(plain);
    const twin = { ...copy, ...twists[given.twist]?.(copy) };
    const own = <T extends { subnetId: string }>(list: readonly T[]): T[] =>
      list.filter(({ subnetId }) => /^[CD]\//.test(subnetId));
    const networks = [
      ...hub.map((network): Network => {
        if (network.peerings === 'unread') return network;
        const admin = given.admin === undefined ? {} : { adminRules: given.admin };
        const halves = twin.networks.find(({ id }) => id === 'H')?.peerings ?? [];
        const peerings = [...network.peerings, ...(halves === 'unread' ? [] : halves)];
        return { ...network, ...admin, peerings };
      }),
      ...spokes.map((network) => ({
        ...network,
        ...(given.admin === undefined ? {} : { adminRules: given.admin }),
        ...(given.unread === 'peerings' && network.id === 'A'
          ? { peerings: 'unread' as const }
          : {}),
      })),
      ...twin.networks
        .filter(({ id }) => id !== 'H')
        .map((network) => ({ ...network, region: given.region })),
    ];
    const subnets = [
      ...plain.subnets.map((subnet) => ({
        ...subnet,
        ...(given.unread === 'routes' && subnet.id === 'A/vm' ? { routes: 'unread' as const } : {}),
        ...(given.unread === 'rules' && subnet.id === 'B/vm'
          ? { securityRules: 'unread' as const }
          : {}),
      })),
      ...twin.subnets.filter(({ networkId }) => networkId !== 'H'),
    ];
    const [first] = plain.firewalls;
    const second = {
      name: 'fw2',
      address: '10.3.1.60',
      subnetId: 'C/vm',
      rules: [firewallRule('network', { ports: ['443'] }), firewallRule('application')],
    };
    const balancer = {
      name: 'lb',
      address: '10.1.1.100',
      subnetId: 'A/vm',
      sku: given.sku,
      rules: [
        {
          protocol: 'Tcp',
          frontPort: 443,
          backPort: 8443,
          backends: given.backends,
          ...(given.probePort === undefined ? {} : { probePort: given.probePort }),
        },
      ],
    };
    const provider = { natAddress: '10.1.1.98', subnetId: 'A/vm', frontEnd: '10.1.1.100' };
    return {
      ...plain,
      networks,
      subnets,
      machines: [
        ...plain.machines.map((machine) => ({
          ...machine,
          ...(given.public && machine.name === 'b' ? { publicAddress: '198.51.100.4' } : {}),
        })),
        ...own(twin.machines).map((machine) => ({
          ...machine,
          ...(given.changed && machine.name === 'a2-twin'
            ? { securityRules: [inbound(100, 'Allow'), outbound(100, 'Deny')] }
            : {}),
        })),
      ],
      endpoints: [
        ...plain.endpoints,
        ...own(twin.endpoints).map((endpoint) => ({
          ...endpoint,
          ...(given.provided ? { provider } : {}),
        })),
      ],
      firewalls: [
        ...(first === undefined || !given.firewall
          ? []
          : [{ ...first, ...(given.unread === 'firewall' ? { rules: 'unread' as const } : {}) }]),
        ...(given.second ? [second] : []),
      ],
      balancers: [balancer, twinned(balancer)],
      zones: [
        ...plain.zones,
        { name: 'partner', kind: 'public', prefixes: ['203.0.113.0/24'], closed: given.changed },
      ],
    };
  });

describe('reach: faces', () => {
  it('give every pair the outcome that it has when it is looked at by itself', () => {
    let shared = 0;
    fc.assert(
      fc.property(estates, (whole) => {
        if (compare(whole, 'forth') > 4) shared += 1;
      }),
      { numRuns: 40 },
    );
    assert.ok(shared > 20, `outcomes are shared in ${shared} estates only`);
  });
});
