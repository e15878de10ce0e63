import assert from 'node:assert/strict';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { inside, kv, link, table } from './check-table.ts';
import { gateContext } from './estate.ts';
import { fakeProbe, type World } from './fake-probe.ts';

const url = `https://${kv}/health`;
const other = '10.1.2.6';
const names = { [kv]: link };
const twoAddresses = { [kv]: { addresses: [inside, other] } };
const http = `kind: http, url: '${url}'`;

function redirect(location: string): NonNullable<World['answers']>[string] {
  return { class: 'answered', status: 302, headers: { location } };
}
const ok = { class: 'answered', status: 200 } as const;

async function run(check: string, world: World) {
  const [read] = readGates('g', `checks: [{ id: c, ${check} }]`, gateContext());
  const probe = fakeProbe(world);
  const seen = await read?.run(probe, AbortSignal.timeout(1000));
  assert.ok(seen);
  return { ...seen, asked: probe.asked };
}

describe('gate checks of http in depth', () => {
  describe('redirects', () => {
    table([
      [
        'of two addresses to one place are followed',
        `${http}, follow: 1`,
        {
          names: twoAddresses,
          answers: { [url]: redirect('/ready'), [`https://${kv}/ready`]: ok },
        },
        'pass OK answered',
      ],
      [
        'of one address do not hide what the other answers',
        `${http}, follow: 1`,
        {
          names: twoAddresses,
          answers: {
            [`${url} at ${inside}`]: redirect('/ready'),
            [`${url} at ${other}`]: { class: 'answered', status: 500 },
            [`https://${kv}/ready`]: ok,
          },
        },
        'fail HTTP_STATUS http-302',
      ],
      ...[
        'http://kv-weu.vault.azure.net/',
        'https://a!b.example/',
        `https://${'a'.repeat(64)}.example/`,
        'https://a..b/',
        'https:///',
        'javascript:alert(1)',
      ].map(
        (location) =>
          [
            `to ${location.slice(0, 40)} are answers like others`,
            `${http}, follow: 5`,
            { names, answers: { [url]: redirect(location) } },
            'fail HTTP_STATUS http-302',
          ] as const,
      ),
      ...[
        'https://169.254.169.254./',
        'https://0xa9.0xfe.0xa9.0xfe/',
        'https://0251.0376.0251.0376/',
        'https://2852039166/',
        'https://168.63.33040/',
        'https://[::ffff:169.254.169.254]/',
        'https://[64:ff9b::a9fe:a9fe]/',
        'https://[fe80::1]/',
        '//169.254.169.254/metadata',
        `https://${kv}@169.254.169.254/`,
      ].map(
        (location) =>
          [
            `to ${location} are refused`,
            `${http}, follow: 5`,
            { names, answers: { [url]: redirect(location) } },
            'fail GATE_TARGET_FORBIDDEN platform-address',
          ] as const,
      ),
      [
        'to a name that has a forbidden address beside a declared one are refused',
        `${http}, follow: 5`,
        {
          names: { ...names, 'mixed.example': { addresses: [inside, '169.254.169.254'] } },
          answers: { [url]: redirect('https://mixed.example/') },
        },
        'fail GATE_TARGET_FORBIDDEN platform-address',
      ],
      [
        'that go in a circle end',
        `${http}, follow: 5`,
        { names, answers: { [url]: redirect('/health') } },
        'fail HTTP_STATUS http-302',
      ],
    ]);

    it('are told without what may hold a signature', async () => {
      const signed = 'https://user:word@blob.example/layer?sig=SECRET&se=1#token';
      const { code, observed } = await run(`${http}, status: 302, location: '^/'`, {
        names,
        answers: { [url]: redirect(signed) },
      });
      assert.equal(code, 'HTTP_LOCATION');
      assert.equal(observed, 'location https://blob.example/layer, shortened');
    });
  });

  describe('JSON', () => {
    const json = (
      wanted: string,
      body: string,
      expected: string,
    ): Parameters<typeof table>[0][number] => [
      `${wanted} in ${body.slice(0, 40)}`,
      `${http}, json: ${wanted}`,
      { names, answers: { [url]: { ...ok, body } } },
      expected,
    ];
    table([
      json('{ a: { x: 1, y: [2] } }', '{"a":{"y":[2],"x":1}}', 'pass OK answered'),
      json('{ a: { x: 1 } }', '{"a":{"x":1,"y":2}}', 'fail HTTP_JSON body'),
      json('{ a: [] }', `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'fail HTTP_JSON body'),
      json('{ a: null }', '{"a":null}', 'pass OK answered'),
      json('{ __proto__.a: 1 }', '{}', 'fail HTTP_JSON body'),
    ]);
  });

  table([
    [
      'a pattern whose program is too large',
      `${http}, body: '${'a'.repeat(200_000)}(b|c)'`,
      { names, answers: { [url]: { ...ok, body: 'a' } } },
      'unknown HTTP_PATTERN_SLOW body',
    ],
  ]);

  describe('warm-up', () => {
    const asked = async (world: World): Promise<number> =>
      (await run(`${http}, warmUp: 3`, world)).asked.filter((one) => one.startsWith('GET')).length;

    it('asks so often before the request that counts, whatever is answered', async () => {
      assert.equal(await asked({ names, answers: { [url]: { ...ok, status: 503 } } }), 4);
    });

    it('does not go on when nothing answers', async () => {
      assert.equal(await asked({ names }), 2);
      assert.equal(await asked({ names, answers: { [url]: { class: 'silent' } } }), 2);
    });
  });

  it('tells the name that was pinned when that one does not resolve', async () => {
    const { code, observed } = await run(`${http}, address: app.example`, { names });
    assert.equal(`${code} ${observed}`, 'DNS_NXDOMAIN app.example does not exist');
  });
});

describe('gate checks of ends that prove nothing', () => {
  const refused = (without: NonNullable<World['answers']>[string]): World => ({
    names,
    answers: { [url]: without, [`${url}+certificate`]: ok },
  });
  const mtls = `kind: mtls, url: '${url}'`;
  const tls = `kind: tls, name: ${kv}`;
  table([
    [
      'mtls: nobody was refused, it was only silent',
      mtls,
      refused({ class: 'silent' }),
      'unknown MTLS_UNPROVEN silent',
    ],
    ['mtls: dropped once', mtls, refused({ class: 'timeout' }), 'unknown MTLS_UNPROVEN timeout'],
    ['mtls: broken off', mtls, refused({ class: 'reset' }), 'pass OK answered'],
    [
      'tls: a server that hangs after the hello',
      tls,
      { names, certificates: { [inside]: { class: 'silent' } } },
      'fail TLS_SILENT silent',
    ],
    [
      'tls: an old client that is left hanging is not turned away',
      `${tls}, oldest: TLSv1.2`,
      {
        names,
        certificates: { [inside]: { class: 'connected', protocol: 'TLSv1.3' } },
        old: { [inside]: { class: 'silent' } },
      },
      'unknown TLS_VERSION_UNPROVEN silent',
    ],
  ]);

  it('tls: a certificate of hundreds of names is told by ten', async () => {
    const many = Array.from({ length: 300 }, (_, index) => `n${index}.example`);
    const { observed } = await run(tls, {
      names,
      certificates: { [inside]: { class: 'certificate-name', names: many } },
    });
    assert.match(observed, / n0\.example, .*, n9\.example and 290 more$/);
  });

  describe('denied', () => {
    const alone = `kind: denied, host: ${kv}, port: 443`;
    const denied = `${alone}, control: { host: 10.0.1.4, port: 443 }`;
    const control = { '10.0.1.4:443': 'connected' } as const;
    const page = `https://${kv}:443/`;
    table([
      [
        'broken off as expected',
        `${denied}, state: reset`,
        { names, ports: control, certificates: { [inside]: { class: 'reset' } } },
        'pass OK reset',
      ],
      [
        'not broken off',
        `${denied}, state: reset`,
        { names, ports: control, certificates: { [inside]: { class: 'connected' } } },
        'fail DENIED_REACHABLE connected',
      ],
      [
        'dropped is not broken off',
        `${denied}, state: reset`,
        { names, ports: control },
        'fail DENIED_DROPPED timeout',
      ],
      [
        'broken off without a control: an answer needs no proof',
        `${alone}, state: reset`,
        { names, certificates: { [inside]: { class: 'reset' } } },
        'pass OK reset',
      ],
      [
        'refused without a control',
        `${alone}, state: refused`,
        { names, ports: { [`${inside}:443`]: 'refused' } },
        'pass OK refused',
      ],
      [
        'a control that is named has to answer in any case',
        `${denied}, state: reset`,
        { names, certificates: { [inside]: { class: 'reset' } } },
        'unknown DENIED_UNPROVEN control-failed',
      ],
      [
        'silence of both is no drop',
        `${denied}, state: refused`,
        { names },
        'unknown DENIED_UNPROVEN control-failed',
      ],
      [
        '403 as expected',
        `${denied}, state: http-403`,
        { names, ports: control, answers: { [page]: { class: 'answered', status: 403 } } },
        'pass OK http-403',
      ],
      [
        '403 at a path',
        `${denied}, state: http-403, path: //v2/`,
        {
          names,
          ports: control,
          answers: { [`https://${kv}:443//v2/`]: { class: 'answered', status: 403 } },
        },
        'pass OK http-403',
      ],
      [
        '200 is not 403',
        `${denied}, state: http-403`,
        { names, ports: control, answers: { [page]: ok } },
        'fail DENIED_REACHABLE http-200',
      ],
      [
        'refused is not 403',
        `${denied}, state: http-403`,
        { names, ports: control, answers: { [page]: { class: 'refused' } } },
        'fail DENIED_REFUSED refused',
      ],
      [
        'an open address beside a refused one',
        denied,
        {
          names: twoAddresses,
          ports: { ...control, [`${inside}:443`]: 'refused', [`${other}:443`]: 'connected' },
        },
        'fail DENIED_REACHABLE connected',
      ],
    ]);
  });
});
