import assert from 'node:assert/strict';
import { flatten, readFault, rootCauses } from '../../../tasks/lib/deploy/causes.ts';
import type { Patience } from '../../../tasks/lib/deploy/patience.ts';
import type { DeploymentPort, Operation } from '../../../tasks/lib/deploy/port.ts';
import { SpokelineError } from '../../../tasks/lib/errors.ts';
import { fakeClock } from '../../support/clock.ts';

function causes(body: unknown) {
  const fault = readFault(body);
  assert.ok(fault !== undefined);
  return flatten(fault, '/the/resource');
}

const nested: Operation = {
  id: '/o',
  kind: 'Create',
  state: 'Failed',
  durationMs: undefined,
  target: { id: '/inner', type: 'Microsoft.Resources/deployments', name: 'inner' },
  fault: { code: 'DeploymentFailed', message: 'inner failed', details: [], additional: [] },
};

function patience(): Patience {
  const clock = fakeClock();
  const { signal } = new AbortController();
  const deadline = clock.now() + 600_000;
  return { clock, signal, deadline, random: () => 0.5, onDelay: () => {} };
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

  it('keep the resource where a target is only a name inside of it', () => {
    const details = [
      { code: 'A', message: 'The value is wrong.', target: 'imageReference' },
      { code: 'B', message: 'sku is wrong', target: 'sku' },
    ];
    assert.deepEqual(causes({ code: 'InvalidParameter', message: 'outer', details }), [
      { code: 'A', message: 'The value is wrong. (imageReference)', target: '/the/resource' },
      { code: 'B', message: 'sku is wrong', target: '/the/resource' },
    ]);
    const fault = readFault({ code: 'C', message: 'no', target: 'storage1' });
    assert.deepEqual(fault && flatten(fault), [{ code: 'C', message: 'no', target: 'storage1' }]);
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
    assert.deepEqual(await rootCauses(port, [nested], patience()), [
      { code: 'DeploymentFailed', message: 'inner failed', target: '/inner' },
    ]);
  });

  it('are asked for again while Azure is throttled', async () => {
    const fault = { code: 'Conflict', message: 'taken', details: [], additional: [] };
    const target = { id: '/kv', type: 'Microsoft.KeyVault/vaults', name: 'kv' };
    let throttled = 3;
    const port: Pick<DeploymentPort, 'operations'> = {
      operations: () => {
        throttled -= 1;
        return Promise.resolve(
          throttled >= 0
            ? { kind: 'later', reason: 'Azure answered 429' }
            : { kind: 'value', value: [{ ...nested, target, fault }] },
        );
      },
    };
    assert.deepEqual(await rootCauses(port, [nested], patience()), [
      { code: 'Conflict', message: 'taken', target: '/kv' },
    ]);
    throttled = 100;
    const [own] = await rootCauses(port, [nested], patience());
    assert.equal(own?.message, 'inner failed');
    assert.equal(throttled, 96);
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
