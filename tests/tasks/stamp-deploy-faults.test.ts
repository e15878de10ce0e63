import assert from 'node:assert/strict';
import type { Fault } from './stamp-deploy-arm.ts';
import { failure } from '../support/failure.ts';
import { content, deploymentPath, startBench, type Bench } from './stamp-deploy-bench.ts';

describe('StampDeploy against a difficult Resource Manager', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
  });

  afterEach(() => bench.arm.close());

  it('sends the body as it is, shows a line a resource, and returns the outputs', async () => {
    bench.arm.script = {
      takes: 5_000,
      operations: [
        { type: 'Microsoft.KeyVault/vaults', name: 'kv', from: 1_000, to: 4_000 },
        { type: 'Microsoft.Storage/storageAccounts', name: 'st', from: 1_000, to: 2_500 },
      ],
      outputs: { uri: { type: 'String', value: 'https://kv' } },
    };
    const state = await bench.go();
    assert.deepEqual(state.outputs, { uri: { type: 'String', value: 'https://kv' } });
    const [stored] = bench.arm.deployments.values();
    assert.deepEqual(stored?.body.properties, {
      mode: 'Incremental',
      template: { $schema: 'x', resources: [] },
      parameters: { p: { value: 1 } },
    });
    assert.deepEqual(
      bench.lines.filter((line) => line.startsWith('  ')),
      [
        '  started Microsoft.KeyVault/vaults kv',
        '  started Microsoft.Storage/storageAccounts st',
        '  done    Microsoft.Storage/storageAccounts st (1.5 s)',
        '  done    Microsoft.KeyVault/vaults kv (3.0 s)',
      ],
    );
    const puts = bench.arm.requests.filter((r) => r.startsWith('PUT'));
    assert.equal(puts.length, 1);
    assert.equal(
      bench.arm.requests.some((r) => r.includes('operationStatuses')),
      false,
    );
  });

  it('does not end at 429, 503 or a reset while it polls, however many', async () => {
    bench.arm.script = { takes: 30_000 };
    bench.arm.faults = [
      { method: 'GET', path: deploymentPath, times: 5, status: 429 },
      {
        method: 'GET',
        path: deploymentPath,
        times: 3,
        status: 503,
        headers: { 'retry-after': '7' },
      },
      { method: 'GET', path: deploymentPath, times: 2, reset: 'before' },
    ];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.ok(
      bench.clock.sleeps.filter((ms) => ms === 7_000).length >= 1,
      'Retry-After was obeyed',
    );
  });

  const lost: [string, Partial<Fault>][] = [
    ['a reset after the server took it', { reset: 'after' }],
    ['a reset before the server took it', { reset: 'before' }],
    ['a 503', { status: 503 }],
    ['a 429 without Retry-After', { status: 429 }],
  ];
  for (const [name, fault] of lost) {
    it(`deploys once when the PUT meets ${name}`, async () => {
      bench.arm.script = { takes: 3_000 };
      bench.arm.faults = [{ method: 'PUT', path: deploymentPath, times: 1, ...fault }];
      assert.equal((await bench.go()).state, 'Succeeded');
      assert.equal(bench.arm.begun, 1);
    });
  }

  it('deploys once when the answer is lost and the deployment has ended meanwhile', async () => {
    bench.arm.script = { takes: 0 };
    bench.arm.faults = [{ method: 'PUT', path: deploymentPath, times: 1, reset: 'after' }];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
  });

  it('deploys once when a lost PUT shows up only after it was sent again', async () => {
    bench.arm.script = { takes: 60_000 };
    bench.arm.faults = [
      { method: 'PUT', path: deploymentPath, times: 1, reset: 'after' },
      { method: 'GET', path: deploymentPath, times: 4, status: 404 },
    ];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.equal(bench.arm.requests.filter((r) => r.startsWith('PUT')).length, 2);
  });

  it('waits for a name that does not resolve for the moment, also before it has begun', async () => {
    bench.arm.script = { takes: 10_000 };
    bench.unresolved = 2;
    bench.afterSleeps(5, () => {
      bench.unresolved = 3;
    });
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.equal(bench.unresolved, 0);
    assert.ok(
      bench.lines.includes(
        '~ no answer from Azure (EAI_AGAIN) while starting; trying again in 0.8 s.',
      ),
      bench.lines.join('\n'),
    );
  });

  it('takes any number of 429 within its own time, and says so when that is up', async () => {
    bench.arm.script = { takes: 30_000 };
    bench.arm.faults = [
      {
        method: 'PUT',
        path: deploymentPath,
        times: 40,
        status: 429,
        headers: { 'retry-after': '20' },
      },
    ];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    const begun = bench.clock.now();
    bench.arm.deployments.clear();
    bench.arm.faults = [{ method: 'PUT', path: deploymentPath, times: 10_000, status: 429 }];
    const error = await failure(bench.go('r2', 300));
    assert.equal(error.code, 'TIMEOUT');
    assert.ok(bench.clock.now() - begun < 400_000);
    assert.equal(bench.arm.begun, 1);
  });

  it('follows a deployment of hours with tokens of one hour', async () => {
    const hour = 3_600_000;
    const slow = { type: 'Microsoft.Network/azureFirewalls', name: 'fw', from: 0, to: 2.5 * hour };
    bench.arm.script = { takes: 2.5 * hour, operations: [slow] };
    bench.arm.tokenLifetime = hour;
    // Polls of hours in the time of a test: one of ten is enough.
    const sleep = bench.clock.sleep.bind(bench.clock);
    bench.clock.sleep = (ms, signal) => sleep(ms * 10, signal);
    assert.equal((await bench.go('r1', 5 * 3600)).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.ok(bench.arm.tokens.size >= 3, `${bench.arm.tokens.size} tokens were used`);
  });

  it('takes 404 right after the PUT for a deployment that is not visible yet', async () => {
    bench.arm.script = { takes: 2_000 };
    bench.arm.faults = [{ method: 'GET', path: deploymentPath, times: 6, status: 404 }];
    assert.equal((await bench.go()).state, 'Succeeded');
  });

  it('gives up on a deployment that stays invisible, without calling it a success', async () => {
    bench.arm.faults = [{ method: 'GET', path: deploymentPath, times: 10_000, status: 404 }];
    const error = await failure(bench.go());
    assert.equal(error.code, 'ARM_NOT_FOUND');
    assert.match(error.message, /does not show it after 60 s/);
  });

  it('attaches to the same deployment of an earlier try', async () => {
    bench.arm.script = { takes: 20_000 };
    await bench.port.start(content('earlier'), bench.controller.signal);
    const state = await bench.go('later');
    assert.equal(state.state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.ok(
      bench.lines.includes(
        'The same deployment is running already, from an earlier try: following it.',
      ),
    );
  });

  it('refuses a running deployment with other content', async () => {
    bench.arm.script = { takes: 20_000 };
    await bench.port.start(content('earlier', 'other'), bench.controller.signal);
    const error = await failure(bench.go());
    assert.equal(error.code, 'DEPLOYMENT_ACTIVE');
    assert.equal(
      error.message,
      'Another deployment of the same name is Running with other content; nothing was deployed.',
    );
    assert.equal(error.details[0]?.code, 'DeploymentActive');
  });

  it('waits for a running deployment with other content when it is told to', async () => {
    bench.arm.script = { takes: 20_000 };
    await bench.port.start(content('earlier', 'other'), bench.controller.signal);
    assert.equal((await bench.go('r1', 3600, true, 'wait')).state, 'Succeeded');
    assert.equal(bench.arm.begun, 2);
    assert.equal([...bench.arm.deployments.values()][0]?.tags['spokeline-request'], 'r1');
    assert.ok(
      bench.lines.includes(
        '~ Another deployment of the same name is Running with other content ' +
          '(correlation id c0ffee00-0000-4000-8000-000000000001); waiting for its end.',
      ),
      bench.lines.join('\n'),
    );
  });

  it('does not wait for another deployment beyond its own time, nor touch it', async () => {
    bench.arm.script = { takes: 600_000 };
    await bench.port.start(content('earlier', 'other'), bench.controller.signal);
    const error = await failure(bench.go('r1', 60, true, 'wait'));
    assert.equal(error.code, 'TIMEOUT');
    assert.equal(
      error.message,
      'The time given to the task ran out; no deployment of this run was seen in Azure.',
    );
    assert.equal([...bench.arm.deployments.values()][0]?.cancelledAt, undefined);
    assert.equal(bench.arm.begun, 1);
  });

  it('signs in again when the token is refused before its time', async () => {
    bench.arm.script = { takes: 10_000 };
    bench.afterSleeps(3, () => bench.arm.withdrawn.add('token-1'));
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.ok(bench.tokens >= 2);
    assert.equal(bench.arm.begun, 1);
  });
});
