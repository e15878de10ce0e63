import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { readGates } from '../../../tasks/lib/gate/document.ts';
import { gateContext } from './estate.ts';

/** Problems of a document that is refused, else its checks. */
function read(text: string): string[] {
  try {
    return readGates('gates.yml', text, gateContext()).map(({ id, target }) => `${id} ${target}`);
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error.details.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
}

const tcp = 'kind: tcp, host: 10.1.2.5';

describe('YAML of a gates document', () => {
  for (const [title, text, expected] of [
    [
      'takes anchors and aliases',
      `checks:\n  - { id: a, kind: tcp, host: &h 10.1.2.5, port: 1 }\n  - { id: b, kind: tcp, host: *h, port: 2 }\n`,
      ['a 10.1.2.5:1', 'b 10.1.2.5:2'],
    ],
    [
      'takes merge keys',
      `checks:\n  - &a { id: a, ${tcp}, port: 1 }\n  - { <<: *a, id: b }\n`,
      ['a 10.1.2.5:1', 'b 10.1.2.5:1'],
    ],
    [
      'knows the place beside an alias',
      `checks:\n  - { id: a, kind: tcp, host: &h 10.1.2.5, port: 1 }\n  - { id: b, kind: tcp, host: *h, port: 0 }\n`,
      ['3:41 b: port is 0; it must be a port, 1 to 65535'],
    ],
    [
      'refuses an alias without an anchor',
      `checks:\n  - { id: a, kind: tcp, host: *h, port: 1 }\n`,
      ['2:31 alias *h has no anchor before it'],
    ],
    [
      'refuses what contains itself',
      `checks:\n  - { id: a, kind: http, url: 'https://a.example/', json: &j { x: *j } }\n`,
      ['1:1 is nested too deeply'],
    ],
    [
      'refuses aliases that unfold without end',
      [
        'a: &a [x, x, x, x, x, x, x, x, x]',
        'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]',
        'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]',
        'checks: [*c, *c, *c, *c, *c, *c, *c, *c, *c]',
      ].join('\n'),
      ['1:1 Excessive alias count indicates a resource exhaustion attack'],
    ],
    [
      'refuses 60 levels',
      `checks: [{ id: a, kind: http, url: 'https://a.example/', json: { x: ${'['.repeat(60)}${']'.repeat(60)} } }]`,
      ['1:1 is nested too deeply'],
    ],
    [
      'refuses a second document',
      'checks: []\n---\nchecks: []\n',
      ['2:1 must be one YAML document; a second one begins here'],
    ],
    [
      'takes __proto__ for a key like any other',
      `checks:\n  - { id: a, ${tcp}, port: 1, __proto__: { port: 2 } }\n`,
      ['2:50 a: unknown key "__proto__"; allowed: id, kind, each, severity, host, port'],
    ],
    [
      'leaves braces of a pattern alone',
      `checks:\n  - { id: a, kind: http, url: 'https://a.example/', body: '^[0-9]{3,}\\p{L}\\{hub\\} {hub.region}$' }\n`,
      ['a https://a.example/'],
    ],
    [
      'refuses a part of a set with the id of another check',
      `checks:\n  - { id: v, each: stamp, kind: key-vault, name: kv-a }\n  - { id: v.dns, each: stamp, ${tcp}, port: 1 }\n`,
      ['3:11 id v.dns is used twice'],
    ],
    [
      'takes a service that is named twice once',
      `checks: [{ id: s, kind: storage, name: stweu, services: [blob, blob] }]`,
      ['s.blob-dns stweu.blob.core.windows.net', 's.blob-tls stweu.blob.core.windows.net:443'],
    ],
    ...['https://a!b.example/', `https://${'a'.repeat(64)}.example/`, 'https://a..example/'].map(
      (url) =>
        [
          `refuses the URL ${url}`,
          `checks: [{ id: a, kind: http, url: '${url}' }]`,
          [
            `1:36 a: url is ${JSON.stringify(url).slice(0, 80)}; it must be an https:// URL of a DNS name or an address, without user, password and fragment`,
          ],
        ] as const,
    ),
    ...['tls', 'postgres', 'redis'].map(
      (kind) =>
        [
          `refuses a name that C libraries take for an address of the platform: ${kind}`,
          `checks: [{ name: 169.254.169.0xfe, kind: ${kind}, id: a }]`,
          ['1:18 a: name 169.254.169.0xfe is an address of the platform, never probed'],
        ] as const,
    ),
  ] as const) {
    it(title, () => assert.deepEqual(read(text), expected));
  }

  it('is read in a moment when it is nested 20,000 levels deep', () => {
    const [problem = ''] = read(`checks: ${'['.repeat(20_000)}`);
    assert.match(problem, /is nested too deeply$/);
  });
});
