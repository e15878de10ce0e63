import type { Lexer } from './lexer.ts';
import type { Token } from './token.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  $: '$',
};

/** The tokens of an interpolated expression; the lexer stands behind `${` and ends behind the matching `}`. */
function readExpression(lexer: Lexer, start: number): Token[] {
  if (lexer.depth >= MAX_DEPTH) {
    lexer.problem(start, lexer.position, 'BCP000', 'The file is nested too deeply.');
    lexer.position = lexer.text.length;
    return [{ kind: 'end', start: lexer.position, end: lexer.position, text: '' }];
  }
  lexer.depth++;
  try {
    return expressionTokens(lexer, start);
  } finally {
    lexer.depth--;
  }
}

const MAX_DEPTH = 100;

function expressionTokens(lexer: Lexer, start: number): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (;;) {
    const token = lexer.next();
    if (token.kind === 'end') {
      lexer.problem(start, lexer.text.length, 'BCP004', UNTERMINATED);
      tokens.push(token);
      return tokens;
    }
    if (token.text === '{' && token.kind === 'symbol') depth++;
    if (token.text === '}' && token.kind === 'symbol' && depth-- === 0) {
      tokens.push({ kind: 'end', start: token.start, end: token.start, text: '' });
      return tokens;
    }
    tokens.push(token);
  }
}

const UNTERMINATED =
  'The string at this location is not terminated due to an unexpected new line character.';

function readEscape(lexer: Lexer): string {
  const at = lexer.position;
  const next = lexer.text[at + 1] ?? '';
  const plain = ESCAPES[next];
  if (plain !== undefined) {
    lexer.position += 2;
    return plain;
  }
  const unicode = /\\u\{([0-9A-Fa-f]{1,6})\}/y;
  unicode.lastIndex = at;
  const found = unicode.exec(lexer.text);
  const point = found ? Number.parseInt(found[1] ?? '', 16) : Number.NaN;
  if (found && point <= 0x10ffff) {
    lexer.position += found[0].length;
    return String.fromCodePoint(point);
  }
  lexer.position += 2;
  lexer.problem(
    at,
    lexer.position,
    'BCP006',
    'The specified escape sequence is not recognized. Only the following escape sequences are allowed: "\\$", "\\\'", "\\\\", "\\n", "\\r", "\\t", "\\u{...}".',
  );
  return '';
}

function readSingleLine(lexer: Lexer): Token {
  const start = lexer.position++;
  const segments: string[] = [];
  const expressions: Token[][] = [];
  let segment = '';
  for (;;) {
    const c = lexer.text[lexer.position];
    if (c === undefined || c === '\n' || c === '\r') {
      lexer.problem(start, lexer.position, 'BCP004', UNTERMINATED);
      break;
    }
    if (c === "'") {
      lexer.position++;
      break;
    }
    if (c === '\\') {
      segment += readEscape(lexer);
    } else if (c === '$' && lexer.text[lexer.position + 1] === '{') {
      lexer.position += 2;
      segments.push(segment);
      segment = '';
      expressions.push(readExpression(lexer, start));
    } else {
      segment += c;
      lexer.position++;
    }
  }
  segments.push(segment);
  return finish(lexer, start, segments, expressions);
}

function finish(lexer: Lexer, start: number, segments: string[], expressions: Token[][]): Token {
  const text = lexer.text.slice(start, lexer.position);
  return { kind: 'string', start, end: lexer.position, text, string: { segments, expressions } };
}

/** `'''...'''`, or with interpolation `$'''...${x}...'''` (as many `$` as stand before the quotes). */
function readMultiLine(lexer: Lexer, dollars: number): Token {
  const start = lexer.position;
  lexer.position += dollars + 3;
  // The first line end belongs to the quotes, not to the text.
  if (lexer.text.startsWith('\r\n', lexer.position)) lexer.position += 2;
  else if (/[\r\n]/.test(lexer.text[lexer.position] ?? '')) lexer.position++;
  const segments: string[] = [];
  const expressions: Token[][] = [];
  const opening = `${'$'.repeat(dollars)}{`;
  let segment = '';
  for (;;) {
    if (lexer.position >= lexer.text.length) {
      lexer.problem(
        start,
        lexer.text.length,
        'BCP140',
        "The multi-line string at this location is not terminated. Terminate it with \"'''\".",
      );
      break;
    }
    if (lexer.text.startsWith("'''", lexer.position)) {
      lexer.position += 3;
      // Quotes directly before the last three belong to the text.
      while (lexer.text[lexer.position] === "'") {
        segment += "'";
        lexer.position++;
      }
      break;
    }
    if (dollars > 0 && lexer.text.startsWith(opening, lexer.position)) {
      lexer.position += opening.length;
      segments.push(segment);
      segment = '';
      expressions.push(readExpression(lexer, start));
    } else {
      segment += lexer.text[lexer.position];
      lexer.position++;
    }
  }
  segments.push(segment);
  return finish(lexer, start, segments, expressions);
}

/** A string token at the lexer's position, or undefined if there is none. */
export function readString(lexer: Lexer): Token | undefined {
  const opening = /(\$*)'''/y;
  opening.lastIndex = lexer.position;
  const found = opening.exec(lexer.text);
  if (found) return readMultiLine(lexer, found[1]?.length ?? 0);
  return lexer.text[lexer.position] === "'" ? readSingleLine(lexer) : undefined;
}
