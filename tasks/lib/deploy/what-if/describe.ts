import { writeExact } from '../../net/exact-json.ts';
import type { Assessed, Assessment, Counts } from './assess.ts';
import type { PropertyChange } from './model.ts';

const marks: Readonly<Record<string, string>> = {
  Create: '+',
  Delete: '-',
  Detach: '>',
  Modify: '~',
  Deploy: '!',
  NoChange: '=',
  Ignore: '*',
};

const longestValue = 120;

/** The result for the log: a line a resource that changes, its properties below it. */
export function linesOf({ resources, counts, diagnostics, idleRules }: Assessment): string[] {
  const shown = resources.filter(({ kind }) => kind !== 'NoChange' && kind !== 'Ignore');
  const lines = shown.flatMap((resource) => [
    `  ${headOf(resource)}`,
    ...resource.properties.map((property) => `      ${propertyText(property)}`),
  ]);
  const aside = resources.reduce((sum, { ignored }) => sum + ignored.length, 0);
  if (aside > 0) lines.push(`  ${asideText(aside)} set aside by ignoreChanges or as known noise`);
  for (const rule of idleRules) lines.push(`  A rule set nothing aside (${rule})`);
  const said = diagnostics.map(({ code, message }) => `  ${code}: ${message}`);
  return [...lines, ...said, `What-if: ${countsText(counts)}.`];
}

function asideText(count: number): string {
  return count === 1 ? 'one change was' : `${count} changes were`;
}

/** `~ Microsoft.Network/virtualNetworks vnet-weu`, with a reason where there is no prediction. */
function headOf(resource: Assessed): string {
  const { kind } = resource;
  const word = kind in marks ? '' : `${wordOf(resource)} `;
  return `${marks[kind] ?? '?'} ${word}${nameOf(resource)}`;
}

/** What would become of a resource, in a word. */
export function wordOf({ kind }: Assessed): string {
  if (kind === 'Unsupported') return 'not predicted';
  return kind in marks ? kind.toLowerCase() : kind;
}

/** `Microsoft.Network/virtualNetworks vnet-weu`, with a reason where there is no prediction. */
export function nameOf({ change }: Assessed): string {
  const maybe = change.potential ? ' (may happen)' : '';
  const why = change.unsupportedReason === undefined ? '' : `: ${change.unsupportedReason}`;
  return `${change.type} ${change.name}${maybe}${why}`;
}

/** `~ properties.addressPrefix: "10.0.0.0/24" -> "10.0.1.0/24"` */
export function propertyText({ path, kind, before, after }: PropertyChange): string {
  const mark = marks[kind] ?? '?';
  if (kind === 'Create') return `${mark} ${path}: ${valueText(after)}`;
  if (kind === 'Delete') return `${mark} ${path}: ${valueText(before)}`;
  return `${mark} ${path}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: unknown): string {
  const text = value === undefined ? 'none' : writeExact(value);
  return text.length > longestValue ? `${text.slice(0, longestValue - 3)}...` : text;
}

/** `1 to create, 2 to modify, 5 unchanged`; what is nought is left out. */
export function countsText(counts: Counts): string {
  const words: Record<keyof Counts, string> = {
    create: 'to create',
    modify: 'to modify',
    delete: 'to delete',
    detach: 'to detach',
    deploy: 'to deploy without a prediction',
    unsupported: 'not predicted',
    other: 'of an unknown kind',
    noChange: 'unchanged',
    ignore: 'not in the template',
  };
  const parts = (Object.entries(words) as [keyof Counts, string][])
    .filter(([key]) => counts[key] > 0)
    .map(([key, word]) => `${counts[key]} ${word}`);
  return parts.join(', ') || 'no resources';
}
