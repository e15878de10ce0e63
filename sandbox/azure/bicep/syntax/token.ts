/** Offsets into the source text, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

export type TokenKind = 'identifier' | 'integer' | 'string' | 'symbol' | 'newline' | 'end' | 'bad';

/** The pieces of a string: one more segment than expressions; each expression is its own token list. */
export interface StringParts {
  segments: string[];
  expressions: Token[][];
}

export interface Token extends Span {
  kind: TokenKind;
  /** The source text; of a newline always '\n'. */
  text: string;
  string?: StringParts;
}

/** A problem found while reading the text, before there is a syntax tree. */
export interface SyntaxProblem extends Span {
  code: string;
  message: string;
}

/** `#disable-next-line` and its relatives: which codes are silenced, and for which lines. */
export interface Directive {
  kind: 'disable-next-line' | 'disable-diagnostics' | 'restore-diagnostics';
  codes: string[];
  /** Offset at which the directive stands. */
  at: number;
}
