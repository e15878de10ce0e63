import assert from 'node:assert/strict';
import { refuseObstacles } from '../../../tasks/lib/dns/check.ts';
import type { ZoneState } from '../../../tasks/lib/dns/model.ts';
import { planOf } from '../../../tasks/lib/dns/plan.ts';
import { link, network, owned, state, unowned, vaultZone, want, wanted, wish } from './estate.ts';
import { thrown } from '../../support/failure.ts';

describe('the limits of Azure, in a plan', () => {
  const many = (length: number) =>
    Array.from({ length }, (_, n) => `10.1.${Math.floor(n / 200)}.${n % 200}`);
  const zone = (recordSets: number, links = 1_000) => ({
    limits: { [vaultZone]: { recordSets, links, registrationLinks: 1 } },
  });
  const other = 'corp.example';
  const cases: [
    string,
    Partial<Parameters<typeof wish>[0] & object>,
    Partial<ZoneState>,
    string[],
  ][] = [
    ['20 records in a set', { records: [wanted({ values: many(20) })] }, {}, []],
    [
      '21 records in a set',
      { records: [wanted({ values: many(21) })] },
      {},
      [`the A record set kv in ${vaultZone} would hold 21 records, 20 are allowed`],
    ],
    [
      'more notes than a set takes',
      {},
      {
        records: [
          owned(
            't/weu',
            {},
            {
              metadata: {
                ...owned().metadata,
                ...Object.fromEntries(many(48).map((value, n) => [`note-${n}`, value])),
                'spokeline-values': '',
              },
            },
          ),
        ],
      },
      [`the A record set kv in ${vaultZone} would hold 51 notes, 50 are allowed`],
    ],
    [
      'a note that is too long',
      { records: [wanted({ parts: [{ source: 's'.repeat(250), values: ['10.1.0.4'] }] })] },
      {},
      [`the A record set kv in ${vaultZone} would hold a note of 259 characters, 256 are allowed`],
    ],
    [
      'one record set too many',
      {},
      { ...zone(1), others: [{ zone: vaultZone, name: '@', type: 'SOA' }] },
      [`${vaultZone} would have 2 record sets, 1 are allowed`],
    ],
    ['a full zone that gets nothing', { records: [] }, { ...zone(0), records: [unowned()] }, []],
    [
      'a place that another set leaves',
      {},
      { ...zone(1), records: [owned('t/weu', { name: 'old' })] },
      [],
    ],
    [
      'one link too many',
      { records: [], links: [want] },
      { ...zone(9, 1), links: [link({ tags: {}, networkId: '/other' })] },
      [`${vaultZone} would have 2 links, 1 are allowed`],
    ],
    [
      'one link with registration too many',
      { records: [], links: [{ ...want, registration: true }] },
      { ...zone(9), links: [link({ tags: {}, networkId: '/other', registration: true })] },
      [`${vaultZone} would have 2 links with registration, 1 are allowed`],
    ],
    [
      'a second zone with registration for a network',
      { records: [], links: [{ ...want, registration: true }] },
      { zones: [vaultZone, other], links: [link({ zone: other, tags: {}, registration: true })] },
      [`${network} would register its machines in 2 zones, 1 is allowed`],
    ],
    [
      'more zones than a network takes',
      { records: [], links: [want] },
      {
        zones: [vaultZone, ...Array.from({ length: 1000 }, (_, n) => `z${n}.example`)],
        links: Array.from({ length: 1000 }, (_, n) => link({ zone: `z${n}.example`, tags: {} })),
      },
      [`${network} would be linked to 1001 zones, 1000 are allowed`],
    ],
  ];
  for (const [name, more, present, expected] of cases) {
    it(`${name}: ${expected.length === 0 ? 'allowed' : 'refused'}`, () => {
      const plan = planOf(wish(more), state(present));
      assert.deepEqual(plan.limits, expected);
      if (expected.length === 0) return;
      const error = thrown(() => refuseObstacles([plan], 'rg'));
      assert.equal(error.code, 'DNS_LIMIT');
      assert.deepEqual(
        error.details,
        expected.map((message) => ({ message })),
      );
    });
  }
});
