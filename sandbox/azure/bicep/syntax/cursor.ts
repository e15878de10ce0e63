import type { Name } from './nodes.ts';
import type { Span, SyntaxProblem, Token } from './token.ts';

/** More levels of brackets than any real file has. */
const MAX_DEPTH = 200;
export const TOO_DEEP = 'The file is nested too deeply.';

/** Thrown to leave a statement that cannot be read further; caught where the next one starts. */
export class Unreadable extends Error {}

/** A position in a list of tokens, with the questions that a parser asks. */
export class Cursor {
  private readonly tokens: readonly Token[];
  private position = 0;
  readonly problems: SyntaxProblem[];
  /** Inside parentheses a line end does not end an expression. */
  parentheses = 0;
  /** Whether arrays and objects may be written out; not inside of strings. */
  literals = true;
  private depth: number;

  constructor(tokens: readonly Token[], problems: SyntaxProblem[], depth = 0) {
    this.depth = depth;
    this.tokens = tokens;
    this.problems = problems;
  }

  peek(ahead = 0): Token {
    const last = this.tokens[this.tokens.length - 1];
    const token = this.tokens[Math.min(this.position + ahead, this.tokens.length - 1)] ?? last;
    if (!token) throw new Unreadable('no token at all');
    return token;
  }

  /** A cursor over the tokens of an interpolated expression. */
  inner(tokens: readonly Token[]): Cursor {
    const inner = new Cursor(tokens, this.problems, this.depth);
    inner.parentheses = 1;
    inner.literals = false;
    return inner;
  }

  /** The token before the current one, for the end of a span. */
  previousEnd(): number {
    return this.tokens[this.position - 1]?.end ?? this.peek().start;
  }

  take(): Token {
    const token = this.peek();
    if (this.position < this.tokens.length - 1) this.position++;
    return token;
  }

  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'symbol' || token.kind === 'identifier');
  }

  atKind(kind: Token['kind'], ahead = 0): boolean {
    return this.peek(ahead).kind === kind;
  }

  /** Takes the token if it is `text`. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.take();
    return true;
  }

  skipNewlines(): void {
    while (this.atKind('newline')) this.take();
  }

  /** Takes the comma between two members; each line ends one member already, so none may follow a comma. */
  acceptSeparator(): boolean {
    if (!this.accept(',')) return false;
    if (this.atKind('newline')) {
      const { start } = this.peek();
      const message = 'Unexpected new line character after a comma.';
      this.problem({ start, end: start }, 'BCP238', message);
      this.skipNewlines();
    }
    return true;
  }

  /** What follows after line ends, without taking them. */
  peekPastNewlines(): Token {
    let ahead = 0;
    while (this.atKind('newline', ahead)) ahead++;
    return this.peek(ahead);
  }

  mark(): number {
    return this.position;
  }

  reset(mark: number): void {
    this.position = mark;
  }

  problem(at: Span, code: string, message: string): void {
    this.problems.push({ start: at.start, end: at.end, code, message });
  }

  /** Reads something that may hold more of its kind; too many levels are an error, not an exhausted stack. */
  nested<T>(read: () => T): T {
    if (this.depth >= MAX_DEPTH) return this.fail('BCP000', TOO_DEEP);
    this.depth++;
    try {
      return read();
    } finally {
      this.depth--;
    }
  }

  /** Reports at the current token and leaves the statement. */
  fail(code: string, message: string): never {
    const token = this.peek();
    // What the lexer did not recognize is reported already.
    if (token.kind === 'bad') throw new Unreadable(message);
    // The end of a line has no width that could be shown; one character is marked.
    const width = token.kind === 'newline' ? 1 : token.end - token.start;
    this.problem({ start: token.start, end: token.start + width }, code, message);
    throw new Unreadable(message);
  }

  expect(text: string, code = 'BCP018'): Token {
    if (this.at(text)) return this.take();
    return this.fail(code, `Expected the "${text}" character at this location.`);
  }

  expectNewline(): void {
    if (this.atKind('newline')) this.take();
    else if (!this.atKind('end')) {
      this.fail('BCP019', 'Expected a new line character at this location.');
    }
  }

  /** A name that is not a literal of the language. */
  propertyName(code: string, message: string): Name {
    if (['true', 'false', 'null'].includes(this.peek().text) && this.atKind('identifier')) {
      return this.fail(code, message);
    }
    return this.name(code, message);
  }

  name(code: string, message: string): Name {
    if (!this.atKind('identifier')) return this.fail(code, message);
    const token = this.take();
    return { kind: 'name', name: token.text, start: token.start, end: token.end };
  }
}
