import assert from 'node:assert/strict';
import { applyPlan } from '../../../tasks/lib/dns/apply.ts';
import { Journal } from '../../../tasks/lib/dns/attempt.ts';
import { planOf, removalOf, type Plan } from '../../../tasks/lib/dns/plan.ts';
import { ownerKey } from '../../../tasks/lib/dns/owner.ts';
import { SpokelineError, type ErrorCode } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import {
  endpointKey,
  link,
  MemoryZones,
  network,
  owned,
  unowned,
  vaultZone,
  wanted,
  wish,
} from './estate.ts';

const linkWish = {
  zone: vaultZone,
  name: 'mine',
  networkId: network,
  registration: false,
  fallback: true,
};

describe('applying a DNS plan', () => {
  let lines: string[];

  /** Carries a plan out; returns the number of writes. */
  async function apply(
    plan: Plan,
    zones: MemoryZones,
    signal = new AbortController().signal,
  ): Promise<number> {
    const info = (text: string) => lines.push(text);
    const journal = new Journal(info);
    await applyPlan(plan, zones, journal, { signal, clock: fakeClock(), info });
    return journal.writes;
  }

  beforeEach(() => {
    lines = [];
  });

  it('writes records, then links, and nothing the second time', async () => {
    const zones = new MemoryZones();
    const all = wish({ records: [wanted(), wanted({ name: 'kv2' })], links: [linkWish] });
    assert.equal(await apply(planOf(all, await zones.state()), zones), 3);
    assert.deepEqual(zones.log, ['write kv', 'write kv2', 'link mine']);
    assert.deepEqual(lines, [
      `  created record kv in ${vaultZone}: 10.1.0.4`,
      `  created record kv2 in ${vaultZone}: 10.1.0.4`,
      `  made link of ${vaultZone} to ${network}`,
    ]);
    const [record] = zones.records.values();
    const { 'spokeline-values': digest, ...metadata } = record?.metadata ?? {};
    assert.match(digest ?? '', /^[0-9a-f]{16}$/);
    assert.deepEqual(Object.entries(metadata), [
      ['spokeline-owner', 't/weu'],
      [Object.keys(metadata)[1], `${endpointKey} 10.1.0.4`],
    ]);
    assert.match(Object.keys(metadata)[1] ?? '', /^spokeline-endpoint-[0-9a-f]{12}$/);
    assert.equal(await apply(planOf(all, await zones.state()), zones), 0);
    assert.equal(await apply(removalOf('t/weu', await zones.state()), zones), 3);
    assert.equal(zones.records.size + zones.present.size, 0);
  });

  it('removes before it creates, so that an alias can take the place of an address', async () => {
    const zones = new MemoryZones();
    zones.put(owned());
    const alias = wanted({ type: 'CNAME', values: ['front.example'] });
    await apply(planOf(wish({ records: [alias] }), await zones.state()), zones);
    assert.deepEqual(zones.log, ['remove kv', 'write kv']);
  });

  it('keeps metadata of others on our own record', async () => {
    const zones = new MemoryZones();
    const old = owned('t/weu', { values: ['10.1.0.9'] });
    zones.put({ ...old, metadata: { ...old.metadata, note: 'theirs' } });
    await apply(planOf(wish(), await zones.state()), zones);
    const [record] = zones.records.values();
    assert.deepEqual(record?.values, ['10.1.0.4']);
    assert.equal(record?.metadata['note'], 'theirs');
  });

  it('adopts a record without touching its value', async () => {
    const zones = new MemoryZones();
    zones.put(unowned({ ttl: 10, metadata: { note: 'theirs' } }));
    const all = wish({ adopt: true });
    assert.equal(await apply(planOf(all, await zones.state()), zones), 1);
    assert.deepEqual(lines, [`  adopted record kv in ${vaultZone}: 10.1.0.4`]);
    const [record] = zones.records.values();
    assert.equal(record?.metadata[ownerKey], 't/weu');
    assert.equal(record?.metadata['note'], 'theirs');
    assert.equal(await apply(planOf(all, await zones.state()), zones), 0);
  });

  it('does not overwrite who was there between plan and write', async () => {
    const zones = new MemoryZones();
    const plan = planOf(wish(), await zones.state());
    zones.before = () => {
      zones.before = () => undefined;
      zones.put(owned('t/neu', { values: ['10.2.0.4'] }));
    };
    await assert.rejects(apply(plan, zones), (error: unknown) => {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.code, 'DNS_CONFLICT');
      assert.equal(error.message, 'One name is taken by somebody else.');
      return true;
    });
    assert.deepEqual([...zones.records.values()][0]?.values, ['10.2.0.4']);
  });

  it('takes its own write whose answer was lost for done', async () => {
    const zones = new MemoryZones();
    const plan = planOf(wish(), await zones.state());
    const write = zones.writeRecord.bind(zones);
    zones.writeRecord = async (record, etag) => {
      await write(record, etag);
      zones.writeRecord = write;
      throw new SpokelineError('ARM_REQUEST', 'reset', { transient: true });
    };
    assert.equal(await apply(plan, zones), 1);
    assert.equal(zones.records.size, 1);
  });

  it('takes its own link whose answer was lost for made', async () => {
    const zones = new MemoryZones();
    const plan = planOf(wish({ records: [], links: [linkWish] }), await zones.state());
    const write = zones.writeLink.bind(zones);
    zones.writeLink = async (given, etag) => {
      await write(given, etag);
      zones.writeLink = write;
      throw new SpokelineError('ARM_REQUEST', 'reset', { transient: true });
    };
    assert.equal(await apply(plan, zones), 1);
    assert.deepEqual(lines, [`  wrote link of ${vaultZone} to ${network} (the answer was lost)`]);
  });

  it('gives up with the reason when others keep changing a record', async () => {
    const zones = new MemoryZones();
    zones.put(owned('t/weu', { values: ['10.1.0.9'] }));
    const plan = planOf(wish(), await zones.state());
    let n = 0;
    zones.before = () => zones.put(owned('t/weu', { values: [`10.1.1.${(n += 1)}`] }));
    await assert.rejects(apply(plan, zones), {
      code: 'ARM_PRECONDITION',
      message: `The record kv in ${vaultZone} could not be written in 5 tries: The condition was not satisfied.`,
    });
  });

  it('leaves a record alone that was taken over before its removal', async () => {
    const zones = new MemoryZones();
    zones.put(owned());
    const plan = removalOf('t/weu', await zones.state());
    zones.before = () => zones.put(owned('t/neu', { values: ['10.2.0.4'] }));
    assert.equal(await apply(plan, zones), 0);
    assert.equal([...zones.records.values()][0]?.metadata[ownerKey], 't/neu');
  });

  it('changes and removes links only as it knew them', async () => {
    const zones = new MemoryZones();
    await zones.writeLink(link({ name: 'mine' }), undefined);
    const changing = planOf(wish({ records: [], links: [linkWish] }), await zones.state());
    let met = false;
    zones.before = (what) => {
      if (met || !what.startsWith('link')) return;
      met = true;
      const [present] = zones.present.values();
      zones.present.set(`mine.${vaultZone}`, {
        ...present!,
        tags: { ...present!.tags, note: 'theirs' },
        etag: 'new',
      });
    };
    assert.equal(await apply(changing, zones), 1);
    assert.deepEqual(zones.log.slice(1), ['link mine: 412', 'link mine']);
    const [now] = zones.present.values();
    assert.deepEqual([now?.fallback, now?.tags['note']], [true, 'theirs']);

    const removing = removalOf('t/weu', await zones.state());
    zones.present.set(`mine.${vaultZone}`, {
      ...now!,
      tags: { [ownerKey]: 't/neu' },
      etag: 'newer',
    });
    assert.equal(await apply(removing, zones), 0);
    assert.equal(zones.present.size, 1);
  });

  it('finds the link that somebody else made of the network, under whatever name', async () => {
    const zones = new MemoryZones();
    const plan = planOf(wish({ records: [], links: [linkWish] }), await zones.state());
    zones.before = () => {
      zones.before = () => undefined;
      zones.present.set(`hub.${vaultZone}`, link({ name: 'hub', tags: {} }));
    };
    assert.equal(await apply(plan, zones), 0);
    assert.deepEqual([...zones.present.keys()], [`hub.${vaultZone}`]);
  });

  const patience: [string, ErrorCode, number][] = [
    ['waits minutes for a network that another run keeps busy with links', 'ARM_CONFLICT', 25],
    ['gives a link up sooner when somebody else keeps changing it', 'ARM_PRECONDITION', 5],
  ];
  for (const [what, code, tries] of patience) {
    it(what, async () => {
      const plan = planOf(
        wish({ records: [], links: [linkWish] }),
        await new MemoryZones().state(),
      );
      for (const busy of [tries - 1, tries]) {
        const zones = new MemoryZones();
        let left = busy;
        zones.before = () => {
          left -= 1;
          if (left >= 0) throw new SpokelineError(code, 'Another operation is pending.');
        };
        if (busy < tries) {
          assert.equal(await apply(plan, zones), 1);
          assert.equal(zones.present.size, 1);
          continue;
        }
        const link = `link of ${vaultZone} to ${linkWish.networkId}`;
        await assert.rejects(apply(plan, zones), {
          code,
          message: `The ${link} could not be written in ${tries} tries: Another operation is pending.`,
        });
      }
    });
  }

  it('says what was done when it is cancelled in between', async () => {
    const zones = new MemoryZones();
    const names = Array.from({ length: 9 }, (_, n) => wanted({ name: `kv${n}` }));
    const plan = planOf(wish({ records: names }), await zones.state());
    const controller = new AbortController();
    const cancelled = new SpokelineError('CANCELLED', 'The run was cancelled.');
    const write = zones.writeRecord.bind(zones);
    let answered = 0;
    zones.writeRecord = async (record, etag) => {
      await write(record, etag);
      answered += 1;
      if (answered < 3) return;
      controller.abort(cancelled);
      throw cancelled;
    };
    const journal = new Journal((text) => lines.push(text));
    const context = { signal: controller.signal, clock: fakeClock(), info: () => undefined };
    const failed: unknown = await applyPlan(plan, zones, journal, context).catch((e: unknown) => e);
    const error = journal.interrupted(failed, 9, controller.signal);
    assert.ok(error instanceof SpokelineError);
    assert.equal(error.code, 'CANCELLED');
    assert.equal(error.message, 'The run was cancelled. 2 of 9 writes were made before and stay.');
    const said = error.details.map(({ message }) => message);
    assert.equal(said.filter((line) => line.startsWith('before that: created record')).length, 2);
    const open = said.filter((line) => line.startsWith('before that: perhaps written: record'));
    assert.equal(open.length, zones.log.length - 2);
    assert.equal(zones.records.size, zones.log.length);
  });
});
