import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import type { GateContext } from '../../../tasks/lib/gate/gate-check.ts';
import { gateContext, widerContext } from './estate.ts';
import { fakeProbe, type World } from './fake-probe.ts';

function targets(check: string, context: GateContext = gateContext()): string[] {
  const checks = readGates('gates.yml', `checks:\n  - { id: c, ${check} }\n`, context);
  return checks.map(({ id, kind, target }) => `${id} ${kind} ${target}`);
}

function problems(check: string, context: GateContext = gateContext()): string[] {
  try {
    targets(check, context);
  } catch (error) {
    assert.ok(error instanceof SpokelineError);
    return error.details.map(({ message, code }) => `${code} ${message}`);
  }
  throw new assert.AssertionError({ message: 'the document was accepted' });
}

describe('gate sets', () => {
  it('registry: login server, challenge, token service and every data endpoint', () => {
    assert.deepEqual(targets('kind: registry', widerContext()), [
      'c.login-dns dns crshop.azurecr.io',
      'c.login-tls tls crshop.azurecr.io:443',
      'c.challenge http https://crshop.azurecr.io/v2/',
      'c.token http https://crshop.azurecr.io/oauth2/token?service=crshop.azurecr.io',
      'c.data-westeurope-dns dns crshop.westeurope.data.azurecr.io',
      'c.data-westeurope-tls tls crshop.westeurope.data.azurecr.io:443',
      'c.data-northeurope-dns dns crshop.northeurope.data.azurecr.io',
      'c.data-northeurope-tls tls crshop.northeurope.data.azurecr.io:443',
    ]);
  });

  it('key-vault and storage: names of the cloud, or whole ones', () => {
    assert.deepEqual(targets('kind: key-vault, name: kv-weu'), [
      'c.dns dns kv-weu.vault.azure.net',
      'c.tls tls kv-weu.vault.azure.net:443',
    ]);
    assert.deepEqual(targets('kind: storage, name: stweu, services: [blob, dfs]'), [
      'c.blob-dns dns stweu.blob.core.windows.net',
      'c.blob-tls tls stweu.blob.core.windows.net:443',
      'c.dfs-dns dns stweu.dfs.core.windows.net',
      'c.dfs-tls tls stweu.dfs.core.windows.net:443',
    ]);
  });

  it('agent: what hub.egress allows, and what it denies with a control', () => {
    assert.deepEqual(targets('kind: agent', widerContext()), [
      'c.allowed-mcr-microsoft-com egress mcr.microsoft.com:443',
      'c.denied-example-com egress example.com:443',
    ]);
  });

  it('belongs to each stamp, with its severity', () => {
    const text =
      "checks:\n  - { id: v, each: stamp, severity: warning, kind: key-vault, name: '{stamp.parameters.keyVaultName}' }\n";
    const checks = readGates('gates.yml', text, gateContext());
    assert.deepEqual(
      checks.map(({ id, severity }) => `${id} ${severity}`),
      ['weu/v.dns warning', 'weu/v.tls warning', 'neu/v.dns warning', 'neu/v.tls warning'],
    );
  });

  for (const [check, expected] of [
    [
      'kind: agent',
      'GATES_INVALID c needs hub.egress.allowed in the topology: names that the agent may reach',
    ],
    ['kind: storage', 'GATES_INVALID c: name is missing'],
    [
      'kind: storage, name: St_1',
      'GATES_INVALID c: name is "St_1"; it must be the name of a storage account',
    ],
    [
      'kind: storage, name: stweu, services: [blobs]',
      'GATES_INVALID c: services is "blobs"; it must be of blob, file, queue, table, dfs, web',
    ],
    [
      'kind: key-vault, nam: x',
      'GATES_INVALID c: unknown key "nam"; allowed: id, kind, each, severity, name, within; did you mean name?',
    ],
    [
      'kind: egress, name: evil.example, state: allowed',
      'GATE_TARGET_FORBIDDEN c: name evil.example is not declared in hub.egress of the topology',
    ],
    [
      "kind: http, url: 'https://169.254.169.254/metadata'",
      'GATE_TARGET_FORBIDDEN c: url 169.254.169.254 is an address of the platform, never probed',
    ],
    [
      "kind: http, url: 'https://2852039166/'",
      'GATE_TARGET_FORBIDDEN c: url 169.254.169.254 is an address of the platform, never probed',
    ],
    [
      "kind: http, url: 'http://kv.vault.azure.net/'",
      'GATES_INVALID c: url is "http://kv.vault.azure.net/"; it must be an https:// URL of a DNS name or an address, without user, password and fragment',
    ],
    [
      "kind: http, url: 'https://u:p@kv.vault.azure.net/'",
      'GATES_INVALID c: url is "https://u:p@kv.vault.azure.net/"; it must be an https:// URL of a DNS name or an address, without user, password and fragment',
    ],
    [
      "kind: http, url: 'https://kv.vault.azure.net/', body: '('",
      'GATES_INVALID c: body is "("; it must be a regular expression',
    ],
    [
      'kind: dns, name: kv.vault.azure.net, servers: [8.8.8.8]',
      'GATE_TARGET_FORBIDDEN c: servers 8.8.8.8 is outside the declared networks (10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16)',
    ],
  ] as const) {
    it(`refuses ${check}`, () => {
      assert.ok(problems(check).includes(expected), problems(check).join('\n'));
    });
  }

  describe('egress', () => {
    const judged = async (check: string, outside: World['outside']): Promise<string> => {
      const [read] = readGates(
        'gates.yml',
        `checks: [{ id: c, kind: egress, ${check} }]`,
        widerContext(),
      );
      const seen = await read?.run(
        fakeProbe({ outside: outside ?? {} }),
        AbortSignal.timeout(1000),
      );
      return `${seen?.status} ${seen?.code} ${seen?.class}`;
    };
    const open = { class: 'connected', address: '203.0.113.9' } as const;
    const shut = { class: 'timeout', address: '203.0.113.9' } as const;
    const mcr = 'name: mcr.microsoft.com, state: allowed';
    const other = 'name: example.com, state: denied, control: mcr.microsoft.com';
    for (const [check, outside, expected] of [
      [mcr, { 'mcr.microsoft.com': open }, 'pass OK connected'],
      [mcr, { 'mcr.microsoft.com': shut }, 'fail EGRESS_CLOSED timeout'],
      [
        mcr,
        { 'mcr.microsoft.com': { class: 'forbidden' } },
        'fail GATE_TARGET_FORBIDDEN forbidden',
      ],
      [other, { 'mcr.microsoft.com': open, 'example.com': shut }, 'pass OK timeout'],
      [
        other,
        { 'mcr.microsoft.com': open, 'example.com': { class: 'nxdomain' } },
        'pass OK nxdomain',
      ],
      [other, { 'mcr.microsoft.com': open, 'example.com': open }, 'fail EGRESS_OPEN connected'],
      [
        other,
        { 'example.com': { class: 'certificate-untrusted' } },
        'fail EGRESS_OPEN certificate-untrusted',
      ],
      [other, { 'example.com': shut }, 'unknown DENIED_UNPROVEN control-failed'],
      ...(['silent', 'tls-alert'] as const).map(
        (end) =>
          [
            other,
            { 'mcr.microsoft.com': open, 'example.com': { ...shut, class: end } },
            `unknown EGRESS_UNCLEAR ${end}`,
          ] as const,
      ),
      ...(['servfail', 'timeout', 'refused'] as const).map(
        (end) =>
          [
            other,
            { 'mcr.microsoft.com': open, 'example.com': { class: end } },
            `unknown EGRESS_UNCLEAR ${end}`,
          ] as const,
      ),
      [
        mcr,
        { 'mcr.microsoft.com': { class: 'unmapped', address: '203.0.113.9' } },
        'unknown TCP_UNMAPPED unmapped',
      ],
    ] as const) {
      it(`${check}: ${expected}`, async () => {
        assert.equal(await judged(check, outside), expected);
      });
    }
  });
});
