import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPlan } from '../../../tasks/lib/dns/apply.ts';
import { Journal } from '../../../tasks/lib/dns/attempt.ts';
import type {
  RecordSet,
  WantedLink,
  WantedRecord,
  ZoneLink,
  ZonePort,
} from '../../../tasks/lib/dns/model.ts';
import { isOwn, ownerKey, ownerOf, partsOf } from '../../../tasks/lib/dns/owner.ts';
import { planOf, removalOf } from '../../../tasks/lib/dns/plan.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import { grouped, MemoryZones, owned, unowned, vaultZone, wanted, wish } from './estate.ts';

/** One pipeline that runs the task. */
interface Writer {
  readonly owner: string;
  /** Resource group whose endpoints it lists; two writers of one owner may list different ones. */
  readonly group: string;
  /** Names that its endpoint needs; none gives everything up. */
  readonly names: readonly string[];
  readonly address: string;
  /** Network that it links. */
  readonly network: string | undefined;
  readonly remove: boolean;
  readonly adopt: boolean;
}

const names = ['a', 'b'];

const writer = (index: number): fc.Arbitrary<Writer> =>
  fc.record({
    // Two stamps of one estate share what they both need; another estate takes no part.
    owner: fc.constantFrom('t/weu', 't/weu', 't/neu', 't/neu', 'u/weu'),
    group: fc.constant(`g${index}`),
    names: fc.subarray(names),
    address: fc.constantFrom('10.0.0.1', `10.0.0.${index + 2}`),
    network: fc.constantFrom(undefined, '/n1', '/n2'),
    remove: fc.boolean(),
    adopt: fc.boolean(),
  });

/** What is there before: of an owner for an endpoint that is gone or not seen, of a zone group, of nobody. */
const before = fc.constantFrom<((name: string) => RecordSet) | undefined>(
  undefined,
  (name) => owned('t/weu', part(name, 's/g0/gone', '10.0.0.9')),
  (name) => owned('t/weu', part(name, 's/elsewhere/pe', '10.0.0.8')),
  (name) => owned('t/uks', part(name, 's/uks/pe', '10.0.0.7')),
  (name) => owned('u/neu', part(name, 's/other/pe', '10.0.0.1')),
  (name) => grouped({ name, values: ['10.0.0.1'] }),
  (name) => unowned({ name, values: ['10.0.0.1'] }),
);

function part(name: string, source: string, address: string): WantedRecord {
  return wanted({ name, values: [address], parts: [{ source, values: [address] }] });
}

const keyOf = ({ group }: Writer) => `s/${group}/pe`;

/** A change of a record set, and the owner in whose name it was made. */
interface Change {
  readonly by: string;
  readonly from: RecordSet | undefined;
  readonly to: RecordSet | undefined;
}

interface LinkChange {
  readonly by: string;
  readonly from: ZoneLink | undefined;
  readonly to: ZoneLink | undefined;
}

/** What writers did. */
interface History {
  readonly records: Change[];
  readonly links: LinkChange[];
}

/** The zones as one writer reaches them: every call waits for its turn, and every change is taken down. */
function portOf(zones: MemoryZones, by: string, turns: fc.Scheduler, history: History): ZonePort {
  const turn = (what: string) => turns.schedule(Promise.resolve(), `${by} ${what}`);
  const watched = async (
    set: Pick<RecordSet, 'zone' | 'name' | 'type'>,
    run: () => Promise<void>,
  ) => {
    const from = await zones.record(set);
    await run();
    history.records.push({ by, from, to: await zones.record(set) });
  };
  const watchedLink = async (name: string, run: () => Promise<void>) => {
    const key = `${name}.${vaultZone}`;
    const from = zones.present.get(key);
    await run();
    history.links.push({ by, from, to: zones.present.get(key) });
  };
  return {
    zoneId: (zone) => zones.zoneId(zone),
    state: async () => (await turn('reads'), zones.state()),
    record: async (set) => (await turn(`reads ${set.name}`), zones.record(set)),
    links: async (zone) => (await turn('reads links'), zones.links(zone)),
    async writeRecord(record, etag) {
      await turn(`writes ${record.name}`);
      await watched(record, () => zones.writeRecord(record, etag));
    },
    async removeRecord(record) {
      await turn(`removes ${record.name}`);
      await watched(record, () => zones.removeRecord(record));
    },
    async writeLink(link, etag) {
      await turn('links');
      await watchedLink(link.name, () => zones.writeLink(link, etag));
    },
    async removeLink(link) {
      await turn('unlinks');
      await watchedLink(link.name, () => zones.removeLink(link));
    },
  };
}

function linkTo(networkId: string): WantedLink {
  const name = `l-${networkId.slice(1)}`;
  return { zone: vaultZone, name, networkId, registration: false, fallback: false };
}

function isNoted(set: RecordSet, self: Writer): boolean {
  const own = partsOf(set, self.owner)?.find(({ source }) => source === keyOf(self));
  return own?.values.join() === self.address && own.owner === undefined;
}

/** One run of the task; returns whether it succeeded. */
async function run(self: Writer, port: ZonePort): Promise<boolean> {
  const signal = new AbortController().signal;
  const context = { signal, clock: fakeClock(), info: () => undefined };
  const state = await port.state(signal);
  const plan = self.remove
    ? removalOf(self.owner, state)
    : planOf(
        wish({
          owner: self.owner,
          records: self.names.map((name) => part(name, keyOf(self), self.address)),
          seen: { groups: [`s/${self.group}`], endpoints: [], others: [] },
          links: self.network === undefined ? [] : [linkTo(self.network)],
          linksComplete: false,
          adopt: self.adopt,
        }),
        state,
      );
  if (plan.records.some(({ kind }) => kind === 'conflict')) return false;
  try {
    await applyPlan(plan, port, new Journal(() => undefined), context);
    return true;
  } catch (error) {
    assert.ok(error instanceof SpokelineError, String(error));
    assert.ok(['DNS_CONFLICT', 'ARM_PRECONDITION'].includes(error.code), error.message);
    return false;
  }
}

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
          const history: History = { records: [], links: [] };
          const writers = stamps.map((owner, index): Writer => ({
            ...{ owner, group: `g${index}`, names, address: `10.0.${index}.4` },
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
            const history: History = { records: [], links: [] };
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
