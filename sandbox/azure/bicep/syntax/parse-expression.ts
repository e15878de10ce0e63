import { Unreadable } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { CallNode, Expression, LambdaNode, LocalNode, StringNode } from './nodes.ts';
import { parseArray, parseObject } from './parse-collection.ts';
import { parseAccess } from './parse-access.ts';
import type { Token } from './token.ts';

const PRECEDENCE: Readonly<Record<string, number>> = {
  '*': 100,
  '/': 100,
  '%': 100,
  '+': 90,
  '-': 90,
  '>': 80,
  '>=': 80,
  '<': 80,
  '<=': 80,
  '==': 70,
  '!=': 70,
  '=~': 70,
  '!~': 70,
  '&&': 50,
  '||': 40,
  '??': 30,
};

/** A whole expression, with the ternary operator. */
export function parseExpression(c: Cursor): Expression {
  return c.nested(() => parseTernary(c));
}

function parseTernary(c: Cursor): Expression {
  const condition = parseBinary(c, 0);
  if (c.peekPastNewlines().text !== '?' || c.peekPastNewlines().kind !== 'symbol') return condition;
  c.skipNewlines();
  c.take();
  c.skipNewlines();
  const whenTrue = parseExpression(c);
  c.skipNewlines();
  c.expect(':');
  c.skipNewlines();
  const whenFalse = parseExpression(c);
  return {
    kind: 'ternary',
    condition,
    whenTrue,
    whenFalse,
    start: condition.start,
    end: whenFalse.end,
  };
}

function operatorToken(c: Cursor): Token {
  return c.parentheses > 0 ? c.peekPastNewlines() : c.peek();
}

function parseBinary(c: Cursor, above: number): Expression {
  let left = parseUnary(c);
  for (;;) {
    const token = operatorToken(c);
    const precedence = token.kind === 'symbol' ? PRECEDENCE[token.text] : undefined;
    if (precedence === undefined || precedence <= above) return left;
    if (c.parentheses > 0) c.skipNewlines();
    c.take();
    if (c.parentheses > 0) c.skipNewlines();
    const right = parseBinary(c, precedence);
    left = {
      kind: 'binary',
      operator: token.text,
      left,
      right,
      start: left.start,
      end: right.end,
    };
  }
}

function parseUnary(c: Cursor): Expression {
  const token = c.peek();
  if (token.kind === 'symbol' && (token.text === '!' || token.text === '-')) {
    c.take();
    const operand = parseAccess(c, parsePrimary(c));
    return {
      kind: 'unary',
      operator: token.text,
      operand,
      start: token.start,
      end: operand.end,
    };
  }
  if (token.kind === 'symbol' && token.text === '+') {
    return c.fail(
      'BCP009',
      'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
    );
  }
  return parseAccess(c, parsePrimary(c));
}

/** A string token as a node; the interpolated expressions are read by cursors of their own. */
export function parseString(c: Cursor): StringNode {
  const token = c.take();
  const parts = token.string ?? { segments: [''], expressions: [] };
  const expressions = parts.expressions.map((tokens) => {
    const inner = c.inner(tokens);
    const lineEnd = tokens.find(({ kind }) => kind === 'newline');
    if (lineEnd) {
      const { start } = lineEnd;
      const message =
        'The string at this location is not terminated due to an unexpected new line character.';
      c.problem({ start, end: start }, 'BCP004', message);
      throw new Unreadable(message);
    }
    if (inner.atKind('end'))
      return inner.fail('BCP243', 'Expected an expression at this location.');
    const expression = parseExpression(inner);
    if (!inner.atKind('end'))
      inner.fail('BCP064', 'Found unexpected tokens in interpolated expression.');
    return expression;
  });
  return {
    kind: 'string',
    segments: parts.segments,
    expressions,
    start: token.start,
    end: token.end,
  };
}

/** Reads `(a, b, ...)` behind the opening parenthesis. */
export function parseArguments(c: Cursor): Expression[] {
  const outer = c.parentheses;
  c.parentheses = 1;
  const list: Expression[] = [];
  c.skipNewlines();
  while (!c.at(')')) {
    list.push(parseExpression(c));
    c.skipNewlines();
    if (c.at(')')) break;
    c.expect(',', 'BCP236');
    c.skipNewlines();
    if (c.at(')')) {
      return c.fail(
        'BCP009',
        'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
      );
    }
  }
  c.take();
  c.parentheses = outer;
  return list;
}

function lambdaAhead(c: Cursor): boolean {
  if (c.atKind('identifier')) return c.at('=>', 1);
  if (!c.at('(')) return false;
  // `(` names separated by commas and line ends `)` `=>`
  let ahead = 1;
  for (;;) {
    const token = c.peek(ahead);
    if (token.kind === 'newline' || token.text === ',' || token.kind === 'identifier') ahead++;
    else break;
  }
  return c.at(')', ahead) && c.at('=>', ahead + 1);
}

function parseLambda(c: Cursor): LambdaNode {
  const start = c.peek().start;
  const parameters: LocalNode[] = [];
  const local = (): void => {
    const name = c.name('BCP015', 'Expected a variable identifier at this location.');
    parameters.push({ kind: 'local', name, start: name.start, end: name.end });
  };
  if (c.accept('(')) {
    c.skipNewlines();
    while (!c.at(')')) {
      local();
      c.skipNewlines();
      if (!c.at(')')) c.expect(',');
      c.skipNewlines();
    }
    c.take();
  } else {
    local();
  }
  c.expect('=>');
  c.skipNewlines();
  const outer = c.literals;
  c.literals = true;
  const body = parseExpression(c);
  c.literals = outer;
  return { kind: 'lambda', parameters, body, start, end: body.end };
}

function parseName(c: Cursor): Expression {
  const token = c.take();
  const span = { start: token.start, end: token.end };
  if (token.text === 'true' || token.text === 'false') {
    return { kind: 'boolean', value: token.text === 'true', ...span };
  }
  if (token.text === 'null') return { kind: 'null', ...span };
  const name = { kind: 'name' as const, name: token.text, ...span };
  if (!c.at('(')) return { kind: 'variable', name, ...span };
  c.take();
  const list = parseArguments(c);
  const call: CallNode = {
    kind: 'call',
    base: undefined,
    name,
    arguments: list,
    start: token.start,
    end: c.previousEnd(),
  };
  return call;
}

function parsePrimary(c: Cursor): Expression {
  const token = c.peek();
  if (lambdaAhead(c)) return parseLambda(c);
  if (token.kind === 'string') return parseString(c);
  if (token.kind === 'identifier') return parseName(c);
  if (token.kind === 'integer') {
    c.take();
    if (BigInt(token.text) > 9223372036854775808n) {
      c.problem(token, 'BCP010', 'Expected a valid 64-bit signed integer.');
    }
    return { kind: 'integer', digits: token.text, start: token.start, end: token.end };
  }
  if (!c.literals && (c.at('{') || c.at('['))) {
    return c.fail('BCP087', 'Array and object literals are not allowed here.');
  }
  if (c.at('{')) return parseObject(c);
  if (c.at('[')) return parseArray(c);
  if (c.at('(')) {
    c.take();
    const outer = c.parentheses;
    c.parentheses = 1;
    c.skipNewlines();
    const expression = parseExpression(c);
    c.skipNewlines();
    c.expect(')');
    c.parentheses = outer;
    return { kind: 'parentheses', expression, start: token.start, end: c.previousEnd() };
  }
  return c.fail(
    'BCP009',
    'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
  );
}
