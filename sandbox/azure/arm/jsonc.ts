import { invalidContent } from './errors.ts';

/**
 * Parses a request body as generously as the service: comments, unquoted keys (the az CLI sends an unquoted
 * `template:` key), trailing commas and line breaks in strings. An empty body is undefined.
 * @throws ArmError InvalidRequestContent with line and position
 */
export function parseBody(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return parseGenerously(text);
  }
}

/**
 * Parses JSON with comments, unquoted keys and trailing commas; `number` makes the value of a number's text.
 * @throws ArmError InvalidRequestContent with line and position
 */
export function parseGenerously(text: string, number: (word: string) => unknown = Number): unknown {
  return new Reader(text.replace(/^\ufeff/, ''), number).document();
}

class Reader {
  readonly #text: string;
  readonly #number: (word: string) => unknown;
  #at = 0;

  constructor(text: string, number: (word: string) => unknown) {
    this.#text = text;
    this.#number = number;
  }

  document(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail('Additional text encountered');
    return value;
  }

  #value(): unknown {
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    if (first === '"' || first === "'") return this.#string(first);
    const word = /^[-+\w.]+/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0];
    if (word === undefined) this.#fail('Unexpected character');
    this.#at += word.length;
    if (word === 'null') return null;
    if (word === 'true' || word === 'false') return word === 'true';
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(word))
      this.#fail(`Unexpected word ${word}`);
    return this.#number(word);
  }

  #object(): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.#at += 1;
    for (;;) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === '}') break;
      const key = next === '"' || next === "'" ? this.#string(next) : this.#word();
      this.#space();
      this.#expect(':');
      const value = this.#value();
      // Assigning would call the setter of a key named __proto__.
      Object.defineProperty(result, key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
      if (!this.#comma('}')) break;
    }
    this.#expect('}');
    return result;
  }

  #array(): unknown[] {
    const result: unknown[] = [];
    this.#at += 1;
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === ']') break;
      result.push(this.#value());
      if (!this.#comma(']')) break;
    }
    this.#expect(']');
    return result;
  }

  #word(): string {
    const word = /^[A-Za-z_$][\w$-]*/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0];
    if (word === undefined) this.#fail('Invalid property identifier');
    this.#at += word.length;
    return word;
  }

  #string(quote: string): string {
    const start = this.#at;
    let raw = '';
    for (this.#at += 1; ; this.#at += 1) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        this.#at = start;
        this.#fail('Unterminated string');
      }
      if (char === quote) break;
      if (char === '\\') {
        const escaped = this.#text[this.#at + 1] ?? '';
        raw += escaped === "'" ? "'" : `\\${escaped}`;
        this.#at += 1;
      } else if (char === '"') raw += '\\"';
      else if (char < ' ') raw += JSON.stringify(char).slice(1, -1);
      else raw += char;
    }
    this.#at += 1;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      return this.#fail('Bad escape in a string');
    }
  }

  /** True if another member follows; a comma before the end is ignored. */
  #comma(end: string): boolean {
    this.#space();
    if (this.#text[this.#at] === ',') {
      this.#at += 1;
      return true;
    }
    if (this.#text[this.#at] !== end) this.#fail(`Expected ',' or '${end}'`);
    return false;
  }

  #expect(char: string): void {
    if (this.#text[this.#at] !== char) this.#fail(`Expected '${char}'`);
    this.#at += 1;
  }

  #space(): void {
    for (;;) {
      const rest = this.#text.slice(this.#at, this.#at + 2);
      if (rest === '//') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end + 1;
      } else if (rest === '/*') {
        const end = this.#text.indexOf('*/', this.#at);
        if (end < 0) this.#fail('Unterminated comment');
        this.#at = end + 2;
      } else if (rest !== '' && /^\s/.test(rest)) this.#at += 1;
      else return;
    }
  }

  #fail(reason: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    const line = String(before.length);
    const position = String((before.at(-1)?.length ?? 0) + 1);
    throw invalidContent(`${reason}. line ${line}, position ${position}`);
  }
}
