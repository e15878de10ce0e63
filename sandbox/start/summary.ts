import { isDeepStrictEqual } from 'node:util';
import type { Failing, Report } from './report-schema.ts';

const marks = { pass: '✓', fail: '✕', unknown: '?', skipped: '–' } as const;

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The closing table of a run, for a terminal. */
export function summaryLines(report: Report): string[] {
  const jobs = report.pipelines.flatMap((pipeline) =>
    pipeline.stages.map((stage) => [
      pipeline.file,
      stage.name,
      stage.result,
      `${stage.seconds.toFixed(1)} s`,
    ]),
  );
  const checks = (report.gate?.checks ?? []).map((check) => [
    ` ${marks[check.status]} ${check.id}`,
    check.status === 'pass' ? '' : check.code,
    check.observed,
  ]);
  const passed = report.gate?.checks.filter((check) => check.status === 'pass').length ?? 0;
  const total = report.gate?.checks.length ?? 0;
  const image = report.image ? ['', `Image ${report.image.reference}`] : [];
  return [
    '',
    ...columns([['Pipeline', 'Stage', 'Result', 'Time'], ...jobs]),
    '',
    ...columns(checks),
    ...image,
    '',
    `${passed} of ${total} checks passed in ${report.seconds.toFixed(1)} s: ${report.result}`,
  ];
}

/** Says how what failed differs from what a break was expected to fail. */
export function comparisonLines(
  failing: readonly Failing[],
  expected: readonly Failing[],
): string[] {
  if (isDeepStrictEqual(failing, expected)) {
    return [`Exactly the ${expected.length} expected checks failed.`];
  }
  const line = (f: Failing) => `${f.id} ${f.code} ${f.observed}`;
  const seen = new Set(failing.map(line));
  const wanted = new Set(expected.map(line));
  return [
    'What failed is not what was expected:',
    ...[...wanted].filter((l) => !seen.has(l)).map((l) => `  missing     ${l}`),
    ...[...seen].filter((l) => !wanted.has(l)).map((l) => `  unexpected  ${l}`),
  ];
}
