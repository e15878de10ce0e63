import type { Field, Reference } from '../tasks/lib/gate/check.ts';
import { kinds } from '../tasks/lib/gate/kinds.ts';
import { sets } from '../tasks/lib/gate/sets.ts';
import { table } from './markdown-table.ts';

interface Documented {
  readonly kind: string;
  readonly fields: readonly Field[];
  readonly reference: Reference;
}

/** An entry of a gates document: the example of a kind with its id and kind. */
export function entryOf({ kind, reference }: Documented): string {
  const lines = [`id: ${kind}-example`, `kind: ${kind}`, ...reference.example.split('\n')];
  return lines
    .filter((line) => line !== '')
    .map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
    .join('\n');
}

function section(documented: Documented): string {
  const { kind, fields, reference } = documented;
  const rows = fields.map((field) => [
    `\`${field.name}\``,
    field.required ? 'yes' : '',
    field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
  ]);
  return [
    `### ${kind}`,
    reference.summary,
    `\`\`\`yaml\n${entryOf(documented)}\n\`\`\``,
    rows.length > 0 ? table(['key', 'required', 'default'], rows) : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The reference of all kinds of checks and sets, made from the checks themselves. */
export function gatePage(): string {
  return [
    '# Gate checks',
    'Every kind that `checks:` of a [gates document](gates.md) may use, and its keys; that page says what they mean. ' +
      'All take `id`, `kind`, `each: stamp` and `severity` (`blocking`, `warning`).',
    '## Checks',
    ...kinds.map(section),
    '## Sets',
    'A set is several checks in one entry; their ids are `<id>.<part>`.',
    ...sets.map(section),
    '',
  ].join('\n\n');
}
