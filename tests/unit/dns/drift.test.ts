import assert from 'node:assert/strict';
import { driftOf, driftTable } from '../../../tasks/lib/dns/drift.ts';
import { planOf } from '../../../tasks/lib/dns/plan.ts';
import type { AskRecords } from '../../../tasks/lib/net/record-resolver.ts';
import type { RecordAnswer } from '../../../tasks/lib/net/resolve.ts';
import {
  endpointKey,
  grouped,
  link,
  network,
  owned,
  state,
  unowned,
  vaultZone,
  wanted,
  wish,
} from './estate.ts';

const signal = new AbortController().signal;

function resolver(own: Partial<RecordAnswer>, other: Partial<RecordAnswer>): AskRecords {
  return (name, type) =>
    Promise.resolve(
      [own, { source: '10.0.0.53', ...other }].map((more) => ({
        ...{ name, type, chain: [], values: [], source: 'system' },
        ...more,
      })),
    );
}

const right = resolver({ values: ['10.1.0.4'] }, { values: ['10.1.0.4'] });
const wrong = resolver({ values: ['203.0.113.7'] }, { error: 'nxdomain' });

describe('drift', () => {
  it('shows endpoint, zone group, record and every answer side by side', async () => {
    const plan = planOf(
      wish({ records: [wanted({ writer: 'zoneGroup' })] }),
      state({ records: [grouped()] }),
    );
    const present = new Map([[endpointKey, { name: 'deployedByPolicy', zoneIds: [] }]]);
    const { header, rows } = driftTable(await driftOf(plan, present, right, signal));
    assert.deepEqual(header, [
      'name',
      'endpoint',
      'zone group',
      'record',
      'system',
      '10.0.0.53',
      'verdict',
    ]);
    assert.deepEqual(rows, [
      [
        'kv.vault.azure.net',
        '10.1.0.4',
        "the policy's zone group deployedByPolicy",
        '10.1.0.4 (the zone group of private endpoint pe-kv)',
        '10.1.0.4',
        '10.1.0.4',
        'agree',
      ],
    ]);
  });

  const faults: [string, Parameters<typeof state>[0], string[][]][] = [
    ['no record', {}, [['no record', 'system answers 203.0.113.7', '10.0.0.53 answers nxdomain']]],
    [
      "somebody else's record",
      { records: [unowned({ values: ['10.9.9.9'] })] },
      [
        [
          'the record belongs to nobody that spokeline knows',
          'system answers 203.0.113.7',
          '10.0.0.53 answers nxdomain',
        ],
      ],
    ],
    [
      'a changed and a stale record',
      { records: [owned('t/weu', {}, { values: ['10.9.9.9'] }), owned('t/weu', { name: 'old' })] },
      [
        [
          'the record differs: now 10.9.9.9, changed by somebody',
          'system answers 203.0.113.7',
          '10.0.0.53 answers nxdomain',
        ],
        ['stale: its endpoints are gone'],
      ],
    ],
    [
      'no zone',
      { zones: [] },
      [
        [
          `the zone ${vaultZone} does not exist`,
          'system answers 203.0.113.7',
          '10.0.0.53 answers nxdomain',
        ],
      ],
    ],
  ];
  for (const [name, more, expected] of faults) {
    it(`names ${name}, and the answers to it`, async () => {
      const rows = await driftOf(planOf(wish(), state(more)), new Map(), wrong, signal);
      assert.deepEqual(
        rows.map((row) => row.faults),
        expected,
      );
    });
  }

  it('names links that are missing, other or not needed', async () => {
    const want = { zone: vaultZone, name: 'l', registration: false, fallback: true };
    const links = [
      { ...want, networkId: network },
      { ...want, name: 'l2', networkId: '/new' },
      { ...want, name: 'l3', networkId: '/theirs' },
    ];
    const plan = planOf(
      wish({ records: [], links, expectedLinks: [{ zone: vaultZone, networkId: '/hub' }] }),
      state({
        links: [
          link(),
          link({ name: 'old', networkId: '/old' }),
          link({ name: 'x', networkId: '/theirs', tags: {} }),
        ],
      }),
    );
    const rows = await driftOf(plan, new Map(), right, signal);
    assert.deepEqual(
      rows.map((row) => `${row.name}: ${row.faults.join('; ')}`),
      [
        `${vaultZone} <-> ${network}: linked with other settings`,
        `${vaultZone} <-> /new: not linked`,
        `${vaultZone} <-> /theirs: linked by somebody else, and fallback to the internet is off`,
        `${vaultZone} <-> /old: linked, and not needed`,
        `${vaultZone} <-> /hub: not linked; its owner has to make the link`,
      ],
    );
  });

  it('asks for records of each type under the same name', async () => {
    const records = [
      wanted({ values: ['10.1.0.4'], fqdns: ['api.example'] }),
      wanted({ type: 'AAAA', values: ['fd00::4'], fqdns: ['api.example'] }),
    ];
    const values: Readonly<Record<string, string>> = { A: '10.1.0.4', AAAA: 'fd00::5' };
    const ask: AskRecords = (name, type) =>
      Promise.resolve([
        { ...{ name, type, chain: [], source: 'system' }, values: [values[type] ?? ''] },
      ]);
    const rows = await driftOf(planOf(wish({ records }), state()), new Map(), ask, signal);
    assert.deepEqual(
      rows.map(({ name, faults }) => `${name}: ${faults.join('; ')}`),
      ['api.example: no record', 'api.example AAAA: no record; system answers fd00::5'],
    );
  });

  it('shows texts in quotes', async () => {
    const texts = ['', 'a, b'];
    const text = wanted({ type: 'TXT', values: texts });
    const ask: AskRecords = (name, type) =>
      Promise.resolve([{ ...{ name, type, chain: [], source: 'system' }, values: ['a, b'] }]);
    const present = state({ records: [unowned({ type: 'TXT', values: texts })] });
    const rows = await driftOf(planOf(wish({ records: [text] }), present), new Map(), ask, signal);
    assert.deepEqual(driftTable(rows).rows, [
      [
        'kv.vault.azure.net TXT',
        '"", "a, b"',
        '',
        '"", "a, b" (nobody that spokeline knows)',
        '"a, b"',
        'system answers "a, b"',
      ],
    ]);
  });

  it('does not ask for what has no name', async () => {
    const text = wanted({ type: 'TXT', values: ['x'], fqdns: [] });
    const plan = planOf(
      wish({ records: [text] }),
      state({ records: [unowned({ type: 'TXT', values: ['x'] })] }),
    );
    const [row] = await driftOf(plan, new Map(), wrong, signal);
    assert.deepEqual([row?.name, row?.answers, row?.faults], [`kv.${vaultZone} TXT`, [], []]);
  });
});
