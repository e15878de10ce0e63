import { getServers } from 'node:dns';
import { driftOf, driftTable, type DriftRow } from '../../lib/dns/drift.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { recordResolverFor } from '../../lib/net/record-resolver.ts';
import type { Scope } from './scope.ts';
import { setDocument, showTables, type Section } from './summary.ts';
import type { SurveyedPart } from './survey.ts';

/** Shows endpoint, zone group, record and every resolver's answer of each name side by side. Writes nothing. */
export async function drift(
  scope: Scope,
  found: readonly SurveyedPart[],
  context: TaskContext,
): Promise<void> {
  const ask = recordResolverFor(scope, getServers());
  const sections: Section[] = [];
  const all: (DriftRow & { owner: string })[] = [];
  for (const { plan, present, source } of found) {
    const rows = await driftOf(plan, present, ask, context.signal);
    sections.push({ title: source.owner, ...driftTable(rows) });
    all.push(...rows.map((row) => ({ owner: source.owner, ...row })));
  }
  const drifted = all.filter(({ faults }) => faults.length > 0).length;
  const sum = `${drifted} of ${all.length} do not agree`;
  const heading = drifted === 0 ? '✅ Private DNS: everything agrees' : `⚠️ Private DNS: ${sum}`;
  await showTables(heading, sections, context);
  for (const { name, faults } of all) {
    if (faults.length > 0) context.issue('warning', `${name}: ${faults.join('; ')}`);
  }
  await setDocument('drift', all, context);
  context.setOutput('drifted', String(drifted));
  context.log.info(drifted === 0 ? 'Everything agrees.' : `${sum}.`);
}
