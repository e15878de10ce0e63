import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { reportSchema, type Report } from '../../sandbox/start/report-schema.ts';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end with stdin closed; never rejects for an exit code. */
export function finish(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface ExampleRun extends Finished {
  report: Report;
  html: string;
  junit: string;
}

/** Runs an example as `npm start` does, wrapped in another command if one is given, and reads what it wrote. */
export async function startExample(
  args: readonly string[],
  wrap: (command: string[]) => string[] = (command) => command,
): Promise<ExampleRun> {
  const out = await mkdtemp(join(tmpdir(), 'spokeline-out-'));
  try {
    const [command = '', ...rest] = wrap([
      process.execPath,
      'dist/start.js',
      ...args,
      '--out',
      out,
    ]);
    const finished = await finish(command, rest);
    const read = (file: string) => readFile(join(out, 'mission-critical', file), 'utf8');
    const report = await read('report.json').catch(() => {
      throw new Error(`no report (exit ${finished.code}):\n${finished.stdout}\n${finished.stderr}`);
    });
    return {
      ...finished,
      report: v.parse(reportSchema, JSON.parse(report)),
      html: await read('report.html'),
      junit: await read('junit.xml'),
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
