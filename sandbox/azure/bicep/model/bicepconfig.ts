import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJsonC } from './json-text.ts';
import { selectPath } from './json-path.ts';

/** A `bicepconfig.json` that cannot be read as one. */
export class BadSettings extends Error {}

/**
 * The settings of the nearest `bicepconfig.json` at or above a file, which is added to `files`; undefined if there
 * are none. Throws BadSettings.
 */
export function readSettings(file: string, files: Set<string>): unknown {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, 'bicepconfig.json');
    if (existsSync(path)) {
      files.add(path);
      return parse(path);
    }
    if (dirname(directory) === directory) return undefined;
  }
}

function parse(path: string): object {
  const refuse = (reason: string): never => {
    const message = `Failed to parse the contents of the Bicep configuration file "${path}" as valid JSON: ${reason}`;
    throw new BadSettings(message);
  };
  let settings: unknown;
  try {
    settings = parseJsonC(readFileSync(path, 'utf8'), 'strict');
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const isObject = typeof settings === 'object' && settings !== null && !Array.isArray(settings);
  return isObject ? (settings as object) : refuse('it is not an object.');
}

/** Whether a feature of `experimentalFeaturesEnabled` is on. */
export function isEnabled(settings: unknown, feature: string): boolean {
  return selectPath(settings, `experimentalFeaturesEnabled.${feature}`) === true;
}
