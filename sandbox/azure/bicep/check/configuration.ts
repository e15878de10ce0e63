import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { selectPath } from '../model/json-path.ts';
import { parseJsonC } from '../model/json-text.ts';

/** Level of a linter rule: `off`, `info`, `warning` or `error`. */
export type RuleLevels = (rule: string) => string | undefined;

/**
 * The linter settings of the nearest `bicepconfig.json` at or above a file. A configuration that cannot be read is
 * taken as absent: settings decide about warnings only.
 */
export function readConfiguration(file: string, files: Set<string>): RuleLevels {
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const path = join(directory, 'bicepconfig.json');
    if (existsSync(path)) {
      files.add(path);
      return levels(path);
    }
    if (dirname(directory) === directory) return () => undefined;
  }
}

function levels(path: string): RuleLevels {
  let value: unknown;
  try {
    value = parseJsonC(readFileSync(path, 'utf8'));
  } catch {
    return () => undefined;
  }
  const enabled = selectPath(value, 'analyzers.core.enabled') !== false;
  return (rule) => {
    if (!enabled) return 'off';
    const rules = selectPath(value, 'analyzers.core.rules');
    const entry =
      typeof rules === 'object' && rules !== null
        ? (rules as Record<string, unknown>)[rule]
        : undefined;
    const level = selectPath(entry, 'level');
    return typeof level === 'string' ? level.toLowerCase() : undefined;
  };
}
