import assert from 'node:assert/strict';
import {
  base,
  documentFolder,
  loopbackOverlay,
  replaced,
  type DocumentFolder,
} from './documents.ts';

describe('topology/read, bad documents', () => {
  let folder: DocumentFolder;
  before(async () => {
    folder = await documentFolder();
  });
  after(() => folder.remove());

  const problemsOf = (text: string, ...overlays: string[]) => folder.problemsOf(text, ...overlays);

  const bad: [string, string, string, string[]][] = [
    [
      'an unknown key',
      '  region: westeurope\n  network:',
      '  regoin: westeurope\n  network:',
      [
        'topology.yml:3:1 hub.region is missing; allowed: a region in short form such as westeurope.',
        'topology.yml:6:3 hub.regoin is not a known key; did you mean "region"?',
      ],
    ],
    [
      'a key that is like none',
      'gates: gates.yml',
      'traffic: {}',
      [
        'topology.yml:36:1 traffic is not a known key; allowed: name, cloud, hub, operations, registry, stamps, zones, ' +
          'flows, gates, loopback, ports.',
      ],
    ],
    [
      'a value of the wrong kind',
      'region: westeurope\n  network:',
      'region: [westeurope]\n  network:',
      [
        'topology.yml:6:3 hub.region is a list; allowed: a region in short form such as westeurope.',
      ],
    ],
    [
      'an unknown cloud',
      'cloud: public',
      'cloud: germany',
      ['topology.yml:2:1 cloud is "germany"; allowed: public, usgovernment, china.'],
    ],
    [
      'a subscription that is no id',
      'subscription: 00000000-0000-4000-8000-00000000000a',
      'subscription: production',
      [
        'topology.yml:4:3 hub.subscription is "production"; allowed: a GUID such as ' +
          '00000000-0000-4000-8000-000000000001.',
      ],
    ],
    [
      'a region in words',
      'region: northeurope',
      'region: North Europe',
      [
        'topology.yml:29:5 stamps.neu.region is "North Europe"; allowed: a region in short form ' +
          'such as westeurope.',
      ],
    ],
    [
      'a network with host bits',
      '[10.1.0.0/16]',
      '[10.1.2.0/16]',
      [
        'topology.yml:24:22 stamps.weu.network.addressSpace[0] is "10.1.2.0/16"; allowed: a network ' +
          'such as 10.1.0.0/16 (the network with this address and length begins at 10.1.0.0).',
      ],
    ],
    [
      'no network at all',
      '[10.1.0.0/16]',
      '[]',
      [
        'topology.yml:24:7 stamps.weu.network.addressSpace is a list; allowed: one or more networks.',
      ],
    ],
    [
      'a size that is none',
      'agents: /27',
      'agents: /33',
      [
        'topology.yml:12:7 hub.network.subnets.agents is "/33"; allowed: a network such as ' +
          '10.1.0.0/24, or a size such as /24 ("/33" is no length from /0 to /32).',
      ],
    ],
    [
      'a resolver that is a name',
      'resolvers: [168.63.129.16]',
      'resolvers: [dns.example]',
      [
        'topology.yml:14:45 hub.dns.resolvers[0] is "dns.example"; allowed: an IPv4 address, with ' +
          ':port if it is not 53.',
      ],
    ],
    [
      'the metadata service as a resolver',
      'resolvers: [168.63.129.16]',
      'resolvers: [168.63.129.16, "168.63.129.16:80", 169.254.169.254]',
      ['60', '80'].map(
        (column, index) =>
          `topology.yml:14:${column} hub.dns.resolvers[${index + 1}] is ` +
          `"${['168.63.129.16:80', '169.254.169.254'][index]}"; allowed: ` +
          'no address of the platform, but for 168.63.129.16 on port 53.',
      ),
    ],
    [
      'a registry name that Azure refuses',
      'name: crspokelinemc',
      'name: cr-spokeline',
      [
        'topology.yml:15:13 registry.name is "cr-spokeline"; allowed: 5 to 50 lower-case letters and digits.',
      ],
    ],
    [
      'a stamp name in capitals',
      '  neu:\n',
      '  NEU:\n',
      [
        'topology.yml:27:3 stamps.NEU has a name that is not allowed; allowed: a name of a stamp: ' +
          'up to 24 lower-case letters, digits and -.',
      ],
    ],
    [
      'a stamp named like a selector',
      '  neu:\n',
      '  all:\n',
      ['topology.yml:27:3 A stamp cannot be called "all": the word selects stamps.'],
    ],
    [
      'an empty value',
      'region: northeurope',
      'region:',
      [
        'topology.yml:29:5 stamps.neu.region is empty; allowed: a region in short form such as westeurope.',
      ],
    ],
    ...['1001', '-1', '0.5', '"10"'].map((weight): [string, string, string, string[]] => [
      `the weight ${weight}`,
      'region: northeurope',
      `region: northeurope\n    weight: ${weight}`,
      [`topology.yml:30:5 stamps.neu.weight is ${weight}; allowed: a whole number from 0 to 1000.`],
    ]),
    [
      'no primary stamp',
      'role: primary',
      'role: secondary',
      ['topology.yml:16:1 No stamp has the role primary; allowed: exactly one.'],
    ],
    [
      'two primary stamps',
      'role: secondary',
      'role: primary',
      ['topology.yml:28:5 Stamps weu, neu have the role primary; allowed: exactly one.'],
    ],
    [
      'two stamps in one network',
      'resourceGroup: rg-neu\n    network:\n      name: vnet-neu',
      'resourceGroup: rg-weu\n    network:\n      name: vnet-WEU',
      [
        'topology.yml:33:7 Stamp neu has the same virtual network as stamp weu: /subscriptions/' +
          '00000000-0000-4000-8000-00000000000b/resourceGroups/rg-weu/providers/Microsoft.Network/' +
          'virtualNetworks/vnet-WEU.',
      ],
    ],
    [
      'networks that overlap',
      '[10.2.0.0/16]',
      '[10.0.0.0/8]',
      [
        'topology.yml:34:22 10.0.0.0/8 of stamp neu overlaps 10.0.0.0/16 of the hub; peered networks ' +
          'must not overlap.',
        'topology.yml:34:22 10.0.0.0/8 of stamp neu overlaps 10.1.0.0/16 of stamp weu; peered ' +
          'networks must not overlap.',
      ],
    ],
    [
      'the same key twice',
      'cloud: public',
      'name: twice',
      ['topology.yml:2:1 YAML: Map keys must be unique.'],
    ],
    [
      'YAML that is broken',
      'cloud: public',
      'cloud: [public',
      [
        'topology.yml:3:1 YAML: Flow sequence in block collection must be sufficiently indented and ' +
          'end with a ].',
      ],
    ],
    [
      'a key of JavaScript',
      '  neu:\n',
      '  constructor:\n',
      ['topology.yml:27:3 stamps.constructor is not allowed as a key.'],
    ],
    [
      'a port that is none',
      'gates: gates.yml',
      'ports: { 443: 70000, http: 80 }',
      [
        'topology.yml:36:10 ports.443 is 70000; allowed: a whole number from 1 to 65535.',
        'topology.yml:36:22 ports.http has a name that is not allowed; allowed: a port from 1 to 65535.',
      ],
    ],
    [
      'an address space that Azure does not take',
      '[10.0.0.0/16]',
      '[127.10.0.0/16]',
      [
        'topology.yml:9:20 127.10.0.0/16 of the hub overlaps 127.0.0.0/8 (loopback), which Azure ' +
          'does not take as an address space.',
      ],
    ],
  ];
  for (const [title, from, to, problems] of bad) {
    it(`refuses ${title}`, async () => {
      assert.deepEqual(await problemsOf(replaced(base, from, to)), problems);
    });
  }

  for (const [title, text, problem] of [
    [
      'an empty file',
      '',
      'topology.yml:1:1 The file holds no mapping; allowed: the keys of a topology.',
    ],
    [
      'a list',
      '- a',
      'topology.yml:1:1 The file holds no mapping; allowed: the keys of a topology.',
    ],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      'topology.yml:2:1 YAML: Source contains multiple documents; please use YAML.parseAllDocuments().',
    ],
  ] as const) {
    it(`refuses ${title}`, async () => assert.deepEqual(await problemsOf(text), [problem]));
  }

  const mayChange =
    'loopback, hub.network.addressSpace, hub.network.subnets.*, hub.firewall.privateAddress, ' +
    'hub.dns.resolvers, operations.network.addressSpace, operations.network.subnets.*, stamps.*.network.addressSpace, stamps.*.network.subnets.*, ports.*';
  const badOverlays: [string, string, string[]][] = [
    [
      'a changed name',
      replaced(loopbackOverlay, 'loopback: true', 'loopback: true\nname: other'),
      [
        `overlay1.yml:2:1 name is changed by an overlay with loopback: true; allowed: ${mayChange}.`,
      ],
    ],
    [
      'changed parameters and DNS settings',
      `${loopbackOverlay}gates: g.yml\n`.replace('dns: {', 'dns: { fallback: true,'),
      [
        'overlay1.yml:4:10 hub.dns.fallback is changed by an overlay with loopback: true; ' +
          `allowed: ${mayChange}.`,
        `overlay1.yml:9:1 gates is changed by an overlay with loopback: true; allowed: ${mayChange}.`,
      ],
    ],
    [
      'a network that stays in Azure',
      replaced(loopbackOverlay, '  neu: { network: { addressSpace: [127.12.0.0/16] } }\n', ''),
      [
        'topology.yml:34:22 10.2.0.0/16 of stamp neu is not in 127.0.0.0/8; allowed with ' +
          'loopback: true: networks in 127.0.0.0/8 only.',
      ],
    ],
    [
      'loopback networks without saying so',
      replaced(loopbackOverlay, 'loopback: true\n', ''),
      ['hub', 'stamp weu', 'stamp neu'].map((title, index) => {
        const line = index === 0 ? '2:29' : `${index + 4}:36`;
        const of = index === 0 ? 'the hub' : title;
        return (
          `overlay1.yml:${line} 127.1${index}.0.0/16 of ${of} overlaps 127.0.0.0/8 (loopback), ` +
          'which Azure does not take as an address space.'
        );
      }),
    ],
  ];
  for (const [title, overlay, problems] of badOverlays) {
    it(`refuses an overlay with ${title}`, async () => {
      assert.deepEqual(await problemsOf(base, overlay), problems);
    });
  }
});
