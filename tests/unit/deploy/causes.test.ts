import assert from 'node:assert/strict';
import { flatten, readFault, rootCauses } from '../../../tasks/lib/deploy/causes.ts';
import type { DeploymentPort, Operation } from '../../../tasks/lib/deploy/port.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';

function causes(body: unknown) {
  const fault = readFault(body);
  assert.ok(fault !== undefined);
  return flatten(fault, '/the/resource');
}

describe('root causes', () => {
  it('are the leaves, with the nearest target', () => {
    assert.deepEqual(
      causes({
        error: {
          code: 'DeploymentFailed',
          message: 'outer',
          details: [
            { code: 'A', message: 'first', target: '/a' },
            {
              code: 'B',
              message: 'outer b',
              target: '/b',
              details: [{ code: 'C', message: 'third' }],
            },
          ],
        },
      }),
      [
        { code: 'A', message: 'first', target: '/a' },
        { code: 'C', message: 'third', target: '/b' },
      ],
    );
  });

  it('are found inside a message that is JSON', () => {
    const inner = JSON.stringify({ error: { code: 'QuotaExceeded', message: 'no cores left' } });
    assert.deepEqual(causes({ code: 'BadRequest', message: inner }), [
      { code: 'QuotaExceeded', message: 'no cores left', target: '/the/resource' },
    ]);
  });

  it('keep a message that only looks like JSON', () => {
    assert.deepEqual(causes({ code: 'X', message: '{not json' }), [
      { code: 'X', message: '{not json', target: '/the/resource' },
    ]);
  });

  it('name the policy that refused', () => {
    const error = {
      code: 'RequestDisallowedByPolicy',
      message: 'Resource was disallowed by policy.',
      additionalInfo: [
        { type: 'PolicyViolation', info: { policyAssignmentDisplayName: 'No public addresses' } },
        { type: 'Other', info: 1 },
      ],
    };
    assert.deepEqual(
      causes(error)[0]?.message,
      'Resource was disallowed by policy. (policy assignment No public addresses)',
    );
  });

  it('are those of the outer operation when the inner ones may not be read', async () => {
    const port: Pick<DeploymentPort, 'operations'> = {
      operations: () => Promise.reject(new SpokelineError('ARM_FORBIDDEN', 'no right')),
    };
    const operation: Operation = {
      id: '/o',
      kind: 'Create',
      state: 'Failed',
      durationMs: undefined,
      target: { id: '/inner', type: 'Microsoft.Resources/deployments', name: 'inner' },
      fault: { code: 'DeploymentFailed', message: 'inner failed', details: [], additional: [] },
    };
    assert.deepEqual(await rootCauses(port, [operation], new AbortController().signal), [
      { code: 'DeploymentFailed', message: 'inner failed', target: '/inner' },
    ]);
  });

  it('are not invented', () => {
    assert.equal(readFault({}), undefined);
    assert.equal(readFault('text'), undefined);
    assert.equal(readFault({ error: null }), undefined);
    assert.deepEqual(readFault({ message: 'only text' }), {
      code: 'Unknown',
      message: 'only text',
      details: [],
      additional: [],
    });
  });
});
