import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SpokelineError } from '../errors.ts';
import { junitOf } from './reports/junit.ts';
import { markdownOf } from './reports/markdown.ts';
import type { GateResult } from './result.ts';

/** Paths of what was written. */
export interface ResultFiles {
  readonly json: string;
  readonly junit: string;
  readonly markdown: string;
}

/** Writes the evidence of a gate into a folder, which is made if needed. */
export async function writeResults(
  folder: string,
  result: GateResult,
  title: string,
): Promise<ResultFiles> {
  const files: ResultFiles = {
    json: join(folder, 'gate.json'),
    junit: join(folder, 'gate.junit.xml'),
    markdown: join(folder, 'gate.md'),
  };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(files.json, `${JSON.stringify(result, undefined, 2)}\n`);
    await writeFile(files.junit, junitOf(result, title));
    await writeFile(files.markdown, markdownOf(result, title));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('INPUT_INVALID', `The results folder cannot be written: ${reason}`, {
      hint: 'Set resultsFolder to a folder that the agent may write.',
      cause: error,
    });
  }
  return files;
}
