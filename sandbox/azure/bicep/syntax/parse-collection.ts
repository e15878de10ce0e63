import { Unreadable } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type {
  ArrayNode,
  Expression,
  ForNode,
  IfNode,
  LocalNode,
  ObjectNode,
  PropertyNode,
  SpreadNode,
} from './nodes.ts';
import { parseExpression, parseString } from './parse-expression.ts';
import { parseDecorators, parseResource } from './parse-statement.ts';

function parseSpread(c: Cursor): SpreadNode {
  const start = c.take().start;
  const expression = parseExpression(c);
  return { kind: 'spread', expression, start, end: expression.end };
}

function parseProperty(c: Cursor): PropertyNode {
  const key = c.atKind('string')
    ? parseString(c)
    : c.propertyName('BCP022', 'Expected a property name at this location.');
  c.expect(':');
  c.skipNewlines();
  const value = parseExpression(c);
  return { kind: 'property', key, value, start: key.start, end: value.end };
}

function nestedResourceAhead(c: Cursor): boolean {
  return c.at('@') || (c.at('resource') && c.atKind('identifier', 1));
}

/** After an unreadable member: on to the next line of the same braces. */
function recover(c: Cursor, closing: string): void {
  let depth = 0;
  for (;;) {
    if (c.atKind('end')) return;
    if (depth === 0 && (c.atKind('newline') || c.at(closing))) return;
    const { text } = c.take();
    if (text === '{' || text === '[' || text === '(' || text === '[?') depth++;
    if (text === '}' || text === ']' || text === ')') depth = Math.max(0, depth - 1);
  }
}

function separator(c: Cursor, closing: string): void {
  if (c.at(closing)) return;
  if (c.acceptSeparator()) return;
  if (c.atKind('newline')) c.skipNewlines();
  else if (c.atKind('end'))
    c.fail('BCP018', `Expected the "${closing}" character at this location.`);
  else c.fail('BCP238', EXPECTED_SEPARATOR);
}

const EXPECTED_SEPARATOR = 'Expected a new line or a comma character at this location.';

/** Reads one member; an unreadable one is skipped, so that the others are looked at too. */
function member(c: Cursor, closing: string, read: () => void): void {
  const { parentheses } = c;
  try {
    read();
    separator(c, closing);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    c.parentheses = parentheses;
    recover(c, closing);
    c.skipNewlines();
  }
}

export function parseObject(c: Cursor): ObjectNode {
  const start = c.take().start;
  const outer = c.parentheses;
  c.parentheses = 0;
  const node: ObjectNode = { kind: 'object', members: [], resources: [], start, end: start };
  c.skipNewlines();
  while (!c.at('}')) {
    if (c.atKind('end')) c.fail('BCP018', 'Expected the "}" character at this location.');
    member(c, '}', () => {
      if (nestedResourceAhead(c)) {
        const decorators = parseDecorators(c);
        node.resources.push(parseResource(c, decorators));
      } else if (c.at('...')) {
        node.members.push(parseSpread(c));
      } else {
        node.members.push(parseProperty(c));
      }
    });
  }
  node.end = c.take().end;
  c.parentheses = outer;
  return node;
}

function parseLocal(c: Cursor): LocalNode {
  const name = c.name('BCP015', 'Expected a variable identifier at this location.');
  return { kind: 'local', name, start: name.start, end: name.end };
}

/** `if (condition) { ... }`. */
export function parseIf(c: Cursor): IfNode {
  const start = c.take().start;
  c.expect('(');
  c.parentheses++;
  c.skipNewlines();
  const condition = parseExpression(c);
  c.skipNewlines();
  c.expect(')');
  c.parentheses--;
  c.skipNewlines();
  const body = c.at('{')
    ? parseObject(c)
    : c.fail('BCP018', 'Expected the "{" character at this location.');
  return { kind: 'if', condition, body, start, end: body.end };
}

function parseFor(c: Cursor, start: number): ForNode {
  c.take();
  let item: LocalNode | undefined;
  let index: LocalNode | undefined;
  if (c.accept('(')) {
    item = parseLocal(c);
    c.expect(',');
    index = parseLocal(c);
    c.expect(')');
  } else {
    item = parseLocal(c);
  }
  if (!c.at('in')) c.fail('BCP012', 'Expected the "in" keyword at this location.');
  c.take();
  const source = parseExpression(c);
  c.expect(':');
  c.skipNewlines();
  const conditional = c.at('if') && c.at('(', 1);
  const body: Expression = conditional ? parseIf(c) : parseExpression(c);
  c.skipNewlines();
  c.expect(']');
  return { kind: 'for', item, index, source, body, start, end: c.previousEnd() };
}

/** An array, or a loop `[for ...]`. */
export function parseArray(c: Cursor): ArrayNode | ForNode {
  const start = c.take().start;
  const outer = c.parentheses;
  c.parentheses = 0;
  c.skipNewlines();
  if (c.at('for') && (c.at('(', 1) || c.atKind('identifier', 1))) {
    const loop = parseFor(c, start);
    c.parentheses = outer;
    return loop;
  }
  const node: ArrayNode = { kind: 'array', items: [], start, end: start };
  while (!c.at(']')) {
    if (c.atKind('end')) c.fail('BCP018', 'Expected the "]" character at this location.');
    member(c, ']', () => {
      node.items.push(c.at('...') ? parseSpread(c) : parseExpression(c));
    });
  }
  node.end = c.take().end;
  c.parentheses = outer;
  return node;
}
