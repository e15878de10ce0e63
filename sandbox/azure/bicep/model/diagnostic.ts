/** Zero-based line and column, in UTF-16 units as the language server protocol counts them. */
export interface Position {
  line: number;
  char: number;
}

export type Level = 'Info' | 'Warning' | 'Error';

/** One finding in one file; offsets into its text. */
export interface Diagnostic {
  start: number;
  end: number;
  level: Level;
  /** `BCPnnn` of the compiler or the name of a linter rule. */
  code: string;
  message: string;
}

/** Finds lines and columns of offsets. */
export class LineMap {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let i = 0; i < text.length; i++) {
      const c = text[i];
      if (c === '\n' || (c === '\r' && text[i + 1] !== '\n')) this.starts.push(i + 1);
    }
  }

  position(offset: number): Position {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, char: offset - (this.starts[low] ?? 0) };
  }
}
