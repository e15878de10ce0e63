import { plain } from '../../markdown.ts';
import type { Assessed, Assessment } from './assess.ts';
import { countsText, nameOf, propertyText, wordOf } from './describe.ts';
import type { FailOn, Finding } from './policy.ts';

/** What the reports are about. */
export interface Subject {
  /** Resource id of the deployment that was predicted. */
  readonly deploymentId: string;
  /** In words, for a heading. */
  readonly title: string;
  readonly failOn: FailOn;
}

/** The whole result for programs. Secrets are hidden in it already. */
export function documentOf(
  subject: Subject,
  assessment: Assessment,
  findings: readonly Finding[],
): Record<string, unknown> {
  const { resources, diagnostics, counts, hasChanges } = assessment;
  return {
    deployment: subject.deploymentId,
    failOn: subject.failOn,
    hasChanges,
    counts,
    findings,
    changes: resources.map(({ change, kind, properties, ignored }) => ({
      id: change.id,
      type: change.type,
      name: change.name,
      change: kind,
      predicted: change.kind,
      ...(change.potential ? { potential: true } : {}),
      ...(change.unsupportedReason === undefined
        ? {}
        : { unsupportedReason: change.unsupportedReason }),
      properties: properties.map(({ path, kind: word, before, after }) => ({
        path,
        change: word,
        before,
        after,
      })),
      ignored,
      before: change.before,
      after: change.after,
    })),
    diagnostics,
  };
}

/** A summary page stays readable, and the service refuses very large ones: the file has everything. */
const mostResources = 100;
const mostProperties = 20;

/** The result as a page for people. */
export function markdownOf(
  subject: Subject,
  { resources, counts, diagnostics }: Assessment,
  findings: readonly Finding[],
): string {
  const changed = resources
    .filter(({ kind }) => kind !== 'NoChange' && kind !== 'Ignore')
    .sort((one, other) => Number(losing(other)) - Number(losing(one)));
  const mark = findings.length > 0 ? '❌' : changed.length > 0 ? '✏️' : '✅';
  const lines = [`## ${mark} What-if: ${plain(subject.title)}`, '', `${countsText(counts)}`, ''];
  if (findings.length > 0) {
    lines.push(`### Forbidden by failOn: ${subject.failOn}`, '');
    for (const { message } of findings.slice(0, mostResources)) lines.push(`- ${plain(message)}`);
    lines.push(...more(findings.length, mostResources), '');
  }
  if (changed.length > 0) {
    lines.push('### Changes', '');
    for (const resource of changed.slice(0, mostResources)) lines.push(...entry(resource));
    lines.push(...more(changed.length, mostResources), '');
  }
  const aside = resources.filter(({ ignored }) => ignored.length > 0);
  if (aside.length > 0) {
    lines.push('### Set aside', '');
    for (const { change, ignored } of aside.slice(0, mostResources)) {
      const reasons = [...new Set(ignored.map(({ because }) => because))].map(plain).join('; ');
      lines.push(`- ${plain(`${change.type} ${change.name}`)}: ${ignored.length} (${reasons})`);
    }
    lines.push(...more(aside.length, mostResources), '');
  }
  for (const { code, message } of diagnostics) lines.push(`- ${plain(`${code}: ${message}`)}`);
  return `${lines.join('\n')}\n`;
}

/** What goes is what a reader looks for. */
function losing({ kind }: Assessed): boolean {
  return kind === 'Delete' || kind === 'Detach';
}

function entry(resource: Assessed): string[] {
  const { properties } = resource;
  return [
    `- **${plain(wordOf(resource))}** ${plain(nameOf(resource))}`,
    ...properties.slice(0, mostProperties).map((one) => `  - ${plain(propertyText(one))}`),
    ...more(properties.length, mostProperties).map((line) => `  ${line}`),
  ];
}

function more(count: number, shown: number): string[] {
  return count > shown ? [`- and ${count - shown} more, in the JSON file`] : [];
}
