import assert from 'node:assert/strict';
import { azureSides } from '../../../tasks/lib/dns/azure-side.ts';
import type { RecordSet, WantedRecord } from '../../../tasks/lib/dns/model.ts';
import { planOf } from '../../../tasks/lib/dns/plan.ts';
import { owned, state, unowned, wanted, wish } from './estate.ts';

/** Counts how often notes are looked at. */
function counted(set: RecordSet, seen: { count: number }): RecordSet {
  const metadata = new Proxy(set.metadata, {
    get(notes, key) {
      seen.count += 1;
      return Reflect.get(notes, key) as unknown;
    },
  });
  return { ...set, metadata };
}

describe('a large estate', () => {
  const owners = Array.from({ length: 50 }, (_, n) => `t/s${n}`);
  const recordsOf = (owner: string): WantedRecord[] =>
    Array.from({ length: 40 }, (_, n) =>
      wanted({ name: `${owner.slice(2)}-${n}`, values: ['10.0.0.4'] }),
    );

  it('is looked through once, however many owners plan', () => {
    const seen = { count: 0 };
    const records = owners
      .flatMap((owner) => recordsOf(owner).map((record) => owned(owner, record)))
      .map((set) => counted(set, seen));
    const others = Array.from({ length: 2_000 }, (_, n) =>
      counted(unowned({ name: `other-${n}` }), seen),
    );
    const present = state({ records: [...records, ...others] });
    for (const owner of owners) {
      const plan = planOf(wish({ owner, records: recordsOf(owner) }), present);
      assert.ok(plan.records.every(({ kind }) => kind === 'keep'));
    }
    const all = records.length + others.length;
    assert.ok(seen.count < all * 20, `${seen.count} looks at ${all} sets`);
  });

  it('is compared once with a wish, and then tells of each of its names', () => {
    const records = recordsOf('t/s1');
    const present = state({ records: records.slice(1).map((record) => owned('t/s1', record)) });
    const sideOf = azureSides(wish({ owner: 't/s1', records }), present);
    assert.deepEqual(
      records.slice(0, 3).map((record) => sideOf(record).state),
      ['record-missing', 'right', 'right'],
    );
    assert.equal(sideOf({ ...wanted(records[1]), values: ['10.0.0.5'] }).state, 'record-wrong');
  });
});
