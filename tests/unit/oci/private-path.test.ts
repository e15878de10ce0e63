import assert from 'node:assert/strict';
import type { Resolution } from '../../../tasks/lib/net/resolve.ts';
import { judgePath, privatePaths } from '../../../tasks/lib/oci/private-path.ts';

const host = 'cr.azurecr.io';

describe('oci private path', () => {
  const networks = ['10.0.0.0/16'];
  const answer = (more: Partial<Resolution>): Resolution => ({
    name: host,
    chain: [],
    addresses: [],
    source: 'system',
    ...more,
  });
  const through = ['cr.privatelink.azurecr.io'];
  const good = answer({ addresses: ['10.0.2.4'] });

  it('is the first address, with the chain that a witness of the same mind tells', () => {
    const witness = answer({ addresses: ['10.0.2.4'], chain: through, source: '10.0.0.5' });
    const path = judgePath(host, good, [witness], networks);
    assert.deepEqual(
      { address: path.address, chain: path.chain, findings: path.findings },
      { address: '10.0.2.4', chain: through, findings: [] },
    );
  });

  it('has disagreement as a finding', () => {
    const witness = answer({ error: 'nxdomain', source: '10.0.0.5' });
    assert.deepEqual(judgePath(host, good, [witness], networks).findings, [
      'cr.azurecr.io: this agent gets 10.0.2.4, resolver 10.0.0.5 says nxdomain',
    ]);
  });

  const bad: [string, Resolution, Resolution[], RegExp, RegExp][] = [
    [
      'a public address through privatelink',
      answer({ addresses: ['20.1.2.3'], chain: [...through, 'x.trafficmanager.net'] }),
      [],
      /resolves to 20\.1\.2\.3, outside the declared networks \(10\.0\.0\.0\/16\); nothing was sent/,
      /^Public DNS answered: .* zone privatelink\.azurecr\.io is not linked .* A record cr is missing/,
    ],
    [
      'a record in the linked zone that points elsewhere',
      answer({ addresses: ['10.9.0.4'], chain: through }),
      [],
      /resolves to 10\.9\.0\.4, outside/,
      /^A private zone answered: .* its A record cr points to 10\.9\.0\.4, .* -z privatelink\.azurecr\.io -n cr$/,
    ],
    [
      'an address of a private zone, the way unknown',
      answer({ addresses: ['10.9.0.4'] }),
      [],
      /resolves to 10\.9\.0\.4, outside/,
      /^A private zone answered/,
    ],
    [
      'a public address, the way unknown',
      answer({ addresses: ['20.1.2.3'] }),
      [],
      /resolves to 20\.1\.2\.3, outside/,
      /is not linked .* or its A record cr is missing .* or the record points to another address/,
    ],
    [
      'a public address without aliases, from a server that would tell them',
      answer({ addresses: ['20.1.2.3'], source: '10.0.0.5' }),
      [],
      /resolves to 20\.1\.2\.3, outside/,
      /the registry has no private endpoint/,
    ],
    [
      'a public address by another way',
      answer({ addresses: ['20.1.2.3'], chain: ['x.trafficmanager.net'] }),
      [],
      /resolves to 20\.1\.2\.3/,
      /does not lead through privatelink\.azurecr\.io: the registry has no private endpoint/,
    ],
    [
      'a public address next to a private one',
      answer({ addresses: ['10.0.2.4', '20.1.2.3'] }),
      [],
      /resolves to 10\.0\.2\.4, 20\.1\.2\.3, outside/,
      /points to another address/,
    ],
    [
      'NXDOMAIN in the linked zone',
      answer({ error: 'nxdomain', chain: through }),
      [],
      /does not resolve \(nxdomain\)/,
      /zone privatelink\.azurecr\.io is linked but has no A record cr/,
    ],
    ['NXDOMAIN', answer({ error: 'nxdomain' }), [], /does not resolve/, /No zone knows the name/],
    ['silence', answer({ error: 'timeout' }), [], /\(timeout\)/, /DNS server does not answer/],
    ['SERVFAIL', answer({ error: 'servfail' }), [], /\(servfail\)/, /look at its forwarders/],
    [
      'a witness that knows better',
      answer({ addresses: ['20.1.2.3'] }),
      [answer({ addresses: ['10.0.2.4'], source: '10.0.0.5' })],
      /resolves to 20\.1\.2\.3/,
      /Resolver 10\.0\.0\.5 gives a private address, so zone and record are there/,
    ],
  ];
  it('names the record of a data endpoint', () => {
    const name = 'cr.westeurope.data.azurecr.io';
    assert.throws(() => judgePath(name, answer({ error: 'nxdomain' }), [], networks), {
      hint: /register the A record cr\.westeurope\.data \(PrivateDns@1\)/,
    });
  });

  it('has no zone of Azure for another registry', () => {
    for (const [system, hint] of [
      [answer({ error: 'nxdomain' }), /No zone that this agent asks knows registry\.example/],
      [
        answer({ addresses: ['10.9.0.4'] }),
        /record of registry\.example points outside 10\.0\.0\.0/,
      ],
    ] as const) {
      assert.throws(() => judgePath('registry.example:5000', system, [], networks), { hint });
    }
  });

  it('tells of all hosts that are not private at once', async () => {
    const resolver = {
      resolve: (name: string) => Promise.resolve(answer({ name, error: 'nxdomain', source: 'x' })),
      witnesses: () => Promise.resolve([]),
    };
    const never = new AbortController().signal;
    const hosts = [host, 'cr.westeurope.data.azurecr.io', '10.0.0.9:5000'];
    await assert.rejects(privatePaths(hosts, resolver, networks, never), {
      code: 'REGISTRY_NOT_PRIVATE',
      message: /^cr\.azurecr\.io does not .*; cr\.westeurope\.data\.azurecr\.io does not /,
    });
    const [itself] = await privatePaths(['10.0.0.9:5000'], resolver, networks, never);
    assert.equal(itself?.address, '10.0.0.9');
  });

  for (const [title, system, witnesses, message, hint] of bad) {
    it(`is refused: ${title}`, () =>
      assert.throws(() => judgePath(host, system, witnesses, networks), {
        code: 'REGISTRY_NOT_PRIVATE',
        message,
        hint,
      }));
  }
});
