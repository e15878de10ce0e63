import { estate, type BadInput } from './bad-input-cases.ts';
import type { Step } from './bad-input-world.ts';

const declared = '127.40.0.0/16, 127.41.0.0/16, 127.42.0.0/16';

function gateStep(gates: string): Step {
  const inputs = { azureSubscription: 'untouched', timeout: '0', ...estate };
  return { task: 'NetworkGate@1', inputs, files: { 'gates.yml': gates } };
}

function probing(host: string): string {
  return `checks:\n- id: probe\n  kind: tcp\n  host: ${host}\n  port: 80\n`;
}

export const gateCases: readonly BadInput[] = [
  {
    name: 'a probe of the metadata service',
    step: gateStep(probing('169.254.169.254')),
    code: 'GATE_TARGET_FORBIDDEN',
    errors: [
      'gates.yml:4:9: probe: host 169.254.169.254 is an address of the platform, never probed',
    ],
    hint: /^Probe only declared networks; platform addresses are never probed\.$/,
  },
  {
    name: 'a probe of the wire server',
    step: gateStep(probing('168.63.129.16')),
    code: 'GATE_TARGET_FORBIDDEN',
    errors: [
      'gates.yml:4:9: probe: host 168.63.129.16 is an address of the platform, never probed',
    ],
  },
  {
    name: 'a probe of an address that nobody declared',
    step: gateStep(probing('10.99.0.1')),
    code: 'GATE_TARGET_FORBIDDEN',
    errors: [`gates.yml:4:9: probe: host 10.99.0.1 is outside the declared networks (${declared})`],
  },
  {
    name: 'a control outside the declared networks',
    step: gateStep(
      [
        'checks:',
        '- id: closed',
        '  kind: denied',
        '  host: 127.40.0.100',
        '  port: 22',
        '  control: { host: 127.0.0.1, port: 443 }',
        '',
      ].join('\n'),
    ),
    code: 'GATE_TARGET_FORBIDDEN',
    errors: [
      `gates.yml:6:20: closed: control.host 127.0.0.1 is outside the declared networks (${declared})`,
    ],
  },
  {
    name: 'unknown kinds and keys, all at once',
    step: gateStep(
      [
        'check: []',
        'checks:',
        '- id: one',
        '  kind: dsn',
        '  name: a.example',
        '- id: two',
        '  kind: tcp',
        '  hots: 127.40.0.100',
        '  port: 443',
        '- id: three',
        '  kind: tls',
        "  name: '{stamp.parameters.keyVaultName}.vault.azure.net'",
        '  port: 443',
        '- id: four',
        '  kind: tcp',
        "  host: '{registry.loginserver}'",
        '  port: 443',
        '- id: one',
        '  kind: peering',
        '  each: hub',
        '',
      ].join('\n'),
    ),
    code: 'GATES_INVALID',
    errors: [
      'gates.yml:1:1: unknown key "check"; allowed: checks, waivers; did you mean checks?',
      'gates.yml:4:9: one: kind "dsn" is not known; allowed: dns, tcp, tls, http, mtls, postgres, redis, denied, egress, peering, route, nsg, public-access, private-endpoint, dns-zone, address-plan, reach, registry, key-vault, storage, agent; did you mean dns?',
      'gates.yml:6:3: two: host is missing',
      'gates.yml:8:3: two: unknown key "hots"; allowed: id, kind, each, severity, host, port; did you mean host?',
      'gates.yml:12:9: three: placeholder {stamp.parameters.keyVaultName} needs a topology and each: stamp',
      'gates.yml:16:9: four: placeholder {registry.loginserver} names nothing: registry has name, ' +
        'replicas, loginServer',
      'gates.yml:18:7: id one is used twice',
      'gates.yml:20:9: one: each is "hub"; allowed: stamp',
    ],
  },
];

/** The metadata service as a C library would read it: none of these is a host that a check may name. */
export const spellingCases: readonly BadInput[] = [
  '2852039166',
  '0xA9FEA9FE',
  '0251.0376.0251.0376',
  '169.16689662',
  '::ffff:169.254.169.254',
].map((host) => ({
  name: `the metadata service spelt ${host}`,
  step: gateStep(probing(`'${host}'`)),
  code: 'GATE_TARGET_FORBIDDEN',
  errors: [`gates.yml:4:9: probe: host ${host} is an address of the platform, never probed`],
}));
