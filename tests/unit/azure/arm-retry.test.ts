import assert from 'node:assert/strict';
import type { ArmClient } from '../../../tasks/lib/azure/arm-client.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { failing, useFakeArm, zone, type Answer } from './fake-arm.ts';

describe('azure/arm-client, faults', () => {
  const fake = useFakeArm();

  describe('repetition', () => {
    it('waits as long as the service says', async () => {
      fake.answers = [
        { status: 429, headers: { 'retry-after': '7' } },
        { status: 429, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' } },
        { status: 429, headers: { 'x-ms-retry-after-ms': '250' } },
        { status: 200, body: {} },
      ];
      await fake.arm.get(zone, 'v');
      assert.deepEqual(fake.clock.sleeps, [7_000, 13_000, 250]);
    });

    it('outlives throttling without a word for as long as there is time', async () => {
      fake.answers = Array.from({ length: 12 }, () => ({ status: 429 }));
      fake.answers.push({ status: 200, body: {} });
      await fake.arm.get(zone, 'v');
      assert.equal(fake.seen.length, 13);
      fake.clock.sleeps.forEach((ms, index) => {
        const whole = Math.min(30_000, 1000 * 2 ** index);
        assert.ok(ms >= whole / 2 && ms <= whole, `wait ${index + 1} was ${ms} ms`);
      });
    });

    it('deletes with a precondition again, for the first one may have done it', async () => {
      fake.answers = [{ status: 503 }, { status: 404 }];
      assert.equal((await fake.arm.delete(zone, 'v', { ifMatch: 'e' })).status, 404);
      assert.deepEqual(
        fake.seen.map(({ headers }) => headers['if-match']),
        ['e', 'e'],
      );
    });

    it('ends throttling at the deadline', async () => {
      fake.answers = Array.from({ length: 12 }, () => ({
        status: 429,
        headers: { 'retry-after': '4' },
      }));
      const error = await failing(fake.arm.get(zone, 'v', { timeoutMs: 10_000 }));
      assert.equal(error.code, 'ARM_REQUEST');
      assert.equal(error.transient, true);
      assert.deepEqual(fake.clock.sleeps, [4_000, 4_000]);
    });

    const idempotent: [string, (client: ArmClient) => Promise<unknown>, boolean][] = [
      ['GET', (c) => c.get(zone, 'v'), true],
      ['PUT', (c) => c.put(zone, 'v', {}), true],
      ['PUT with If-None-Match', (c) => c.put(zone, 'v', {}, { ifNoneMatch: '*' }), false],
      ['PUT with If-Match', (c) => c.put(zone, 'v', {}, { ifMatch: 'e' }), false],
      ['PUT marked', (c) => c.put(zone, 'v', {}, { idempotent: false }), false],
      ['PATCH', (c) => c.patch(zone, 'v', {}), false],
      ['POST', (c) => c.post(zone, 'v'), false],
      ['DELETE', (c) => c.delete(zone, 'v'), true],
    ];
    const uncertain: Answer[] = ['reset', { status: 500 }, { status: 503 }, { status: 504 }];
    for (const [title, call, again] of idempotent) {
      for (const fault of uncertain) {
        const name = fault === 'reset' ? 'a reset' : String(fault.status);
        it(`${again ? 'repeats' : 'does not repeat'} ${title} after ${name}`, async () => {
          fake.answers = [fault, { status: 200, body: {} }];
          if (again) await call(fake.arm);
          else assert.equal((await failing(call(fake.arm))).transient, true);
          assert.equal(fake.seen.length, again ? 2 : 1);
        });
      }
      it(`repeats ${title} when throttled`, async () => {
        fake.answers = [{ status: 429 }, { status: 200, body: {} }];
        await call(fake.arm);
        assert.equal(fake.seen.length, 2);
      });
    }

    it('gives up on a failing service after six attempts', async () => {
      fake.answers = Array.from({ length: 10 }, () => ({ status: 502 }));
      const error = await failing(fake.arm.get(zone, 'v'));
      assert.equal(error.message, `GET ${zone} was answered with 502.`);
      assert.equal(fake.seen.length, 6);
    });

    it('waits for another change of the same network', async () => {
      fake.answers = [
        { status: 409, body: { error: { code: 'AnotherOperationInProgress', message: 'busy' } } },
        { status: 200, body: {} },
      ];
      await fake.arm.put(zone, 'v', {});
      assert.equal(fake.seen.length, 2);
    });

    it('does not repeat other conflicts', async () => {
      fake.answers = [{ status: 409, body: { error: { code: 'Conflict', message: 'no' } } }];
      assert.equal((await failing(fake.arm.put(zone, 'v', {}))).code, 'ARM_CONFLICT');
      assert.equal(fake.seen.length, 1);
    });

    it('stops when the task is cancelled', async () => {
      const controller = new AbortController();
      fake.arm = fake.client(controller.signal);
      fake.answers = [{ status: 429 }];
      controller.abort(new SpokelineError('CANCELLED', 'The run was cancelled.'));
      assert.equal((await failing(fake.arm.get(zone, 'v'))).code, 'CANCELLED');
    });

    it('breaks off a request under way', async () => {
      const controller = new AbortController();
      fake.arm = fake.client(controller.signal);
      fake.answers = [
        () => {
          controller.abort();
          return { status: 200, text: '' };
        },
      ];
      assert.equal((await failing(fake.arm.get(zone, 'v'))).code, 'CANCELLED');
    });

    it('still speaks after a cancel under a signal of its own', async () => {
      fake.arm = fake.client(AbortSignal.abort());
      fake.answers = [{ status: 204 }];
      const signal = new AbortController().signal;
      assert.equal((await fake.arm.post(`${zone}/cancel`, 'v', undefined, { signal })).status, 204);
    });
  });

  it('names host and cause when nobody answers', async () => {
    await fake.server.close();
    try {
      const error = await failing(fake.arm.get(zone, 'v'));
      assert.equal(error.code, 'ARM_REQUEST');
      assert.ok(
        error.message.startsWith(`GET ${zone} at ${fake.server.host} got no answer: ECONNREFUSED`),
        error.message,
      );
      assert.equal(fake.clock.sleeps.length, 5);
    } finally {
      await fake.start();
    }
  });
});
