import type { FoundDiagnostic } from './compile.ts';

/** One finding as a line: `file(line,column) : Level CODE: message`, counted from one. */
export function diagnosticLine(found: FoundDiagnostic): string {
  const { line, char } = found.range.start;
  const at = `${found.source}(${line + 1},${char + 1})`;
  return `${at} : ${found.level} ${found.code}: ${found.message}`;
}
