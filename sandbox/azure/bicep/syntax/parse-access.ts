import type { Cursor } from './cursor.ts';
import type { Expression } from './nodes.ts';
import { parseArguments, parseExpression } from './parse-expression.ts';

function member(c: Cursor, base: Expression, safe: boolean): Expression {
  // `.?[` does not exist; a safe index is written `[?`.
  const name = c.propertyName('BCP020', 'Expected a function or property name at this location.');
  if (!safe && c.at('(')) {
    c.take();
    const list = parseArguments(c);
    return { kind: 'call', base, name, arguments: list, start: base.start, end: c.previousEnd() };
  }
  return { kind: 'access', base, name, safe, start: base.start, end: name.end };
}

function element(c: Cursor, base: Expression, safe: boolean): Expression {
  const outer = c.parentheses;
  c.parentheses = 0;
  const fromEnd = c.accept('^');
  if (c.at(']')) c.fail('BCP117', 'An empty indexer is not allowed. Specify a valid expression.');
  const index = parseExpression(c);
  c.expect(']');
  c.parentheses = outer;
  return {
    kind: 'index',
    base,
    index,
    safe,
    fromEnd,
    start: base.start,
    end: c.previousEnd(),
  };
}

/** The member accesses, indexers and calls behind an expression. */
export function parseAccess(c: Cursor, primary: Expression): Expression {
  let base = primary;
  for (;;) {
    if (c.accept('.')) {
      base = member(c, base, false);
    } else if (c.accept('.?')) {
      base = member(c, base, true);
    } else if (c.accept('[?')) {
      base = element(c, base, true);
    } else if (c.accept('[')) {
      base = element(c, base, false);
    } else if (c.accept('::')) {
      const name = c.name('BCP020', 'Expected a function or property name at this location.');
      base = { kind: 'nested', base, name, start: base.start, end: name.end };
    } else if (c.at('!')) {
      const token = c.take();
      base = { kind: 'nonnull', expression: base, start: base.start, end: token.end };
    } else {
      return base;
    }
  }
}
