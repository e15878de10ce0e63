import type { Files } from '../compile-text.ts';

/** A text with mistakes, and what the compiler must say of it. */
export interface Wrong {
  what: string;
  text: string;
  others?: Files;
  /** Line and column from one, code and message of each error. */
  found: [at: string, message: string][];
}
