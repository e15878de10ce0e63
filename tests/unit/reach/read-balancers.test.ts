import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';

const provider = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
const id = (type: string, name: string) => `${provider}/${type}/${name}`;
const resource = (type: string, name: string, properties: Record<string, unknown>): Resource => ({
  ...{ id: id(type, name), type: `Microsoft.Network/${type}`, properties },
});
const home = { id: `${id('virtualNetworks', 'v')}/subnets/vm` };
const group = { id: id('networkSecurityGroups', 'nsg') };
const lb = id('loadBalancers', 'lb');
const pool = { id: `${lb}/backendAddressPools/pool` };
const front = { id: `${lb}/frontendIPConfigurations/front` };
const world = '203.0.113.7';

type Given = Record<string, unknown>;

/** A machine behind a balancer, in a subnet whose group lets HTTPS in from anywhere. */
function outcome(
  { card = {}, balancer = {} }: { card?: Given; balancer?: Given },
  port = 443,
  to = '10.1.0.4',
): string {
  const rule = {
    ...{ priority: 100, direction: 'Inbound', access: 'Allow', protocol: 'Tcp' },
    ...{ sourceAddressPrefix: '*', sourcePortRange: '*' },
    ...{ destinationAddressPrefix: '*', destinationPortRanges: ['443', '8443'] },
  };
  const resources = new Resources([
    resource('virtualNetworks', 'v', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
      subnets: [
        {
          name: 'vm',
          properties: { addressPrefix: '10.1.0.0/24', networkSecurityGroup: group },
        },
      ],
    }),
    resource('networkSecurityGroups', 'nsg', { securityRules: [{ name: 'in', properties: rule }] }),
    resource('networkInterfaces', 'vm', {
      ipConfigurations: [
        { name: 'ip', properties: { privateIPAddress: '10.1.0.4', subnet: home, ...card } },
      ],
    }),
    resource('loadBalancers', 'lb', balancer),
  ]);
  const { result, by } = new Matrix(readEstate(resources)).outcome(world, to, 'tcp', port);
  return `${result}: ${by}`;
}

const open = { name: 'front', properties: { publicIPAddress: { id: 'pip' } } };
const inner = { name: 'front', properties: { privateIPAddress: '10.1.0.100', subnet: home } };
const ports = { protocol: 'Tcp', frontendPort: 80, backendPort: 443 };
const balanced = {
  name: 'r',
  properties: { frontendIPConfiguration: front, backendAddressPool: pool, ...ports },
};
const translated = { name: 'nat', properties: { frontendIPConfiguration: front, ...ports } };
/** Each machine of the pool has a port of the range. */
const ranged = {
  name: 'nat',
  properties: {
    ...{ frontendIPConfiguration: front, backendAddressPool: pool, protocol: 'Tcp' },
    ...{ frontendPortRangeStart: 500, frontendPortRangeEnd: 599, backendPort: 443 },
  },
};
const member = { loadBalancerBackendAddressPools: [pool] };
const passed = 'allowed: inbound in (100)';

describe('reach: front ends on the internet', () => {
  const cases: [string, { card?: Given; balancer?: Given }, number, string][] = [
    [
      'a pool with a rule',
      {
        card: member,
        balancer: { frontendIPConfigurations: [open], loadBalancingRules: [balanced] },
      },
      443,
      passed,
    ],
    [
      'a pool with a rule, on a port of neither rule nor group',
      {
        card: member,
        balancer: { frontendIPConfigurations: [open], loadBalancingRules: [balanced] },
      },
      22,
      'dropped: no rule of its public front end',
    ],
    [
      'a pool with a rule, on a port that the group allows and no rule leads to',
      {
        card: member,
        balancer: { frontendIPConfigurations: [open], loadBalancingRules: [balanced] },
      },
      8443,
      'dropped: no rule of its public front end',
    ],
    [
      'a pool with a rule whose port is an expression',
      {
        card: member,
        balancer: {
          frontendIPConfigurations: [open],
          loadBalancingRules: [
            {
              name: 'r',
              properties: { ...balanced.properties, backendPort: "[reference('x').y]" },
            },
          ],
        },
      },
      443,
      'unknown: a rule of lb, whose port Azure hands out',
    ],
    [
      'a pool with a rule whose port is none',
      {
        card: member,
        balancer: {
          frontendIPConfigurations: [open],
          loadBalancingRules: [
            { name: 'r', properties: { ...balanced.properties, backendPort: 70_000 } },
          ],
        },
      },
      443,
      'unknown: a rule of lb, whose port Azure hands out',
    ],
    [
      'an inbound NAT rule for a pool',
      {
        card: member,
        balancer: { frontendIPConfigurations: [open], inboundNatRules: [ranged] },
      },
      443,
      passed,
    ],
    [
      'a pool without a rule, for the way out only',
      { card: member, balancer: { frontendIPConfigurations: [open] } },
      443,
      'dropped: it has no public address',
    ],
    [
      'an internal front end',
      {
        card: member,
        balancer: { frontendIPConfigurations: [inner], loadBalancingRules: [balanced] },
      },
      443,
      'dropped: it has no public address',
    ],
    [
      'an inbound NAT rule',
      {
        card: { loadBalancerInboundNatRules: [{ id: `${lb}/inboundNatRules/NAT` }] },
        balancer: { frontendIPConfigurations: [open], inboundNatRules: [translated] },
      },
      443,
      passed,
    ],
    [
      'a pool that names the address',
      {
        balancer: {
          frontendIPConfigurations: [
            { name: 'front', properties: { publicIPPrefix: { id: 'prefix' } } },
          ],
          loadBalancingRules: [balanced],
          backendAddressPools: [
            {
              name: 'pool',
              properties: {
                loadBalancerBackendAddresses: [{ properties: { ipAddress: '10.1.0.4' } }],
              },
            },
          ],
        },
      },
      443,
      passed,
    ],
  ];
  for (const [what, given, port, expected] of cases) {
    it(`${what}: ${expected}`, () => assert.equal(outcome(given, port), expected));
  }

  it('an inbound NAT rule of an internal front end leads to its machine, or to each of a pool', () => {
    const resources = (more: Given) =>
      new Resources([
        resource('virtualNetworks', 'v', {
          addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
          subnets: [{ name: 'vm', properties: { addressPrefix: '10.1.0.0/24' } }],
        }),
        resource('networkInterfaces', 'vm', {
          ipConfigurations: [
            {
              name: 'ip',
              properties: {
                ...{ privateIPAddress: '10.1.0.4', subnet: home },
                loadBalancerInboundNatRules: [{ id: `${lb}/inboundNatRules/nat` }],
              },
            },
          ],
        }),
        resource('loadBalancers', 'lb', { frontendIPConfigurations: [inner], ...more }),
      ]);
    const nat = {
      name: 'nat',
      properties: {
        ...{ protocol: 'Tcp', frontendPort: 2222, backendPort: 22 },
        frontendIPConfiguration: front,
      },
    };
    const matrix = new Matrix(readEstate(resources({ inboundNatRules: [nat] })));
    assert.equal(matrix.outcome('10.1.0.9', '10.1.0.100', 'tcp', 2222).result, 'allowed');
    assert.equal(matrix.outcome('10.1.0.9', '10.1.0.100', 'tcp', 22).result, 'dropped');
    const pooled = {
      inboundNatRules: [ranged],
      backendAddressPools: [
        {
          name: 'pool',
          properties: { loadBalancerBackendAddresses: [{ properties: { ipAddress: '10.1.0.4' } }] },
        },
      ],
    };
    const each = new Matrix(readEstate(resources(pooled)));
    assert.equal(each.outcome('10.1.0.9', '10.1.0.100', 'tcp', 599).result, 'unknown');
    assert.equal(each.outcome('10.1.0.9', '10.1.0.100', 'tcp', 600).result, 'dropped');
    const none = new Matrix(readEstate(resources({})));
    assert.equal(none.outcome('10.1.0.9', '10.1.0.100', 'tcp', 2222).result, 'dropped');
  });
});
