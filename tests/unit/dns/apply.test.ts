import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyPlan } from '../../../tasks/lib/dns/apply.ts';
import { addressesKey, ownerKey } from '../../../tasks/lib/dns/model.ts';
import { planOf, removalOf } from '../../../tasks/lib/dns/plan.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';
import { MemoryZones, network, owned, vaultZone, wanted, wish } from './estate.ts';

function context() {
  const lines: string[] = [];
  const signal = new AbortController().signal;
  return { lines, signal, clock: fakeClock(), info: (text: string) => lines.push(text) };
}

const linkWish = { zone: vaultZone, name: 'mine', networkId: network, fallback: true };

describe('applying a DNS plan', () => {
  it('writes records, then links, and nothing the second time', async () => {
    const zones = new MemoryZones();
    const all = wish({ records: [wanted(), wanted({ name: 'kv2' })], links: [linkWish] });
    const first = context();
    assert.equal(await applyPlan(planOf(all, await zones.state()), zones, first), 3);
    assert.deepEqual(zones.log, ['write kv', 'write kv2', 'link mine']);
    assert.deepEqual(first.lines, [
      `  created kv in ${vaultZone}: 10.1.0.4`,
      `  created kv2 in ${vaultZone}: 10.1.0.4`,
      `  linked ${vaultZone} to ${network}`,
    ]);
    assert.deepEqual([...zones.records.values()][0]?.metadata, {
      'spokeline-owner': 't/weu',
      'spokeline-endpoint': 'pe-kv:1',
      'spokeline-addresses': '10.1.0.4',
    });
    assert.equal(await applyPlan(planOf(all, await zones.state()), zones, context()), 0);
    const removed = context();
    assert.equal(await applyPlan(removalOf('t/weu', await zones.state()), zones, removed), 3);
    assert.equal(zones.records.size + zones.links.size, 0);
  });

  it('keeps metadata of others on our own record', async () => {
    const zones = new MemoryZones();
    const old = owned('t/weu', { addresses: ['10.1.0.9'] });
    zones.put({ ...old, metadata: { ...old.metadata, note: 'theirs' } });
    await applyPlan(planOf(wish(), await zones.state()), zones, context());
    const [record] = zones.records.values();
    assert.deepEqual(record?.addresses, ['10.1.0.4']);
    assert.equal(record?.metadata['note'], 'theirs');
  });

  it('does not overwrite who was there between plan and write', async () => {
    const zones = new MemoryZones();
    const plan = planOf(wish(), await zones.state());
    zones.before = () => {
      zones.before = () => undefined;
      zones.put(owned('t/neu', { addresses: ['10.2.0.4'] }));
    };
    await assert.rejects(applyPlan(plan, zones, context()), (error: unknown) => {
      assert.ok(error instanceof SpokelineError);
      assert.equal(error.code, 'DNS_CONFLICT');
      assert.equal(error.message, 'One name is taken by somebody else.');
      return true;
    });
    assert.deepEqual([...zones.records.values()][0]?.addresses, ['10.2.0.4']);
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
    assert.equal(await applyPlan(plan, zones, context()), 1);
    assert.equal(zones.records.size, 1);
  });

  it('gives up with the reason when others keep changing a record', async () => {
    const zones = new MemoryZones();
    zones.put(owned('t/weu', { addresses: ['10.1.0.9'] }));
    const plan = planOf(wish(), await zones.state());
    let n = 0;
    zones.before = () => zones.put(owned('t/weu', { addresses: [`10.1.1.${(n += 1)}`] }));
    await assert.rejects(applyPlan(plan, zones, context()), {
      code: 'ARM_PRECONDITION',
      message: `The record kv in ${vaultZone} could not be written in 5 tries: The condition was not satisfied.`,
    });
  });

  it('leaves a record alone that was taken over before its removal', async () => {
    const zones = new MemoryZones();
    zones.put(owned());
    const plan = removalOf('t/weu', await zones.state());
    zones.before = () => zones.put(owned('t/neu', { addresses: ['10.2.0.4'] }));
    assert.equal(await applyPlan(plan, zones, context()), 0);
    assert.equal([...zones.records.values()][0]?.metadata[ownerKey], 't/neu');
  });

  it('never changes what another owner wrote, however writers interleave', async () => {
    const address = fc.constantFrom('10.2.0.4', '10.2.0.5', '10.1.0.4');
    const event = fc.record({
      at: fc.integer({ min: 1, max: 6 }),
      owner: fc.constantFrom('t/weu', 't/neu', ''),
      address,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 6 }), fc.boolean(), async (events, remove) => {
        const zones = new MemoryZones();
        if (remove) zones.put(owned());
        const plan = remove
          ? removalOf('t/weu', await zones.state())
          : planOf(wish(), await zones.state());
        let writes = 0;
        let theirs: string | undefined;
        zones.before = () => {
          writes += 1;
          for (const { at, owner, address: value } of events) {
            if (at !== writes) continue;
            zones.put(owned(owner, { addresses: [value] }));
            theirs = owner === 't/weu' ? undefined : value;
          }
        };
        await applyPlan(plan, zones, context()).catch((error: unknown) => {
          assert.ok(error instanceof SpokelineError, String(error));
        });
        const record = zones.records.get(`kv.${vaultZone}`);
        if (theirs !== undefined) {
          assert.deepEqual(record?.addresses, [theirs]);
          assert.notEqual(record?.metadata[ownerKey], 't/weu');
        } else if (record !== undefined) {
          assert.equal(record.metadata[addressesKey], record.addresses.join(' '));
        }
      }),
      { numRuns: 200 },
    );
  });
});
