import { tokenize } from './lexer.ts';
import type { Token } from './lexer.ts';
import { ExpressionError } from './value.ts';
import type { Version } from './value.ts';

/** A parsed expression. */
export type Expression =
  | { kind: 'literal'; value: string | number | boolean | Version }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'index'; target: Expression; key: Expression }
  | { kind: 'wildcard'; target: Expression };

/** The service takes no deeper nesting either. */
const maximumDepth = 50;

/** @throws ExpressionError with the expression and what is wrong with it */
export function parseExpression(text: string): Expression {
  try {
    const reader = new Reader(tokenize(text));
    const expression = reader.expression(0);
    reader.end();
    return expression;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(`${error.message} in expression '${text.trim()}'`);
  }
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token) throw new ExpressionError(`unexpected symbol '${show(token)}'`);
  }

  expression(depth: number): Expression {
    if (depth > maximumDepth) {
      throw new ExpressionError(`more than ${String(maximumDepth)} levels of nesting`);
    }
    let result = this.#primary(depth);
    for (;;) {
      if (this.#take('.')) result = this.#member(result);
      else if (this.#take('[')) result = this.#indexed(result, depth);
      else return result;
    }
  }

  #primary(depth: number): Expression {
    const token = this.#tokens[this.#at++];
    if (!token) throw new ExpressionError('a value is missing');
    switch (token.kind) {
      case 'literal':
        return { kind: 'literal', value: token.value };
      case 'name':
        if (!this.#take('(')) return { kind: 'name', name: token.text };
        return { kind: 'call', name: token.text, args: this.#args(depth) };
      case 'punctuation':
        throw new ExpressionError(`unexpected symbol '${token.text}'`);
    }
  }

  #args(depth: number): Expression[] {
    const args: Expression[] = [];
    if (this.#take(')')) return args;
    for (;;) {
      args.push(this.expression(depth + 1));
      if (this.#take(')')) return args;
      this.#expect(',');
    }
  }

  #member(target: Expression): Expression {
    if (this.#take('*')) return { kind: 'wildcard', target };
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'name') {
      throw new ExpressionError(token ? `unexpected symbol '${show(token)}'` : 'a name is missing');
    }
    return { kind: 'index', target, key: { kind: 'literal', value: token.text } };
  }

  #indexed(target: Expression, depth: number): Expression {
    if (this.#take('*')) {
      this.#expect(']');
      return { kind: 'wildcard', target };
    }
    const key = this.expression(depth + 1);
    this.#expect(']');
    return { kind: 'index', target, key };
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'punctuation' || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (this.#take(text)) return;
    const token = this.#tokens[this.#at];
    const found = token ? `unexpected symbol '${show(token)}'` : 'the expression ends too early';
    throw new ExpressionError(`${found}, '${text}' expected`);
  }
}

function show(token: Token): string {
  return token.kind === 'literal' ? String(token.value) : token.text;
}
