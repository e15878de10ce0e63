import type { Cursor } from './cursor.ts';
import type { CallNode, Expression, Name } from './nodes.ts';
import { parseExpression, parseString } from './parse-expression.ts';
import type { ImportNode, StatementNode } from './statements.ts';
import type { Span } from './token.ts';

const EXPECTED_NAME = 'Expected a variable identifier at this location.';

function from(c: Cursor): Expression {
  if (!c.at('from')) c.fail('BCP357', 'Expected the "from" keyword at this location.');
  c.take();
  return c.atKind('string')
    ? parseString(c)
    : c.fail('BCP097', 'Expected a module path string at this location.');
}

function parseItems(c: Cursor): { original: string; name: Name; span: Span }[] {
  const items: { original: string; name: Name; span: Span }[] = [];
  c.expect('{');
  c.skipNewlines();
  while (!c.at('}')) {
    const span = c.peek();
    let original: string;
    let name: Name | undefined;
    if (c.atKind('string')) {
      original = parseString(c).segments.join('');
    } else {
      name = c.name('BCP015', EXPECTED_NAME);
      original = name.name;
    }
    if (c.accept('as')) name = c.name('BCP015', EXPECTED_NAME);
    if (!name) {
      return c.fail(
        'BCP378',
        'An imported name that is quoted needs an alias: use the "as" keyword.',
      );
    }
    items.push({ original, name, span: { start: span.start, end: c.previousEnd() } });
    if (!c.acceptSeparator() && !c.at('}') && !c.atKind('newline')) c.expect('}');
    c.skipNewlines();
  }
  c.take();
  return items;
}

/** `import { a, b as c } from 'file'` or `import * as x from 'file'`. */
export function parseImport(c: Cursor, decorators: CallNode[]): StatementNode {
  const start = c.take().start;
  if (c.atKind('string')) return skipLine(c, decorators, start, 'extension imports');
  const node: ImportNode = {
    kind: 'import',
    decorators,
    items: [],
    wildcard: undefined,
    path: { kind: 'missing', start, end: start },
    start,
    end: start,
  };
  if (c.accept('*')) {
    if (!c.accept('as')) c.fail('BCP355', 'Expected the "as" keyword at this location.');
    node.wildcard = c.name('BCP015', EXPECTED_NAME);
  } else {
    node.items = parseItems(c);
  }
  node.path = from(c);
  node.end = node.path.end;
  return node;
}

/** `using 'file'`, `using none`, `extends 'file'`. */
export function parseUsing(c: Cursor, decorators: CallNode[]): StatementNode {
  const token = c.take();
  const { start } = token;
  if (token.text === 'using' && c.accept('none')) {
    return { kind: 'using', decorators, path: undefined, start, end: c.previousEnd() };
  }
  if (!c.atKind('string')) {
    return c.fail('BCP358', 'This declaration is missing a template file path reference.');
  }
  const path = parseString(c);
  if (token.text === 'using' && c.at('with')) {
    return skipLine(c, decorators, start, 'deployment settings of a parameters file ("with")');
  }
  return token.text === 'using'
    ? { kind: 'using', decorators, path, start, end: path.end }
    : { kind: 'extends', decorators, path, start, end: path.end };
}

function skipLine(c: Cursor, decorators: CallNode[], start: number, what: string): StatementNode {
  let depth = 0;
  while (!c.atKind('end') && (depth > 0 || !c.atKind('newline'))) {
    const { text } = c.take();
    if (text === '{') depth++;
    if (text === '}') depth--;
  }
  return { kind: 'unsupported', what, decorators, start, end: c.previousEnd() };
}

/** Statements that are read over, and later refused by name. */
export function parseUnsupported(c: Cursor, decorators: CallNode[]): StatementNode {
  const token = c.peek();
  if (token.text === 'assert') {
    c.take();
    c.name('BCP015', EXPECTED_NAME);
    c.expect('=');
    const value = parseExpression(c);
    return { kind: 'unsupported', what: 'assert', decorators, start: token.start, end: value.end };
  }
  c.take();
  return skipLine(c, decorators, token.start, token.text);
}
