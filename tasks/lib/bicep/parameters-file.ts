/** What a `.bicepparam` file says of its template. */
export interface ParametersFile {
  /** Path of the template, relative to the file. */
  readonly template: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Parameters whose texts nobody needs to know: each is a secret of a vault, which is never asked. */
  readonly untold?: readonly string[];
  /** Parameters of any type that only Azure can tell. */
  readonly unknown?: readonly string[];
}

const nowhere = '00000000-0000-0000-0000-000000000000';

/** The text of a `.bicepparam` file that gives values to a template. */
export function parametersFileText({
  template,
  values,
  untold = [],
  unknown = [],
}: ParametersFile): string {
  const given: (readonly [name: string, expression: string])[] = [
    ...Object.entries(values).map(([name, value]) => [name, literal(value)] as const),
    ...untold.map((name) => [name, `az.getSecret('${nowhere}', 'none', 'none', 'none')`] as const),
    ...unknown.map((name) => [name, `externalInput('spokeline', ${literal(name)})`] as const),
  ];
  const lines = given.map(([name, expression]) => `param ${name} = ${expression}`);
  return [`using ${literal(template)}`, ...lines, ''].join('\n');
}

/** A JSON value in Bicep's own notation. */
function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replace(/[\\'\n\r\t]|\$\{/g, escape)}'`;
  if (typeof value === 'number')
    return Number.isInteger(value) ? String(value) : `json('${value}')`;
  if (typeof value === 'bigint') return String(value);
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
