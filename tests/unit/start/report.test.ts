import assert from 'node:assert/strict';
import { htmlReport } from '../../../sandbox/start/report-html.ts';
import { escapeMarkup } from '../../../sandbox/start/report-junit.ts';
import { placesOf } from '../../../sandbox/start/report-picture.ts';
import type { Report, ReportCheck } from '../../../sandbox/start/report-schema.ts';
import { reasonsOf, verdictOf } from '../../../sandbox/start/report-words.ts';
import { summaryLines } from '../../../sandbox/start/summary.ts';

const passed: ReportCheck = {
  id: 'weu/vault-dns',
  kind: 'dns',
  stamp: 'weu',
  target: 'kv',
  status: 'pass',
  code: 'OK',
  expected: 'kv resolves',
  observed: 'kv -> 10.0.0.4',
  class: 'resolved',
};
const failed: ReportCheck = {
  ...passed,
  id: 'weu/vault-tcp',
  status: 'fail',
  code: 'TCP_TIMEOUT',
  observed: '10.0.0.4:443 did not answer',
  hint: 'Look at <b>nsg</b>.',
};
const unknown: ReportCheck = {
  ...failed,
  id: 'weu/flows',
  status: 'unknown',
  code: 'REACH',
  hint: '',
};
const { stamp: _, ...shared } = { ...passed, id: 'registry-dns' };

function job(result: string, messages: readonly string[] = []): Report['pipelines'][number] {
  const issues = messages.map((message) => ({ severity: 'error' as const, message }));
  const steps = [{ name: 'Deploy', result, seconds: 1, issues }];
  const jobs = [{ name: 'one', result, seconds: 1, steps }];
  return {
    file: 'hub.yml',
    result,
    seconds: 1,
    stages: [{ name: 'hub', result, seconds: 1, jobs }],
  };
}

/** A run whose gate saw these checks; one without a gate where there are none. */
function runOf(checks: readonly ReportCheck[], pipeline = job('succeeded')): Report {
  const failing = checks
    .filter(({ status }) => status !== 'pass')
    .map(({ id, code, class: observed }) => ({ id, code, observed }));
  const good = failing.length === 0 && checks.length > 0 && pipeline.result === 'succeeded';
  return {
    schemaVersion: 1,
    example: 'shop',
    result: good ? 'passed' : 'failed',
    startedAt: '2026-11-21T10:00:00.000Z',
    seconds: 12,
    pipelines: [pipeline],
    ...(checks.length === 0
      ? {}
      : { gate: { verdict: good ? 'pass' : 'fail', rounds: 1, checks: [...checks] } }),
    failing,
  };
}

describe('report of a run', () => {
  const long = `FAILED: ${'x'.repeat(400)}`;
  for (const [what, report, expected] of [
    ['that passed', runOf([passed]), { title: 'The network is as declared', tone: 'good' }],
    [
      'whose gate failed',
      runOf([passed, unknown, failed, { ...failed, id: 'weu/vault-tls' }]),
      {
        title: 'Release held: 3 of 4 checks do not pass',
        tone: 'bad',
        cause: 'Look at <b>nsg</b>.',
      },
    ],
    [
      'whose gate could not look',
      runOf([unknown]),
      { title: 'Release held: 1 of 1 checks does not pass', tone: 'bad' },
    ],
    [
      'that failed before its gate',
      runOf([], job('failed', ['FAILED: no', 'and more'])),
      { title: 'Release failed before its gate', tone: 'bad', cause: 'FAILED: no' },
    ],
    [
      'that failed for a long reason',
      runOf([], job('failed', [long])),
      {
        title: 'Release failed before its gate',
        tone: 'bad',
        cause: `${long.slice(0, 319)}…`,
      },
    ],
    [
      'that failed after its gate',
      runOf([passed], job('failed')),
      { title: 'Release failed after its gate', tone: 'bad' },
    ],
    [
      'that was cancelled',
      runOf([], job('canceled')),
      { title: 'The run was cancelled', tone: 'warn' },
    ],
  ] as const) {
    it(`says of one ${what} what it comes to`, () => {
      assert.deepEqual(verdictOf(report), expected);
      assert.ok(htmlReport(report).includes(`<h1>${expected.title}</h1>`));
    });
  }

  it('gives checks of one place and one hint one reason', () => {
    const tls = { ...failed, id: 'weu/vault-tls' };
    const other = { ...failed, id: 'neu/vault-tls', stamp: 'neu' };
    const names = reasonsOf([passed, failed, tls, other, unknown]).map(({ checks }) =>
      checks.map(({ id }) => id),
    );
    assert.deepEqual(names, [['weu/vault-tcp', 'weu/vault-tls'], ['neu/vault-tls'], ['weu/flows']]);
  });

  it('puts the hub first and the stamps in their order', () => {
    const other = { ...passed, id: 'b/vault-dns', stamp: 'b' };
    const places = placesOf([passed, other, shared]);
    assert.deepEqual(
      places.map(({ title, checks }) => [title, checks.length]),
      [
        ['Hub', 1],
        ['Stamp weu', 1],
        ['Stamp b', 1],
      ],
    );
  });

  it('shows a failed check in the picture, as a reason and in its table, and folds what passed', () => {
    const html = htmlReport(runOf([passed, failed]));
    assert.ok(html.includes('<p class="bad">✕ vault-tcp TCP_TIMEOUT</p>'));
    assert.match(html, /<h2>What holds the release<\/h2>.*<b>weu\/vault-tcp<\/b>/s);
    assert.ok(html.includes('<details><summary>Stamp weu: 1 of 2 checks as declared'));
    assert.ok(htmlReport(runOf([passed])).includes('<details open>'));
  });

  it('lets names and codes break between their parts, and addresses nowhere', () => {
    const observed = 'kv-1.vault.azure.net:443 is 10.0.0.4/32';
    const html = htmlReport(runOf([{ ...failed, observed }]));
    assert.ok(html.includes('<code class="bad">TCP_<wbr>TIMEOUT</code>'));
    assert.ok(html.includes('kv-1.<wbr>vault.<wbr>azure.<wbr>net:443 is 10.0.0.4/32'));
  });

  it('is one page that loads nothing and takes no text for markup', () => {
    const html = htmlReport(runOf([failed], job('failed', ['<script>alert(1)</script>', '<b>'])));
    assert.ok(html.includes("default-src 'none'; style-src 'unsafe-inline'"));
    assert.doesNotMatch(html, /<(script|link|img|iframe)|\b(src|href)=|url\(|@import/);
    assert.ok(html.includes('Look at &lt;b&gt;nsg&lt;/b&gt;.'));
    assert.ok(html.includes('<summary>and 1 more</summary>'));
  });

  it('ends in the terminal with what holds the release', () => {
    const tls = { ...failed, id: 'weu/vault-tls' };
    assert.deepEqual(summaryLines(runOf([shared, passed, failed, tls])), [
      '',
      'Pipeline  Stage  Result     Time',
      'hub.yml   hub    succeeded  1.0 s',
      '',
      ' ✓ Hub        1 of 1 checks as declared',
      ' ✕ Stamp weu  1 of 3 checks as declared',
      '',
      'What holds the release',
      ' ✕ weu/vault-tcp, weu/vault-tls TCP_TIMEOUT',
      '     10.0.0.4:443 did not answer',
      '     Look at <b>nsg</b>.',
      '',
      '2 of 4 checks passed in 12.0 s: failed',
    ]);
    const cancelled = summaryLines(runOf([], job('canceled')));
    assert.equal(cancelled.at(-1), 'The run was cancelled, after 12.0 s');
  });

  for (const [text, expected] of [
    ['<a href="x">\'&', '&lt;a href=&quot;x&quot;&gt;&apos;&amp;'],
    ['one\n\ttwo', 'one\n\ttwo'],
    ['\u0000\u001b[1m\u0085 lone \ud800 \uffff', '[1m lone  '],
    ['exe\u202egnp \u200b.x', 'exegnp .x'],
    ['Straße 東京 מרחב 😀', 'Straße 東京 מרחב 😀'],
  ] as const) {
    it(`escapes ${JSON.stringify(text)}`, () => {
      assert.equal(escapeMarkup(text), expected);
    });
  }
});
