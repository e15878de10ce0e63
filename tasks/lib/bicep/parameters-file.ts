/** The text of a `.bicepparam` file that gives values to a Bicep file. `template` is relative to it. */
export function parametersFileText(
  template: string,
  values: Readonly<Record<string, unknown>>,
): string {
  const lines = Object.entries(values).map(([name, value]) => `param ${name} = ${literal(value)}`);
  return [`using ${literal(template)}`, ...lines, ''].join('\n');
}

/** A JSON value in Bicep's own notation. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/[\\'\n\r\t]|\$\{/g, escape)}'`;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : `json('${value}')`;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[\n${value.map((item) => `${literal(item)}\n`).join('')}]`;
  if (typeof value !== 'object' || value === null) return 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const lines = members.map(([key, member]) => `${literal(key)}: ${literal(member)}\n`);
  return `{\n${lines.join('')}}`;
}

function escape(found: string): string {
  const known: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return known[found] ?? `\\${found}`;
}
