import assert from 'node:assert/strict';
import { inputs as dnsInputs } from '../../tasks/PrivateDns/PrivateDnsV1/inputs.ts';
import { problems } from './task-inputs.ts';

const groupRule =
  'allowed: the name of a resource group (letters, digits, _ - . ( ), at most 90, no dot at the end).';

describe('inputs of PrivateDns', () => {
  const endpointId =
    '/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/privateEndpoints/pe';
  const byHand = { zonesResourceGroup: 'rg-dns', owner: 'shop/weu' };
  const cases: [string, Record<string, string>, Record<string, string>, string[]][] = [
    ['a topology', {}, { topology: '/w/topology.yml' }, []],
    [
      'names by hand',
      { resourceGroup: 'rg', zonesResourceGroup: 'rg-dns', owner: 'shop/weu' },
      {},
      [],
    ],
    [
      'nothing',
      {},
      {},
      [
        'Input "zonesResourceGroup" is needed when there is no topology.',
        'Input "owner" is needed when there is no topology.',
        'Input "resourceGroup" is needed when there is no topology, unless endpoints or endpointTags are given.',
      ],
    ],
    [
      'a path in the place of a resource group',
      { resourceGroup: 'rg/../other', zonesResourceGroup: 'rg?x', owner: 'shop/weu' },
      {},
      [
        `Input "resourceGroup" is "rg/../other"; ${groupRule}`,
        `Input "zonesResourceGroup" is "rg?x"; ${groupRule}`,
      ],
    ],
    [
      'what is neither a network nor a range',
      { linkNetworks: 'vnet', networks: '10.0.0.0/33', resolvers: 'dns.corp' },
      { topology: '/w/topology.yml' },
      [
        'Input "linkNetworks" has vnet; allowed: ids of virtual networks.',
        'Input "networks" has "10.0.0.0/33": "/33" is no length from /0 to /32.',
        'Input "resolvers" has "dns.corp": a resolver is an address, or address:port.',
      ],
    ],
    [
      'endpoints instead of a resource group',
      { endpoints: JSON.stringify({ a: { value: [endpointId] } }), ...byHand },
      {},
      [],
    ],
    ['tags instead of a resource group', { endpointTags: 'app=shop, weu', ...byHand }, {}, []],
    [
      'endpoints that are none',
      { endpoints: 'pe-one', endpointTags: '=x' },
      { topology: '/w/topology.yml' },
      ['Input "endpoints" has pe-one; allowed: ids of private endpoints, or JSON.'],
    ],
    [
      'JSON without an endpoint',
      { endpoints: '["/subscriptions/s"]' },
      { topology: '/w/topology.yml' },
      ['Input "endpoints" has no id of a private endpoint in its JSON.'],
    ],
    [
      'JSON that is cut off',
      { endpoints: '[' },
      { topology: '/w/topology.yml' },
      [
        'Input "endpoints" begins like JSON and is none; allowed: ids of private endpoints, or JSON.',
      ],
    ],
    [
      'tags without a name beside a list',
      { endpoints: `${endpointId}, ${endpointId}2`, endpointTags: '=x' },
      { topology: '/w/topology.yml' },
      [
        'Input "endpointTags" has =x; allowed: name=value, name.',
        'Input "endpointTags" cannot stand beside endpoints.',
      ],
    ],
    [
      'an owner that metadata cannot hold',
      { owner: 'a b' },
      { topology: '/w/topology.yml' },
      [
        'Input "owner" is "a b"; allowed: at most 100 letters, digits, and . _ / -, for example shop/weu.',
      ],
    ],
  ];
  for (const [name, inputs, paths, expected] of cases) {
    it(`with ${name}: ${expected.length === 0 ? 'fine' : 'refused'}`, () => {
      const found = problems(dnsInputs, inputs, paths);
      assert.deepEqual(found, expected);
    });
  }
});
