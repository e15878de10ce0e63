import fc from 'fast-check';
import type {
  Estate,
  FirewallRule,
  Peering,
  Route,
  SecurityRule,
} from '../../../tasks/lib/reach/model.ts';
import { at, estate } from './estates.ts';

const prefixes = [
  '10.0.0.0/16',
  '10.0.2.0/24',
  '10.1.0.0/16',
  '10.1.1.0/24',
  '10.1.1.4',
  '10.1.2.0/24',
  at.pA,
  '10.2.0.0/16',
  '10.2.1.0/25',
  '10.2.2.0/24',
  '10.0.0.0/8',
  '192.168.0.0/16',
  '203.0.113.0/24',
];
const tags = ['*', 'VirtualNetwork', 'Internet', 'AzureLoadBalancer', 'Storage'];
const ports = ['*', '443', '80', '22', '400-500', '1433'];
const groups = ['web', 'data'];
const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);

const ruleBody = fc.record({
  direction: oneOf(['Inbound', 'Outbound'] as const),
  access: oneOf(['Allow', 'Deny'] as const),
  protocol: oneOf(['*', 'Tcp', 'Udp', 'Icmp']),
  sources: fc.array(oneOf([...prefixes, ...tags]), { minLength: 1, maxLength: 2 }),
  destinations: fc.array(oneOf([...prefixes, ...tags]), { minLength: 1, maxLength: 2 }),
  destinationPorts: fc.array(oneOf(ports), { minLength: 1, maxLength: 2 }),
  sourceGroups: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.subarray(groups)),
  destinationGroups: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, fc.subarray(groups)),
});

const security = fc.option(
  fc.array(ruleBody, { maxLength: 5 }).map((bodies): SecurityRule[] =>
    bodies.map((body, position) => ({
      ...body,
      name: `rule-${position}`,
      priority: 100 + position,
      sourcePorts: ['*'],
    })),
  ),
  { nil: undefined },
);

const routes = (withGateway: boolean) =>
  fc.option(
    fc
      .uniqueArray(
        fc.record({
          prefix: oneOf(['0.0.0.0/0', '10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', `${at.pA}/32`]),
          hop: oneOf([
            'VirtualAppliance',
            'VirtualAppliance',
            'VirtualAppliance',
            'VnetLocal',
            'Internet',
            'None',
            ...(withGateway ? ['VirtualNetworkGateway'] : []),
          ]),
        }),
        { maxLength: 3, selector: ({ prefix }) => prefix },
      )
      .map((given): Route[] =>
        given.map(({ prefix, hop }) => ({
          name: `to-${hop}`,
          prefix,
          nextHop: hop,
          ...(hop === 'VirtualAppliance' ? { nextHopAddress: at.fw } : {}),
        })),
      ),
    { nil: undefined },
  );

const firewallRules = fc.array(
  fc
    .record({
      kind: oneOf(['network', 'network', 'application'] as const),
      access: oneOf(['Allow', 'Allow', 'Deny'] as const),
      protocols: fc.constantFrom(['Tcp'], ['*'], ['Udp']),
      sources: fc.array(oneOf([...prefixes, '*', '*']), { minLength: 1, maxLength: 2 }),
      destinations: fc.array(oneOf([...prefixes, '*', '*']), { minLength: 1, maxLength: 2 }),
      ports: fc.array(oneOf(ports), { minLength: 1, maxLength: 1 }),
    })
    .map((given): FirewallRule => ({
      ...given,
      // An application rule names HTTP, HTTPS or SQL Server, each with its port.
      ...(given.kind === 'application'
        ? { protocols: ['Tcp'], ports: given.ports.map(applicationPort) }
        : {}),
      name: given.kind,
      parent: false,
      groupPriority: 100,
      priority: 100,
      names: [],
    })),
  { maxLength: 4 },
);

function applicationPort(text: string): string {
  return /^(443|80|1433)$/.test(text) ? text : '*';
}

const half = fc.record({
  state: oneOf(['Connected', 'Connected', 'Connected', 'Connected', 'Initiated']),
  allowVirtualNetworkAccess: oneOf([true, true, true, false]),
  allowForwardedTraffic: oneOf([true, true, true, false]),
  allowGatewayTransit: oneOf([true, true, false]),
  useRemoteGateways: oneOf([true, true, false]),
});
const policies = oneOf([
  'Disabled',
  'Enabled',
  'NetworkSecurityGroupEnabled',
  'RouteTableEnabled',
] as const);
const memberships = fc.subarray(groups);
const listening = fc.option(fc.constantFrom([443], [80, 443]), { nil: undefined });

/** Estates of a hub and two spokes, with and without a gateway. */
export function randomEstates(withGateway: boolean): fc.Arbitrary<Estate> {
  const table = routes(withGateway);
  const subnet = fc.record({ securityRules: security, routes: table, endpointPolicies: policies });
  const machine = fc.record({ securityRules: security, groups: memberships, ports: listening });
  const endpoint = fc.record({
    state: oneOf(['Approved', 'Approved', 'Approved', 'Pending']),
    groups: memberships,
    ports: listening,
  });
  return fc
    .record({
      subnets: fc.tuple(subnet, subnet, subnet, subnet, subnet),
      machines: fc.tuple(machine, machine, machine, machine),
      endpoints: fc.tuple(endpoint, endpoint),
      peerings: fc.tuple(half, half, half, half),
      firewall: fc.record({
        rules: firewallRules,
        keepsSourceFor: oneOf([undefined, ['255.255.255.255/32'], ['0.0.0.0/0']]),
      }),
      gatewayRoutes: table,
      forwards: oneOf([undefined, true, false]),
      closed: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    })
    .map((given) => {
      const [hVm, aVm, aPe, bVm, bPe] = given.subnets;
      const [h, a, a2, b] = given.machines;
      const [pA, pB] = given.endpoints;
      const gateways = (peering: Partial<Peering>): Partial<Peering> =>
        withGateway
          ? peering
          : { ...peering, allowGatewayTransit: false, useRemoteGateways: false };
      const [ha, ah, hb, bh] = given.peerings.map((one) => gateways(defined(one)));
      const whole = estate({
        subnets: {
          'H/vm': defined(hVm),
          'A/vm': withGateway
            ? { ...defined(aVm), disableBgpRoutePropagation: given.closed[0] ?? false }
            : defined(aVm),
          'A/pe': defined(aPe),
          'B/vm': defined(bVm),
          'B/pe': defined(bPe),
        },
        machines: { h: defined(h), a: defined(a), a2: defined(a2), b: defined(b) },
        endpoints: { pA: defined(pA), pB: defined(pB) },
        peerings: { 'H-A': ha ?? {}, 'A-H': ah ?? {}, 'H-B': hb ?? {}, 'B-H': bh ?? {} },
        firewall: defined(given.firewall),
        gateway: given.forwards === undefined ? {} : { forwards: given.forwards },
        ...(given.gatewayRoutes === undefined ? {} : { gatewayRoutes: given.gatewayRoutes }),
      });
      return withGateway ? whole : withoutGateway(whole);
    });
}

function withoutGateway(whole: Estate): Estate {
  return {
    ...whole,
    zones: [],
    subnets: whole.subnets.filter(({ id }) => !id.endsWith('GatewaySubnet')),
    networks: whole.networks.map(({ gateway: _gateway, ...network }) => network),
  };
}

/** Optional properties are left out, not undefined. */
function defined<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
