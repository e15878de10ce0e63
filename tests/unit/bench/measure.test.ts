import assert from 'node:assert/strict';
import { interleaved, median, runProgram } from '../../../scripts/bench/measure.ts';

const quiet = { signal: new AbortController().signal, progress: () => undefined };

describe('bench: measuring', () => {
  const medians: [number[], number][] = [
    [[3], 3],
    [[5, 1, 3], 3],
    [[10, 9, 100], 10],
    [[4, 1, 3, 2], 2.5],
  ];
  for (const [values, expected] of medians) {
    it(`median of ${values.join(', ')}`, () => assert.equal(median(values), expected));
  }

  it('has no median of nothing', () => {
    assert.throws(() => median([]), { message: 'the median of no values' });
  });

  it('lets the subjects take turns, and leaves the warm-up out', async () => {
    const order: string[] = [];
    const subject = (name: string, figures: readonly number[]) => (run: number) => {
      order.push(`${name}${run}`);
      return Promise.resolve(figures[run] ?? NaN);
    };
    const medians = await interleaved(quiet, 'title', 3, {
      a: subject('a', [1000, 3, 1, 2]),
      b: subject('b', [2000, 7, 9, 8]),
    });
    assert.deepEqual(medians, { a: 2, b: 8 });
    assert.deepEqual(order, ['a0', 'b0', 'b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
  });

  it('stops between two runs when it is interrupted', async () => {
    const cancel = new AbortController();
    const runs: number[] = [];
    const measuring = interleaved({ ...quiet, signal: cancel.signal }, 'title', 3, {
      a: (run) => {
        runs.push(run);
        if (run === 1) cancel.abort();
        return Promise.resolve(1);
      },
    });
    await assert.rejects(measuring, { name: 'AbortError' });
    assert.deepEqual(runs, [0, 1]);
  });

  it('runs a program to its end, whatever its exit code', async () => {
    const script = 'console.log("out"); console.error("err"); process.exitCode = 3';
    const finished = await runProgram(process.execPath, ['-e', script], quiet);
    assert.deepEqual([finished.code, finished.output, finished.errors], [3, 'out\n', 'err\n']);
    assert.ok(finished.seconds > 0 && finished.seconds < 30);
  });

  it('waits for the end of a program that is interrupted', async () => {
    const cancel = new AbortController();
    const script = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000);`;
    const running = runProgram(process.execPath, ['-e', script], { signal: cancel.signal });
    cancel.abort();
    await assert.rejects(running, { name: 'AbortError' });
  });

  it('fails for a program that cannot be started', async () => {
    await assert.rejects(runProgram('/no/such/program', [], quiet), { code: 'ENOENT' });
  });
});
