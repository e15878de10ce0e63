import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Lines of the TypeScript files below a folder, generated files left out. */
export async function countLines(folder: string): Promise<number> {
  const files = await readdir(folder, { recursive: true });
  let lines = 0;
  for (const file of files) {
    if (!file.endsWith('.ts') || file.includes('generated')) continue;
    lines += (await readFile(join(folder, file), 'utf8')).split('\n').length - 1;
  }
  return lines;
}
