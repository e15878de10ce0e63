import { plain } from '../markdown.ts';

type Row = readonly string[];

/** A header and rows without the columns that have no text in any row. */
function filled(header: Row, rows: readonly Row[]): string[][] {
  const columns = [...header.keys()].filter((c) => rows.some((row) => (row[c] ?? '') !== ''));
  return [header, ...rows].map((row) => columns.map((column) => row[column] ?? ''));
}

/** Rows with a header as lines of aligned columns; a column without any text is left out. */
export function tableLines(header: Row, rows: readonly Row[]): string[] {
  const all = filled(header, rows);
  const widths = header.map((_title, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The same for a summary page; what comes from outside cannot leave its cell. */
export function tableMarkdown(header: Row, rows: readonly Row[]): string {
  const [titles = [], ...body] = filled(header, rows);
  const line = (cells: Row) => `| ${cells.map(plain).join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...body.map(line), ''].join('\n');
}
