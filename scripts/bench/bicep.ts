import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Bicep } from 'bicep-node';
import { exists, median, runProgram } from './measure.ts';
import type { Bench, Outcome } from './measure.ts';
import { atLeast, atMost } from './row.ts';
import type { Measurement } from './row.ts';

/** Fresh processes that compile every case once. */
const passes = 3;
const peerName = 'bicep (BICEP_PATH)';
const cli = resolve('dist', 'sandbox', 'bicep');
/** Official pairs of source and result; too large for the repository, they lie beside it. */
const oracles = join('..', 'shared', 'oracles', 'bicep');

interface Case {
  readonly id: string;
  readonly entry: string;
}

interface Report {
  readonly sets: Readonly<Record<string, Share>>;
  readonly total: Share;
}

interface Share {
  readonly pass: number;
  readonly total: number;
  readonly percent: number;
}

/** The stand-in compiler against the real one, over cases whose official result is known. */
export async function bicep(bench: Bench): Promise<Outcome> {
  const manifest = join(oracles, 'cases.json');
  if (!(await exists(manifest))) {
    const measurements: Measurement[] = [
      { name: 'compile, median of a case', unit: 'ms', peerName },
    ];
    return { measurements, notes: [`bicep: not measured, there are no cases in ${oracles}.`] };
  }
  const cases = JSON.parse(await readFile(manifest, 'utf8')) as Case[];
  const real = process.env['BICEP_PATH'];
  const programs = real === undefined || real === '' ? [cli] : [cli, resolve(real)];

  const times: number[][][] = programs.map(() => []);
  for (let pass = 1; pass <= passes; pass += 1) {
    for (const [position, program] of programs.entries()) {
      bench.progress(`${cases.length} cases, process ${pass} of ${passes}`);
      times[position]?.push(await compileAll(program, cases, bench.signal));
    }
  }
  const [ours, peer] = times.map((all) => figuresOf(all, cases.length));
  const reports: Report[] = [];
  for (const program of programs) {
    bench.progress('comparing with the official results');
    reports.push(await compare(program, bench.signal));
  }
  return {
    measurements: [
      {
        ...timed('compile, median of a case', ours?.median, peer?.median),
        goal: atMost('ours', 100),
      },
      timed(`compile, all ${cases.length} cases in one process`, ours?.total, peer?.total),
      ...sharesOf(reports),
    ],
    notes: [
      `bicep: times are of calls over the compiler's own JSON-RPC, first compilation in a process included; ` +
        'a share is that of official results reproduced.',
    ],
  };
}

function timed(name: string, ours: number | undefined, peer: number | undefined): Measurement {
  return { name, unit: 'ms', ours, peer, peerName };
}

function sharesOf([ours, peer]: readonly Report[]): Measurement[] {
  if (ours === undefined) return [];
  const of = (name: string, share: Share, other: Share | undefined): Measurement => ({
    name: `reproduced, ${name} (${share.total} cases)`,
    unit: '%',
    ours: share.percent,
    peer: other?.percent,
    peerName,
    goal: atLeast('ours', 99),
  });
  return [
    ...Object.entries(ours.sets).map(([set, share]) => of(set, share, peer?.sets[set])),
    of('all', ours.total, peer?.total),
  ];
}

/** Milliseconds of each case, in one new process. What cannot be compiled takes its time as well. */
async function compileAll(
  program: string,
  cases: readonly Case[],
  signal: AbortSignal,
): Promise<number[]> {
  const compiler = await Bicep.initialize(program);
  try {
    const times: number[] = [];
    for (const { entry } of cases) {
      signal.throwIfAborted();
      const path = resolve(oracles, entry);
      const started = performance.now();
      if (path.endsWith('.bicepparam')) {
        await compiler.compileParams({ path, parameterOverrides: {} });
      } else {
        await compiler.compile({ path });
      }
      times.push(performance.now() - started);
    }
    return times;
  } finally {
    compiler.dispose();
  }
}

/** Median over the cases of each one's median, and median over the processes of their sums. */
function figuresOf(all: readonly (readonly number[])[], cases: number) {
  const perCase = Array.from({ length: cases }, (_, index) =>
    median(all.map((times) => times[index] ?? NaN)),
  );
  const sums = all.map((times) => times.reduce((sum, time) => sum + time, 0));
  return { median: median(perCase), total: median(sums) };
}

async function compare(program: string, signal: AbortSignal): Promise<Report> {
  const check = join(oracles, 'check.mjs');
  const { output, errors } = await runProgram(process.execPath, [check, program, '--json'], {
    signal,
  });
  if (output === '') throw new Error(`no comparison with the official results: ${errors}`);
  return JSON.parse(output) as Report;
}
