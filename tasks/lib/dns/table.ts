/** Rows with a header as lines of aligned columns; a column without any text is left out. */
export function tableLines(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const columns = header
    .map((_title, column) => column)
    .filter((column) => {
      return rows.some((row) => (row[column] ?? '') !== '');
    });
  const all = [header, ...rows];
  const widths = columns.map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    columns
      .map((column, index) => (row[column] ?? '').padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The same rows for a summary page; what comes from outside cannot leave its cell. */
export function tableMarkdown(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const cell = (text: string) =>
    text.replace(/[\\|`<>[\]*_]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\s+/g, ' ');
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---').join('|')}|`, ...rows.map(line), ''].join('\n');
}
