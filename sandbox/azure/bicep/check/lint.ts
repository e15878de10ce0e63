import type { Expression } from '../syntax/nodes.ts';
import { bare, decoratorNamed } from '../syntax/read.ts';
import type { Level } from '../model/diagnostic.ts';
import { report } from '../model/model.ts';
import type { Model } from '../model/model.ts';
import type { RuleLevels } from './configuration.ts';

const LEVELS: Readonly<Record<string, Level>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Info',
};

/** Secrets may default to nothing or to something new each time, not to a text that stands in the file. */
function isHarmlessDefault(value: Expression): boolean {
  const node = bare(value);
  if (node.kind === 'string') return node.expressions.length === 0 && node.segments[0] === '';
  if (node.kind === 'object') return node.members.length === 0;
  if (node.kind === 'null') return true;
  return node.kind === 'call' && node.name.name === 'newGuid';
}

/** Applies the linter rules to a file, at the levels that its configuration gives them. */
export function lint(model: Model, levelOf: RuleLevels): void {
  const warn = (rule: string, at: { start: number; end: number }, message: string): void => {
    const level = LEVELS[levelOf(rule) ?? 'warning'];
    if (level) report(model, at, rule, message, level);
  };
  if (model.kind === 'params') return;
  for (const symbol of model.params) {
    const { node, name } = symbol;
    if (!model.used.has(symbol)) {
      warn('no-unused-params', node.name, `Parameter "${name}" is declared but never used.`);
    }
    if (decoratorNamed(node.decorators, 'secure') && node.value && !isHarmlessDefault(node.value)) {
      warn(
        'secure-parameter-default',
        { start: node.value.start, end: node.value.end },
        'Secure parameters should not have hardcoded defaults (except for empty or newGuid()).',
      );
    }
  }
  for (const symbol of model.vars) {
    if (model.used.has(symbol) || decoratorNamed(symbol.node.decorators, 'export')) continue;
    warn(
      'no-unused-vars',
      symbol.node.name,
      `Variable "${symbol.name}" is declared but never used.`,
    );
  }
  for (const symbol of model.resources) {
    if (!symbol.existing || model.used.has(symbol) || symbol.children.length > 0) continue;
    warn(
      'no-unused-existing-resources',
      symbol.node.name,
      `Existing resource "${symbol.name}" is declared but never used.`,
    );
  }
}
