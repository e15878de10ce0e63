import assert from 'node:assert/strict';
import { pollDelay } from '../../../tasks/lib/deploy/pace.ts';
import { nextTry, seconds } from '../../../tasks/lib/deploy/patience.ts';
import { Progress } from '../../../tasks/lib/deploy/progress.ts';
import type { Operation } from '../../../tasks/lib/deploy/port.ts';

function operation(name: string, state: string, more: Partial<Operation> = {}): Operation {
  return {
    id: `/operations/${name}`,
    kind: 'Create',
    state,
    durationMs: undefined,
    target: { id: `/r/${name}`, type: 'Microsoft.X/y', name },
    fault: undefined,
    ...more,
  };
}

describe('progress', () => {
  it('has a line when a resource starts and one when it ends, each once', () => {
    const progress = new Progress(4);
    const texts = (list: Operation[], now: number) => progress.update(list, now).map((l) => l.text);
    assert.deepEqual(texts([operation('a', 'Accepted'), operation('b', 'Running')], 0), [
      '  started Microsoft.X/y a',
      '  started Microsoft.X/y b',
    ]);
    assert.deepEqual(texts([operation('a', 'Running'), operation('b', 'Running')], 1_000), []);
    const fault = { code: 'Conflict', message: 'm', details: [], additional: [] };
    assert.deepEqual(
      texts(
        [operation('a', 'Succeeded'), operation('b', 'Failed', { fault, durationMs: 65_000 })],
        4_200,
      ),
      ['  done    Microsoft.X/y a (4.2 s)', '  failed  Microsoft.X/y b (1 min 5 s): Conflict'],
    );
    assert.deepEqual(
      texts([operation('a', 'Running')], 5_000),
      [],
      'an outdated page changes nothing',
    );
    assert.deepEqual(texts([operation('c', 'Succeeded', { durationMs: 500 })], 5_000), [
      '  done    Microsoft.X/y c (0.5 s)',
    ]);
    assert.equal(progress.percent, Math.floor((3 / 4) * 95));
  });

  it('never goes back when nested deployments bring more', () => {
    const progress = new Progress(1);
    progress.update([operation('module', 'Succeeded')], 0);
    assert.equal(progress.percent, 95);
    progress.update([operation('a', 'Running'), operation('b', 'Running')], 0, 1);
    assert.deepEqual([progress.percent, progress.done, progress.total], [95, 1, 3]);
  });

  it('counts what a nested deployment has beside what the template has', () => {
    const progress = new Progress(3);
    progress.update([operation('module', 'Running')], 0);
    progress.update([operation('a', 'Succeeded'), operation('b', 'Succeeded')], 0, 1);
    assert.deepEqual([progress.done, progress.total, progress.percent], [2, 5, 38]);
  });

  it('leaves out what is no resource', () => {
    const progress = new Progress(0);
    const list = [
      operation('r', 'Succeeded', { kind: 'Read' }),
      operation('o', 'Succeeded', { kind: 'EvaluateDeploymentOutput', target: undefined }),
    ];
    assert.deepEqual(progress.update(list, 0), []);
    assert.equal(progress.percent, 0);
  });
});

describe('waiting', () => {
  it('is short at first and never long', () => {
    assert.deepEqual(
      [0, 59_999, 60_000, 119_999, 120_000, 239_999, 240_000, 3_600_000].map(pollDelay),
      [1_000, 1_000, 2_000, 2_000, 3_000, 3_000, 4_000, 4_000],
    );
  });

  it('backs off with jitter, and obeys Retry-After', () => {
    const at = (attempt: number, random: number) => nextTry(attempt, undefined, () => random);
    assert.deepEqual([at(0, 0), at(0, 1), at(3, 1), at(30, 1)], [500, 1_000, 8_000, 30_000]);
    assert.equal(
      nextTry(9, 12_000, () => 0),
      12_000,
    );
    assert.equal(
      nextTry(9, 0, () => 0),
      1_000,
    );
  });

  it('is told in words', () => {
    assert.deepEqual([840, 9_940, 42_400, 185_000].map(seconds), [
      '0.8 s',
      '9.9 s',
      '42 s',
      '3 min 5 s',
    ]);
  });
});
