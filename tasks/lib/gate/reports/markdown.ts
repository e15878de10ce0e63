import { plain } from '../../markdown.ts';
import type { Status } from '../check.ts';
import type { CheckResult, GateResult } from '../result.ts';
import { countsOf, toleranceOf } from '../result.ts';
import { pictureOf } from './picture.ts';

const marks: Record<Status, string> = {
  pass: '✅ pass',
  fail: '❌ fail',
  unknown: '❔ unknown',
  skipped: '➖ skipped',
};
const verdicts = {
  pass: '✅ Network gate passed',
  fail: '❌ Network gate failed',
  unknown: '❔ Network gate could not decide',
};

/** Of the checks that have one reason; the table has them all. */
const shownIds = 20;

/** The gate as a page for people: what holds the release comes first, with what to look at. */
export function markdownOf(result: GateResult, title: string): string {
  const { passed, failed, unknown, tolerated } = countsOf(result);
  const skipped = result.checks.filter(({ status }) => status === 'skipped').length;
  const seconds = Math.round((Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000);
  const rounds = result.rounds === 1 ? '1 round' : `${result.rounds} rounds`;
  const holding = result.checks.filter((check) => check.status !== 'pass');
  const passing = result.checks.filter((check) => check.status === 'pass');
  const lines = [
    `## ${verdicts[result.verdict]}: ${plain(title)}`,
    '',
    `${passed} passed, ${failed} failed, ${unknown} unknown` +
      `${tolerated === 0 ? '' : `, ${tolerated} tolerated`}` +
      `${skipped === 0 ? '' : `, ${skipped} skipped`}; ${rounds}, ${seconds} s`,
    '',
    '```text',
    pictureOf(result.checks),
    '```',
    '',
  ];
  if (result.reason === 'unstable') {
    lines.push('Every check passed at the end, but not for the minimum success duration.', '');
  }
  if (holding.length > 0) {
    const reasons = reasonLines(holding);
    if (reasons.length > 0) lines.push('### What to look at', '', ...reasons, '');
    lines.push(
      '### Not passed',
      '',
      '| Check | Result | Expected | Observed |',
      '|---|---|---|---|',
    );
    for (const check of holding) lines.push(row(check, true));
    lines.push('');
  }
  if (passing.length > 0) {
    lines.push('### Passed', '', '| Check | Target | Observed | ms |', '|---|---|---|---:|');
    for (const check of passing) lines.push(row(check, false));
    lines.push('');
  }
  return lines.join('\n');
}

/** A line a reason, with all checks that have it. */
function reasonLines(holding: readonly CheckResult[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const check of holding) {
    const words = [toleranceOf(check), expiry(check), check.hint].filter(
      (one) => one !== undefined,
    );
    if (words.length === 0) continue;
    const reason = words.join('. ');
    reasons.set(reason, [...(reasons.get(reason) ?? []), `**${plain(check.id)}**`]);
  }
  return [...reasons].map(([reason, ids]) => {
    const more = ids.length > shownIds ? ` and ${ids.length - shownIds} more` : '';
    return `- ${ids.slice(0, shownIds).join(', ')}${more}: ${plain(reason)}`;
  });
}

function markOf(check: CheckResult): string {
  if (toleranceOf(check) === undefined) return marks[check.status];
  return check.severity === 'warning' ? '⚠️ warning' : '⏸️ waived';
}

function expiry({ waiver }: CheckResult): string | undefined {
  return waiver?.expired === true ? `Its waiver ended on ${waiver.until}` : undefined;
}

function row(check: CheckResult, holding: boolean): string {
  const cells = holding
    ? [check.id, `${markOf(check)} ${check.code}`, check.expected, check.observed]
    : [check.id, `${check.kind} ${check.target}`, check.observed, String(Math.round(check.ms))];
  return `| ${cells.map(plain).join(' | ')} |`;
}
