import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { interleaved, runProgram } from './measure.ts';
import type { Bench, Outcome, Subject } from './measure.ts';
import { atMost } from './row.ts';
import type { Measurement } from './row.ts';
import { agentEnvironment, bundleOf } from './task-process.ts';

const rounds = 11;
const nothing = 'node -e 0';
const uncached = 'without its code cache';

/** How long `npm start` takes, and how long a task takes before it does anything. */
export async function start(bench: Bench): Promise<Outcome> {
  const bundles = await startTimes(bench);
  bench.progress('the default example, once');
  const out = join(bench.folder, 'out');
  const { code, output, errors, seconds } = await runProgram(
    process.execPath,
    [resolve('dist', 'start.js'), '--out', out],
    { signal: bench.signal },
  );
  if (code !== 0) throw new Error(`the default example ended with ${code}:\n${output}${errors}`);
  return {
    measurements: [
      {
        name: 'default example, all pipelines',
        unit: 's',
        ours: seconds,
        goal: atMost('ours', 60),
      },
      ...bundles,
    ],
    notes: [
      'start: the example runs once, built and installed already; a task starts without inputs, ' +
        'which it refuses and ends.',
    ],
  };
}

async function startTimes(bench: Bench): Promise<Measurement[]> {
  const tasks = (await readdir(join('dist', 'tasks'))).sort();
  const temporary = join(bench.folder, 'agent');
  await mkdir(temporary);
  const env = agentEnvironment(temporary);
  const node = (...args: string[]) =>
    runProgram(process.execPath, args, { env, signal: bench.signal });
  const subjects: Record<string, Subject> = {
    [nothing]: async () => (await node('-e', '0')).seconds * 1000,
  };
  const refused =
    (task: string, entry: string): Subject =>
    async () => {
      const { output, errors, seconds } = await node(entry);
      if (!output.includes('code=INPUT_INVALID')) {
        throw new Error(`${task} did not refuse its inputs:\n${output}${errors}`);
      }
      return seconds * 1000;
    };
  for (const task of tasks) {
    subjects[task] = refused(task, bundleOf(task));
    subjects[`${task} ${uncached}`] = refused(task, await withoutCache(task, bench.folder));
  }
  const times = await interleaved(bench, 'start of the bundles', rounds, subjects);
  return tasks.flatMap((task): Measurement[] => {
    const row = { name: `${task}, packaged`, unit: 'ms', ours: times[task] } as const;
    return [
      { ...row, peer: times[nothing], peerName: nothing },
      { ...row, peer: times[`${task} ${uncached}`], peerName: uncached, goal: atMost('ratio', 1) },
    ];
  });
}

/** A copy of a packaged task that V8 has to compile. @returns its entry */
async function withoutCache(task: string, folder: string): Promise<string> {
  const copy = join(folder, 'uncached', task);
  await cp(dirname(bundleOf(task)), copy, { recursive: true });
  for (const file of await readdir(copy)) if (file.endsWith('.cache')) await rm(join(copy, file));
  return join(copy, 'index.js');
}
