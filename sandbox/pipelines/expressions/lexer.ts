import { ExpressionError, Version } from './value.ts';

export type Token =
  | { kind: 'punctuation'; text: '(' | ')' | '[' | ']' | ',' | '.' | '*'; at: number }
  | { kind: 'literal'; value: string | number | boolean | Version; at: number }
  | { kind: 'name'; text: string; at: number };

const boundary = /[\s()[\],.]/;
const numberStart = /[-+\d]/;
const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The tokens of an expression. `null` is no literal in this dialect, and a minus is part of a
 * word: `parameters.param-minus` is one bad name, not a subtraction.
 * @throws ExpressionError that shows the symbol
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/\s/.test(char)) {
      at++;
    } else if (char === "'") {
      const end = endOfString(text, at);
      const value = text.slice(at + 1, end - 1).replaceAll("''", "'");
      tokens.push({ kind: 'literal', value, at });
      at = end;
    } else if (char === '.' && !startsNumber(text, at, tokens.at(-1))) {
      tokens.push({ kind: 'punctuation', text: '.', at });
      at++;
    } else if (char === '(' || char === ')' || char === '[' || char === ']' || char === ',') {
      tokens.push({ kind: 'punctuation', text: char, at });
      at++;
    } else if (char === '*') {
      tokens.push({ kind: 'punctuation', text: '*', at });
      at++;
    } else if (numberStart.test(char) || char === '.') {
      const word = /^[-+.\w]+/.exec(text.slice(at))?.[0] ?? char;
      tokens.push({ kind: 'literal', value: numberOrVersion(word), at });
      at += word.length;
    } else {
      let end = at;
      while (end < text.length && !boundary.test(text.charAt(end))) end++;
      const word = text.slice(at, end);
      if (!identifier.test(word)) throw new ExpressionError(`unexpected symbol '${word}'`);
      tokens.push(keyword(word, at, tokens.at(-1)));
      at = end;
    }
  }
  return tokens;
}

/** Index behind the closing quote of the string that starts at `start`. */
export function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf("'", at);
    if (quote < 0) throw new ExpressionError(`the string ${text.slice(start)} is not closed`);
    if (text.charAt(quote + 1) !== "'") return quote + 1;
    at = quote + 2;
  }
}

function startsNumber(text: string, at: number, previous: Token | undefined): boolean {
  if (!/\d/.test(text.charAt(at + 1))) return false;
  if (previous === undefined) return true;
  return previous.kind === 'punctuation' && /[([,]/.test(previous.text);
}

function numberOrVersion(word: string): number | Version {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(word)) return Number(word);
  const version = Version.parse(word);
  if (version === undefined) throw new ExpressionError(`unexpected symbol '${word}'`);
  return version;
}

function keyword(word: string, at: number, previous: Token | undefined): Token {
  const afterDot = previous?.kind === 'punctuation' && previous.text === '.';
  const folded = word.toLowerCase();
  if (!afterDot && (folded === 'true' || folded === 'false')) {
    return { kind: 'literal', value: folded === 'true', at };
  }
  return { kind: 'name', text: word, at };
}
