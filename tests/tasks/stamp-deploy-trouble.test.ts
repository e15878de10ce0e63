import assert from 'node:assert/strict';
import { validateDeployment } from '../../tasks/lib/deploy/deploy.ts';
import { failure } from '../support/failure.ts';
import { content, startBench, type Bench } from './stamp-deploy-bench.ts';

const listPath = /\/deployments\/d\/operations$/i;

describe('StampDeploy does not lose sight of a deployment', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
  });

  afterEach(() => bench.arm.close());

  for (const [name, fault] of [
    ['a reset', { reset: 'before' as const }],
    ['a 429', { status: 429 }],
  ] as const) {
    it(`when a further page of its operations meets ${name}`, async () => {
      bench.arm.script = { takes: 5_000 };
      const nextLink = `${bench.arm.url}/subscriptions/s/page2`;
      bench.arm.faults = [
        {
          method: 'GET',
          path: listPath,
          times: 1,
          status: 200,
          body: { value: [], nextLink },
        },
        { method: 'GET', path: /page2$/, times: 1, ...fault },
      ];
      assert.equal((await bench.go()).state, 'Succeeded');
      assert.equal(bench.arm.requests.filter((r) => r === 'GET /subscriptions/s/page2').length, 1);
      assert.ok(!bench.arm.requests.some((r) => r.endsWith('/cancel')));
    });
  }

  it('when its identity may not list operations', async () => {
    const message =
      "The client 'x' does not have authorization to perform action " +
      "'Microsoft.Resources/deployments/operations/read' over scope '/s' or the scope is invalid.";
    bench.arm.script = { takes: 5_000 };
    bench.arm.faults = [
      {
        method: 'GET',
        path: listPath,
        times: 100,
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message } },
      },
    ];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.requests.filter((r) => listPath.test(r)).length, 1);
    assert.ok(
      bench.lines.includes(
        'The identity lacks the action Microsoft.Resources/deployments/operations/read at /s. ' +
          'So the resources are not shown one by one.',
      ),
    );
  });

  for (const status of [400, 401, 409]) {
    it(`when the list of its operations is answered with ${status}, also after its end`, async () => {
      bench.arm.script = { takes: 5_000 };
      bench.arm.faults = [{ method: 'GET', path: listPath, times: 100, skip: 3, status }];
      assert.equal((await bench.go()).state, 'Succeeded');
      assert.match(bench.lines.join('\n'), /injected So the resources are not shown one by one\./);
    });
  }

  it('nor of its causes when one of its modules cannot be listed', async () => {
    const wrapped = { code: 'DeploymentFailed', message: 'see below' };
    const cause = { code: 'SkuNotAvailable', message: 'not in this region' };
    const module = { type: 'Microsoft.Resources/deployments', name: 'data', from: 0, to: 4_000 };
    bench.arm.script = {
      takes: 5_000,
      error: { ...wrapped, details: [cause] },
      operations: [{ ...module, error: wrapped }],
    };
    bench.arm.faults = [
      { method: 'GET', path: /\/deployments\/data\/operations$/, times: 100, status: 400 },
    ];
    const error = await failure(bench.go());
    assert.equal(error.message, 'The deployment failed with one root cause.');
    assert.equal(error.details[0]?.code, 'SkuNotAvailable');
  });

  it('to another that takes its name: success of that one is not reported', async () => {
    bench.arm.script = { takes: 5_000 };
    bench.afterSleeps(4, () => {
      const own = bench.arm.deployments.get('d');
      assert.ok(own);
      const { tags } = content('r2', 'other');
      bench.arm.deployments.set('d', { ...own, tags, since: bench.clock.now() });
    });
    const error = await failure(bench.go());
    assert.equal(error.code, 'DEPLOYMENT_ACTIVE');
    assert.equal(
      error.message,
      `Another deployment has taken the name of this one: ${bench.port.id}. ` +
        'The deployment was begun and was Running when last seen; its outcome is not known.',
    );
    assert.ok(!bench.arm.requests.some((r) => r.endsWith('/cancel')));
  });

  it('when the sign-in service fails in the middle', async () => {
    await bench.arm.close();
    bench = await startBench(0);
    bench.arm.script = { takes: 30_000 };
    bench.afterSleeps(3, () => {
      bench.brokenSignIns = 4;
    });
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.begun, 1);
    assert.equal(bench.brokenSignIns, 0);
    assert.ok(
      bench.lines.includes('~ no sign-in while following the deployment; it runs on.'),
      bench.lines.join('\n'),
    );
  });

  it('but fails at once when it cannot even begin to sign in', async () => {
    bench.brokenSignIns = 1_000;
    assert.equal((await failure(bench.go())).code, 'AUTH_FAILED');
    assert.equal(bench.clock.sleeps.length, 0);
  });
});

describe('a deployment with modules', () => {
  let bench: Bench;
  const kv = { type: 'Microsoft.KeyVault/vaults', from: 0 };
  const module = 'Microsoft.Resources/deployments';

  beforeEach(async () => {
    bench = await startBench();
    bench.arm.script = {
      takes: 20_000,
      operations: [
        {
          type: module,
          name: 'data',
          from: 0,
          to: 12_000,
          nested: [
            { ...kv, name: 'kv', to: 5_000 },
            {
              type: module,
              name: 'deep',
              from: 1_000,
              to: 11_000,
              nested: [{ ...kv, name: 'kv2', to: 9_000 }],
            },
          ],
        },
        {
          type: module,
          name: 'late',
          from: 12_000,
          to: 19_900,
          nested: [{ ...kv, name: 'kv3', to: 19_800 }],
        },
      ],
    };
  });

  afterEach(() => bench.arm.close());

  it('shows their resources too, indented', async () => {
    await bench.go();
    assert.deepEqual(
      bench.lines.filter((line) => line.startsWith('  ')),
      [
        '  started Microsoft.Resources/deployments data',
        '    started Microsoft.KeyVault/vaults kv',
        '    started Microsoft.Resources/deployments deep',
        '      started Microsoft.KeyVault/vaults kv2',
        '    done    Microsoft.KeyVault/vaults kv (5.0 s)',
        '      done    Microsoft.KeyVault/vaults kv2 (9.0 s)',
        '    done    Microsoft.Resources/deployments deep (10 s)',
        '  done    Microsoft.Resources/deployments data (12 s)',
        '  started Microsoft.Resources/deployments late',
        '    started Microsoft.KeyVault/vaults kv3',
        '  done    Microsoft.Resources/deployments late (7.9 s)',
        '    done    Microsoft.KeyVault/vaults kv3 (20 s)',
      ],
    );
  });

  it('shows them while they are under way also where a resource has a condition', async () => {
    bench.conditional = 1;
    await bench.go();
    const shown = bench.lines.filter((line) => /^ +started /.test(line));
    assert.deepEqual(
      shown.map((line) => line.trim().split(' ').pop()),
      ['data', 'kv', 'deep', 'kv2', 'late', 'kv3'],
    );
  });

  it('is seen to end as soon as one without, with one list a poll', async () => {
    await bench.go();
    const nested = { sleeps: [...bench.clock.sleeps], requests: [...bench.arm.requests] };
    const lists = nested.requests.filter((r) => r.endsWith('/operations')).length;
    // After the end: the last lists of the deployment and of what has not shown its end.
    assert.ok(lists <= nested.sleeps.length + 2, `${lists} lists in ${nested.sleeps.length} polls`);
    const { operations: _none, ...plain } = bench.arm.script;
    await bench.arm.close();
    bench = await startBench();
    bench.arm.script = { ...plain, operations: [{ ...kv, name: 'kv', to: 19_900 }] };
    await bench.go();
    assert.deepEqual(nested.sleeps, bench.clock.sleeps);
  });

  it('goes on showing the others when one of them may not be looked at', async () => {
    const path = /\/deployments\/deep\/operations$/;
    const body = { error: { code: 'AuthorizationFailed', message: 'no' } };
    bench.arm.faults = [{ method: 'GET', path, times: 100, status: 403, body }];
    assert.equal((await bench.go()).state, 'Succeeded');
    assert.equal(bench.arm.requests.filter((r) => path.test(r)).length, 1);
    assert.ok(bench.lines.includes('    done    Microsoft.KeyVault/vaults kv3 (20 s)'));
  });
});

describe('a validation that takes its time', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
  });

  afterEach(() => bench.arm.close());

  const begun = (headers: Record<string, string>) => ({
    method: 'POST',
    path: /\/validate$/,
    times: 1,
    status: 202,
    headers,
    body: {},
  });

  it('is followed to its verdict', async () => {
    const location = `${bench.arm.url}/verdict`;
    const refused = { error: { code: 'InvalidTemplate', message: 'no such type' } };
    bench.arm.faults = [
      begun({ location, 'retry-after': '3' }),
      { method: 'GET', path: /^\/verdict$/, times: 2, status: 202, body: {} },
      { method: 'GET', path: /^\/verdict$/, times: 1, status: 400, body: refused },
    ];
    const error = await failure(validateDeployment(bench.port, content('r'), bench.patience()));
    assert.equal(error.code, 'TEMPLATE_INVALID');
    assert.deepEqual(bench.clock.sleeps, [3_000, 2_000, 2_000]);
    assert.equal(bench.arm.requests.filter((r) => r.endsWith('/validate')).length, 1);
  });

  it('ends with the time of the task', async () => {
    const location = `${bench.arm.url}/verdict`;
    bench.arm.faults = [
      begun({ location }),
      { method: 'GET', path: /^\/verdict$/, times: 1_000, status: 202, body: {} },
    ];
    const error = await failure(validateDeployment(bench.port, content('r'), bench.patience(60)));
    assert.equal(error.code, 'TIMEOUT');
    assert.match(error.message, /while validating the template: Azure has no verdict yet\.$/);
  });

  it('has no say where a deployment of the name runs', async () => {
    const active = { error: { code: 'DeploymentActive', message: 'still active' } };
    bench.arm.faults = [
      { method: 'POST', path: /\/validate$/, times: 1, status: 409, body: active },
    ];
    await validateDeployment(bench.port, content('r'), bench.patience());
  });

  it('is not valid for want of a place to ask', async () => {
    bench.arm.faults = [begun({})];
    const error = await failure(validateDeployment(bench.port, content('r'), bench.patience()));
    assert.equal(error.code, 'ARM_REQUEST');
  });
});
