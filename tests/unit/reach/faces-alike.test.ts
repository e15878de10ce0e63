import assert from 'node:assert/strict';
import { Faces } from '../../../tasks/lib/reach/faces.ts';
import type { Estate, Network, Peering, Subnet } from '../../../tasks/lib/reach/model.ts';
import { terrainOf } from '../../../tasks/lib/reach/terrain.ts';
import { at, estate, firewallRule, inbound, outbound, route, toFirewall } from './estates.ts';
import { compare, withTwin } from './twins.ts';

/** Both spokes and their twins send everything to the firewall by one and the same route. */
const byOneRoute = (keepsSourceFor?: string[]): Estate => {
  const plain = estate({
    subnets: Object.fromEntries(
      ['A/vm', 'A/pe', 'B/vm', 'B/pe'].map((name) => [name, { routes: [toFirewall('0.0.0.0/0')] }]),
    ),
    firewall: {
      rules: [firewallRule('network')],
      ...(keepsSourceFor === undefined ? {} : { keepsSourceFor }),
    },
  });
  return withTwin(plain);
};

const front = (name: string, address: string, frontPort: number, more: object = {}) => ({
  name,
  address,
  subnetId: 'A/vm',
  sku: 'Standard' as const,
  rules: [{ protocol: 'Tcp', frontPort, backPort: 443, backends: [at.a] }],
  ...more,
});

/** Pairs of places that one thing tells apart, which nothing else shows. */
const alike: Record<string, () => Estate> = {
  "the receiving half's flag, behind a firewall": () => {
    const whole = byOneRoute();
    return withHalf(whole, 'D', { allowForwardedTraffic: false });
  },
  'the way back to a firewall that hides the client': () => {
    const whole = byOneRoute(['255.255.255.255/32']);
    const routes = [toFirewall('0.0.0.0/0'), route(`${at.fw}/32`, 'None')];
    return withSubnet(whole, 'D/vm', { routes });
  },
  'what a group says of a firewall that hides the client': () => {
    const open = inbound(110, 'Allow');
    const whole = byOneRoute(['255.255.255.255/32']);
    const shut = [inbound(100, 'Deny', { sources: [at.fw] }), open];
    return withSubnet(withSubnet(whole, 'B/vm', { securityRules: [open] }), 'D/vm', {
      securityRules: shut,
    });
  },
  'what the firewall says of one of two targets': () => {
    const whole = byOneRoute();
    const rules = [firewallRule('network', { destinations: ['10.2.0.0/16'] })];
    return { ...whole, firewalls: whole.firewalls.map((one) => ({ ...one, rules })) };
  },
  'whether an appliance can be reached': () => {
    const whole = { ...byOneRoute(), firewalls: [] };
    return withHalf(whole, 'C', { state: 'Disconnected' });
  },
  'whose gateway a default route leads to': () => {
    const plain = estate({ gateway: { forwards: true } });
    const routes = [route('0.0.0.0/0', 'VirtualNetworkGateway')];
    const whole = withSubnet(
      withSubnet({ ...withTwin(plain), firewalls: [] }, 'A/vm', { routes }),
      'C/vm',
      { routes },
    );
    const gateway = { prefixes: ['192.168.0.0/16'], bgp: [], forwards: false };
    return {
      ...whole,
      networks: whole.networks.map((one) => (one.id === 'C' ? { ...one, gateway } : one)),
    };
  },
  'whose gateway is shared, where replies go to a firewall': () => {
    const routes = [toFirewall('192.168.0.0/16')];
    const whole = withTwin(estate({ subnets: { 'A/vm': { routes } } }));
    return withHalf({ ...whole, firewalls: [] }, 'H', { allowGatewayTransit: false }, 'A');
  },
  'who uses a shared gateway, where replies go to a firewall': () => {
    const routes = [toFirewall('192.168.0.0/16')];
    const whole = withTwin(estate({ subnets: { 'A/vm': { routes } } }));
    return withHalf({ ...whole, firewalls: [] }, 'A', { useRemoteGateways: false });
  },
  ...Object.fromEntries(
    (
      [
        ['A', 'allowVirtualNetworkAccess'],
        ['A', 'useRemoteGateways'],
        ['H', 'allowVirtualNetworkAccess'],
        ['H', 'allowGatewayTransit'],
      ] as const
    ).map(([owner, flag]) => [
      `${flag} of ${owner}, without a firewall`,
      () => withHalf({ ...withTwin(estate()), firewalls: [] }, owner, { [flag]: false }, 'A'),
    ]),
  ),
  'the rules of a balancer before the same machines': () =>
    estate({
      balancers: [front('one', '10.1.1.100', 443), front('other', '10.1.1.101', 8443)],
    }),
  'the tier of a balancer before the same machines': () => ({
    ...estate({
      networks: { B: { region: 'northeurope' } },
      peerings: {},
      balancers: [
        front('one', '10.1.1.100', 443),
        front('other', '10.1.1.101', 443, { sku: 'Basic' }),
      ],
      subnets: { 'B/vm': { routes: [toFirewall('0.0.0.0/0')] } },
      firewall: { rules: [firewallRule('network')] },
    }),
  }),
  'whether a subnet lets anybody out': () =>
    withSubnet({ ...withTwin(estate()), firewalls: [] }, 'C/vm', { isPrivate: true }),
  'whether anything filters, where all that is asked says nothing': () => {
    return estate({
      networks: { H: { adminRules: [] } },
      peerings: {
        'H-A': { allowVirtualNetworkAccess: false },
        'A-H': { allowVirtualNetworkAccess: false },
      },
      subnets: { 'A/vm': { securityRules: [inbound(100, 'Allow'), outbound(100, 'Allow')] } },
    });
  },
};

/** The halves of a network changed, or of the hub the one that leads to a spoke. */
function withHalf(whole: Estate, owner: string, change: Partial<Peering>, spoke = owner): Estate {
  const changed = ({ id, peerings }: Network): Partial<Network> =>
    id !== owner || peerings === 'unread'
      ? {}
      : {
          peerings: peerings.map((one) =>
            owner !== 'H' || one.remoteId === spoke ? { ...one, ...change } : one,
          ),
        };
  return { ...whole, networks: whole.networks.map((one) => ({ ...one, ...changed(one) })) };
}

function withSubnet(whole: Estate, id: string, change: Partial<Subnet>): Estate {
  const subnets = whole.subnets.map((one) => (one.id === id ? { ...one, ...change } : one));
  return { ...whole, subnets };
}

describe('reach: faces of pairs that one thing tells apart', () => {
  for (const [thing, make] of Object.entries(alike)) {
    it(`show ${thing}`, () => {
      compare(make(), 'forth');
      compare(make(), 'back');
    });
  }

  it('tell sites apart by themselves: each may be behind a gateway of its own', () => {
    const terrain = terrainOf(
      estate({
        zones: [{ name: 'P', kind: 'on-premises', prefixes: ['172.20.0.0/16'], networkId: 'H' }],
      }),
      [],
    );
    const faces = new Faces(terrain);
    const named = (name: string) =>
      terrain.places.find((place) => place.name === name) ?? assert.fail(name);
    const [o, p, b] = ['O', 'P', 'b in B/vm'].map(named);
    assert.ok(o && p && b);
    assert.notEqual(faces.leaving(o, b), faces.leaving(p, b));
  });
});
