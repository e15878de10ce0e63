import { escapeMarkup as text } from './report-junit.ts';
import { networkPicture } from './report-picture.ts';
import type { Report, ReportCheck } from './report-schema.ts';

const style = `
:root { color-scheme: light dark; --ink: #1b2733; --soft: #5c6b7a; --line: #dde3ea; --page: #f5f7f9; --card: #fff;
  --good: #1a7f4b; --bad: #c02f2f; --warn: #a86400; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4eaf0; --soft: #98a6b5; --line: #2d3945; --page: #12181f;
  --card: #1a222b; --good: #4cc38a; --bad: #ff7b72; --warn: #e3a33c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, 'Segoe UI', sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
header { display: flex; align-items: center; gap: 20px; border-left: 8px solid var(--state); padding: 4px 0 4px 20px; }
h1 { font-size: 26px; margin: 0; line-height: 1.25; }
h2 { font-size: 18px; margin: 36px 0 12px; }
p.sub { margin: 2px 0 0; color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-top: 24px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; }
.tile b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 9px 14px; vertical-align: top; border-bottom: 1px solid var(--line); }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 600; font-size: 12px; }
td { overflow-wrap: anywhere; }
/* Names of stages and checks are not cut where a column could be wider. */
td:first-child { overflow-wrap: break-word; }
td.name { white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.state { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .soft { color: var(--soft); }
code { font: 13px ui-monospace, 'Cascadia Mono', Menlo, monospace; overflow-wrap: anywhere; }
.hint { color: var(--soft); margin-top: 2px; }
.picture { display: block; width: 100%; margin-top: 24px; font: 14px system-ui, 'Segoe UI', sans-serif; }
.picture text { fill: var(--soft); } .picture .title { fill: var(--ink); font-size: 16px; font-weight: 600; }
.picture .mark { font-size: 18px; font-weight: 700; } .picture .box { fill: var(--card); stroke-width: 2; }
.picture .way { fill: none; stroke-width: 3; }
.picture text.good { fill: var(--good); } .picture text.bad { fill: var(--bad); } .picture text.warn { fill: var(--warn); }
.box.good, .way.good { stroke: var(--good); } .box.bad, .way.bad { stroke: var(--bad); }
.box.warn, .way.warn { stroke: var(--warn); }
.checks { table-layout: fixed; } .checks th:nth-child(1) { width: 132px; } .checks th:nth-child(2) { width: 220px; }
.reasons { table-layout: fixed; } .reasons th:nth-child(1) { width: 232px; } .reasons th:nth-child(2) { width: 280px; }
.reasons b { display: block; }
details { margin-top: 20px; } summary { font-size: 18px; font-weight: 600; cursor: pointer; margin-bottom: 12px; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media print { body { background: #fff; } main { padding: 0; } }
`;

type State = readonly [tone: 'good' | 'bad' | 'warn' | 'soft', mark: string, word: string];

const checkStates: Record<ReportCheck['status'], State> = {
  pass: ['good', '✓', 'as declared'],
  fail: ['bad', '✕', 'failed'],
  unknown: ['warn', '?', 'could not look'],
  skipped: ['soft', '–', 'skipped'],
};

function resultState(result: string): State {
  const known: Record<string, State> = {
    succeeded: ['good', '✓', 'succeeded'],
    succeededwithissues: ['warn', '!', 'succeeded with issues'],
    skipped: ['soft', '–', 'skipped'],
    canceled: ['warn', '!', 'cancelled'],
  };
  return known[result.toLowerCase()] ?? ['bad', '✕', result.toLowerCase()];
}

const badge = ([tone, mark, word]: State) =>
  `<span class="state ${tone}">${mark} ${text(word)}</span>`;

const row = (...cells: string[]) => `<tr>${cells.join('')}</tr>`;
const cell = (content: string) => `<td>${content}</td>`;
const number = (content: string) => `<td class="number">${content}</td>`;

function table(heads: readonly string[], rows: readonly string[], kind = ''): string {
  const head = heads.map((h) => `<th scope="col">${text(h)}</th>`).join('');
  return `<div class="scroll"><table class="${kind}"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** Text of the gate, with its arrows drawn as such. */
const sentence = (words: string) => text(words.replaceAll('<->', '↔').replaceAll('->', '→'));

function checkRow(check: ReportCheck): string {
  const name = check.stamp === undefined ? check.id : check.id.replace(`${check.stamp}/`, '');
  return row(
    cell(badge(checkStates[check.status])),
    cell(text(name)),
    cell(sentence(check.expected)),
    cell(sentence(check.observed)),
  );
}

/** What did not pass, with one reason for all checks that have it in common. */
function reasonRows(checks: readonly ReportCheck[]): string[] {
  const reasons = new Map<string, ReportCheck[]>();
  for (const check of checks) {
    const reason = `${check.code} ${check.stamp ?? ''} ${check.hint ?? check.id}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), check]);
  }
  return [...reasons.values()].map((alike) => {
    const names = alike.map(({ id }) => `<b>${text(id)}</b>`).join('');
    const seen = [...new Set(alike.map(({ observed }) => sentence(observed)))].join('<br>');
    const { code, hint } = alike[0] ?? { code: '' };
    return row(
      cell(`${names}<code class="bad">${text(code)}</code>`),
      cell(seen),
      cell(sentence(hint ?? '')),
    );
  });
}

function pipelineRows(pipeline: Report['pipelines'][number]): string[] {
  return pipeline.stages.flatMap((stage) =>
    stage.jobs.flatMap((job, index) => {
      const issues = job.steps.flatMap((s) => s.issues.map((i) => text(`${s.name}: ${i.message}`)));
      const steps = job.steps.map((s) => text(s.name)).join(' → ');
      return row(
        cell(index === 0 ? `<b>${text(stage.name)}</b>` : ''),
        cell(`${text(job.name)}<div class="hint">${issues.join('<br>') || steps}</div>`),
        cell(badge(resultState(job.result))),
        number(`${job.seconds.toFixed(1)} s`),
      );
    }),
  );
}

function checkSections(gate: NonNullable<Report['gate']>): string {
  const groups = new Map<string, ReportCheck[]>();
  for (const check of gate.checks) {
    const stamp = check.stamp ?? '';
    groups.set(stamp, [...(groups.get(stamp) ?? []), check]);
  }
  const order = { fail: 0, unknown: 1, pass: 2, skipped: 3 };
  const off = gate.checks.filter((check) => check.status === 'fail' || check.status === 'unknown');
  const heads = ['Check', 'Seen', 'Reason, and what to look at'];
  const reasons =
    off.length === 0
      ? ''
      : `<h2>What holds the release</h2>${table(heads, reasonRows(off), 'reasons')}`;
  const sections = [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([stamp, checks]) => {
      const rows = [...checks].sort((a, b) => order[a.status] - order[b.status]).map(checkRow);
      const passed = checks.filter(({ status }) => status === 'pass').length;
      const title = `${stamp === '' ? 'Hub' : `Stamp ${stamp}`}: ${passed} of ${checks.length} checks as declared`;
      // What passed is in the way of what did not.
      const open = off.length === 0 ? ' open' : '';
      const content = table(['State', 'Check', 'Declared', 'Seen'], rows, 'checks');
      return `<details${open}><summary>${text(title)}</summary>${content}</details>`;
    });
  return [networkPicture(gate.checks), reasons, ...sections].join('');
}

function headline(report: Report): { title: string; tone: string } {
  if (report.result === 'passed') return { title: 'The network is as declared', tone: 'good' };
  const failing = report.failing.length;
  if (failing > 0) {
    const word = failing === 1 ? 'check does' : 'checks do';
    return { title: `Release held: ${failing} ${word} not pass`, tone: 'bad' };
  }
  return { title: 'Release failed before its gate', tone: 'bad' };
}

/** One self-contained page about a run: verdict first, then every check and every job. */
export function htmlReport(report: Report): string {
  const { title, tone } = headline(report);
  const checks = report.gate?.checks ?? [];
  const passed = checks.filter((c) => c.status === 'pass').length;
  const jobs = report.pipelines.flatMap((p) => p.stages.flatMap((s) => s.jobs));
  const broken = report.break === undefined ? '' : `, with break “${text(report.break)}”`;
  const tiles = [
    [`${passed} of ${checks.length}`, 'checks as declared'],
    [
      `${jobs.filter((j) => /^succeeded/i.test(j.result)).length} of ${jobs.length}`,
      'jobs succeeded',
    ],
    [`${report.seconds.toFixed(0)} s`, 'from nothing to verdict'],
  ];
  const image = report.image
    ? `<h2>Image</h2>${table(['Reference'], [row(cell(`<code>${text(report.image.reference)}</code>`))])}`
    : '';
  const pipelines = report.pipelines
    .map(
      (p) =>
        `<h2>Pipeline ${text(p.file)}</h2>${table(['Stage', 'Job', 'Result', 'Time'], pipelineRows(p))}`,
    )
    .join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(report.example)}: ${text(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header style="--state: var(--${tone})">
<div><h1>${text(title)}</h1>
<p class="sub">${text(report.example)}${broken}, ${text(report.startedAt.replace('T', ' ').slice(0, 16))} UTC</p></div>
</header>
<div class="tiles">${tiles.map(([value, label]) => `<div class="tile"><b>${value}</b><span>${label}</span></div>`).join('')}</div>
${report.gate ? checkSections(report.gate) : ''}
${image}
${pipelines}
<footer>Made by Spokeline in its sandbox on one machine. It has not been run against Azure; what the sandbox does not prove is listed in the README.</footer>
</main>
</body>
</html>
`;
}
