import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { outputsFile } from '../../lib/deploy/outputs.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';

/**
 * A file in the agent's temporary folder that no other step or stamp writes: the agent reads pages later, and later
 * steps read what an output names.
 */
export function ownFile(name: string, ending: string, { agent }: TaskContext): string {
  return join(agent.tempDirectory, `${name}-${randomUUID()}.${ending}`);
}

/** `result.json` for several stamps: each has its own `result.<stamp>.json`. */
export function fileOfStamp(file: string, stamp: string): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}.${stamp}${ext}`);
}

/** Writes a file for later steps and for people. Throws INPUT_INVALID when the agent may not. */
export async function writeResult(file: string, text: string): Promise<void> {
  try {
    await write(file, text);
  } catch (error) {
    throw new SpokelineError('INPUT_INVALID', `The result cannot be written: ${reasonOf(error)}`, {
      hint: 'Set whatIfFile to a file that the agent may write.',
      cause: error,
    });
  }
}

/** Sets `outputsFile` to a file with the outputs. What is deployed stays deployed: a full disk is a warning. */
export async function keepOutputs(
  name: string,
  document: string,
  context: TaskContext,
): Promise<void> {
  const file = ownFile(name, 'outputs.json', context);
  try {
    await write(file, document);
  } catch (error) {
    context.issue('warning', `The file with the outputs cannot be written: ${reasonOf(error)}`);
    return;
  }
  context.setOutput(outputsFile, file);
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
