import type { RecordType } from './model.ts';

/** A text may be long, and hold anything. */
const longestText = 100;

/** Values of a record set for a line of the log or a cell of a table: texts in quotes, long ones cut. */
export function shownValues(type: RecordType, values: readonly string[]): string {
  const shown = type === 'TXT' ? values.map(shownText) : values;
  return shown.join(', ');
}

function shownText(text: string): string {
  return JSON.stringify(text.length > longestText ? `${text.slice(0, longestText)}...` : text);
}
