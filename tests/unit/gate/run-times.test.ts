import assert from 'node:assert/strict';
import type { Verdict } from '../../../tasks/lib/gate/check.ts';
import type { GateCheck } from '../../../tasks/lib/gate/gate-check.ts';
import { check, fail, fakeClock, gate, pass, unknown, wrong } from './rounds.ts';

describe('gate rounds over time', () => {
  describe('with rounds that take time', () => {
    /** Each look takes so long. */
    const slow = (ms: number, ...verdicts: Verdict[]) => {
      const clock = fakeClock();
      const looked = check('a', ...verdicts);
      const run: GateCheck['run'] = (probe, signal) => {
        clock.pass(ms);
        return looked.run(probe, signal);
      };
      return { clock, checks: [{ ...looked, run }] };
    };

    it('begins a last round when the time is up', async () => {
      const { checks, clock } = slow(100, fail, fail, fail, fail, pass);
      const { verdict, rounds, slept } = await gate(checks, {}, clock);
      assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 5 });
      assert.deepEqual(slept, [15_000, 15_000, 15_000, 14_600]);
    });

    it('can pass for as long as the whole timeout', async () => {
      const { checks, clock } = slow(100, pass);
      const { verdict, rounds } = await gate(checks, { minimumSuccessDuration: 60_000 }, clock);
      assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 5 });
    });

    it('does so with timers that fire a moment early', async () => {
      const late = fakeClock(1);
      const changes = { minimumSuccessDuration: 60_000 };
      const { verdict } = await gate([check('a', pass)], changes, late);
      assert.equal(verdict, 'pass');
    });

    it('fits in as many rounds as N of M needs', async () => {
      const { checks, clock } = slow(100, pass);
      const changes = { passes: 3, window: 3, interval: 10_000, timeout: 20_000 };
      const { verdict, rounds } = await gate(checks, changes, clock);
      assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 3 });
    });

    it('does not take one slow round for a duration', async () => {
      const { checks, clock } = slow(6_000, pass, fail);
      const changes = { minimumSuccessDuration: 5_000, timeout: 20_000 };
      const { verdict } = await gate(checks, changes, clock);
      assert.equal(verdict, 'fail');
    });
  });

  describe('N of the last M rounds', () => {
    it('passes once a check has passed often enough, whatever the last round said', async () => {
      const { verdict, rounds, checks } = await gate([check('a', pass, fail, pass, fail, pass)], {
        passes: 3,
        window: 5,
        timeout: 120_000,
      });
      assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 5 });
      assert.deepEqual(checks[0]?.rounds, { passed: 3, of: 5 });
    });

    it('is unknown while there were too few rounds, and failed when too many of them failed', async () => {
      const few = await gate([check('a', pass)], { passes: 3, window: 5, timeout: 0 });
      assert.equal(few.verdict, 'unknown');
      assert.equal(few.checks[0]?.code, 'NOT_YET_OFTEN_ENOUGH');
      const bad = await gate([check('a', pass, fail)], { passes: 2, window: 3 });
      assert.equal(bad.verdict, 'fail');
      assert.deepEqual(bad.checks[0]?.rounds, { passed: 0, of: 3 });
    });
  });

  it('goes on after a verdict for ever that holds nothing yet: in N of M, or one that may be unknown', async () => {
    const flapping = check('a', pass, pass, wrong, pass, pass);
    const quorum = { passes: 2, window: 3, minimumSuccessDuration: 30_000 };
    assert.equal((await gate([flapping], quorum)).verdict, 'pass');
    const unseen = check('a', { ...unknown, final: true });
    const both = [unseen, check('b', fail, pass)];
    assert.equal((await gate(both, { onUnknown: 'pass' })).rounds, 2);
  });
});
