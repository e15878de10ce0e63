import { Unreadable } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { CallNode, Expression, LocalNode, Name } from './nodes.ts';
import { parseIf } from './parse-collection.ts';
import { parseArguments, parseExpression, parseString } from './parse-expression.ts';
import { parseType } from './parse-type.ts';
import { parseImport, parseUnsupported, parseUsing } from './parse-reference.ts';
import type { FuncNode, ResourceNode, StatementNode } from './statements.ts';

export const NOT_RECOGNIZED =
  'This declaration type is not recognized. Specify a metadata, parameter, variable, resource, or output declaration.';

/** The decorators before a declaration; each on a line of its own. */
export function parseDecorators(c: Cursor): CallNode[] {
  const list: CallNode[] = [];
  while (c.at('@')) {
    const start = c.take().start;
    let name = c.name('BCP123', 'Expected a namespace or decorator name at this location.');
    let base: Expression | undefined;
    if (c.accept('.')) {
      base = { kind: 'variable', name, start: name.start, end: name.end };
      name = c.name('BCP123', 'Expected a namespace or decorator name at this location.');
    }
    c.expect('(');
    const given = parseArguments(c);
    list.push({ kind: 'call', base, name, arguments: given, start, end: c.previousEnd() });
    c.expectNewline();
    c.skipNewlines();
  }
  return list;
}

/** Whether the next line starts another statement: then the value of this one is missing. */
function statementFollows(c: Cursor): boolean {
  let ahead = 0;
  while (c.atKind('newline', ahead)) ahead++;
  if (ahead === 0) return false;
  return c.at('@', ahead) || (c.atKind('identifier', ahead) && c.atKind('identifier', ahead + 1));
}

function assign(c: Cursor): void {
  c.expect('=', 'BCP018');
  if (statementFollows(c)) {
    c.fail(
      'BCP009',
      'Expected a literal value, an array, an object, a parenthesized expression, or a function call at this location.',
    );
  }
  c.skipNewlines();
}

function value(c: Cursor): Expression {
  return c.at('if') && c.at('(', 1) ? parseIf(c) : parseExpression(c);
}

function stringHere(c: Cursor, code: string, message: string): Expression {
  return c.atKind('string') ? parseString(c) : c.fail(code, message);
}

export function parseResource(c: Cursor, decorators: CallNode[]): ResourceNode {
  const start = c.take().start;
  const name = c.name('BCP017', 'Expected a resource identifier at this location.');
  const type = stringHere(
    c,
    'BCP068',
    'Expected a resource type string. Specify a valid resource type of format "<type-name>@<apiVersion>".',
  );
  const existing = c.accept('existing');
  assign(c);
  const body = value(c);
  return { kind: 'resource', decorators, name, type, existing, value: body, start, end: body.end };
}

function parseFunction(c: Cursor, decorators: CallNode[], start: number): FuncNode {
  const name = c.name('BCP015', 'Expected a variable identifier at this location.');
  const at = c.peek().start;
  c.expect('(');
  c.skipNewlines();
  const parameters: LocalNode[] = [];
  while (!c.at(')')) {
    const local = c.name('BCP015', 'Expected a variable identifier at this location.');
    const type = parseType(c);
    parameters.push({ kind: 'local', name: local, type, start: local.start, end: type.end });
    c.skipNewlines();
    if (!c.at(')')) c.expect(',');
    c.skipNewlines();
  }
  c.take();
  const returns = parseType(c);
  c.expect('=>');
  c.skipNewlines();
  const body = parseExpression(c);
  const { end } = body;
  return {
    kind: 'func',
    decorators,
    name,
    lambda: { kind: 'lambda', parameters, body, returns, start: at, end },
    start,
    end,
  };
}

function parseParameter(c: Cursor, decorators: CallNode[], start: number): StatementNode {
  const name = c.name('BCP013', 'Expected a parameter identifier at this location.');
  const type = c.at('=') ? undefined : parseTypeOrFail(c, name, 'BCP014', 'parameter');
  let given: Expression | undefined;
  if (c.accept('=')) {
    c.skipNewlines();
    given = parseExpression(c);
  } else if (!c.atKind('newline') && !c.atKind('end')) {
    c.fail('BCP008', 'Expected the "=" token, or a newline at this location.');
  }
  return { kind: 'param', decorators, name, type, value: given, start, end: c.previousEnd() };
}

function parseTypeOrFail(c: Cursor, name: Name, code: string, what: string) {
  if (c.atKind('newline') && c.peekPastNewlines().text !== '|') {
    const message = `Expected a ${what} type at this location. Please specify one of the following types: "array", "bool", "int", "object", "string".`;
    c.problem({ start: name.end, end: name.end }, code, message);
    throw new Unreadable(message);
  }
  return parseType(c);
}

function parseDeclaration(c: Cursor, decorators: CallNode[]): StatementNode {
  const token = c.peek();
  const { start } = token;
  switch (token.text) {
    case 'resource':
      return parseResource(c, decorators);
    case 'import':
      return parseImport(c, decorators);
    case 'using':
    case 'extends':
      return parseUsing(c, decorators);
    case 'targetScope': {
      c.take();
      assign(c);
      const scope = parseExpression(c);
      return { kind: 'targetScope', decorators, value: scope, start, end: scope.end };
    }
    case 'metadata': {
      c.take();
      const name = c.name('BCP334', 'Expected a metadata identifier at this location.');
      assign(c);
      const body = parseExpression(c);
      return { kind: 'metadata', decorators, name, value: body, start, end: body.end };
    }
    case 'param':
      c.take();
      return parseParameter(c, decorators, start);
    case 'var': {
      c.take();
      const name = c.name('BCP015', 'Expected a variable identifier at this location.');
      const type = c.at('=') ? undefined : parseType(c);
      assign(c);
      const body = parseExpression(c);
      return { kind: 'var', decorators, name, type, value: body, start, end: body.end };
    }
    case 'module': {
      c.take();
      const name = c.name('BCP096', 'Expected a module identifier at this location.');
      const path = stringHere(
        c,
        'BCP097',
        'Expected a module path string at this location. Specify a relative path or registry reference.',
      );
      assign(c);
      const body = value(c);
      return { kind: 'module', decorators, name, path, value: body, start, end: body.end };
    }
    case 'output': {
      c.take();
      const name = c.name('BCP016', 'Expected an output identifier at this location.');
      const type = c.at('=') ? undefined : parseTypeOrFail(c, name, 'BCP146', 'output');
      assign(c);
      const body = parseExpression(c);
      return { kind: 'output', decorators, name, type, value: body, start, end: body.end };
    }
    case 'type': {
      c.take();
      const name = c.name('BCP015', 'Expected a variable identifier at this location.');
      assign(c);
      const type = parseType(c);
      return { kind: 'type', decorators, name, type, start, end: type.end };
    }
    case 'func':
      c.take();
      return parseFunction(c, decorators, start);
    case 'extension':
    case 'provider':
    case 'assert':
    case 'test':
      return parseUnsupported(c, decorators);
    default:
      return c.fail('BCP007', NOT_RECOGNIZED);
  }
}

/** One declaration with its decorators and the line end behind it. */
export function parseStatement(c: Cursor): StatementNode {
  const decorators = parseDecorators(c);
  if (decorators.length > 0 && c.atKind('end')) {
    return c.fail(
      'BCP292',
      'Expected a parameter, output, or type declaration after the decorator.',
    );
  }
  const statement = parseDeclaration(c, decorators);
  c.expectNewline();
  return statement;
}
