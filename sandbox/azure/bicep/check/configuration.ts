import { selectPath } from '../model/json-path.ts';

/** Level of a linter rule: `off`, `info`, `warning` or `error`. */
export type RuleLevels = (rule: string) => string | undefined;

/** The linter settings in a `bicepconfig.json`. */
export function readConfiguration(value: unknown): RuleLevels {
  if (value === undefined) return () => undefined;
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
