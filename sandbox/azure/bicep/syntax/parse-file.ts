import { Cursor, Unreadable } from './cursor.ts';
import { lex } from './lexer.ts';
import { parseStatement } from './parse-statement.ts';
import type { Program, StatementNode } from './statements.ts';
import type { Directive, SyntaxProblem } from './token.ts';

export interface ParseResult {
  program: Program;
  problems: SyntaxProblem[];
  directives: Directive[];
}

const STARTS = new Set(
  'targetScope metadata param var resource module output type func import using extends extension provider assert test'.split(
    ' ',
  ),
);

/** On to a line that starts like a declaration. */
function recover(c: Cursor): void {
  for (;;) {
    if (c.atKind('end')) return;
    const line = c.take().kind === 'newline';
    if (!line) continue;
    if (c.at('@')) return;
    if (c.atKind('identifier') && STARTS.has(c.peek().text) && !c.at(':', 1)) return;
  }
}

/** Reads a whole file; problems are collected and what could be read is returned. */
export function parse(text: string): ParseResult {
  const { tokens, problems, directives } = lex(text);
  const c = new Cursor(tokens, problems);
  const statements: StatementNode[] = [];
  c.skipNewlines();
  while (!c.atKind('end')) {
    try {
      statements.push(parseStatement(c));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      c.parentheses = 0;
      recover(c);
    }
    c.skipNewlines();
  }
  return { program: { statements, start: 0, end: text.length }, problems, directives };
}
