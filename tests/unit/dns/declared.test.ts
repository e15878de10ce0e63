import assert from 'node:assert/strict';
import { readLinks } from '../../../tasks/lib/dns/declared-links.ts';
import { readRecords } from '../../../tasks/lib/dns/declared-records.ts';
import { readZones } from '../../../tasks/lib/dns/declared-zones.ts';
import { network } from './estate.ts';

type Reader = (document: unknown, report: (problem: string) => void) => unknown[];

/** What a reader says about a document. */
function problemsIn(read: Reader, document: unknown): string[] {
  const problems: string[] = [];
  read(document, (problem) => problems.push(problem));
  return problems;
}

describe('records by hand', () => {
  it('are read as sets, in one spelling', () => {
    const found = readRecords(
      {
        'Corp.Example': {
          API: { A: ['10.1.0.5', '10.1.0.4'], AAAA: 'FD00:0:0::1', ttl: 300, stamp: 'weu' },
          '*.apps': { CNAME: 'Front.Corp.Example.' },
          '*': { A: '10.1.0.6' },
          '@': { TXT: 'v=spf1 -all', A: '10.1.0.7' },
        },
      },
      (problem) => assert.fail(problem),
    );
    assert.deepEqual(
      found.map(({ record: { name, type, values, ttl, fqdns }, stamp }) => [
        name,
        type,
        values,
        ttl,
        fqdns,
        stamp,
      ]),
      [
        ['api', 'A', ['10.1.0.4', '10.1.0.5'], 300, ['api.corp.example'], 'weu'],
        ['api', 'AAAA', ['fd00::1'], 300, ['api.corp.example'], 'weu'],
        [
          '*.apps',
          'CNAME',
          ['front.corp.example'],
          undefined,
          ['spokeline-check.apps.corp.example'],
          undefined,
        ],
        ['*', 'A', ['10.1.0.6'], undefined, ['spokeline-check.corp.example'], undefined],
        ['@', 'A', ['10.1.0.7'], undefined, ['corp.example'], undefined],
        ['@', 'TXT', ['v=spf1 -all'], undefined, ['corp.example'], undefined],
      ],
    );
    assert.ok(found.every(({ record }) => record.zone === 'corp.example'));
  });

  const bad: [unknown, string[]][] = [
    [
      { corp: {} },
      ['is not right: corp has a name that is not allowed; allowed: a zone such as corp.example.'],
    ],
    [
      { 'corp.example': { 'a b': { A: '10.0.0.1' } } },
      [
        'is not right: corp.example.a b has a name that is not allowed; allowed: a name such as api, *.apps or @.',
      ],
    ],
    [
      { 'corp.example': { 'a.*': { A: '10.0.0.1' } } },
      [
        'is not right: corp.example.a.* has a name that is not allowed; allowed: a name such as api, *.apps or @.',
      ],
    ],
    [
      { 'corp.example': { api: { MX: 'x' } } },
      [
        'is not right: corp.example.api.MX is not a known key; allowed: A, AAAA, CNAME, TXT, ttl, stamp.',
      ],
    ],
    [
      { 'corp.example': { API: { A: '10.0.0.1' }, api: { A: '10.0.0.2' } } },
      ['has the name api, which is API as well'],
    ],
    [
      { 'corp.example': {}, 'Corp.Example': { api: { A: '10.0.0.1' } } },
      ['has the zone Corp.Example, which is corp.example as well'],
    ],
    [
      { 'corp.example': { [`${'a'.repeat(60)}.`.repeat(4) + 'b']: { A: '10.0.0.1' } } },
      [
        `has a name of more than 253 characters: ${`${'a'.repeat(60)}.`.repeat(4)}b in corp.example`,
      ],
    ],
    [
      { 'corp.example': { bücher: { A: '10.0.0.1' } } },
      [
        'is not right: corp.example.bücher has a name that is not allowed; allowed: a name such as api, *.apps or @.',
      ],
    ],
    [
      { 'corp.example': { api: { ttl: 1 } } },
      ['has no A, AAAA, CNAME, TXT for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { A: ['10.0.0.1', '10.0.0.256'] } } },
      ['has "10.0.0.256", which is no IPv4 address, for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { AAAA: '10.0.0.1' } } },
      ['has "10.0.0.1", which is no IPv6 address, for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { AAAA: ['fd00::1', 'FD00:0::1'] } } },
      ['has AAAA fd00::1 twice for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { CNAME: 'a b' } } },
      ['has "a b", which is no name, for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { CNAME: 'x.example', A: '10.0.0.1' } } },
      [
        'has a CNAME beside other records for api in corp.example (A and CNAME); a CNAME stands alone',
      ],
    ],
    [
      { 'corp.example': { '@': { CNAME: 'x.example' } } },
      [
        'has a CNAME beside other records for @ in corp.example (the zone itself has other records); a CNAME stands alone',
      ],
    ],
    [
      { 'corp.example': { api: { TXT: 'x'.repeat(4097) } } },
      ['has texts of more than 4096 characters for api in corp.example'],
    ],
    [
      { 'corp.example': { api: { A: '10.0.0.1', ttl: 0 } } },
      ['is not right: corp.example.api.ttl is 0; allowed: a whole number from 1 to 2147483647.'],
    ],
    [
      { 'corp.example': { api: { A: [] } } },
      ['is not right: corp.example.api.A is a list; allowed: a text, or a list of 1 to 20 texts.'],
    ],
  ];
  for (const [document, expected] of bad) {
    it(`are refused: ${expected.join(' ')}`, () => {
      assert.deepEqual(problemsIn(readRecords, document), expected);
    });
  }
});

describe('declared links', () => {
  it('are read with their defaults', () => {
    const found = readLinks(
      { hub: {}, [network]: { zones: ['Corp.Example'], registration: true } },
      (problem) => assert.fail(problem),
    );
    assert.deepEqual(found, [
      { network: 'hub', zones: undefined, registration: false, fallback: undefined },
      { network, zones: ['corp.example'], registration: true, fallback: undefined },
    ]);
  });

  const bad: [unknown, string[]][] = [
    [
      { '/subscriptions/s': {} },
      [
        'is not right: /subscriptions/s has a name that is not allowed; allowed: hub, operations, the name of a ' +
          'stamp, or the id of a virtual network.',
      ],
    ],
    [
      { hub: { registration: true } },
      ['has registration for hub without naming one zone; a network registers in one'],
    ],
    [
      { hub: { fallback: true, zones: ['corp.example'] } },
      ['has fallback for hub in corp.example; only privatelink zones have it'],
    ],
    [
      { hub: { fallbck: true } },
      ['is not right: hub.fallbck is not a known key; did you mean "fallback"?'],
    ],
  ];
  for (const [document, expected] of bad) {
    it(`are refused: ${expected.join(' ')}`, () => {
      assert.deepEqual(problemsIn(readLinks, document), expected);
    });
  }
});

describe('declared zones', () => {
  const bad: [unknown, string][] = [
    [
      { 'Microsoft.Strange/things': 'a.example' },
      'is not right: Microsoft.Strange/things has a name that is not allowed; allowed: a type and a group id, ' +
        'such as Microsoft.Example/things thing.',
    ],
    [
      { 'Microsoft.Strange/things thing': 'one' },
      'is not right: Microsoft.Strange/things thing is "one"; allowed: a zone such as privatelink.example.net, ' +
        'or a list of zones.',
    ],
  ];
  for (const [document, expected] of bad) {
    it(`are refused: ${expected}`, () => {
      assert.deepEqual(problemsIn(readZones, document), [expected]);
    });
  }
});
