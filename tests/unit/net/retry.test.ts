import assert from 'node:assert/strict';
import { backoff, retryAfter } from '../../../tasks/lib/net/retry.ts';

describe('net/retry', () => {
  const now = Date.parse('2026-11-21T10:00:00Z');
  const cases: [string, Record<string, string | undefined>, number | undefined][] = [
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a fraction', { 'retry-after': '0.5' }, 500],
    ['blanks', { 'retry-after': ' 0 ' }, 0],
    ['a day', { 'retry-after': '86400' }, 600_000],
    ['a date to come', { 'retry-after': 'Sat, 21 Nov 2026 10:00:30 GMT' }, 30_000],
    ['a date gone by', { 'retry-after': 'Sat, 21 Nov 2026 09:00:00 GMT' }, 0],
    ['a word', { 'retry-after': 'soon' }, undefined],
    ['a negative number', { 'retry-after': '-1' }, undefined],
    ['nothing', {}, undefined],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    ['milliseconds of Azure', { 'x-ms-retry-after-ms': '40' }, 40],
  ];
  for (const [name, headers, expected] of cases) {
    it(`reads ${name}`, () => assert.equal(retryAfter(headers, now), expected));
  }

  it('grows from try to try up to a limit, half of it by chance', () => {
    const waits = (random: number) => [0, 1, 4, 5, 1000].map((n) => backoff(n, () => random));
    assert.deepEqual(waits(1), [1_000, 2_000, 16_000, 30_000, 30_000]);
    assert.deepEqual(waits(0), [500, 1_000, 8_000, 15_000, 15_000]);
    assert.equal(
      backoff(2, () => 1, { shortest: 250, longest: 60_000 }),
      1_000,
    );
  });
});
