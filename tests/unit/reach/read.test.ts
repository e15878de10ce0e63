import assert from 'node:assert/strict';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';

const group = '/subscriptions/s/resourceGroups/rg';
const id = (type: string, name: string): string =>
  `${group}/providers/Microsoft.Network/${type}/${name}`;
const resource = (type: string, name: string, properties: object): Resource => ({
  id: id(type, name),
  type: `Microsoft.Network/${type}`,
  properties: properties as Record<string, unknown>,
});
const subnetId = (network: string, name: string): string =>
  `${id('virtualNetworks', network)}/subnets/${name}`;
const peering = (remote: string, more: object = {}) => ({
  name: `to-${remote}`,
  properties: {
    remoteVirtualNetwork: { id: id('virtualNetworks', remote) },
    allowForwardedTraffic: true,
    ...more,
  },
});
const steer = { routeTable: { id: id('routeTables', 'rt').toUpperCase() } };

function network(name: string, octet: number, peers: object[], subnet: object = {}): Resource {
  return resource('virtualNetworks', name, {
    addressSpace: { addressPrefixes: [`10.${octet}.0.0/16`] },
    subnets: [
      { name: 'vm', properties: { addressPrefix: `10.${octet}.1.0/24`, ...subnet } },
      { name: 'AzureFirewallSubnet', properties: { addressPrefix: `10.${octet}.0.0/26` } },
    ],
    virtualNetworkPeerings: peers,
  });
}

const base = [
  network('hub', 0, [peering('a'), peering('b')]),
  network('a', 1, [peering('hub')], steer),
  network('b', 2, [peering('hub')], steer),
  resource('routeTables', 'rt', {
    routes: [
      {
        name: 'default',
        properties: {
          addressPrefix: '0.0.0.0/0',
          nextHopType: 'VirtualAppliance',
          nextHopIpAddress: '10.0.0.4',
        },
      },
    ],
  }),
];

const firewall = (policy: object): Resource =>
  resource('azureFirewalls', 'fw', {
    ipConfigurations: [{ properties: { subnet: { id: subnetId('hub', 'AzureFirewallSubnet') } } }],
    ...policy,
  });
const policyId = id('firewallPolicies', 'policy');
const collectionGroup = (rules: object[]): Resource => ({
  id: `${policyId}/ruleCollectionGroups/g`,
  type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
  properties: {
    priority: 200,
    ruleCollections: [{ priority: 100, action: { type: 'Allow' }, rules }],
  },
});
const networkRule = {
  ruleType: 'NetworkRule',
  name: 'a-to-b',
  ipProtocols: ['TCP'],
  sourceAddresses: ['10.1.0.0/16'],
  destinationAddresses: ['10.2.0.0/16'],
  destinationPorts: ['5432'],
};

function outcome(resources: readonly Resource[], port: number): string {
  const matrix = new Matrix(readEstate(new Resources(resources)));
  return matrix.outcome('10.1.1.9', '10.2.1.9', 'tcp', port).result;
}

describe('reach: reading resources', () => {
  it('reads a firewall with its policy', () => {
    const whole = [
      ...base,
      firewall({ firewallPolicy: { id: policyId } }),
      resource('firewallPolicies', 'policy', {}),
      collectionGroup([networkRule]),
    ];
    assert.equal(outcome(whole, 5432), 'allowed');
    assert.equal(outcome(whole, 5433), 'dropped');
  });

  it('reads the rules of a firewall without a policy', () => {
    const { ipProtocols, ...rule } = networkRule;
    const classic = {
      networkRuleCollections: [
        {
          properties: {
            priority: 100,
            action: { type: 'Allow' },
            rules: [{ ...rule, protocols: ipProtocols }],
          },
        },
      ],
    };
    assert.equal(outcome([...base, firewall(classic)], 5432), 'allowed');
  });

  for (const [what, rules] of [
    ['a policy that is not there', undefined],
    ['a rule about categories of the web', [{ ruleType: 'ApplicationRule', webCategories: ['x'] }]],
    ['an IP group that is not there', [{ ...networkRule, sourceIpGroups: ['/g'] }]],
    ['a name behind DNAT', [{ ruleType: 'NatRule', translatedFqdn: 'x.example' }]],
    ['a kind of rule that is new', [{ ...networkRule, ruleType: 'QuantumRule' }]],
    ['an expression', [{ ...networkRule, destinationPorts: ["[reference('x').port]"] }]],
  ] as const) {
    it(`does not guess at ${what}`, () => {
      const policy =
        rules === undefined
          ? []
          : [resource('firewallPolicies', 'policy', {}), collectionGroup([...rules])];
      const whole = [...base, firewall({ firewallPolicy: { id: policyId } }), ...policy];
      assert.equal(outcome(whole, 5432), 'unknown');
    });
  }

  /** A group of rules that only differ in what they say of the one port. */
  const says = (owner: string, name: string, priority: number, ...actions: [number, string][]) => ({
    id: `${id('firewallPolicies', owner)}/ruleCollectionGroups/${name}`,
    type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
    properties: {
      priority,
      ruleCollections: actions.map(([own, type]) => ({
        ...{ priority: own, action: { type } },
        rules: [{ ...networkRule, ruleType: 'networkRule' }],
      })),
    },
  });
  const policies = [
    ...[...base, firewall({ firewallPolicy: { id: policyId } })],
    resource('firewallPolicies', 'policy', { basePolicy: { id: id('firewallPolicies', 'above') } }),
    resource('firewallPolicies', 'above', {}),
  ];
  const orders: [string, Resource[], string][] = [
    [
      'the parent, whatever its numbers are',
      [says('policy', 'g', 100, [100, 'Allow']), says('above', 'g', 65000, [65000, 'Deny'])],
      'dropped',
    ],
    [
      'then the lower number of a group, whatever those of its collections are',
      [says('policy', 'g', 200, [100, 'Deny']), says('policy', 'first', 150, [65000, 'Allow'])],
      'allowed',
    ],
    [
      'then the lower number of a collection, in whatever order they stand',
      [says('policy', 'g', 200, [300, 'Allow'], [100, 'deny'])],
      'dropped',
    ],
  ];
  for (const [what, groups, expected] of orders) {
    it(`reads policies in their order: ${what}`, () => {
      assert.equal(outcome([...policies, ...groups], 5432), expected);
    });
  }

  it('does not guess at a policy whose groups or parent were not read', () => {
    const [alone] = policies.slice(0, -1).slice(-1);
    assert.ok(alone);
    const rules = says('policy', 'g', 200, [100, 'Allow']);
    assert.equal(outcome([...policies.slice(0, -1), rules], 5432), 'unknown');
    const listed = {
      ...alone,
      properties: { ruleCollectionGroups: [{ id: rules.id }, { id: `${rules.id}2` }] },
    };
    assert.equal(outcome([...policies.slice(0, -2), listed, rules], 5432), 'unknown');
  });

  it('knows which subnets let nobody out by default', () => {
    const read = (properties: object) =>
      readEstate(new Resources([network('a', 1, [], properties)])).subnets[0]?.isPrivate;
    assert.equal(read({}), undefined);
    assert.equal(read({ defaultOutboundAccess: true }), undefined);
    assert.equal(read({ defaultOutboundAccess: false }), true);
    assert.equal(read({ defaultOutboundAccess: false, natGateway: { id: 'nat' } }), undefined);
  });

  it('does not guess at a peering of some subnets only', () => {
    const part = peering('b', { peerCompleteVnets: false });
    const whole = [network('a', 1, [part]), network('b', 2, [peering('a')])];
    assert.equal(outcome(whole, 443), 'unknown');
    const complete = [
      network('a', 1, [peering('b', { peerCompleteVnets: true })]),
      ...whole.slice(1),
    ];
    assert.equal(outcome(complete, 443), 'allowed');
  });

  it('resolves IP groups', () => {
    const whole = [
      ...base,
      firewall({ firewallPolicy: { id: policyId } }),
      resource('firewallPolicies', 'policy', {}),
      resource('ipGroups', 'spokes', { ipAddresses: ['10.1.0.0/16'] }),
      collectionGroup([
        { ...networkRule, sourceAddresses: [], sourceIpGroups: [id('ipGroups', 'spokes')] },
      ]),
    ];
    assert.equal(outcome(whole, 5432), 'allowed');
  });

  it('does not guess at an appliance that no resource describes', () => {
    assert.equal(outcome(base, 5432), 'unknown');
  });

  it('a predicted half connects one that waits, a lone half connects nothing', () => {
    const waiting = new Resources([
      network('hub', 0, [peering('a', { peeringState: 'Initiated' })]),
      network('a', 1, []),
    ]);
    const half: Resource = {
      id: `${id('virtualNetworks', 'a')}/virtualNetworkPeerings/to-hub`,
      type: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings',
      properties: peering('hub').properties,
    };
    const result = (resources: Resources): string =>
      new Matrix(readEstate(resources)).outcome('10.0.1.9', '10.1.1.9', 'tcp', 443).result;
    assert.equal(result(waiting), 'dropped');
    assert.equal(result(waiting.deployed([half])), 'allowed');
  });

  it('a list of children in a deployment is the whole list; where it is missing they stay', () => {
    const deployed = new Resources([network('a', 1, [])]);
    const names = (resources: Resources): string[] =>
      readEstate(resources).subnets.map(({ name }) => name);
    const bare = resource('virtualNetworks', 'a', {
      addressSpace: { addressPrefixes: ['10.1.0.0/16'] },
    });
    assert.deepEqual(names(deployed.deployed([bare])), ['a/vm', 'a/AzureFirewallSubnet']);
    const other = resource('virtualNetworks', 'a', {
      ...bare.properties,
      subnets: [{ name: 'new', properties: { addressPrefix: '10.1.9.0/24' } }],
    });
    assert.deepEqual(names(deployed.deployed([other])), ['a/new']);
  });

  it('what a security group says only after a deployment is unknown', () => {
    const rule = {
      name: 'open',
      properties: {
        priority: 100,
        direction: 'Inbound',
        access: 'Deny',
        protocol: '*',
        sourceAddressPrefix: "[reference('x').prefix]",
        sourcePortRange: '*',
        destinationAddressPrefix: '*',
        destinationPortRange: '*',
      },
    };
    const whole = [
      network('hub', 0, [peering('a')]),
      network('a', 1, [peering('hub')], {
        networkSecurityGroup: { id: id('networkSecurityGroups', 'nsg') },
      }),
      resource('networkSecurityGroups', 'nsg', { securityRules: [rule] }),
    ];
    const matrix = new Matrix(readEstate(new Resources(whole)));
    assert.equal(matrix.outcome('10.0.1.9', '10.1.1.9', 'tcp', 443).result, 'unknown');
  });
});
