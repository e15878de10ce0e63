import assert from 'node:assert/strict';
import { differenceOf } from '../../../tasks/lib/reach/difference.ts';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { readEstate } from '../../../tasks/lib/reach/read/estate.ts';
import { Resources } from '../../../tasks/lib/reach/read/resource.ts';
import type { Resource } from '../../../tasks/lib/reach/read/resource.ts';
import { pinnedTags } from '../../../tasks/lib/reach/read/service-tags.ts';

/** Shaped as the file that Microsoft publishes. */
const file = {
  changeNumber: 310,
  cloud: 'Public',
  values: [
    {
      name: 'Storage',
      id: 'Storage',
      properties: {
        changeNumber: 115,
        region: '',
        platform: 'Azure',
        systemService: 'AzureStorage',
        addressPrefixes: ['20.150.0.0/17', '52.239.128.0/17', '2603:1000:4::/64'],
        networkFeatures: ['API', 'NSG', 'UDR', 'FW'],
      },
    },
    {
      name: 'Storage.WestEurope',
      id: 'Storage.WestEurope',
      properties: { region: 'westeurope', addressPrefixes: ['20.150.8.0/24'] },
    },
    { name: 'Sql', id: 'Sql', properties: { addressPrefixes: ['13.66.0.0/16'] } },
  ],
};

const group = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network';
const rule = (priority: number, access: string, destination: string) => ({
  name: `${access}-${destination}`,
  properties: {
    priority,
    access,
    direction: 'Outbound',
    protocol: '*',
    sourceAddressPrefix: '*',
    sourcePortRange: '*',
    destinationAddressPrefix: destination,
    destinationPortRange: '*',
  },
});

function resources(tags: readonly Resource[], ...routes: object[]): Resources {
  return new Resources([
    {
      id: `${group}/virtualNetworks/v`,
      type: 'Microsoft.Network/virtualNetworks',
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        subnets: [
          {
            name: 'app',
            properties: {
              addressPrefix: '10.0.1.0/24',
              networkSecurityGroup: { id: `${group}/networkSecurityGroups/nsg` },
              ...(routes.length === 0 ? {} : { routeTable: { id: `${group}/routeTables/rt` } }),
            },
          },
        ],
      },
    },
    {
      id: `${group}/networkSecurityGroups/nsg`,
      type: 'Microsoft.Network/networkSecurityGroups',
      properties: { securityRules: [rule(100, 'Allow', 'storage'), rule(200, 'Deny', 'Internet')] },
    },
    {
      id: `${group}/routeTables/rt`,
      type: 'Microsoft.Network/routeTables',
      properties: { routes },
    },
    ...tags,
  ]);
}

const pinned = (): Resource[] => {
  const tags = pinnedTags(file);
  assert.ok(tags !== undefined);
  return [tags];
};
const outcome = (found: Resources, to: string): string =>
  new Matrix(readEstate(found)).outcome('10.0.1.9', to, 'tcp', 443).result;

describe('reach: pinned service tags', () => {
  it('decide what is unknown without them', () => {
    for (const [to, without, having] of [
      ['20.150.9.9', 'unknown', 'allowed'],
      ['52.239.200.1', 'unknown', 'allowed'],
      ['203.0.113.7', 'unknown', 'dropped'],
    ] as const) {
      assert.equal(outcome(resources([]), to), without);
      assert.equal(outcome(resources(pinned()), to), having);
    }
  });

  it('of which only those that a rule or a route names are kept, each as one place of the internet', () => {
    const estate = readEstate(resources(pinned()));
    assert.deepEqual(Object.keys(estate.tags), ['storage']);
    const outside = new Matrix(estate).rows.filter(({ zone }) => zone !== undefined);
    assert.equal(outside.length, 2);
  });

  it('the route of a region goes before that of the service', () => {
    const to = (name: string, prefix: string, nextHopType: string) => ({
      name,
      properties: { addressPrefix: prefix, nextHopType },
    });
    const found = resources(
      pinned(),
      to('all', 'Storage', 'None'),
      to('near', 'Storage.WestEurope', 'Internet'),
    );
    assert.equal(outcome(found, '20.150.8.9'), 'allowed');
    assert.equal(outcome(found, '20.150.9.9'), 'dropped');
  });

  it('are the same before and after a change that is the first to name one', () => {
    const plain = resources(pinned()).deployed([
      {
        id: `${group}/networkSecurityGroups/nsg`,
        type: 'Microsoft.Network/networkSecurityGroups',
        properties: { securityRules: [rule(200, 'Deny', 'Internet')] },
      },
    ]);
    const { allowed, denied } = differenceOf(readEstate(plain), readEstate(resources(pinned())));
    assert.deepEqual(
      allowed.map(({ to, ports }) => `${to}: ${ports}`),
      ['all ports/tcp', 'all ports/udp', 'icmp'].map((ports) => `internet: ${ports}`),
    );
    assert.deepEqual(denied, []);
  });

  for (const [what, given] of [
    ['no values', { changeNumber: 1 }],
    ['an empty list', { values: [] }],
    ['a value without a name', { values: [{ properties: { addressPrefixes: [] } }] }],
    ['a value without prefixes', { values: [{ name: 'Storage', properties: {} }] }],
    ['no object', 'text'],
  ] as const) {
    it(`a file with ${what} is none`, () => assert.equal(pinnedTags(given), undefined));
  }
});
