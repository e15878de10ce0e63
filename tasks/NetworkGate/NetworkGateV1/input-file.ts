import { readFile } from 'node:fs/promises';
import { parseJsonObject } from '../../lib/deploy/template.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { Resource } from '../../lib/reach/read/resource.ts';
import { pinnedTags } from '../../lib/reach/read/service-tags.ts';

/**
 * The text of a file that an input names.
 *
 * @throws SpokelineError INPUT_INVALID
 */
export async function readInputFile(file: string, input: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new SpokelineError('INPUT_INVALID', `Input "${input}" is ${file}, which ${why}.`, {
      cause: error,
    });
  }
}

/**
 * The service tags of the file that the input names; none without it.
 *
 * @throws SpokelineError INPUT_INVALID
 */
export async function readPinnedTags(file: string | undefined): Promise<readonly Resource[]> {
  if (file === undefined) return [];
  const text = await readInputFile(file, 'serviceTags');
  const tags = pinnedTags(parseJsonObject(text, file, 'INPUT_INVALID'));
  if (tags !== undefined) return [tags];
  throw new SpokelineError(
    'INPUT_INVALID',
    `Input "serviceTags" is ${file}, which holds no service tags.`,
    { hint: 'Download "Azure IP Ranges and Service Tags" of your cloud, and name that JSON file.' },
  );
}
