import { invalidTemplate } from '../engine-error.ts';
import type { Expression } from './ast.ts';
import { tokenize } from './tokens.ts';
import type { Token, TokenKind } from './tokens.ts';

/**
 * Whether a string of a template is an expression. A string that starts with '[' but does not end
 * with ']' is plain text, and '[[...]' is the escape for a literal '[...]'
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters).
 */
export function isExpression(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[');
}

/** The value of a string that is not an expression. */
export function unescapeLiteral(text: string): string {
  return text.startsWith('[[') && text.endsWith(']') ? text.slice(1) : text;
}

/** The template text that stands for a literal string. */
export function escapeLiteral(value: string): string {
  return value.startsWith('[') && value.endsWith(']') ? `[${value}` : value;
}

/**
 * Nesting beyond this is refused instead of exhausting the stack; real templates stay far below.
 */
const MAX_DEPTH = 200;

/** https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits */
const MAX_LENGTH = 24_576;

/**
 * Parses '[...]'. Positions in errors count from 0 at the opening bracket. Throws EngineError
 * InvalidTemplate.
 */
export function parseExpression(text: string): Expression {
  return new Parser(text).parse();
}

class Parser {
  private readonly text: string;
  private readonly tokens: Token[];
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    if (text.length > MAX_LENGTH) {
      throw invalidTemplate(
        `A language expression has at most '${MAX_LENGTH}' characters; this one has '${text.length}'.`,
      );
    }
    this.text = text;
    this.tokens = tokenize(text.slice(1, -1), 1, text);
  }

  parse(): Expression {
    const expression = this.expression();
    this.expect('end');
    return expression;
  }

  private peek(): Token {
    const token = this.tokens[this.next] ?? this.tokens[this.tokens.length - 1];
    if (token === undefined) throw new Error('a token list ends with an end token');
    return token;
  }

  private take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  private expect(kind: TokenKind): Token {
    const token = this.take();
    if (token.kind !== kind) {
      const wanted = kind === 'end' ? 'the end of the expression' : `'${kind}'`;
      this.fail(token, `expected ${wanted} and found '${token.text}'`);
    }
    return token;
  }

  private fail(token: Token, message: string): never {
    throw invalidTemplate(
      `Unable to parse language expression '${this.text}': ${message} at position '${token.at}'.`,
    );
  }

  private expression(): Expression {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail(this.peek(), `more than ${MAX_DEPTH} nested calls`);
    let result = this.primary();
    for (;;) {
      const token = this.peek();
      if (token.kind === '.') {
        this.take();
        const name = this.expect('name');
        result = { kind: 'property', base: result, name: name.text, at: name.at };
      } else if (token.kind === '[') {
        this.take();
        const index = this.expression();
        this.expect(']');
        result = { kind: 'index', base: result, index, at: token.at };
      } else {
        break;
      }
    }
    this.depth -= 1;
    return result;
  }

  private primary(): Expression {
    const token = this.take();
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: token.text, at: token.at };
      case 'number': {
        const value = Number(token.text);
        if (!Number.isSafeInteger(value)) {
          this.fail(token, `the integer '${token.text}' is out of range`);
        }
        return { kind: 'number', value, at: token.at };
      }
      case 'name':
        return this.call(token);
      default:
        return this.fail(token, `unexpected '${token.text}'`);
    }
  }

  private call(first: Token): Expression {
    let name = first.text;
    // 'contoso.uniqueName(' is one name: a bare name is never a value in this language.
    while (this.peek().kind === '.') {
      this.take();
      name += `.${this.expect('name').text}`;
    }
    this.expect('(');
    const args: Expression[] = [];
    if (this.peek().kind !== ')') {
      args.push(this.expression());
      while (this.peek().kind === ',') {
        this.take();
        args.push(this.expression());
      }
    }
    this.expect(')');
    return { kind: 'call', name, args, at: first.at };
  }
}
