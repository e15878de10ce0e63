import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJsonC } from './json-text.ts';

/**
 * The settings of the nearest `bicepconfig.json` at or above a file, which is added to `files`; undefined if there
 * are none, or none that can be read: they decide about warnings and aliases only.
 */
export function readSettings(file: string, files: Set<string>): unknown {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, 'bicepconfig.json');
    if (existsSync(path)) {
      files.add(path);
      try {
        return parseJsonC(readFileSync(path, 'utf8'));
      } catch {
        return undefined;
      }
    }
    if (dirname(directory) === directory) return undefined;
  }
}
