import assert from 'node:assert/strict';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import type { GateCheck } from '../../../tasks/lib/gate/gate-check.ts';
import { runGate } from '../../../tasks/lib/gate/run.ts';
import { fakeProbe } from './fake-probe.ts';
import { check, fail, fakeClock, gate, options, pass, unknown, wrong } from './rounds.ts';

describe('gate rounds', () => {
  it('passes in one round when everything passes', async () => {
    const { verdict, rounds, slept, startedAt } = await gate([check('a', pass), check('b', pass)]);
    assert.deepEqual({ verdict, rounds, slept }, { verdict: 'pass', rounds: 1, slept: [] });
    assert.equal(startedAt, '2026-11-21T10:00:00.000Z');
  });

  it('waits for what fails, and tells each change once', async () => {
    const { verdict, rounds, slept, changed, waited } = await gate([
      check('a', fail, fail, pass),
      check('b', pass),
    ]);
    assert.deepEqual(
      { verdict, rounds, slept, changed, waited },
      {
        verdict: 'pass',
        rounds: 3,
        slept: [15_000, 15_000],
        changed: ['a - > fail', 'b - > pass', 'a fail > pass'],
        waited: ['a', 'a'],
      },
    );
  });

  it('begins with the delay, which does not count for the timeout', async () => {
    const { rounds, slept } = await gate([check('a', fail)], { delay: 40_000, timeout: 30_000 });
    assert.deepEqual({ rounds, slept }, { rounds: 3, slept: [40_000, 15_000, 15_000] });
  });

  it('fails when the time is up, with the last verdicts', async () => {
    const { verdict, rounds, checks } = await gate([check('a', fail), check('b', fail, pass)]);
    assert.deepEqual({ verdict, rounds }, { verdict: 'fail', rounds: 5 });
    assert.deepEqual(
      checks.map(({ id, status, code }) => `${id} ${status} ${code}`),
      ['a fail TCP_TIMEOUT', 'b pass OK'],
    );
  });

  it('looks once when the timeout is 0', async () => {
    const { verdict, rounds } = await gate([check('a', fail, pass)], { timeout: 0 });
    assert.deepEqual({ verdict, rounds }, { verdict: 'fail', rounds: 1 });
  });

  it('fails at once on a verdict that waiting cannot change', async () => {
    const { verdict, rounds, checks } = await gate([check('a', wrong), check('b', pass)]);
    assert.deepEqual({ verdict, rounds }, { verdict: 'fail', rounds: 1 });
    assert.equal(checks.length, 2);
    assert.ok(!('final' in (checks[0] ?? {})));
  });

  it('has to pass for the minimum duration without a break', async () => {
    const { verdict, rounds, waited } = await gate([check('a', pass, pass, fail, pass)], {
      minimumSuccessDuration: 30_000,
      timeout: 120_000,
    });
    assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 6 });
    assert.deepEqual(waited, ['stable 0', 'stable 15000', 'a', 'stable 0', 'stable 15000']);
  });

  it('fails as unstable when it passes only at the end', async () => {
    const { verdict, reason } = await gate([check('a', fail, fail, fail, pass)], {
      minimumSuccessDuration: 30_000,
    });
    assert.deepEqual({ verdict, reason }, { verdict: 'fail', reason: 'unstable' });
  });

  it('is unknown, not failed, when a check could not look', async () => {
    const { verdict, rounds } = await gate([check('a', unknown), check('b', pass)]);
    assert.deepEqual({ verdict, rounds }, { verdict: 'unknown', rounds: 5 });
  });

  it('is failed when one failed and another could not look', async () => {
    const { verdict } = await gate([check('a', unknown), check('b', fail)]);
    assert.equal(verdict, 'fail');
  });

  it('does not wait for unknown ones when they may pass, and still says unknown', async () => {
    const { verdict, rounds } = await gate([check('a', unknown), check('b', pass)], {
      onUnknown: 'pass',
    });
    assert.deepEqual({ verdict, rounds }, { verdict: 'unknown', rounds: 1 });
  });

  it('runs at most so many checks at once, and reports them in the order of the document', async () => {
    let running = 0;
    let most = 0;
    const checks = Array.from({ length: 20 }, (_, position): GateCheck => ({
      id: `c${position}`,
      kind: 'tcp',
      target: 't',
      async run() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return pass;
      },
    }));
    const { checks: results } = await gate(checks, { concurrency: 3 });
    assert.equal(most, 3);
    assert.deepEqual(
      results.map(({ id }) => id),
      checks.map(({ id }) => id),
    );
  });

  describe('what holds nothing', () => {
    const waiver = { reason: 'the database moves', until: '2026-11-21' };
    const warned: GateCheck = { ...check('w', wrong), severity: 'warning' };

    it('is told, does not end the gate, and does not make it fail', async () => {
      const { verdict, rounds, checks } = await gate([
        warned,
        { ...check('v', fail), waiver },
        check('a', fail, pass),
      ]);
      assert.deepEqual({ verdict, rounds }, { verdict: 'pass', rounds: 2 });
      assert.deepEqual(
        checks.map(({ id, status }) => `${id} ${status}`),
        ['w fail', 'v fail', 'a pass'],
      );
    });

    it('a waiver that has ended waives nothing', async () => {
      const ended = { ...waiver, until: '2026-11-20' };
      const { verdict, checks } = await gate([{ ...check('v', fail), waiver: ended }], {
        timeout: 0,
      });
      assert.equal(verdict, 'fail');
      assert.deepEqual(checks[0]?.waiver, { ...ended, expired: true });
    });
  });

  it('asks for the addresses of a name once a round, and for those of each family', async () => {
    const probe = fakeProbe({
      names: { 'a.example': { addresses: ['10.1.2.5'] } },
      ipv6: { 'a.example': { addresses: ['2001:db8::5'] } },
    });
    const found: string[] = [];
    const asking = (id: string): GateCheck => ({
      ...check(id, pass),
      async run(given, signal) {
        const answers = await Promise.all([
          given.resolve('a.example', signal),
          given.resolve('a.example', signal, 6),
        ]);
        found.push(...answers.flatMap(({ system }) => system.addresses));
        return pass;
      },
    });
    const signal = new AbortController().signal;
    await runGate([asking('a'), asking('b')], probe, options, fakeClock(), signal);
    assert.deepEqual(probe.asked, ['resolve a.example', 'resolve a.example AAAA']);
    assert.deepEqual(found, ['10.1.2.5', '2001:db8::5', '10.1.2.5', '2001:db8::5']);
  });

  it('lets the network answer between checks that compute', async () => {
    let answered = false;
    const first: GateCheck = {
      ...check('first'),
      run: () => {
        setImmediate(() => (answered = true));
        return Promise.resolve(pass);
      },
    };
    const second: GateCheck = {
      ...check('second'),
      run: () => Promise.resolve(answered ? pass : fail),
    };
    const { verdict } = await gate([first, second], { concurrency: 1, timeout: 0 });
    assert.equal(verdict, 'pass');
  });

  it('makes a check unknown that takes too long', async () => {
    const slow: GateCheck = {
      ...check('slow'),
      run: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    };
    const { verdict, checks } = await gate([slow], { checkTimeout: 5, timeout: 0 });
    assert.equal(verdict, 'unknown');
    assert.equal(checks[0]?.code, 'CHECK_TIMEOUT');
  });

  it('turns a target that the probe refused into a failed check', async () => {
    const forbidden: GateCheck = {
      ...check('f'),
      run: () => Promise.reject(new SpokelineError('GATE_TARGET_FORBIDDEN', '1.2.3.4 is outside')),
    };
    const { checks } = await gate([forbidden], { timeout: 0 });
    assert.deepEqual(
      checks.map(({ status, code, observed }) => ({ status, code, observed })),
      [{ status: 'fail', code: 'GATE_TARGET_FORBIDDEN', observed: '1.2.3.4 is outside' }],
    );
  });

  it('lets faults of its own out', async () => {
    const broken: GateCheck = { ...check('x'), run: () => Promise.reject(new TypeError('bug')) };
    await assert.rejects(gate([broken]), /bug/);
  });

  it('ends with the reason of a cancel', async () => {
    const controller = new AbortController();
    const reason = new SpokelineError('CANCELLED', 'stop');
    const stopping: GateCheck = {
      ...check('a'),
      run() {
        controller.abort(reason);
        return Promise.resolve(fail);
      },
    };
    const running = runGate([stopping], fakeProbe({}), options, fakeClock(), controller.signal);
    await assert.rejects(running, reason);
  });

  it('is cancelled even while a look does not end', async () => {
    const controller = new AbortController();
    const reason = new SpokelineError('CANCELLED', 'stop');
    const endless: GateCheck = {
      ...check('a'),
      run() {
        setImmediate(() => controller.abort(reason));
        return new Promise(() => undefined);
      },
    };
    const running = runGate([endless], fakeProbe({}), options, fakeClock(), controller.signal);
    await assert.rejects(running, reason);
  });
});
