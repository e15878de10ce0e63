import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SpokelineError } from '../../lib/errors.ts';

/** Writes a file for later steps and for people. Throws INPUT_INVALID when the agent may not. */
export async function writeResult(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('INPUT_INVALID', `The result cannot be written: ${reason}`, {
      hint: 'Set whatIfFile to a file that the agent may write.',
      cause: error,
    });
  }
}
