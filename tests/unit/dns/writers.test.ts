import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecordSet } from '../../../tasks/lib/dns/model.ts';
import { isOwn, ownerKey, ownerOf, partsOf } from '../../../tasks/lib/dns/owner.ts';
import { MemoryZones, vaultZone } from './estate.ts';
import {
  before,
  isNoted,
  linkTo,
  names,
  nothing,
  portOf,
  run,
  writer,
  type Change,
  type Writer,
} from './writers-world.ts';

/** Whether a change took nothing away from anybody but the one who made it. */
function assertOwn({ by, from, to }: Change): void {
  if (from === undefined) return;
  const owner = ownerOf(from);
  if (owner.kind === 'unknown') {
    // Adopted: noted as ours, and its values are what they were.
    assert.deepEqual(to?.values, from.values);
    return;
  }
  assert.equal(owner.kind, 'spokeline');
  const kin = owner.kind === 'spokeline' ? owner.names : [];
  const estate = by.split('/')[0];
  assert.ok(
    kin.every((name) => name.split('/')[0] === estate),
    `${by} changed a set of ${kin.join(' and ')}`,
  );
  // What other stamps noted stays to the letter.
  const foreign = (set: RecordSet | undefined) =>
    (set === undefined ? [] : (partsOf(set, by) ?? [])).filter((each) => each.owner !== undefined);
  assert.deepEqual(foreign(to), foreign(from), `${by} changed what others noted`);
}

/** What a set says of its owners, and its values, agree. */
function assertWhole(set: RecordSet): void {
  const owner = ownerOf(set);
  if (owner.kind !== 'spokeline') return;
  const parts = partsOf(set, '') ?? [];
  assert.deepEqual([...new Set(parts.flatMap((p) => p.values))].sort(), set.values);
  assert.deepEqual([...new Set(parts.map((p) => p.owner))].sort(), owner.names);
}

describe('several writers of one zone', () => {
  for (const count of [2, 3]) {
    it(`${count} stamps that begin together end with one set of all, and each can leave`, async () => {
      const stamps = ['t/weu', 't/neu', 't/uks'].slice(0, count);
      await fc.assert(
        fc.asyncProperty(fc.scheduler(), fc.nat(count - 1), async (turns, leaving) => {
          const zones = new MemoryZones();
          const history = nothing();
          const writers = stamps.map((owner, index): Writer => ({
            ...{ owner, group: `g${index}`, endpoint: 'pe', names, address: `10.0.${index}.4` },
            ...{ network: undefined, remove: false, adopt: false },
          }));
          const all = (list: readonly Writer[]) =>
            Promise.all(list.map((self) => run(self, portOf(zones, self.owner, turns, history))));
          const joined = all(writers);
          await turns.waitFor(joined);
          assert.deepEqual(
            await joined,
            stamps.map(() => true),
          );
          for (const set of zones.records.values()) {
            assert.deepEqual(
              set.values,
              writers.map(({ address }) => address),
            );
            assertWhole(set);
            for (const self of writers) assert.ok(isNoted(set, self));
          }
          const last = writers.map((self, index) => ({ ...self, remove: index === leaving }));
          const left = all(last);
          await turns.waitFor(left);
          for (const set of zones.records.values()) {
            const staying = last.filter(({ remove }) => !remove);
            assert.deepEqual(
              set.values,
              staying.map(({ address }) => address),
            );
            assert.ok(!isOwn(set, stamps[leaving] ?? ''));
            assertWhole(set);
          }
          assert.equal(zones.records.size, names.length);
          history.records.forEach(assertOwn);
        }),
        { numRuns: 300 },
      );
    });
  }

  for (const count of [2, 3]) {
    it(`${count} of them, interleaved at every step, lose no update and change nothing foreign`, async () => {
      const writers = fc.tuple(...Array.from({ length: count }, (_, index) => writer(index)));
      await fc.assert(
        fc.asyncProperty(
          fc.scheduler(),
          writers,
          fc.tuple(before, before),
          fc.boolean(),
          async (turns, all, present, linked) => {
            const zones = new MemoryZones();
            if (linked) {
              const tags = { [ownerKey]: 't/weu' };
              await zones.writeLink({ ...linkTo('/n1'), tags }, undefined);
            }
            names.forEach((name, index) => {
              const set = present[index]?.(name);
              if (set !== undefined) zones.put(set);
            });
            const history = nothing();
            const changes = history.records;
            const runs = all.map((self) => run(self, portOf(zones, self.owner, turns, history)));
            await turns.waitFor(Promise.all(runs));
            const succeeded = await Promise.all(runs);

            changes.forEach(assertOwn);
            for (const { by, from } of history.links) {
              assert.ok(from === undefined || from.tags[ownerKey] === by, `${by} took a link`);
            }
            all.forEach((self, index) => {
              if (!succeeded[index] || self.remove) return;
              // Whoever gives up the same owner may take everything with it.
              const rivals = all.some((other) => other.remove && other.owner === self.owner);
              const made = history.links.some(
                ({ by, to }) => by === self.owner && to?.networkId === self.network,
              );
              const kept = [...zones.present.values()].some((l) => l.networkId === self.network);
              assert.ok(rivals || !made || kept, `${self.owner} lost a link`);
              for (const name of rivals ? [] : self.names) {
                const set = zones.records.get(`A ${name}.${vaultZone}`);
                const writes = changes.filter(({ from, to }) => (to ?? from)?.name === name);
                const wrote = writes.some(({ to }) => to !== undefined && isNoted(to, self));
                // What it found right and left to somebody else may go with that one.
                if (!wrote && writes.length > 0) continue;
                assert.ok(set !== undefined, `${self.owner} lost ${name}`);
                assert.ok(set.values.includes(self.address), `${self.owner} lost a value`);
                assert.ok(!wrote || isNoted(set, self), `${self.owner} lost its note`);
              }
            });
            for (const set of zones.records.values()) assertWhole(set);
          },
        ),
        { numRuns: 500 },
      );
    });
  }
});
