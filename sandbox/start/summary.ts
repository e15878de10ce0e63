import { isDeepStrictEqual } from 'node:util';
import { countText, markOf, placesOf } from './report-picture.ts';
import type { Failing, Report, ReportCheck } from './report-schema.ts';
import { reasonsOf, verdictOf } from './report-words.ts';

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
  const checks = report.gate?.checks ?? [];
  const places = placesOf(checks).filter(({ checks: own }) => own.length > 0);
  const image = report.image ? ['', `Image ${report.image.reference}`] : [];
  return [
    '',
    ...columns([['Pipeline', 'Stage', 'Result', 'Time'], ...jobs]),
    ...(places.length === 0 ? [] : ['']),
    ...columns(
      places.map(({ title, checks: own }) => [` ${markOf(own)} ${title}`, countText(own)]),
    ),
    ...reasonLines(checks),
    ...image,
    '',
    endLine(report),
  ];
}

function endLine(report: Report): string {
  const took = `${report.seconds.toFixed(1)} s`;
  if (report.gate === undefined) return `${verdictOf(report).title}, after ${took}`;
  const { checks } = report.gate;
  const passed = checks.filter((check) => check.status === 'pass').length;
  return `${passed} of ${checks.length} checks passed in ${took}: ${report.result}`;
}

/** What holds the release comes last: there a reader of a terminal looks first. */
function reasonLines(checks: readonly ReportCheck[]): string[] {
  const reasons = reasonsOf(checks);
  if (reasons.length === 0) return [];
  const lines = reasons.flatMap(({ hint, checks: alike }) => [
    ` ${markOf(alike)} ${alike.map(({ id }) => id).join(', ')} ${alike[0]?.code ?? ''}`,
    ...[...new Set(alike.map(({ observed }) => `     ${observed}`))],
    ...(hint === '' ? [] : [`     ${hint}`]),
  ]);
  return ['', 'What holds the release', ...lines];
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
