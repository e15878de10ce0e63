import { escapeMarkup as text } from './report-junit.ts';
import { countText, markOf, networkPicture, placesOf, shortId, toneOf } from './report-picture.ts';
import type { Report, ReportCheck } from './report-schema.ts';
import { reasonsOf, verdictOf } from './report-words.ts';
import { reportStyle } from './report-style.ts';

type Badge = readonly [tone: 'good' | 'bad' | 'warn' | 'soft', mark: string, word: string];

const checkBadges: Record<ReportCheck['status'], Badge> = {
  pass: ['good', '✓', 'as declared'],
  fail: ['bad', '✕', 'failed'],
  unknown: ['warn', '?', 'could not look'],
  skipped: ['soft', '–', 'skipped'],
};

const resultBadges: Record<string, Badge> = {
  succeeded: ['good', '✓', 'succeeded'],
  succeededwithissues: ['warn', '!', 'with issues'],
  skipped: ['soft', '–', 'skipped'],
  canceled: ['warn', '!', 'cancelled'],
};

/** Up to so many checks are all shown on a page on which each of them passed. */
const mostOpen = 60;

const badge = ([tone, mark, word]: Badge) =>
  `<span class="state ${tone}">${mark} ${text(word)}</span>`;

/** A column: its heading, its width, and whether a cell that stands alone on a phone needs the heading. */
type Column = readonly [head: string, width: string, labelled?: 'labelled'];

/** Cells are HTML. */
function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(([, width]) => `<col style="width:${width}">`);
  const heads = columns.map(([head]) => `<th scope="col">${text(head)}</th>`);
  const body = rows.map((cells) => {
    const tds = cells.map((cell, position) => {
      const [head, , labelled] = columns[position] ?? [''];
      return `<td${labelled === undefined ? '' : ` data-head="${text(head)}"`}>${cell}</td>`;
    });
    return `<tr>${tds.join('')}</tr>`;
  });
  return (
    `<div class="card"><table><colgroup>${widths.join('')}</colgroup>` +
    `<thead><tr>${heads.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`
  );
}

const reasonColumns: readonly Column[] = [
  ['Check', '23%'],
  ['Reason, and what to look at', '47%', 'labelled'],
  ['Seen', '30%', 'labelled'],
];
const checkColumns: readonly Column[] = [
  ['State', '130px'],
  ['Check', '22%'],
  ['Declared', 'auto', 'labelled'],
  ['Seen', 'auto', 'labelled'],
];
const jobColumns: readonly Column[] = [
  ['Stage', '16%'],
  ['Job', 'auto'],
  ['Result', '130px'],
  ['Time', '90px'],
];

/** Lets long names and codes break where their parts do: else a narrow column takes one letter to the next line. */
const breakable = (html: string) => html.replace(/(?<=\w)[._?](?=[a-z])/gi, '$&<wbr>');

/** Text of the gate, with its arrows drawn as such. */
const sentence = (words: string) =>
  breakable(text(words.replaceAll('<->', '↔').replaceAll('->', '→')));

const codeOf = ({ code }: ReportCheck) => `<code class="bad">${breakable(text(code))}</code>`;

function reasonsTable(checks: readonly ReportCheck[]): string {
  const reasons = reasonsOf(checks);
  if (reasons.length === 0) return '';
  const rows = reasons.map(({ hint, checks: alike }) => {
    const names = alike.map(({ id }) => `<b>${text(id)}</b>`).join('');
    const code = alike[0] === undefined ? '' : codeOf(alike[0]);
    const seen = [...new Set(alike.map(({ observed }) => sentence(observed)))].join('<br>');
    return [`${names}${code}`, sentence(hint), seen];
  });
  return `<h2>What holds the release</h2>${table(reasonColumns, rows)}`;
}

function checkRow(check: ReportCheck): string[] {
  const code = check.status === 'pass' ? '' : `<br>${codeOf(check)}`;
  return [
    badge(checkBadges[check.status]),
    `${text(shortId(check))}${code}`,
    sentence(check.expected),
    sentence(check.observed),
  ];
}

/** What passed is folded where it would be in the way of what did not. */
function checkSections(checks: readonly ReportCheck[]): string[] {
  const order = { fail: 0, unknown: 1, pass: 2, skipped: 3 };
  const open = toneOf(checks) === 'good' && checks.length <= mostOpen ? ' open' : '';
  return placesOf(checks).flatMap(({ title, checks: own }) => {
    if (own.length === 0) return [];
    const rows = [...own].sort((a, b) => order[a.status] - order[b.status]).map(checkRow);
    const mark = `<span class="${toneOf(own)}">${markOf(own)}</span>`;
    return `<details${open}><summary>${text(`${title}: ${countText(own)}`)} ${mark}</summary>${table(checkColumns, rows)}</details>`;
  });
}

function jobCell(job: Report['pipelines'][number]['stages'][number]['jobs'][number]): string {
  const [first, ...more] = job.steps.flatMap(({ name, issues }) =>
    issues.map(({ message }) => `${name}: ${message}`),
  );
  const words = first ?? job.steps.map(({ name }) => name).join(' → ');
  const rest =
    more.length === 0
      ? ''
      : `<details><summary>and ${more.length} more</summary>${more.map((one) => `<p>${text(one)}</p>`).join('')}</details>`;
  return `${text(job.name)}<div class="soft small">${text(words)}${rest}</div>`;
}

function pipelineTable({ file, stages }: Report['pipelines'][number]): string {
  const rows = stages.flatMap((stage) =>
    stage.jobs.map((job, index) => [
      index === 0 ? `<b>${text(stage.name)}</b>` : '',
      jobCell(job),
      badge(resultBadges[job.result.toLowerCase()] ?? ['bad', '✕', job.result.toLowerCase()]),
      `${job.seconds.toFixed(1)} s`,
    ]),
  );
  return `<h2>Pipeline ${text(file)}</h2>${table(jobColumns, rows)}`;
}

function tiles(report: Report): string {
  const checks = report.gate?.checks;
  const passed = checks?.filter(({ status }) => status === 'pass') ?? [];
  const jobs = report.pipelines.flatMap((p) => p.stages.flatMap((s) => s.jobs));
  const succeeded = jobs.filter(({ result }) => /^succeeded/i.test(result));
  return [
    checks === undefined
      ? ['–', 'no gate has decided']
      : [`${passed.length} of ${checks.length}`, 'checks as declared'],
    [`${succeeded.length} of ${jobs.length}`, 'jobs succeeded'],
    [`${report.seconds.toFixed(0)} s`, 'from nothing to verdict'],
  ]
    .map(([value, label]) => `<div class="tile"><b>${value}</b><span>${label}</span></div>`)
    .join('');
}

/** One self-contained page about a run: verdict and cause first, then every check and every job. */
export function htmlReport(report: Report): string {
  const { title, tone, cause } = verdictOf(report);
  const checks = report.gate?.checks ?? [];
  const broken = report.break === undefined ? '' : `, with break “${text(report.break)}”`;
  const gate = report.gate
    ? [networkPicture(checks), reasonsTable(checks), ...checkSections(checks)]
    : [];
  const image = report.image
    ? `<h2>Image</h2><p><code>${text(report.image.reference)}</code></p>`
    : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(report.example)}: ${text(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<header style="--state: var(--${tone})">
<h1>${text(title)}</h1>
<p class="sub">${text(report.example)}${broken}, ${text(report.startedAt.replace('T', ' ').slice(0, 16))} UTC</p>
${cause === undefined ? '' : `<p class="cause">${sentence(cause)}</p>`}
</header>
<div class="tiles">${tiles(report)}</div>
${gate.join('\n')}
${image}
${report.pipelines.map(pipelineTable).join('\n')}
<footer>Made by Spokeline in its sandbox on one machine. It has not been run against Azure; what the sandbox does not prove is listed in the README.</footer>
</main>
</body>
</html>
`;
}
