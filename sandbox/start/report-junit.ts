import type { Report } from './report-schema.ts';

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** What XML 1.0 cannot hold, and signs that hide text or turn its order. */
const unprintable = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\ufffe\uffff]/gu;

/** Text for XML 1.0 and HTML: escaped, without what cannot or must not be shown. */
export function escapeMarkup(text: string): string {
  return text
    .replace(unprintable, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

interface TestCase {
  name: string;
  seconds: number;
  /** Absent where the case passed. */
  problem?: { element: 'failure' | 'error' | 'skipped'; message: string; text: string };
}

function suite(name: string, cases: readonly TestCase[]): string {
  const count = (element: string) => cases.filter((c) => c.problem?.element === element).length;
  const lines = cases.map((c) => {
    const open = `    <testcase classname="${escapeMarkup(name)}" name="${escapeMarkup(c.name)}" time="${c.seconds}"`;
    if (!c.problem) return `${open}/>`;
    const { element, message, text } = c.problem;
    return `${open}><${element} message="${escapeMarkup(message)}">${escapeMarkup(text)}</${element}></testcase>`;
  });
  return [
    `  <testsuite name="${escapeMarkup(name)}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}">`,
    ...lines,
    '  </testsuite>',
  ].join('\n');
}

function jobCases(pipeline: Report['pipelines'][number]): TestCase[] {
  return pipeline.stages.flatMap((stage) =>
    stage.jobs.map((job) => {
      const testCase: TestCase = { name: `${stage.name} / ${job.name}`, seconds: job.seconds };
      const result = job.result.toLowerCase();
      if (result.startsWith('succeeded')) return testCase;
      const text = job.steps.flatMap((s) => s.issues.map((i) => i.message)).join('\n');
      const element = result === 'skipped' ? 'skipped' : 'failure';
      return { ...testCase, problem: { element, message: job.result, text } };
    }),
  );
}

function checkCases(gate: NonNullable<Report['gate']>): TestCase[] {
  const elements = { fail: 'failure', unknown: 'error', skipped: 'skipped' } as const;
  return gate.checks.map((check) => {
    const testCase: TestCase = { name: check.id, seconds: (check.ms ?? 0) / 1000 };
    if (check.status === 'pass') return testCase;
    const text = [`expected ${check.expected}`, `observed ${check.observed}`, check.hint ?? ''];
    return {
      ...testCase,
      problem: {
        element: elements[check.status],
        message: check.code,
        text: text.join('\n').trim(),
      },
    };
  });
}

/** JUnit XML of a run: a suite a pipeline with its jobs, and one with the checks of the gate. */
export function junitReport(report: Report): string {
  const suites = report.pipelines.map((p) => suite(p.file, jobCases(p)));
  if (report.gate) suites.push(suite('network gate', checkCases(report.gate)));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}
