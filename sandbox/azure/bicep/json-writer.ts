/**
 * The text of a template, indented as the command line writes it. Integers that JavaScript's numbers cannot hold are
 * bigints here and are written digit by digit.
 */
export function jsonText(value: unknown): string {
  const marked = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'bigint' ? `\u0000${item}\u0000` : item),
    2,
  );
  return marked.replaceAll(/"\\u0000(-?\d+)\\u0000"/g, '$1');
}
