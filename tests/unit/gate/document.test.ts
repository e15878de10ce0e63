import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { GateContext } from '../../../tasks/lib/gate/gate-check.ts';
import { estateOf } from '../../../tasks/lib/gate/estate.ts';
import { gateContext, topology } from './estate.ts';

const bare: GateContext = { estate: estateOf(['10.9.0.0/16']), stamps: [] };

function failure(text: string, context: GateContext): SpokelineError {
  try {
    readGates('gates.yml', text, context);
  } catch (error) {
    assert.ok(error instanceof SpokelineError);
    return error;
  }
  throw new assert.AssertionError({ message: 'the document was accepted' });
}

function problems(text: string, context = gateContext()): string[] {
  const { details } = failure(text, context);
  return details.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('gates document', () => {
  it('expands each: stamp, and fills in placeholders with their type', () => {
    const text = `
checks:
  - id: registry
    kind: tls
    name: '{registry.loginServer}'
  - id: vault
    each: stamp
    kind: tcp
    host: '{stamp.parameters.keyVaultName}.vault.azure.net'
    port: '{stamp.parameters.port}'
`;
    const checks = readGates('gates.yml', text, gateContext());
    assert.deepEqual(
      checks.map(({ id, kind, stamp, target }) => ({ id, kind, stamp, target })),
      [
        { id: 'registry', kind: 'tls', stamp: undefined, target: 'crshop.azurecr.io:443' },
        { id: 'weu/vault', kind: 'tcp', stamp: 'weu', target: 'kv-weu.vault.azure.net:443' },
        { id: 'neu/vault', kind: 'tcp', stamp: 'neu', target: 'kv-neu.vault.azure.net:443' },
      ],
    );
  });

  it('expands for the chosen stamps only', () => {
    const text = 'checks: [{ id: p, kind: peering, each: stamp }]';
    const { neu } = topology.stamps;
    assert.ok(neu);
    const checks = readGates('gates.yml', text, gateContext([neu]));
    assert.deepEqual(
      checks.map((check) => check.target),
      ['vnet-neu <-> vnet-hub'],
    );
  });

  it('takes a list, a network of the hub and one of the stamp in within', () => {
    const text =
      "checks: [{ id: d, each: stamp, kind: dns, name: a.example, within: [hub, stamp, 10.7.0.0/16, '{hub.network.addressSpace}', '{stamp.network.subnets.endpoints.prefix}'] }]";
    assert.equal(readGates('gates.yml', text, gateContext()).length, 2);
  });

  const bad: [string, string, string[]][] = [
    ['no map', '- a', ['1:1 must be a map with the key checks']],
    ['nothing', '', ['1:1 must be a map with the key checks']],
    ['no checks', 'checks: []', ['1:9 checks must be a list of at least one check']],
    [
      'an unknown key at the top',
      'cheks: 1\nchecks: [{ id: a, kind: tcp, host: 10.1.2.5, port: 1 }]',
      ['1:1 unknown key "cheks"; allowed: checks, waivers; did you mean checks?'],
    ],
    [
      'an unknown key, and its nearest one',
      'checks:\n  - id: a\n    kind: tcp\n    hosst: 10.1.2.5\n    port: 443\n',
      [
        '2:5 a: host is missing',
        '4:5 a: unknown key "hosst"; allowed: id, kind, each, severity, host, port; did you mean host?',
      ],
    ],
    [
      'an unknown kind',
      'checks:\n  - { id: a, kind: tpc }\n',
      [
        '2:20 a: kind "tpc" is not known; allowed: dns, tcp, tls, http, mtls, postgres, redis, denied, egress, peering, route, nsg, public-access, private-endpoint, dns-zone, address-plan, reach, registry, key-vault, storage, agent; did you mean tcp?',
      ],
    ],
    [
      'a kind that is near',
      'checks:\n  - { id: a, kind: Peerings }\n',
      [
        '2:20 a: kind "Peerings" is not known; allowed: dns, tcp, tls, http, mtls, postgres, redis, denied, egress, peering, route, nsg, public-access, private-endpoint, dns-zone, address-plan, reach, registry, key-vault, storage, agent; did you mean peering?',
      ],
    ],
    [
      'no kind',
      'checks:\n  - id: a\n',
      [
        '2:5 a: kind is missing; allowed: dns, tcp, tls, http, mtls, postgres, redis, denied, egress, peering, route, nsg, public-access, private-endpoint, dns-zone, address-plan, reach, registry, key-vault, storage, agent',
      ],
    ],
    [
      'a bad id',
      'checks:\n  - { id: A/b, kind: peering }\n',
      ['2:11 id is "A/b"; it must be lower-case letters, digits and . _ - between them'],
    ],
    [
      'an id used twice',
      'checks:\n  - { id: a, kind: tcp, host: 10.1.2.5, port: 1 }\n  - { id: a, kind: tls, name: a.example }\n',
      ['3:11 id a is used twice'],
    ],
    [
      'a port that is none',
      'checks:\n  - { id: a, kind: tcp, host: 10.1.2.5, port: https }\n',
      ['2:47 a: port is "https"; it must be a port, 1 to 65535'],
    ],
    [
      'a port out of range',
      'checks:\n  - { id: a, kind: tcp, host: 10.1.2.5, port: 65536 }\n',
      ['2:47 a: port is 65536; it must be a port, 1 to 65535'],
    ],
    [
      'an unknown placeholder',
      "checks:\n  - { id: a, each: stamp, kind: tls, name: 'x.{stamp.parameters.keyVault}.net' }\n",
      [
        '2:44 a: placeholder {stamp.parameters.keyVault} names nothing: stamp.parameters has keyVaultName, port',
      ],
    ],
    [
      'a stamp outside each',
      "checks:\n  - { id: a, kind: tls, name: '{stamp.name}.example' }\n",
      ['2:31 a: placeholder {stamp.name} needs a topology and each: stamp'],
    ],
    [
      'a placeholder for an object',
      "checks:\n  - { id: a, kind: tls, name: '{hub.dns}' }\n",
      [
        '2:31 a: placeholder {hub.dns} is an object with subscription, resourceGroup, resolvers, fallback, not a value',
      ],
    ],
    [
      'an each that is not known',
      'checks:\n  - { id: a, each: hub, kind: peering }\n',
      ['2:20 a: each is "hub"; allowed: stamp'],
    ],
    [
      'a peering of no stamp',
      'checks:\n  - { id: a, kind: peering }\n',
      ['2:5 a needs a topology and each: stamp, or both stampNetwork and hubNetwork'],
    ],
    [
      'a peering with a path that leads elsewhere',
      'checks:\n  - { id: a, kind: peering, stampNetwork: ' +
        '/subscriptions/../resourceGroups/r/providers/Microsoft.Network/virtualNetworks/v }\n',
      [
        '2:43 a: stampNetwork is "/subscriptions/../resourceGroups/r/providers/Microsoft.Network/' +
          'virtualNetworks/; it must be the id of a virtual network',
      ],
    ],
    [
      'a network that is none',
      'checks:\n  - { id: a, kind: dns, name: a.example, within: [10.0.0.0/33, vpn] }\n',
      [
        '2:51 a: within is "10.0.0.0/33"; allowed: a network in CIDR notation, hub, operations, stamp',
        '2:64 a: within is "vpn"; allowed: a network in CIDR notation, hub, operations, stamp',
      ],
    ],
    [
      'no control',
      'checks:\n  - { id: a, kind: denied, host: 10.1.2.5, port: 1 }\n',
      ['2:5 a: control is needed with state: dropped'],
    ],
    [
      'no control of any',
      'checks:\n  - { id: a, kind: denied, host: 10.1.2.5, port: 1, state: any }\n',
      ['2:5 a: control is needed with state: any'],
    ],
    [
      'an unknown key of the control',
      'checks:\n  - { id: a, kind: denied, host: 10.1.2.5, port: 1, control: { hots: 10.1.2.5, port: 1 } }\n',
      [
        '2:62 a: control.host is missing',
        '2:64 a: unknown key "hots"; allowed: host, port; did you mean host?',
      ],
    ],
    [
      'a state that is not known',
      'checks:\n  - { id: a, kind: denied, host: 10.1.2.5, port: 1, control: { host: 10.1.2.5, port: 1 }, state: drop }\n',
      ['2:98 a: state is "drop"; it must be dropped, refused, reset, http-403 or any'],
    ],
    [
      'YAML that is none',
      'checks:\n  - { id: a\n',
      ['3:1 Flow map in block collection must be sufficiently indented and end with a }'],
    ],
    ['a key twice', 'checks: []\nchecks: []\n', ['2:1 Map keys must be unique']],
  ];
  for (const [title, text, expected] of bad) {
    it(`refuses ${title}`, () => {
      assert.deepEqual(problems(text), expected);
    });
  }

  it('reports the same problem of two stamps once, and everything at once', () => {
    const text = `checks:
  - { id: a, each: stamp, kind: tls, name: 'x' }
  - { id: b, kind: nope }
`;
    assert.deepEqual(problems(text), [
      '2:44 a: name is "x"; it must be a DNS name such as kv-shop.vault.azure.net',
      '3:20 b: kind "nope" is not known; allowed: dns, tcp, tls, http, mtls, postgres, redis, denied, egress, peering, route, nsg, public-access, private-endpoint, dns-zone, address-plan, reach, registry, key-vault, storage, agent',
    ]);
  });

  it('refuses stamps and peerings without a topology', () => {
    assert.deepEqual(problems('checks: [{ id: a, each: stamp, kind: peering }]', bare), [
      '1:25 a: each: stamp needs a topology',
    ]);
    assert.deepEqual(problems("checks: [{ id: a, kind: tls, name: '{hub.region}.x' }]", bare), [
      '1:36 a: placeholder {hub.region} needs a topology',
    ]);
  });

  for (const host of ['169.254.169.254', '168.63.129.16', '10.9.0.1', '127.0.0.1', '8.8.8.8']) {
    it(`forbids ${host} as a target, before anything is probed`, () => {
      const tcp = `checks: [{ id: a, kind: tcp, host: ${host}, port: 80 }]`;
      assert.equal(failure(tcp, gateContext()).code, 'GATE_TARGET_FORBIDDEN');
      const control = `checks: [{ id: a, kind: denied, host: 10.1.2.5, port: 1, control: { host: ${host}, port: 1 } }]`;
      assert.equal(failure(control, gateContext()).code, 'GATE_TARGET_FORBIDDEN');
    });
  }

  it('does not take other spellings of an address for a name', () => {
    for (const host of [
      '2852039166',
      '0xA9FEA9FE',
      '0251.0376.0251.0376',
      '169.254.43518',
      '[::1]',
    ]) {
      const text = `checks: [{ id: a, kind: tcp, host: '${host}', port: 80 }]`;
      const { code } = failure(text, gateContext());
      assert.match(code, /^(GATES_INVALID|GATE_TARGET_FORBIDDEN)$/, host);
    }
  });
});
