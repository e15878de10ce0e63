import { readString } from './lex-string.ts';
import type { Directive, SyntaxProblem, Token } from './token.ts';

/** All that the reading of characters yields. */
export interface LexResult {
  tokens: Token[];
  problems: SyntaxProblem[];
  directives: Directive[];
}

// Longest first: the first that matches is taken.
const SYMBOLS = (
  '... => == != =~ !~ <= >= && || ?? .? [? :: ' + '{ } ( ) [ ] < > + - * / % ! = . : ? , @ | ; ^'
).split(' ');

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const INTEGER = /[0-9]+/y;
const DIRECTIVE = /#(disable-next-line|disable-diagnostics|restore-diagnostics)\b([^\r\n]*)/y;

/** Reads a text into tokens; problems are collected, never thrown. */
export class Lexer {
  readonly text: string;
  readonly problems: SyntaxProblem[] = [];
  readonly directives: Directive[] = [];
  position: number;
  /** How many interpolated expressions the position is in. */
  depth = 0;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  problem(start: number, end: number, code: string, message: string): void {
    this.problems.push({ start, end, code, message });
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.position;
    return pattern.exec(this.text);
  }

  private skipBlockComment(): void {
    const end = this.text.indexOf('*/', this.position + 2);
    if (end < 0) {
      this.problem(
        this.position,
        this.text.length,
        'BCP002',
        'The multi-line comment at this location is not terminated. Terminate it with the */ character sequence.',
      );
      this.position = this.text.length;
    } else {
      this.position = end + 2;
    }
  }

  private skipTrivia(): void {
    for (;;) {
      const c = this.text[this.position];
      if (c === ' ' || c === '\t' || c === '\uFEFF' || c === '\u00A0') {
        this.position++;
      } else if (c === '/' && this.text[this.position + 1] === '/') {
        while (this.position < this.text.length && !/[\r\n]/.test(this.text[this.position] ?? '')) {
          this.position++;
        }
      } else if (c === '/' && this.text[this.position + 1] === '*') {
        this.skipBlockComment();
      } else if (c === '#') {
        const found = this.match(DIRECTIVE);
        if (!found) return;
        this.directives.push({
          kind: found[1] as Directive['kind'],
          codes: (found[2] ?? '').split('//')[0]?.trim().split(/\s+/).filter(Boolean) ?? [],
          at: this.position,
        });
        this.position += found[0].length;
      } else {
        return;
      }
    }
  }

  private token(kind: Token['kind'], length: number): Token {
    const start = this.position;
    this.position += length;
    return { kind, start, end: this.position, text: this.text.slice(start, this.position) };
  }

  private newline(): Token {
    const start = this.position;
    // Several line ends, with white space and comments between them, are one token.
    while (/[\r\n]/.test(this.text[this.position] ?? '')) {
      this.position++;
      this.skipTrivia();
    }
    return { kind: 'newline', start, end: this.position, text: '\n' };
  }

  /** The next token; `end` for ever at the end of the text. */
  next(): Token {
    this.skipTrivia();
    const c = this.text[this.position];
    if (c === undefined) return this.token('end', 0);
    if (c === '\n' || c === '\r') return this.newline();
    const identifier = this.match(IDENTIFIER);
    if (identifier) return this.token('identifier', identifier[0].length);
    const integer = this.match(INTEGER);
    if (integer) return this.token('integer', integer[0].length);
    if (c === "'" || c === '$') {
      const string = readString(this);
      if (string) return string;
    }
    const symbol = SYMBOLS.find((s) => this.text.startsWith(s, this.position));
    // `a.?b` is a safe access, but `a ? .5` does not exist, so the longest match is right; `[?` is only an access.
    if (symbol !== undefined) return this.token('symbol', symbol.length);
    if (c === '"') return this.doubleQuoted();
    const length = (this.text.codePointAt(this.position) ?? 0) > 0xffff ? 2 : 1;
    const bad = this.token('bad', length);
    this.problem(
      bad.start,
      bad.end,
      'BCP001',
      `The following token is not recognized: "${bad.text}".`,
    );
    return bad;
  }

  private doubleQuoted(): Token {
    const found = this.match(/"[^"\r\n]*"?/y);
    const bad = this.token('bad', found?.[0].length ?? 1);
    this.problem(
      bad.start,
      bad.end,
      'BCP103',
      `The following token is not recognized: "${bad.text}". Strings are defined using single quotes in bicep.`,
    );
    return bad;
  }
}

/** Reads the whole text. */
export function lex(text: string): LexResult {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    tokens.push(token);
    if (token.kind === 'end') break;
  }
  return { tokens, problems: lexer.problems, directives: lexer.directives };
}
