import assert from 'node:assert/strict';
import { reach } from '../../../sandbox/azure/network/reach.ts';
import type { Changes } from './estates.ts';
import { at, estate, inbound, outbound, toFirewall } from './estates.ts';

const { a, a2, b, h, pA } = at;

function found(from: string, to: string, port: number, changes: Changes, protocol = 'Tcp'): string {
  return reach(estate(changes), from, to, port, protocol).result;
}

const guardB = (...rules: ReturnType<typeof inbound>[]): Changes => ({
  subnets: { 'B/vm': { securityRules: [...rules, inbound(4096, 'Deny')] } },
});

describe('reachability, single rules', () => {
  it('1.7: several ports and ranges in one rule', () => {
    const changes = guardB(inbound(100, 'Allow', { destinationPorts: ['80', '10000-10005'] }));
    assert.equal(found(h, b, 10003, changes), 'allowed');
    assert.equal(found(h, b, 80, changes), 'allowed');
    assert.equal(found(h, b, 10006, changes), 'dropped');
  });

  it('1.8: a group holds its members and nobody else', () => {
    const changes: Changes = {
      subnets: {
        'A/vm': {
          securityRules: [
            inbound(100, 'Allow', { sources: [], sourceGroups: ['/asg/Agents'] }),
            inbound(4096, 'Deny'),
          ],
        },
      },
    };
    assert.equal(found(a2, a, 443, changes), 'dropped');
    const member = { ...changes, interfaces: { a2: { groups: ['/asg/agents'] } } };
    assert.equal(found(a2, a, 443, member), 'allowed');
  });

  it('1.8: a machine that the estate does not describe may be a member or not', () => {
    const changes = guardB(inbound(100, 'Allow', { sources: [], sourceGroups: ['/asg/agents'] }));
    assert.equal(found('10.0.2.9', b, 443, changes), 'unknown');
  });

  it('a set that nobody knows does not matter where the outcome is the same', () => {
    const changes = guardB(inbound(100, 'Deny', { sources: [], sourceGroups: ['/asg/agents'] }));
    assert.equal(found('10.0.2.9', b, 443, changes), 'dropped');
  });

  it('1.9: ports mean nothing for ICMP', () => {
    const changes = guardB(inbound(100, 'Allow', { protocol: 'Icmp', destinationPorts: ['443'] }));
    assert.equal(found(h, b, 0, changes, 'Icmp'), 'allowed');
    assert.equal(found(h, b, 443, changes, 'Tcp'), 'dropped');
  });

  it('2.1: prefixes of own routes count as VirtualNetwork', () => {
    const bare = { 'B/vm': { securityRules: [] } };
    const routed = {
      'A/vm': { routes: [toFirewall('10.2.0.0/16')] },
      'B/vm': { securityRules: [], routes: [toFirewall('10.1.0.0/16')] },
    };
    const rules = [
      {
        kind: 'network' as const,
        access: 'Allow' as const,
        protocol: 'Tcp',
        sources: ['*'],
        destinations: ['*'],
        ports: ['*'],
      },
    ];
    assert.equal(found(a, b, 443, { subnets: routed, firewall: { rules } }), 'allowed');
    assert.equal(found(a, b, 443, { subnets: bare, firewall: { rules } }), 'dropped');
  });

  it('2.2: a default route makes the tag unknown', () => {
    const routes = [toFirewall('0.0.0.0/0')];
    const changes: Changes = { subnets: { 'B/vm': { securityRules: [], routes } } };
    assert.equal(found('203.0.113.7', b, 443, changes), 'unknown');
  });

  it('2.4: deny Internet stops public addresses and no private one', () => {
    const changes: Changes = {
      subnets: {
        'A/vm': { securityRules: [outbound(4000, 'Deny', { destinations: ['Internet'] })] },
      },
    };
    assert.equal(found(a, '203.0.113.7', 443, changes), 'dropped');
    assert.equal(found(a, h, 443, changes), 'allowed');
  });

  it('2.5: an endpoint address is in no service tag', () => {
    const storageOnly: Changes = {
      subnets: {
        'A/vm': {
          securityRules: [
            outbound(100, 'Allow', { destinations: ['Storage'] }),
            outbound(4096, 'Deny'),
          ],
        },
      },
    };
    assert.equal(found(a, pA, 443, storageOnly), 'dropped');
    assert.equal(found(a, '203.0.113.7', 443, storageOnly), 'unknown');
  });

  for (const [prefix, expected] of [
    ['10.1.2.0/24', 'dropped'],
    ['10.1.0.0/16', 'dropped'],
    ['10.0.0.0/8', 'allowed'],
    ['0.0.0.0/0', 'allowed'],
  ] as const) {
    it(`3.5: a route ${prefix} to a firewall without rules leaves the endpoint ${expected}`, () => {
      const subnets = {
        'A/vm': { routes: [toFirewall(prefix)] },
        'A/pe': { endpointPolicies: 'RouteTableEnabled' as const },
      };
      assert.equal(found(a, pA, 443, { subnets }), expected);
    });
  }

  it('3.6: a /32 route is unknown unless the subnet obeys route tables', () => {
    const routes = [toFirewall('10.1.2.5/32')];
    assert.equal(found(a, pA, 443, { subnets: { 'A/vm': { routes } } }), 'unknown');
    const obeyed = {
      'A/vm': { routes },
      'A/pe': { endpointPolicies: 'RouteTableEnabled' as const },
    };
    assert.equal(found(a, pA, 443, { subnets: obeyed }), 'dropped');
  });

  it('4.1: an own route beats the system route of the same length', () => {
    const subnets = { 'A/vm': { routes: [toFirewall('10.1.0.0/16')] } };
    assert.equal(found(a, a2, 443, { subnets }), 'dropped');
  });

  it('4.5: an appliance in a network that is not joined is never reached', () => {
    const route = { ...toFirewall('10.0.0.0/16'), nextHopAddress: '10.2.1.4' };
    assert.equal(found(a, h, 443, { subnets: { 'A/vm': { routes: [route] } } }), 'dropped');
  });

  it('4.5: next hops that are not modelled are unknown', () => {
    const route = { name: 'gw', prefix: '10.0.0.0/16', nextHop: 'VirtualNetworkGateway' };
    assert.equal(found(a, h, 443, { subnets: { 'A/vm': { routes: [route] } } }), 'unknown');
  });

  for (const state of ['Initiated', 'Disconnected']) {
    it(`5.1: a half that is ${state} carries nothing`, () => {
      assert.equal(found(a, h, 443, { peerings: { 'A-H': { state } } }), 'dropped');
      assert.equal(found(a, h, 443, { peerings: { 'H-A': { state } } }), 'dropped');
    });
  }

  it('5.4: without network access the groups decide, and nothing is known without them', () => {
    const closed = {
      'A-H': { allowVirtualNetworkAccess: false },
      'H-A': { allowVirtualNetworkAccess: false },
    };
    const bare = { 'A/vm': { securityRules: [] }, 'H/vm': { securityRules: [] } };
    const explicit = {
      'A/vm': { securityRules: [outbound(100, 'Allow', { destinations: ['10.0.0.0/16'] })] },
      'H/vm': { securityRules: [inbound(100, 'Allow', { sources: ['10.1.0.0/16'] })] },
    };
    assert.equal(found(a, h, 443, { peerings: closed, subnets: bare }), 'dropped');
    assert.equal(found(a, h, 443, { peerings: closed, subnets: explicit }), 'allowed');
    assert.equal(found(a, h, 443, { peerings: closed }), 'unknown');
  });

  it('5.7: a prefix that the peering has not synchronised is not routed', () => {
    const peerings = { 'A-H': { remotePrefixes: ['10.9.0.0/16'] } };
    assert.equal(found(a, h, 443, { peerings }), 'dropped');
  });

  it('6.1: rules that are not modelled leave the verdict open', () => {
    const subnets = { 'A/vm': { routes: [toFirewall('10.0.2.0/24')] } };
    assert.equal(found(a, h, 443, { subnets, firewall: { rules: 'unknown' } }), 'unknown');
  });

  it('9.1: an address that nothing has answers nothing', () => {
    const verdict = reach(estate(), a, '10.0.2.77', 443, 'Tcp');
    assert.deepEqual(verdict, {
      result: 'dropped',
      why: 'nothing has the address 10.0.2.77',
      rule: '9.1',
    });
  });

  it('an endpoint refuses what its service has no port for', () => {
    assert.equal(found(a, pA, 22, {}), 'refused');
  });

  it('names the rule, the subnet and the direction in its reason', () => {
    const changes: Changes = {
      subnets: {
        'A/pe': {
          endpointPolicies: 'Enabled',
          securityRules: [inbound(100, 'Deny', { name: 'deny-https', destinationPorts: ['443'] })],
        },
      },
    };
    const verdict = reach(estate(changes), a, pA, 443, 'tcp');
    assert.equal(verdict.why, 'security rule deny-https denies inbound at A/pe');
  });

  for (const [from, to] of [
    ['10.1.1.4', '10.0.2'],
    ['10.1.1.4', '010.0.2.4'],
    ['10.1.1.4', 'fe80::1'],
    ['agent', '10.0.2.4'],
  ] as const) {
    it(`refuses ${from} to ${to} as addresses`, () => {
      assert.throws(() => reach(estate(), from, to, 443, 'tcp'), /is not an IPv4 address/);
    });
  }
});
