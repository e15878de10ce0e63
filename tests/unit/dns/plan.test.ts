import assert from 'node:assert/strict';
import { refuseObstacles } from '../../../tasks/lib/dns/check.ts';
import { changesOf, describePlan } from '../../../tasks/lib/dns/describe.ts';
import {
  ownerKey,
  type RecordSet,
  type Wish,
  type ZoneLink,
} from '../../../tasks/lib/dns/model.ts';
import { planOf, removalOf } from '../../../tasks/lib/dns/plan.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { link, network, owned, state, vaultZone, wanted, wish } from './estate.ts';

function failure(run: () => unknown): SpokelineError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    return error;
  }
  assert.fail('nothing was thrown');
}

describe('a DNS plan', () => {
  const foreign = { metadata: { creator: 'policy' } };
  const records: [string, RecordSet[], string[]][] = [
    ['nothing there', [], ['create']],
    ['ours and right', [owned()], ['keep']],
    ['ours, its name in other letter case', [owned('t/weu', { name: 'KV' })], ['keep']],
    ['ours with an old address', [owned('t/weu', { addresses: ['10.1.0.9'] })], ['update']],
    ['ours with another TTL', [owned('t/weu', { ttl: 300 })], ['update']],
    [
      'ours of another endpoint',
      [owned('t/weu', { metadata: { [ownerKey]: 't/weu' } })],
      ['update'],
    ],
    ["another stamp's, other value", [owned('t/neu', { addresses: ['10.2.0.4'] })], ['conflict']],
    ["another stamp's, same value", [owned('t/neu')], ['foreign']],
    ["a policy's, same value", [owned('', foreign)], ['foreign']],
    ["nobody's, other value", [owned('', { metadata: {}, addresses: ['10.9.0.1'] })], ['conflict']],
    ['ours and stale', [owned(), owned('t/weu', { name: 'old' })], ['keep', 'remove']],
    [
      'ours, stale, and changed by somebody',
      [owned(), { ...owned('t/weu', { name: 'old' }), addresses: ['10.3.3.3'] }],
      ['keep', 'changed'],
    ],
    ["another stamp's besides", [owned(), owned('t/neu', { name: 'other' })], ['keep']],
  ];
  for (const [name, present, kinds] of records) {
    it(`of a record, with ${name}: ${kinds.join(', ')}`, () => {
      const plan = planOf(wish(), state({ records: present }));
      assert.deepEqual(
        plan.records.map((step) => step.kind),
        kinds,
      );
    });
  }

  it('leaves what a part of the endpoints cannot speak for', () => {
    const present = { records: [owned('t/weu', { name: 'old' })], links: [link()] };
    const kinds = (more: Partial<Wish>): string[] => {
      const { records, links } = planOf(wish({ records: [], ...more }), state(present));
      return [...records, ...links].map(({ kind }) => kind);
    };
    assert.deepEqual(kinds({}), ['remove', 'remove']);
    assert.deepEqual(kinds({ partial: true }), []);
    const waiting = { id: '/pe', status: 'Pending', why: 'is Pending' };
    assert.deepEqual(kinds({ waiting: [{ ...waiting, key: 'pe-kv:1' }] }), []);
    assert.deepEqual(kinds({ waiting: [{ ...waiting, key: 'pe-other:2' }] }), ['remove']);
  });

  const want = { zone: vaultZone, name: 'mine', networkId: network, fallback: false };
  const links: [string, ZoneLink[], string[]][] = [
    ['nothing there', [], ['create']],
    ['ours', [link()], ['keep']],
    ['ours with another policy', [link({ fallback: true })], ['update']],
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
    const error = failure(() => refuseObstacles([plan], 'resource group rg-dns'));
    assert.equal(error.code, 'DNS_ZONE_MISSING');
    assert.deepEqual(error.details, [
      {
        target: 'privatelink.azurecr.io',
        message: 'no zone privatelink.azurecr.io in resource group rg-dns',
      },
    ]);
  });

  it('refuses a conflict, naming record, owner and value', () => {
    const present = owned('t/neu', { addresses: ['10.2.0.4'] });
    const error = failure(() =>
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

  it('refuses two stamps of one run that want one name', () => {
    const one = planOf(wish(), state());
    const two = planOf(
      wish({ owner: 't/neu', records: [wanted({ addresses: ['10.2.0.4'] })] }),
      state(),
    );
    assert.equal(
      failure(() => refuseObstacles([one, two], 'rg')).details[0]?.message,
      `record kv in ${vaultZone} is wanted by t/weu (10.1.0.4) and by t/neu (10.2.0.4)`,
    );
  });

  it('to remove takes what is ours and untouched, and nothing else', () => {
    const plan = removalOf(
      't/weu',
      state({
        records: [
          owned(),
          owned('t/neu', { name: 'a' }),
          owned('', { name: 'b', metadata: {} }),
          { ...owned('t/weu', { name: 'c' }), addresses: ['10.3.3.3'] },
        ],
        links: [link(), link({ name: 'hub', tags: {} })],
      }),
    );
    assert.deepEqual(describePlan(plan), [
      't/weu:',
      `  remove   kv.${vaultZone} -> 10.1.0.4 (ours, and not needed)`,
      `  leave    c.${vaultZone} -> 10.3.3.3 (not needed, but changed by somebody: left alone)`,
      `  remove   ${vaultZone} <-> v`,
    ]);
    assert.equal(changesOf(plan), 2);
  });
});
