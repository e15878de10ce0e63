import type { Cursor } from './cursor.ts';
import { parseString } from './parse-expression.ts';
import { parseDecorators } from './parse-statement.ts';
import type { TypeNode, TypeObjectNode, TypePropertyNode, TypeTupleNode } from './type-nodes.ts';

const EXPECTED_TYPE =
  'Expected a type at this location. Please specify a valid type expression or one of the following types: "any", "array", "bool", "int", "object", "string".';
const EXPECTED_PROPERTY = 'Expected an identifier, a string, or an asterisk at this location.';

/** A type: a union of at least one member; members may stand on lines of their own. */
export function parseType(c: Cursor): TypeNode {
  return c.nested(() => parseUnion(c));
}

function parseUnion(c: Cursor): TypeNode {
  const start = c.peek().start;
  const leading = c.peekPastNewlines().text === '|' && c.peekPastNewlines().kind === 'symbol';
  if (leading) {
    c.skipNewlines();
    c.take();
    c.skipNewlines();
  }
  const members = [parsePostfix(c)];
  while (c.peekPastNewlines().kind === 'symbol' && c.peekPastNewlines().text === '|') {
    c.skipNewlines();
    c.take();
    c.skipNewlines();
    members.push(parsePostfix(c));
  }
  const only = members[0];
  if (members.length === 1 && only) return only;
  return { kind: 'type-union', members, start, end: c.previousEnd() };
}

function parsePostfix(c: Cursor): TypeNode {
  let base = parsePrimary(c);
  for (;;) {
    const { start } = base;
    // Nothing follows these two.
    if (c.accept('?')) return { kind: 'type-nullable', base, start, end: c.previousEnd() };
    if (c.accept('!')) return { kind: 'type-nonnull', base, start, end: c.previousEnd() };
    if (c.accept('.')) {
      if (c.accept('*')) {
        base = { kind: 'type-access', base, step: 'additional', start, end: c.previousEnd() };
      } else {
        const { name } = c.name('BCP020', 'Expected a function or property name at this location.');
        base = {
          kind: 'type-access',
          base,
          step: { property: name },
          start,
          end: c.previousEnd(),
        };
      }
    } else if (c.at('[')) {
      base = parseBrackets(c, base);
    } else {
      return base;
    }
  }
}

function parseBrackets(c: Cursor, base: TypeNode): TypeNode {
  const { start } = base;
  c.take();
  if (c.accept(']')) return { kind: 'type-array', item: base, start, end: c.previousEnd() };
  let step: 'items' | { index: number } | { property: string };
  if (c.accept('*')) step = 'items';
  else if (c.atKind('integer')) step = { index: Number(c.take().text) };
  else if (c.atKind('string')) step = { property: parseString(c).segments.join('') };
  else return c.fail('BCP018', 'Expected the "]" character at this location.');
  c.expect(']');
  return { kind: 'type-access', base, step, start, end: c.previousEnd() };
}

function parseProperty(c: Cursor): { property: TypePropertyNode; additional: boolean } {
  const decorators = parseDecorators(c);
  const start = c.peek().start;
  // A quoted '*' is an ordinary name.
  const additional = c.accept('*');
  let name: string;
  if (additional) name = '*';
  else if (c.atKind('string')) name = parseString(c).segments.join('');
  else name = c.propertyName('BCP317', EXPECTED_PROPERTY).name;
  c.expect(':');
  c.skipNewlines();
  const type = parseType(c);
  const property = { name, decorators, type, start, end: type.end };
  return { property: { kind: 'type-property', ...property }, additional };
}

function separate(c: Cursor, closing: string): void {
  if (c.acceptSeparator()) return;
  if (c.atKind('newline')) c.skipNewlines();
  else if (!c.at(closing)) c.expect(closing);
}

function parseObjectType(c: Cursor): TypeObjectNode {
  const start = c.take().start;
  const node: TypeObjectNode = {
    kind: 'type-object',
    properties: [],
    additional: undefined,
    start,
    end: start,
  };
  c.skipNewlines();
  while (!c.at('}')) {
    const { property, additional } = parseProperty(c);
    if (additional) node.additional = property;
    else node.properties.push(property);
    separate(c, '}');
  }
  node.end = c.take().end;
  return node;
}

function parseTuple(c: Cursor): TypeTupleNode {
  const start = c.take().start;
  const node: TypeTupleNode = { kind: 'type-tuple', items: [], start, end: start };
  c.skipNewlines();
  while (!c.at(']')) {
    const decorators = parseDecorators(c);
    node.items.push({ decorators, type: parseType(c) });
    separate(c, ']');
  }
  node.end = c.take().end;
  return node;
}

function parseNamed(c: Cursor): TypeNode {
  const token = c.take();
  const span = { start: token.start, end: token.end };
  if (token.text === 'true' || token.text === 'false') {
    return { kind: 'type-literal', value: token.text === 'true', ...span };
  }
  if (token.text === 'null') return { kind: 'type-literal', value: null, ...span };
  const name = { kind: 'name' as const, name: token.text, ...span };
  if (token.text === 'resource' && c.atKind('string')) {
    const type = parseString(c);
    return { kind: 'type-resource', type, start: token.start, end: type.end };
  }
  if (!c.at('<')) return { kind: 'type-name', name, ...span };
  c.take();
  const list: TypeNode[] = [];
  while (!c.at('>')) {
    list.push(parseType(c));
    if (!c.at('>')) c.expect(',');
  }
  c.take();
  return { kind: 'type-call', name, arguments: list, start: token.start, end: c.previousEnd() };
}

function parsePrimary(c: Cursor): TypeNode {
  const token = c.peek();
  const { start } = token;
  if (token.kind === 'identifier') return parseNamed(c);
  if (token.kind === 'string') {
    const string = parseString(c);
    if (string.expressions.length > 0) {
      c.problem(string, 'BCP032', 'The value must be a compile-time constant.');
    }
    return { kind: 'type-literal', value: string.segments.join(''), start, end: string.end };
  }
  if (token.kind === 'integer') {
    c.take();
    return { kind: 'type-literal', value: Number(token.text), start, end: token.end };
  }
  if (c.at('-') && c.atKind('integer', 1)) {
    c.take();
    const value = -Number(c.take().text);
    return { kind: 'type-literal', value, start, end: c.previousEnd() };
  }
  if (c.at('!') && (c.at('true', 1) || c.at('false', 1))) {
    c.take();
    const value = c.take().text !== 'true';
    return { kind: 'type-literal', value, start, end: c.previousEnd() };
  }
  if (c.at('{')) return parseObjectType(c);
  if (c.at('[')) return parseTuple(c);
  if (c.at('(')) {
    c.take();
    c.skipNewlines();
    const inner = parseType(c);
    c.skipNewlines();
    c.expect(')');
    return inner;
  }
  return c.fail('BCP279', EXPECTED_TYPE);
}
