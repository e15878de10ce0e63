import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Measurement } from './row.ts';

/** What a suite gets to work with. */
export interface Bench {
  /** Aborted when the user interrupts; suites then stop what they started. */
  readonly signal: AbortSignal;
  /** Empty at first and removed at the end. */
  readonly folder: string;
  /** Whether measurements of ten minutes are wanted. */
  readonly long: boolean;
  /** Tells what is going on. */
  progress(text: string): void;
}

export interface Outcome {
  readonly measurements: readonly Measurement[];
  /** What a reader of the figures has to know. */
  readonly notes: readonly string[];
}

export type Suite = (bench: Bench) => Promise<Outcome>;

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('the median of no values');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? NaN;
  return (lower + upper) / 2;
}

/** Does one run and returns its figure. `run` is unique. */
export type Subject = (run: number) => Promise<number>;

/**
 * Runs all subjects in turn, round by round, so that a noisy minute hits each of them; who begins
 * changes from round to round. The first round warms caches up and does not count.
 *
 * @returns the median of each subject
 */
export async function interleaved<Name extends string>(
  { signal, progress }: Pick<Bench, 'signal' | 'progress'>,
  title: string,
  rounds: number,
  subjects: Readonly<Partial<Record<Name, Subject>>>,
): Promise<Partial<Record<Name, number>>> {
  const names = (Object.keys(subjects) as Name[]).filter((name) => subjects[name] !== undefined);
  const figures = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    progress(`${title}: ${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}`);
    for (let turn = 0; turn < names.length; turn += 1) {
      signal.throwIfAborted();
      const name = names[(round + turn) % names.length];
      const subject = name === undefined ? undefined : subjects[name];
      if (name === undefined || subject === undefined) continue;
      const figure = await subject(round);
      if (round > 0) figures.get(name)?.push(figure);
    }
  }
  const medians: Partial<Record<Name, number>> = {};
  for (const [name, values] of figures) medians[name] = median(values);
  return medians;
}

/** Runs something and returns the seconds that it took. */
export async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return (performance.now() - started) / 1000;
}

export interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
  /** From its start until its last output was read. */
  readonly seconds: number;
}

/**
 * Runs a program to its end, whatever its exit code.
 *
 * @throws Error of the system if it cannot be started; AbortError once an interrupted one has ended
 */
export function runProgram(
  command: string,
  args: readonly string[],
  { env, signal }: { env?: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { env: env ?? process.env, signal, stdio });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) reject(error);
    });
    child.on('close', (code) => {
      const seconds = (performance.now() - started) / 1000;
      // An interrupted program may have to tidy up: it is over when it has ended.
      if (failure === undefined) resolve({ code, output, errors, seconds });
      else reject(failure);
    });
  });
}

/** Path of a program; undefined if it is not installed. */
export async function findProgram(...names: readonly string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, name);
      if (await exists(file, constants.X_OK)) return file;
    }
  }
  return undefined;
}

export function exists(file: string, mode = constants.F_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

/** For example `2 x AMD EPYC, 23 GiB, Node 20.20.2 on linux x64`. */
export function machineLine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 1024 ** 3);
  const node = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  return `${processors.length} x ${model}, ${memory} GiB, ${node}`;
}
