import { invalidTemplate } from '../engine-error.ts';

export type TokenKind = 'name' | 'string' | 'number' | '(' | ')' | '[' | ']' | '.' | ',' | 'end';

export interface Token {
  kind: TokenKind;
  /** For strings the unescaped value. */
  text: string;
  /** Offset in the whole text, bracket included, from 0. */
  at: number;
}

const PUNCTUATION = new Set(['(', ')', '[', ']', '.', ',']);
// Names of user functions and of symbols that Bicep generates start with _ or $ now and then.
const NAME_START = /[A-Za-z_$]/;
const NAME_PART = /[A-Za-z0-9_$]/;

/**
 * Splits the text of an expression (without the outer brackets) into tokens; `offset` is where it
 * starts.
 */
export function tokenize(text: string, offset: number, whole: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const fail = (message: string, where: number): never => {
    throw invalidTemplate(
      `Unable to parse language expression '${whole}': ${message} at position '${offset + where}'.`,
    );
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === ' ' || char === '\t' || char === '\r' || char === '\n') {
      at += 1;
    } else if (PUNCTUATION.has(char)) {
      tokens.push({ kind: char as TokenKind, text: char, at: offset + at });
      at += 1;
    } else if (char === "'") {
      const start = at;
      let value = '';
      at += 1;
      for (;;) {
        const close = text.indexOf("'", at);
        if (close < 0) fail('the string literal has no closing quote', start);
        value += text.slice(at, close);
        at = close + 1;
        if (text.charAt(at) !== "'") break;
        value += "'";
        at += 1;
      }
      tokens.push({ kind: 'string', text: value, at: offset + start });
    } else if (/[0-9-]/.test(char)) {
      const match = /^-?[0-9]+/.exec(text.slice(at));
      if (match === null) return fail(`unexpected character '${char}'`, at);
      tokens.push({ kind: 'number', text: match[0], at: offset + at });
      at += match[0].length;
    } else if (NAME_START.test(char)) {
      const start = at;
      while (at < text.length && NAME_PART.test(text.charAt(at))) at += 1;
      tokens.push({ kind: 'name', text: text.slice(start, at), at: offset + start });
    } else {
      fail(`unexpected character '${char}'`, at);
    }
  }
  tokens.push({ kind: 'end', text: 'end of expression', at: offset + text.length });
  return tokens;
}
