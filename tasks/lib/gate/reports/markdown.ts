import type { Status } from '../check.ts';
import type { CheckResult, GateResult } from '../result.ts';
import { countsOf } from '../result.ts';

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

/** The gate as a page for people: what holds the release comes first, with what to look at. */
export function markdownOf(result: GateResult, title: string): string {
  const { passed, failed, unknown } = countsOf(result);
  const seconds = Math.round((Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000);
  const rounds = result.rounds === 1 ? '1 round' : `${result.rounds} rounds`;
  const holding = result.checks.filter((check) => check.status !== 'pass');
  const passing = result.checks.filter((check) => check.status === 'pass');
  const lines = [
    `## ${verdicts[result.verdict]}: ${cell(title)}`,
    '',
    `${passed} passed, ${failed} failed, ${unknown} unknown; ${rounds}, ${seconds} s`,
    '',
  ];
  if (result.reason === 'unstable') {
    lines.push('Every check passed at the end, but not for the minimum success duration.', '');
  }
  if (holding.length > 0) {
    lines.push('| Check | Result | Expected | Observed |', '|---|---|---|---|');
    for (const check of holding) lines.push(row(check, true));
    lines.push('', '### What to look at', '');
    for (const check of holding) {
      if (check.hint !== undefined) lines.push(`- **${cell(check.id)}**: ${cell(check.hint)}`);
    }
    lines.push('');
  }
  if (passing.length > 0) {
    lines.push('### Passed', '', '| Check | Target | Observed | ms |', '|---|---|---|---:|');
    for (const check of passing) lines.push(row(check, false));
    lines.push('');
  }
  return lines.join('\n');
}

function row(check: CheckResult, holding: boolean): string {
  const cells = holding
    ? [check.id, `${marks[check.status]} ${check.code}`, check.expected, check.observed]
    : [check.id, `${check.kind} ${check.target}`, check.observed, String(Math.round(check.ms))];
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** One line of plain text: nothing in it becomes a table cell, a link, an image or HTML. */
function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
