import assert from 'node:assert/strict';
import { declaredNetworks } from '../../../tasks/lib/topology/model.ts';
import { readTopology } from '../../../tasks/lib/topology/read.ts';
import {
  base,
  documentFolder,
  loopbackOverlay,
  replaced,
  type DocumentFolder,
} from './documents.ts';

const operations = `operations:
  subscription: 00000000-0000-4000-8000-00000000000c
  resourceGroup: rg-operations
  region: westeurope
  network:
    name: vnet-operations
    addressSpace: [10.3.0.0/16]
    subnets: { tools: /26, endpoints: /27 }
  acceptedConnections: [{ service: Microsoft.KeyVault/vaults/kv-ops, from: weu }]
`;
const whole = base + operations;

describe('topology/operations', () => {
  let folder: DocumentFolder;
  before(async () => {
    folder = await documentFolder();
  });
  after(() => folder.remove());

  it('is a network of the estate like the others', async () => {
    const file = await folder.write('topology.yml', whole);
    const topology = await readTopology(file, []);
    const id =
      '/subscriptions/00000000-0000-4000-8000-00000000000c/resourceGroups/rg-operations' +
      '/providers/Microsoft.Network/virtualNetworks/vnet-operations';
    assert.deepEqual(topology.operations, {
      subscription: '00000000-0000-4000-8000-00000000000c',
      resourceGroup: 'rg-operations',
      region: 'westeurope',
      network: {
        id,
        name: 'vnet-operations',
        addressSpace: ['10.3.0.0/16'],
        subnets: {
          tools: { name: 'tools', prefix: '10.3.0.0/26', id: `${id}/subnets/tools` },
          endpoints: { name: 'endpoints', prefix: '10.3.0.64/27', id: `${id}/subnets/endpoints` },
        },
      },
      acceptedConnections: [
        {
          service: 'Microsoft.KeyVault/vaults/kv-ops',
          from: '/subscriptions/00000000-0000-4000-8000-00000000000b/resourceGroups/rg-weu',
        },
      ],
    });
    assert.deepEqual(declaredNetworks(topology), [
      '10.0.0.0/16',
      '10.3.0.0/16',
      '10.1.0.0/16',
      '10.2.0.0/16',
    ]);
  });

  it('is no key of the model without one', async () => {
    const topology = await readTopology(await folder.write('topology.yml', base), []);
    assert.equal('operations' in topology, false);
  });

  it('may move to loopback, and must when the estate does', async () => {
    const moved = 'operations: { network: { addressSpace: [127.13.0.0/16] } }\n';
    assert.deepEqual(await folder.problemsOf(whole, loopbackOverlay + moved), []);
    assert.deepEqual(await folder.problemsOf(whole, loopbackOverlay), [
      'topology.yml:43:20 10.3.0.0/16 of operations is not in 127.0.0.0/8; ' +
        'allowed with loopback: true: networks in 127.0.0.0/8 only.',
    ]);
  });

  const flow = (from: string): string =>
    `${whole}flows: [{ name: tools, from: ${from}, to: stamp/endpoints, ports: [443] }]\n`;
  const cases: [name: string, text: string, problems: string[]][] = [
    [
      'an overlap with the hub',
      replaced(whole, '10.3.0.0/16', '10.0.128.0/17'),
      [
        'topology.yml:43:20 10.0.128.0/17 of operations overlaps 10.0.0.0/16 of the hub; ' +
          'peered networks must not overlap.',
      ],
    ],
    [
      'an overlap with a stamp',
      replaced(whole, '10.3.0.0/16', '10.1.0.0/16'),
      [
        'topology.yml:24:22 10.1.0.0/16 of stamp weu overlaps 10.1.0.0/16 of operations; ' +
          'peered networks must not overlap.',
      ],
    ],
    [
      'a subnet that is too small',
      replaced(whole, 'tools: /26', 'tools: /30'),
      [
        'topology.yml:44:16 Subnet tools of operations is /30, which is too small; allowed: /29 or larger.',
      ],
    ],
    [
      "a stamp's network",
      replaced(
        replaced(whole, 'resourceGroup: rg-operations', 'resourceGroup: rg-weu'),
        'name: vnet-operations',
        'name: VNET-WEU',
      ).replace('00000000000c', '00000000000b'),
      [
        'topology.yml:23:7 Stamp weu has the same virtual network as operations: ' +
          '/subscriptions/00000000-0000-4000-8000-00000000000b/resourceGroups/rg-weu' +
          '/providers/Microsoft.Network/virtualNetworks/vnet-weu.',
      ],
    ],
    [
      'a stamp of this name',
      replaced(base, '  neu:', '  operations:'),
      [
        'topology.yml:27:3 A stamp cannot be called "operations": the word means the operations network.',
      ],
    ],
    [
      'a zone of this name',
      `${base}zones: { operations: { kind: public, prefixes: [203.0.113.0/24] } }\n`,
      ['topology.yml:37:10 A zone cannot be called "operations": flows mean something else by it.'],
    ],
    [
      'an unknown key',
      replaced(
        whole,
        '  region: westeurope\n  network:\n    name: vnet-operations',
        '  zone: 1\n  region: westeurope\n  network:\n    name: vnet-operations',
      ),
      [
        'topology.yml:40:3 operations.zone is not a known key; allowed: subscription, resourceGroup, region, ' +
          'network, acceptedConnections.',
      ],
    ],
    ['a flow of its subnet', flow('operations/tools'), []],
    [
      'a flow of a subnet that it lacks',
      flow('operations/tool'),
      [
        'topology.yml:46:24 Flow tools: network vnet-operations has no subnet tool; did you mean "tools"?',
      ],
    ],
    [
      'a flow without it',
      `${base}flows: [{ name: tools, from: operations/tools, to: stamp/endpoints }]\n`,
      [
        'topology.yml:37:24 Flow tools: "operations/tools" names nothing; allowed: internet, hub/<subnet>, ' +
          'stamp/<subnet>, weu/<subnet>, neu/<subnet>, an address or a network.',
      ],
    ],
    [
      'connections from it without it',
      replaced(
        base,
        '    parameters: { keyVaultName: kv-weu }',
        '    acceptedConnections: [{ service: Microsoft.KeyVault/vaults/kv-weu, from: operations }]',
      ),
      ['topology.yml:26:72 No stamp is called "operations"; allowed: hub, weu, neu.'],
    ],
  ];
  for (const [name, text, problems] of cases) {
    it(`tells ${name}`, async () => {
      assert.deepEqual(await folder.problemsOf(text), problems);
    });
  }
});
