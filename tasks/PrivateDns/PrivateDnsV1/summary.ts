import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changesOf, planDocument, planHeader, planRows } from '../../lib/dns/describe.ts';
import type { Plan } from '../../lib/dns/plan.ts';
import { tableLines, tableMarkdown } from '../../lib/dns/table.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { plain } from '../../lib/markdown.ts';

/** Rows of one owner. */
export interface Section {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A summary page stays readable: the log has all rows. */
const mostRows = 200;

/** Shows tables in the log, and below a heading on the run's summary page as well. */
export async function showTables(
  heading: string,
  sections: readonly Section[],
  context: TaskContext,
): Promise<void> {
  const pages: string[] = [];
  for (const { title, header, rows } of sections) {
    context.log.info(`${title}:${rows.length === 0 ? ' nothing to do' : ''}`);
    if (rows.length === 0) continue;
    for (const line of tableLines(header, rows)) context.log.info(`  ${line}`);
    const rest = rows.length - mostRows;
    const more = rest > 0 ? `\nand ${rest} more, in the log\n` : '';
    const table = tableMarkdown(header, rows.slice(0, mostRows));
    pages.push(`### ${plain(title)}\n\n${table}${more}`);
  }
  if (pages.length === 0) return;
  // The agent reads the file later, when another step of this task may have run.
  const file = join(context.agent.tempDirectory, `spokeline-dns-${randomUUID()}.md`);
  await writeFile(file, [`## ${heading}\n`, ...pages].join('\n'));
  context.uploadSummary(file);
}

/** Sets an output to a document, as far as it fits there, and `<name>File` to a file with all of it. */
export async function setDocument(
  name: 'plan' | 'drift' | 'findings',
  document: unknown,
  context: TaskContext,
): Promise<void> {
  const text = JSON.stringify(document);
  const file = join(context.agent.tempDirectory, `spokeline-dns-${name}-${randomUUID()}.json`);
  await writeFile(file, text);
  context.setOutput(`${name}File`, file);
  context.setOutput(name, text, { whole: `${name}File` });
}

/** Shows plans in the log, on the summary page and as outputs. */
export async function showPlans(plans: readonly Plan[], context: TaskContext): Promise<void> {
  const changes = plans.reduce((sum, plan) => sum + changesOf(plan), 0);
  await setDocument('plan', planDocument(plans), context);
  context.setOutput('changes', String(changes));
  const sections = plans.map((plan) => ({
    title: plan.wish.owner,
    header: planHeader,
    rows: planRows(plan),
  }));
  const conflicts = sections.flatMap(({ rows }) =>
    rows.filter(([action]) => action === 'conflict'),
  );
  await showTables(headingOf(changes, conflicts.length), sections, context);
}

function headingOf(changes: number, conflicts: number): string {
  const count = changes === 1 ? '1 change' : `${changes} changes`;
  if (conflicts > 0) {
    return `❌ Private DNS: ${count}, ${conflicts === 1 ? '1 conflict' : `${conflicts} conflicts`}`;
  }
  return changes === 0 ? '✅ Private DNS: nothing to change' : `✏️ Private DNS: ${count}`;
}
