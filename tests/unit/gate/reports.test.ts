import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeXml, junitOf } from '../../../tasks/lib/gate/reports/junit.ts';
import * as v from 'valibot';
import { markdownOf } from '../../../tasks/lib/gate/reports/markdown.ts';
import type { CheckResult, GateResult } from '../../../tasks/lib/gate/result.ts';
import { gateResultSchema } from '../../../tasks/lib/gate/result.ts';
import { pictureOf } from '../../../tasks/lib/gate/reports/picture.ts';
import { writeResults } from '../../../tasks/lib/gate/write-results.ts';

const passed: CheckResult = {
  id: 'weu/vault',
  kind: 'tcp',
  stamp: 'weu',
  target: 'kv:443',
  status: 'pass',
  code: 'OK',
  expected: 'kv:443 accepts connections',
  observed: 'connected',
  class: 'connected',
  at: '2026-11-21T10:00:30.000Z',
  ms: 12,
};
const failed: CheckResult = {
  ...passed,
  id: 'weu/tls',
  kind: 'tls',
  status: 'fail',
  code: 'TLS_NAME',
  observed: 'a certificate for <b>"x" & \'y\'</b> | z\u0000\n##vso[task.complete]',
  hint: 'Look at the *record*.',
};
const unknown: CheckResult = {
  ...passed,
  id: 'peering',
  status: 'unknown',
  code: 'PEERING_FORBIDDEN',
};
const result: GateResult = {
  schemaVersion: 1,
  verdict: 'fail',
  startedAt: '2026-11-21T10:00:00.000Z',
  finishedAt: '2026-11-21T10:00:31.500Z',
  rounds: 3,
  checks: [passed, failed, unknown],
};

describe('gate reports', () => {
  describe('JUnit', () => {
    for (const [text, expected] of [
      ['a & b', 'a &amp; b'],
      ['<a href="x">\'', '&lt;a href=&quot;x&quot;&gt;&apos;'],
      [']]>', ']]&gt;'],
      ['one\ntwo\r\tthree', 'one&#10;two&#13;&#9;three'],
      ['nul \u0000 esc \u001b del \u007f', 'nul \uFFFD esc \uFFFD del \u007f'],
      ['lone \ud800 half', 'lone \uFFFD half'],
      ['not a character \uffff', 'not a character \uFFFD'],
      ['whole \u{1f600}', 'whole \u{1f600}'],
    ] as const) {
      it(`escapes ${JSON.stringify(text)}`, () => {
        assert.equal(escapeXml(text), expected);
      });
    }

    it('keeps failures and errors apart', () => {
      const xml = junitOf(result, 'shop, all stamps');
      assert.match(
        xml,
        /<testsuites tests="3" failures="1" errors="1" skipped="0" time="31\.500">/,
      );
      assert.match(xml, /name="weu\/vault" time="0\.012"\/>/);
      assert.match(xml, /name="weu\/tls".*<failure message="TLS_NAME: .*" type="TLS_NAME">/);
      assert.match(xml, /name="peering".*<error message="PEERING_FORBIDDEN: connected"/);
      assert.match(xml, /hint: Look at the \*record\*\.<\/failure>/);
    });
  });

  describe('what holds nothing', () => {
    const waived: CheckResult = {
      ...failed,
      hint: 'Look at the record.',
      waiver: { reason: 'the record moves', until: '2026-12-01', expired: false },
    };
    const warned: CheckResult = { ...unknown, severity: 'warning' };
    const tolerated = { ...result, verdict: 'pass' as const, checks: [passed, waived, warned] };

    it('is skipped in JUnit, with the reason', () => {
      const xml = junitOf(tolerated, 'shop');
      assert.match(xml, /<testsuites tests="3" failures="0" errors="0" skipped="2"/);
      assert.match(
        xml,
        /<skipped message="TLS_NAME: .*\(waived until 2026-12-01: the record moves\)"\/>/,
      );
      assert.match(xml, /<skipped message="PEERING_FORBIDDEN: connected \(a warning only\)"\/>/);
    });

    it('is told in Markdown', () => {
      const page = markdownOf(tolerated, 'shop');
      assert.match(page, /1 passed, 0 failed, 0 unknown, 2 tolerated; 3 rounds/);
      assert.match(page, /\| weu\/tls \| ⏸️ waived TLS\\_NAME \|/);
      assert.match(page, /\*\*weu\/tls\*\*: waived until 2026-12-01: the record moves\. Look at/);
      assert.match(page, /\| peering \| ⚠️ warning PEERING\\_FORBIDDEN \|/);
    });

    it('says of a waiver that has ended that it has', () => {
      const ended = { ...waived, waiver: { reason: 'r', until: '2026-11-01', expired: true } };
      const page = markdownOf({ ...result, checks: [ended] }, 'shop');
      assert.match(page, /Its waiver ended on 2026-11-01/);
      assert.match(page, /0 passed, 1 failed/);
    });
  });

  it('tells what was skipped from what could not look', () => {
    const skipped = { ...unknown, status: 'skipped' as const, code: 'ZONE_AFTER_DEPLOYMENT' };
    const page = markdownOf({ ...result, verdict: 'pass', checks: [passed, skipped] }, 'shop');
    assert.match(page, /^1 passed, 0 failed, 0 unknown, 1 skipped; 3 rounds/m);
    assert.match(page, /– .* ZONE_AFTER_DEPLOYMENT\n```/);
  });

  it('draws the estate as a picture of letters', () => {
    const { stamp: _, ...shared } = unknown;
    const many = [shared, passed, failed, { ...passed, id: 'neu/vault', stamp: 'neu' }];
    assert.equal(
      pictureOf(many),
      [
        'this agent',
        '├─▶ hub and shared  ░░░░░░░░░░░░░░░░░░░░  0/1',
        '│                   ? peering PEERING_FORBIDDEN',
        '├─▶ stamp weu       ██████████░░░░░░░░░░  1/2',
        '│                   ✗ tls TLS_NAME',
        '└─▶ stamp neu       ████████████████████  1/1',
      ].join('\n'),
    );
  });

  it('name twenty checks of a place and of a reason, and all in the table', () => {
    const checks = Array.from({ length: 30 }, (_, n) => ({ ...failed, id: `weu/c${n}` }));
    assert.match(pictureOf(checks), /✗ c19 TLS_NAME\n {15}… and 10 more$/);
    const page = markdownOf({ ...result, checks }, 'shop');
    assert.match(page, /\*\*weu\/c19\*\* and 10 more: Look at the/);
    assert.match(page, /^\| weu\/c29 \|/m);
  });

  it('have a schema that their JSON fits', () => {
    assert.deepEqual(v.parse(gateResultSchema, result), result);
  });

  describe('Markdown', () => {
    it('says the verdict first, then what holds the release, then the rest', () => {
      const page = markdownOf(result, 'shop');
      assert.match(
        page,
        /^## ❌ Network gate failed: shop\n\n1 passed, 1 failed, 1 unknown; 3 rounds, 32 s\n/,
      );
      assert.ok(page.indexOf('weu/tls') < page.indexOf('weu/vault'));
      assert.match(page, /- \*\*weu\/tls\*\*: Look at the \\\*record\\\*\./);
    });

    it('says once what several checks have as their reason', () => {
      const alike = { ...failed, id: 'weu/http' };
      const page = markdownOf({ ...result, checks: [failed, alike, unknown] }, 'shop');
      assert.match(page, /^- \*\*weu\/tls\*\*, \*\*weu\/http\*\*: Look at the/m);
      assert.ok(page.indexOf('What to look at') < page.indexOf('Not passed'));
    });

    it('lets no text of the network become a cell, HTML or a line of its own', () => {
      const row = markdownOf(result, 'shop')
        .split('\n')
        .find((line) => line.startsWith('| weu/tls'));
      assert.equal(row?.replaceAll('\\|', '').split('|').length, 6);
      assert.ok(row?.includes('&lt;b&gt;'));
      assert.ok(row?.includes('\\#\\#vso\\[task.complete\\]'));
    });

    it('has no empty tables', () => {
      const page = markdownOf({ ...result, verdict: 'pass', checks: [passed] }, 'shop');
      assert.ok(!page.includes('What to look at'));
      assert.match(page, /^## ✅ Network gate passed/);
    });
  });

  describe('files', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'gate-results-'));
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('are written into a folder that need not exist', async () => {
      const files = await writeResults(join(folder, 'a', 'b'), result, 'shop');
      assert.deepEqual(JSON.parse(await readFile(files.json, 'utf8')), result);
      assert.match(await readFile(files.junit, 'utf8'), /^<\?xml /);
      assert.match(await readFile(files.markdown, 'utf8'), /^## /);
    });

    it('cannot be written over a file', async () => {
      await writeFile(join(folder, 'file'), '');
      await assert.rejects(writeResults(join(folder, 'file'), result, 'shop'), {
        code: 'INPUT_INVALID',
        message: /^The results folder cannot be written: /,
      });
    });
  });
});
