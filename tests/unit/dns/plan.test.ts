import assert from 'node:assert/strict';
import { refuseObstacles } from '../../../tasks/lib/dns/check.ts';
import { changesOf, planHeader, planRows } from '../../../tasks/lib/dns/describe.ts';
import { byHand, type ZoneLink, type ZoneState } from '../../../tasks/lib/dns/model.ts';
import { planOf, removalOf } from '../../../tasks/lib/dns/plan.ts';
import { shownValues } from '../../../tasks/lib/dns/shown-values.ts';
import { tableLines, tableMarkdown } from '../../../tasks/lib/dns/table.ts';
import {
  endpoint,
  link,
  network,
  owned,
  state,
  unowned,
  vaultZone,
  want,
  wanted,
  wish,
} from './estate.ts';
import { thrown } from '../../support/failure.ts';

describe('a DNS plan', () => {
  const links: [string, ZoneLink[], string[]][] = [
    ['nothing there', [], ['create']],
    ['ours', [link()], ['keep']],
    ['ours with another policy', [link({ fallback: true })], ['update']],
    ['ours with registration', [link({ registration: true })], ['update']],
    [
      "somebody's link of the same network",
      [link({ tags: {}, networkId: network.toUpperCase() })],
      ['foreign'],
    ],
    [
      'the name taken by another network',
      [link({ name: 'MINE', networkId: '/x', tags: {} })],
      ['conflict'],
    ],
    ['a stale one', [link(), link({ name: 'old', networkId: '/gone' })], ['keep', 'remove']],
    [
      "another owner's besides",
      [link({ name: 'l2', networkId: '/gone', tags: { 'spokeline-owner': 't/neu' } })],
      ['create'],
    ],
  ];
  for (const [name, present, kinds] of links) {
    it(`of a link, with ${name}: ${kinds.join(', ')}`, () => {
      const plan = planOf(wish({ records: [], links: [want] }), state({ links: present }));
      assert.deepEqual(
        plan.links.map((step) => step.kind),
        kinds,
      );
    });
  }

  it('leaves the link of a zone alone in which the owner keeps records of another run', () => {
    const elsewhere = owned('t/weu', { parts: [{ source: 's/other/pe', values: ['10.1.0.4'] }] });
    const of = (zone: string) => {
      const links = [{ ...want, zone }];
      const present = { zones: [vaultZone, 'z.example'], records: [elsewhere] };
      const old = link({ name: 'old', networkId: '/gone' });
      return planOf(wish({ records: [], links }), state({ ...present, links: [old] })).links;
    };
    assert.deepEqual(
      of('z.example').map(({ kind }) => kind),
      ['create'],
    );
    assert.deepEqual(
      of(vaultZone).map(({ kind }) => kind),
      ['create', 'remove'],
    );
  });

  it('leaves stale links alone when its links are not all that the owner wants', () => {
    const present = [link({ name: 'old', networkId: '/gone' })];
    const plan = planOf(wish({ records: [], linksComplete: false }), state({ links: present }));
    assert.deepEqual(plan.links, []);
  });

  it('removes the records of single endpoints alone', () => {
    const other = { source: 's/r/pe-2', values: ['10.1.0.5'] };
    const parts = [...wanted().parts, other];
    const records = [
      owned('t/weu', { values: ['10.1.0.4', '10.1.0.5'], parts }),
      owned('t/weu', { name: 'b' }),
      owned('t/weu', { name: 'c', parts: [other], values: other.values }),
    ];
    const plan = removalOf('t/weu', state({ records, links: [link()] }), [], ['s/r/pe-kv']);
    assert.deepEqual(
      [...plan.records, ...plan.links].map(({ kind }) => kind),
      ['update', 'remove', 'leave'],
    );
  });

  it('names zones and foreign links that are missing', () => {
    const plan = planOf(
      wish({
        records: [wanted(), wanted({ zone: 'privatelink.azurecr.io' })],
        expectedLinks: [{ zone: vaultZone, networkId: '/hub' }],
      }),
      state(),
    );
    assert.deepEqual(plan.missingZones, ['privatelink.azurecr.io']);
    assert.deepEqual(plan.missingLinks, [{ zone: vaultZone, networkId: '/hub' }]);
    const error = thrown(() => refuseObstacles([plan], 'resource group rg-dns'));
    assert.equal(error.code, 'DNS_ZONE_MISSING');
    assert.deepEqual(error.details, [
      {
        target: 'privatelink.azurecr.io',
        message: 'no zone privatelink.azurecr.io in resource group rg-dns',
      },
    ]);
  });

  it('refuses a conflict, naming record, owner and value', () => {
    const present = owned('t/neu', { values: ['10.2.0.4'] });
    const error = thrown(() =>
      refuseObstacles([planOf(wish(), state({ records: [present] }))], 'rg'),
    );
    assert.equal(error.code, 'DNS_CONFLICT');
    assert.equal(error.message, 'One name is taken by somebody else; nothing was written.');
    assert.deepEqual(error.details, [
      {
        target: `kv.${vaultZone}`,
        message: `record kv in ${vaultZone} holds 10.2.0.4 and belongs to t/neu; t/weu needs 10.1.0.4`,
      },
    ]);
  });

  it('refuses a name of endpoints that the same owner declares by hand, and says so', () => {
    const parts = [{ source: byHand, values: ['10.1.0.4'] }];
    const plan = planOf(wish(), state({ records: [owned('t/weu', { parts })] }));
    assert.equal(
      thrown(() => refuseObstacles([plan], 'rg')).details[0]?.message,
      `record kv in ${vaultZone} holds 10.1.0.4 and belongs to t/weu, who declared it by hand; ` +
        't/weu needs 10.1.0.4',
    );
  });

  const alias = wanted({ type: 'CNAME', values: ['front.example'] });
  const mixtures: [string, ReturnType<typeof wanted>[], Partial<ZoneState>, string][] = [
    [
      'an alias where there is an address',
      [alias],
      { records: [unowned()] },
      `CNAME record kv in ${vaultZone} cannot stand beside the A record of this name, which belongs to ` +
        'nobody that spokeline knows: a CNAME excludes every other record',
    ],
    [
      'an address where there is an alias',
      [wanted()],
      { records: [unowned({ type: 'CNAME', values: ['x.example'] })] },
      `record kv in ${vaultZone} cannot stand beside the CNAME record of this name, which belongs to ` +
        'nobody that spokeline knows: a CNAME excludes every other record',
    ],
    [
      'an alias where there is a mail exchanger',
      [alias],
      { others: [{ zone: vaultZone, name: 'kv', type: 'MX' }] },
      `CNAME record kv in ${vaultZone} cannot stand beside the MX record of this name: a CNAME excludes ` +
        'every other record',
    ],
  ];
  for (const [name, records, present, message] of mixtures) {
    it(`refuses ${name}`, () => {
      const plan = planOf(wish({ records }), state(present));
      const error = thrown(() => refuseObstacles([plan], 'rg'));
      assert.equal(error.code, 'DNS_CONFLICT');
      assert.deepEqual(error.details, [{ target: `kv.${vaultZone}`, message }]);
    });
  }

  it('takes an alias for an address of its own that goes in the same run', () => {
    const plan = planOf(wish({ records: [alias] }), state({ records: [owned()] }));
    refuseObstacles([plan], 'rg');
    assert.deepEqual(
      plan.records.map(({ kind }) => kind),
      ['create', 'remove'],
    );
  });

  it('lets an address and a text have one name', () => {
    const text = unowned({ type: 'TXT', values: ['x'] });
    refuseObstacles([planOf(wish(), state({ records: [text] }))], 'rg');
  });

  it("tells a zone group of somebody else from one that was not read, which may be the run's own", () => {
    const groups = ['deployedByPolicy', ''].map((name) => ({
      ...{ kind: 'foreign' as const, endpoint: endpoint() },
      group: { name, zoneIds: [] },
    }));
    const rows = planRows(planOf(wish({ records: [] }), state(), groups));
    assert.deepEqual(
      rows.map(([action, , , owner, why]) => [action, owner, why]),
      [
        [
          'foreign',
          "the policy's zone group deployedByPolicy",
          'it registers the endpoint: left alone',
        ],
        ['keep', '', 'it has registered the endpoint'],
      ],
    );
  });

  it('refuses a name that an owner both declares and has an endpoint for', () => {
    const parts = [{ source: byHand, values: ['10.1.0.9'] }];
    const records = [wanted(), wanted({ values: ['10.1.0.9'], parts })];
    const error = thrown(() => refuseObstacles([planOf(wish({ records }), state())], 'rg'));
    assert.equal(
      error.details[0]?.message,
      `record kv in ${vaultZone} is wanted by t/weu (10.1.0.4) and by t/weu (10.1.0.9)`,
    );
  });

  it('to remove takes what is ours and untouched, and nothing else', () => {
    const plan = removalOf(
      't/weu',
      state({
        records: [
          owned(),
          owned('t/neu', { name: 'a' }),
          unowned({ name: 'b' }),
          owned('t/weu', { name: 'c' }, { values: ['10.3.3.3'] }),
          owned('t/weu', { name: '*.d', type: 'TXT', values: ['e'] }),
        ],
        links: [link(), link({ name: 'hub', tags: {} })],
      }),
    );
    assert.deepEqual(tableLines(planHeader, planRows(plan)), [
      'action  what                                     values    owner now  why',
      `remove  kv.${vaultZone}       10.1.0.4  t/weu      ours, and not needed`,
      `leave   c.${vaultZone}        10.3.3.3  t/weu      not needed, but changed by somebody`,
      `remove  *.d.${vaultZone} TXT  "e"       t/weu      ours, and not needed`,
      `remove  ${vaultZone} <-> v              t/weu      of t/weu, and not needed`,
    ]);
    assert.equal(changesOf(plan), 3);
  });

  it('shows texts in quotes and not too long, so that each stays in its line', () => {
    const texts = ['', 'a, "b"\nc', 'x'.repeat(600)];
    const shown = `"", "a, \\"b\\"\\nc", "${'x'.repeat(100)}..."`;
    assert.equal(shownValues('TXT', texts), shown);
    assert.equal(shownValues('A', ['10.1.0.4', '10.1.0.5']), '10.1.0.4, 10.1.0.5');
  });

  it('keeps what comes from outside in its cell of a page', () => {
    const page = tableMarkdown(['a', 'b'], [['x|y\n# z', '<b>*1*</b>']]);
    assert.equal(page, '| a | b |\n|---|---|\n| x\\|y \\# z | &lt;b&gt;\\*1\\*&lt;/b&gt; |\n');
  });
});
