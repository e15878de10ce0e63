import assert from 'node:assert/strict';
import { failure } from '../support/failure.ts';
import type { Fault } from './stamp-deploy-arm.ts';
import { content, deploymentPath, startBench, type Bench } from './stamp-deploy-bench.ts';

const cancels = (bench: Bench) => bench.arm.requests.filter((r) => r.endsWith('/cancel')).length;

describe('the end of a run that is cancelled in an odd moment', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
    bench.arm.script = { takes: 600_000 };
  });

  afterEach(() => bench.arm.close());

  for (const cancelDeployment of [true, false]) {
    it(`leaves one of the same name alone (cancelDeployment ${cancelDeployment})`, async () => {
      await bench.port.start(content('theirs', 'other'), bench.controller.signal);
      bench.arm.faults = [{ method: 'PUT', path: deploymentPath, times: 1_000, status: 429 }];
      bench.afterSleeps(2, () => bench.controller.abort(new Error('stop')));
      const error = await failure(bench.go('ours', 3600, cancelDeployment));
      assert.equal(error.code, 'CANCELLED');
      assert.equal(
        error.message,
        'The run was cancelled; no deployment of this run was seen in Azure.',
      );
      assert.equal(cancels(bench), 0);
      assert.equal([...bench.arm.deployments.values()][0]?.cancelledAt, undefined);
    });
  }

  it('cancels what comes to light after all', async () => {
    bench.arm.faults = [
      { method: 'PUT', path: deploymentPath, times: 1, reset: 'after' },
      { method: 'GET', path: deploymentPath, times: 2, status: 404 },
    ];
    bench.afterSleeps(1, () => bench.controller.abort(new Error('stop')));
    const error = await failure(bench.go());
    assert.equal(
      error.message,
      'The run was cancelled; Azure took the request to cancel the deployment.',
    );
    assert.equal(cancels(bench), 1);
  });

  const passing: [string, Omit<Fault, 'method' | 'path'>][] = [
    ['429', { times: 2, status: 429, headers: { 'retry-after': '30' } }],
    ['503', { times: 2, status: 503 }],
    ['a reset', { times: 1, reset: 'before' }],
    ['404, for what was taken a moment ago', { times: 2, status: 404 }],
  ];
  for (const [name, fault] of passing) {
    it(`cancels all the same when the request for it meets ${name}`, async () => {
      bench.arm.faults = [{ method: 'POST', path: /\/cancel$/, ...fault }];
      bench.afterSleeps(0, () => bench.controller.abort(new Error('stop')));
      const error = await failure(bench.go());
      assert.equal(
        error.message,
        'The run was cancelled; Azure took the request to cancel the deployment.',
      );
      assert.equal(cancels(bench), fault.times + 1);
    });
  }

  it('says that it runs on when Azure cannot be asked', async () => {
    bench.arm.faults = [{ method: 'POST', path: /\/cancel$/, times: 100, status: 503 }];
    bench.afterSleeps(3, () => bench.controller.abort(new Error('stop')));
    const error = await failure(bench.go());
    assert.equal(
      error.message,
      'The run was cancelled; Azure could not be asked to cancel the deployment (Azure answered 503), so it runs on.',
    );
  });

  it('does not wait for a sign-in longer than it may', async () => {
    bench.hangSignIns = true;
    const own = new AbortController();
    const asked = bench.port.cancel(own.signal);
    own.abort(new Error('the time is up'));
    await assert.rejects(asked, /the time is up/);
  });

  it('does not claim that Azure cancels what had ended', async () => {
    bench.arm.faults = [{ method: 'POST', path: /\/cancel$/, times: 1, status: 409 }];
    bench.afterSleeps(3, () => bench.controller.abort(new Error('stop')));
    const error = await failure(bench.go());
    assert.equal(
      error.message,
      'The run was cancelled; the deployment had ended by itself or cannot be cancelled any more.',
    );
  });
});
