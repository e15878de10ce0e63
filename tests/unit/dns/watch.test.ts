import assert from 'node:assert/strict';
import { AnswerWatch, type Age } from '../../../tasks/lib/dns/watch.ts';
import type { RecordAnswer } from '../../../tasks/lib/net/resolve.ts';

function answer(more: Partial<RecordAnswer>): RecordAnswer {
  return {
    ...{ name: 'kv.vault.azure.net', type: 'A', chain: [], values: [], source: '10.0.0.53' },
    ...more,
  };
}

const old = { values: ['203.0.113.9'] };

describe('the age of an answer', () => {
  /** Seconds at which it was seen, and what was seen. */
  const cases: [string, [number, Partial<RecordAnswer>][], Age][] = [
    ['seen once', [[0, { ...old, ttl: 60 }]], { kind: 'unknown', left: 60 }],
    ['without a time to live', [[0, old]], { kind: 'unknown', left: undefined }],
    [
      'running down',
      [
        [0, { ...old, ttl: 60 }],
        [5, { ...old, ttl: 55 }],
        [10, { ...old, ttl: 50 }],
      ],
      { kind: 'cached', left: 50 },
    ],
    [
      'given anew each time',
      [
        [0, { ...old, ttl: 60 }],
        [5, { ...old, ttl: 60 }],
      ],
      { kind: 'fresh' },
    ],
    [
      'run down and given anew',
      [
        [0, { ...old, ttl: 6 }],
        [5, { ...old, ttl: 1 }],
        [10, { ...old, ttl: 56 }],
        [15, { ...old, ttl: 51 }],
      ],
      { kind: 'fresh' },
    ],
    [
      'another answer begins again',
      [
        [0, { ...old, ttl: 60 }],
        [5, { ...old, ttl: 60 }],
        [10, { values: ['10.9.9.9'], ttl: 30 }],
      ],
      { kind: 'unknown', left: 30 },
    ],
    [
      'a negative answer has the time of its SOA',
      [
        [0, { error: 'nxdomain', ttl: 60, negative: { zone: 'x', ttl: 10 } }],
        [5, { error: 'nxdomain', ttl: 55, negative: { zone: 'x', ttl: 5 } }],
      ],
      { kind: 'cached', left: 5 },
    ],
    [
      'looks too close together prove nothing',
      [
        [0, { ...old, ttl: 60 }],
        [1, { ...old, ttl: 60 }],
      ],
      { kind: 'unknown', left: 60 },
    ],
  ];
  for (const [name, sights, expected] of cases) {
    it(name, () => {
      const watch = new AnswerWatch();
      for (const [at, more] of sights) watch.note(answer(more), at * 1000);
      const last = sights.at(-1)?.[1] ?? {};
      assert.deepEqual(watch.age(answer(last)), expected);
    });
  }

  it('is one of each resolver and name', () => {
    const watch = new AnswerWatch();
    watch.note(answer({ ...old, ttl: 60 }), 0);
    watch.note(answer({ ...old, ttl: 50 }), 10_000);
    const other = answer({ ...old, ttl: 60, source: '10.0.0.54' });
    assert.deepEqual(watch.age(other), { kind: 'unknown', left: 60 });
  });
});
