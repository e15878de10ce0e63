import assert from 'node:assert/strict';
import { validateDeployment } from '../../tasks/lib/deploy/deploy.ts';
import { failure } from '../support/failure.ts';
import {
  content,
  deploymentPath,
  startBench,
  subscription,
  type Bench,
} from './stamp-deploy-bench.ts';

describe('how a deployment ends', () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await startBench();
  });

  afterEach(() => bench.arm.close());

  it('names root causes of nested deployments with resource and correlation id', async () => {
    const error = {
      code: 'DeploymentFailed',
      message: 'At least one resource deployment operation failed.',
      details: [{ code: 'Conflict', message: 'x' }],
    };
    bench.arm.script = {
      takes: 3_000,
      error,
      operations: [
        {
          type: 'Microsoft.Resources/deployments',
          name: 'inner',
          from: 0,
          to: 2_000,
          error,
          nested: [
            {
              type: 'Microsoft.KeyVault/vaults',
              name: 'kv',
              from: 0,
              to: 1_000,
              error: {
                code: 'ConflictError',
                message: 'A vault with the same name already exists in deleted state.',
              },
            },
          ],
        },
      ],
    };
    const thrown = await failure(bench.go());
    assert.equal(thrown.code, 'ARM_DEPLOYMENT');
    assert.equal(thrown.message, 'The deployment failed with one root cause.');
    assert.deepEqual(thrown.details, [
      {
        code: 'ConflictError',
        message: 'A vault with the same name already exists in deleted state.',
        hint:
          'A deleted vault keeps its name until it is purged: recover it (createMode recover), purge it, or choose ' +
          'another name. https://learn.microsoft.com/azure/key-vault/general/key-vault-recovery',
        target: `/subscriptions/${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`,
      },
    ]);
    assert.equal(thrown.correlationId, 'c0ffee00-0000-4000-8000-000000000001');
  });

  it('cancels the deployment with the run and says what was left', async () => {
    bench.arm.script = {
      takes: 600_000,
      operations: [
        { type: 'Microsoft.Network/virtualNetworks', name: 'vnet', from: 0, to: 1_000 },
        { type: 'Microsoft.KeyVault/vaults', name: 'kv', from: 1_000, to: 500_000 },
      ],
    };
    bench.afterSleeps(5, () => bench.controller.abort(new Error('stop')));
    const error = await failure(bench.go());
    assert.equal(error.code, 'CANCELLED');
    assert.equal(
      error.message,
      'The run was cancelled; Azure took the request to cancel the deployment.',
    );
    assert.deepEqual(
      error.details.map((d) => d.message),
      ['was Succeeded when the run ended', 'was under way (Running)'],
    );
    assert.equal([...bench.arm.deployments.values()][0]?.cancelledAt !== undefined, true);
  });

  it('leaves the deployment running when cancelDeployment is false', async () => {
    bench.arm.script = { takes: 600_000 };
    const error = await failure(bench.go('r1', 10, false));
    assert.equal(error.code, 'TIMEOUT');
    assert.equal(
      error.message,
      'The time given to the task ran out; the deployment runs on in Azure.',
    );
    assert.equal(
      bench.arm.requests.some((r) => r.endsWith('/cancel')),
      false,
    );
  });

  it('cancels the deployment when the time is up', async () => {
    bench.arm.script = { takes: 600_000 };
    const error = await failure(bench.go('r1', 10));
    assert.equal(error.code, 'TIMEOUT');
    assert.equal(bench.arm.requests.filter((r) => r.endsWith('/cancel')).length, 1);
  });

  it('reports what validation refuses, and deploys nothing', async () => {
    bench.arm.script = {
      takes: 0,
      validation: {
        status: 400,
        body: {
          error: {
            code: 'InvalidTemplateDeployment',
            message: 'outer',
            details: [{ code: 'SkuNotAvailable', message: 'no such SKU here', target: 'vm1' }],
          },
        },
      },
    };
    const error = await failure(validateDeployment(bench.port, content('r'), bench.patience()));
    assert.equal(error.code, 'TEMPLATE_INVALID');
    assert.deepEqual(
      error.details.map(({ code, message, target }) => [code, message, target]),
      [['SkuNotAvailable', 'no such SKU here', 'vm1']],
    );
    assert.match(error.details[0]?.hint ?? '', /^This size or SKU is not offered .* https:\/\//);
    assert.equal(bench.arm.begun, 0);
  });

  it('names the missing right of a 403', async () => {
    const action = 'Microsoft.Resources/deployments/write';
    const scope = `/subscriptions/${subscription}/resourceGroups/rg`;
    const message =
      `The client 'x' with object id 'y' does not have authorization to perform action '${action}' ` +
      `over scope '${scope}' or the scope is invalid.`;
    bench.arm.faults = [
      {
        method: 'PUT',
        path: deploymentPath,
        times: 1,
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message } },
      },
    ];
    const error = await failure(bench.go());
    assert.equal(error.code, 'ARM_FORBIDDEN');
    assert.equal(error.message, `The identity lacks the action ${action} at ${scope}.`);
    assert.match(
      error.hint ?? '',
      /^Give the connection's identity, client x \(object id y\), a role /,
    );
  });
});
