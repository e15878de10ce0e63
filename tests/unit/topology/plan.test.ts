import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containsCidr, overlaps, parseCidr, size } from '../../../tasks/lib/net/cidr.ts';
import { pathText } from '../../../tasks/lib/topology/document.ts';
import { nearest } from '../../../tasks/lib/topology/nearest.ts';
import { planAddresses } from '../../../tasks/lib/topology/plan.ts';
import type { TopologyDocument } from '../../../tasks/lib/topology/schema.ts';

interface Change {
  hub?: string[];
  hubSubnets?: Record<string, string>;
  stamp?: string[];
  subnets?: Record<string, string>;
  firewall?: string;
  loopback?: boolean;
}

function document(change: Change): TopologyDocument {
  const place = { subscription: 's', resourceGroup: 'g', region: 'westeurope' };
  return {
    name: 'n',
    cloud: 'public',
    hub: {
      ...place,
      network: {
        name: 'hub',
        addressSpace: change.hub ?? ['10.0.0.0/16'],
        subnets: change.hubSubnets ?? { AzureFirewallSubnet: '/26' },
      },
      ...(change.firewall === undefined ? {} : { firewall: { privateAddress: change.firewall } }),
      dns: { resourceGroup: 'g', resolvers: [], fallback: false },
    },
    stamps: {
      weu: {
        ...place,
        role: 'primary',
        network: {
          name: 'weu',
          addressSpace: change.stamp ?? ['10.1.0.0/16'],
          subnets: change.subnets ?? { application: '/24' },
        },
        parameters: {},
      },
    },
    zones: {},
    flows: [],
    loopback: change.loopback ?? false,
    ports: {},
  };
}

function plan(change: Change) {
  const problems: string[] = [];
  const result = planAddresses(document(change), (path, message) =>
    problems.push(`${pathText(path)}: ${message}`),
  );
  const { subnets, firewall } = result;
  return { problems, hub: subnets.get('hub'), stamp: subnets.get('weu'), firewall };
}

describe('topology/plan', () => {
  it('places sizes in order, first fit, aligned, around fixed ones', () => {
    const { stamp, problems } = plan({
      stamp: ['10.1.0.0/24', '10.3.0.0/24'],
      subnets: { a: '/27', b: '/26', c: '/27', fixed: '10.1.0.128/25', d: '/25', e: '/26' },
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [...(stamp ?? [])],
      [
        ['a', '10.1.0.0/27'],
        ['b', '10.1.0.64/26'],
        ['c', '10.1.0.32/27'],
        ['fixed', '10.1.0.128/25'],
        ['d', '10.3.0.0/25'],
        ['e', '10.3.0.128/26'],
      ],
    );
  });

  it('takes the first usable address of AzureFirewallSubnet for the firewall', () => {
    assert.equal(plan({}).firewall, '10.0.0.4');
    assert.equal(plan({ hubSubnets: { AzureFirewallSubnet: '10.0.9.0/26' } }).firewall, '10.0.9.4');
    assert.equal(plan({ hubSubnets: { agents: '/27' } }).firewall, undefined);
    const appliance = { hubSubnets: { appliances: '/27' }, firewall: '10.0.0.9' };
    assert.equal(plan(appliance).firewall, '10.0.0.9');
  });

  const bad: [string, Change, string[]][] = [
    [
      'a full network',
      { stamp: ['10.1.0.0/24'], subnets: { a: '/25', b: '/26', c: '/25' } },
      [
        'stamps.weu.network.subnets.c: Subnet c of stamp weu finds no free /25 in 10.1.0.0/24; ' +
          '2 other subnets are placed there.',
      ],
    ],
    [
      'a subnet larger than its network',
      { stamp: ['10.1.0.0/24'], subnets: { a: '/23' } },
      [
        'stamps.weu.network.subnets.a: Subnet a of stamp weu finds no free /23 in 10.1.0.0/24; ' +
          '0 other subnets are placed there.',
      ],
    ],
    [
      'a subnet outside its network',
      { subnets: { a: '10.2.0.0/24' } },
      [
        'stamps.weu.network.subnets.a: Subnet a of stamp weu is 10.2.0.0/24, outside its address ' +
          'space 10.1.0.0/16.',
      ],
    ],
    [
      'a subnet across two address spaces',
      { stamp: ['10.1.0.0/24', '10.1.1.0/24'], subnets: { a: '10.1.0.0/23' } },
      [
        'stamps.weu.network.subnets.a: Subnet a of stamp weu is 10.1.0.0/23, outside its address ' +
          'space 10.1.0.0/24, 10.1.1.0/24.',
      ],
    ],
    [
      'subnets that overlap',
      { subnets: { a: '10.1.0.0/24', b: '10.1.0.128/25' } },
      [
        'stamps.weu.network.subnets.b: Subnet b of stamp weu is 10.1.0.128/25, which overlaps ' +
          '10.1.0.0/24 of subnet a.',
      ],
    ],
    [
      'subnets below their smallest size',
      {
        hubSubnets: { AzureFirewallSubnet: '/27', AzureBastionSubnet: '10.0.5.0/27', other: '/30' },
        subnets: { endpoints: '/29' },
      },
      [
        'hub.network.subnets.AzureBastionSubnet: Subnet AzureBastionSubnet of the hub is /27, which ' +
          'is too small; allowed: /26 or larger.',
        'hub.network.subnets.AzureFirewallSubnet: Subnet AzureFirewallSubnet of the hub is /27, ' +
          'which is too small; allowed: /26 or larger.',
        'hub.network.subnets.other: Subnet other of the hub is /30, which is too small; allowed: ' +
          '/29 or larger.',
        'stamps.weu.network.subnets.endpoints: Subnet endpoints of stamp weu is /29, which is too ' +
          'small; allowed: /28 or larger.',
      ],
    ],
    [
      'networks that overlap in one of several spaces',
      { hub: ['10.0.0.0/16', '172.16.0.0/20'], stamp: ['10.1.0.0/16', '172.16.8.0/24'] },
      [
        'stamps.weu.network.addressSpace[1]: 172.16.8.0/24 of stamp weu overlaps 172.16.0.0/20 of ' +
          'the hub; peered networks must not overlap.',
      ],
    ],
    [
      'a network that overlaps itself',
      { stamp: ['10.1.0.0/16', '10.1.4.0/24'] },
      ['stamps.weu.network.addressSpace[1]: 10.1.4.0/24 overlaps 10.1.0.0/16 of the same network.'],
    ],
    [
      'a network without room for a subnet',
      { stamp: ['10.1.0.0/30'], subnets: {} },
      [
        'stamps.weu.network.addressSpace[0]: 10.1.0.0/30 of stamp weu is too small; allowed: /29 or larger.',
      ],
    ],
    ...(
      [
        ['0.0.0.0/8', '0.0.0.0/8', 'this network'],
        ['127.3.0.0/16', '127.0.0.0/8', 'loopback'],
        ['169.254.128.0/17', '169.254.0.0/16', 'link-local'],
        ['168.63.129.0/24', '168.63.129.16/32', 'the wire server of the Azure host'],
        ['239.1.0.0/16', '224.0.0.0/4', 'multicast'],
        ['255.255.255.0/24', '255.255.255.255/32', 'broadcast'],
      ] as const
    ).map(([space, network, what]): [string, Change, string[]] => [
      `the address space ${space}`,
      { stamp: [space], subnets: {} },
      [
        `stamps.weu.network.addressSpace[0]: ${space} of stamp weu overlaps ${network} (${what}), ` +
          'which Azure does not take as an address space.',
      ],
    ]),
    [
      'a firewall address outside the hub',
      { firewall: '10.9.0.4' },
      [
        'hub.firewall.privateAddress: hub.firewall.privateAddress is 10.9.0.4, in no subnet of the ' +
          'hub; allowed: an address in AzureFirewallSubnet 10.0.0.0/26.',
      ],
    ],
    [
      'a firewall address that Azure keeps',
      { firewall: '10.0.0.63' },
      [
        'hub.firewall.privateAddress: hub.firewall.privateAddress is 10.0.0.63, which Azure keeps ' +
          'for itself in AzureFirewallSubnet 10.0.0.0/26; allowed: 10.0.0.4 to 10.0.0.62.',
      ],
    ],
    [
      'networks of Azure on loopback',
      { loopback: true, hub: ['127.10.0.0/16'] },
      [
        'stamps.weu.network.addressSpace[0]: 10.1.0.0/16 of stamp weu is not in 127.0.0.0/8; ' +
          'allowed with loopback: true: networks in 127.0.0.0/8 only.',
      ],
    ],
  ];
  for (const [title, change, problems] of bad) {
    it(`refuses ${title}`, () => assert.deepEqual(plan(change).problems, problems));
  }

  it('allows public space: private means declared, not RFC 1918', () => {
    assert.deepEqual(plan({ stamp: ['20.50.0.0/16'] }).problems, []);
  });

  it('always gives aligned subnets inside the space that do not overlap, or says what does not fit', () => {
    const bits = fc.integer({ min: 16, max: 29 });
    fc.assert(
      fc.property(
        fc.integer({ min: 16, max: 28 }),
        fc.array(bits, { maxLength: 12 }),
        (space, sizes) => {
          const subnets = Object.fromEntries(sizes.map((b, index) => [`s${index}`, `/${b}`]));
          const { stamp, problems } = plan({ stamp: [`10.1.0.0/${space}`], subnets });
          const outer = parseCidr(`10.1.0.0/${space}`);
          const placed = [...(stamp ?? new Map<string, string>()).values()].map(parseCidr);
          assert.equal(placed.length + problems.length, sizes.length);
          placed.forEach((cidr, index) => {
            assert.ok(containsCidr(outer, cidr));
            assert.equal(cidr.first % size(cidr), 0);
            assert.ok(placed.slice(0, index).every((other) => !overlaps(other, cidr)));
          });
          // Largest first wastes nothing, so a plan in falling size fails only if there is no room.
          const total = sizes.reduce((sum, b) => sum + 2 ** (32 - b), 0);
          const falling = sizes.every((b, index) => index === 0 || (sizes[index - 1] ?? 0) <= b);
          if (falling && total <= size(outer)) assert.deepEqual(problems, []);
          if (total > size(outer)) assert.ok(problems.length > 0);
        },
      ),
    );
  });

  it('gives the same plan each time, and does not move subnets when one is added behind them', () => {
    const bits = fc.array(fc.integer({ min: 20, max: 29 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bits, (sizes) => {
        const subnets = (count: number) =>
          Object.fromEntries(sizes.slice(0, count).map((b, index) => [`s${index}`, `/${b}`]));
        const shorter = plan({ subnets: subnets(sizes.length - 1) }).stamp;
        const longer = plan({ subnets: subnets(sizes.length) }).stamp;
        for (const [name, prefix] of shorter ?? []) assert.equal(longer?.get(name), prefix);
      }),
    );
  });
});

describe('topology/nearest', () => {
  const known = ['subscription', 'resourceGroup', 'region', 'network', 'dns'];
  for (const [word, found] of [
    ['regoin', 'region'],
    ['Region', 'region'],
    ['resource_group', 'resourceGroup'],
    ['subscriptionId', 'subscription'],
    ['dsn', 'dns'],
    ['firewall', undefined],
    ['x', undefined],
  ] as const) {
    it(`takes ${word} for ${found ?? 'nothing known'}`, () => {
      assert.equal(nearest(word, known), found);
    });
  }
  it('knows nothing when nothing is known', () => assert.equal(nearest('x', []), undefined));
});
