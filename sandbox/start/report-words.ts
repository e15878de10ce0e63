import type { Report, ReportCheck } from './report-schema.ts';

/** Checks that hold the release for one reason. */
export interface Reason {
  readonly hint: string;
  readonly checks: readonly ReportCheck[];
}

/** What did not pass, with one reason for all checks that have it in common. */
export function reasonsOf(checks: readonly ReportCheck[]): Reason[] {
  const reasons = new Map<string, ReportCheck[]>();
  for (const check of checks) {
    if (check.status === 'pass' || check.status === 'skipped') continue;
    const key = JSON.stringify([check.code, check.stamp, check.hint ?? check.id]);
    reasons.set(key, [...(reasons.get(key) ?? []), check]);
  }
  return [...reasons.values()].map((alike) => ({ hint: alike[0]?.hint ?? '', checks: alike }));
}

/** A cause stands at the head of the page, and in full below. */
const longestCause = 320;

const short = (words: string) =>
  words.length > longestCause ? `${words.slice(0, longestCause - 1)}…` : words;

/** What a run comes to, in words. */
export interface Verdict {
  readonly title: string;
  readonly tone: 'good' | 'bad' | 'warn';
  /** What most of the checks that did not pass have in common, or what the first job said that failed. */
  readonly cause?: string;
}

export function verdictOf(report: Report): Verdict {
  if (report.result === 'passed') return { title: 'The network is as declared', tone: 'good' };
  if (report.pipelines.some(({ result }) => result.toLowerCase() === 'canceled')) {
    return { title: 'The run was cancelled', tone: 'warn' };
  }
  const { gate, failing } = report;
  if (gate !== undefined && failing.length > 0) {
    const word = failing.length === 1 ? 'does' : 'do';
    const title = `Release held: ${failing.length} of ${gate.checks.length} checks ${word} not pass`;
    const [most] = reasonsOf(gate.checks).sort((a, b) => b.checks.length - a.checks.length);
    return { title, tone: 'bad', ...(most && most.hint !== '' ? { cause: short(most.hint) } : {}) };
  }
  const title = gate ? 'Release failed after its gate' : 'Release failed before its gate';
  const issues = report.pipelines.flatMap(({ stages }) =>
    stages.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap((s) => s.issues))),
  );
  const cause = issues.find(({ severity }) => severity === 'error')?.message;
  return { title, tone: 'bad', ...(cause === undefined ? {} : { cause: short(cause) }) };
}
