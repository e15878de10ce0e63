import type { CheckResult, GateResult } from '../result.ts';
import { countsOf, toleranceOf } from '../result.ts';

/**
 * The gate as a JUnit document: a check that failed is a failure, one that could not look is an
 * error, so that the two stay apart in the Tests tab. What holds nothing is skipped, with the reason.
 */
export function junitOf(result: GateResult, name: string): string {
  const { passed, failed, unknown } = countsOf(result);
  const skipped = result.checks.length - passed - failed - unknown;
  const seconds = (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000;
  const totals =
    `tests="${result.checks.length}" failures="${failed}" errors="${unknown}" ` +
    `skipped="${skipped}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="${escapeXml(name)}" timestamp="${result.startedAt}" ${totals}>`,
    ...result.checks.map((check) => testcase(check, name)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testcase(check: CheckResult, name: string): string {
  const suite = check.stamp === undefined ? name : `${name}.${check.stamp}`;
  const open =
    `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(check.id)}" ` +
    `time="${(check.ms / 1000).toFixed(3)}"`;
  const text = escapeXml(
    [
      `expected: ${check.expected}`,
      `observed: ${check.observed}`,
      ...(check.hint === undefined ? [] : [`hint: ${check.hint}`]),
    ].join('\n'),
  );
  if (check.status === 'pass') return `${open}/>`;
  const tolerance = toleranceOf(check);
  const message = escapeXml(
    `${check.code}: ${check.observed}${tolerance === undefined ? '' : ` (${tolerance})`}`,
  );
  const element =
    tolerance === undefined
      ? { fail: 'failure', unknown: 'error', skipped: 'skipped' }[check.status]
      : 'skipped';
  if (element === 'skipped') return `${open}><skipped message="${message}"/></testcase>`;
  const type = escapeXml(check.code);
  return `${open}><${element} message="${message}" type="${type}">${text}</${element}></testcase>`;
}

/** Escapes for text and for attributes, and replaces what XML 1.0 cannot hold at all. */
export function escapeXml(text: string): string {
  return (
    text
      // Names and certificate fields come from the network and may hold anything.
      .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      .replaceAll('\r', '&#13;')
      .replaceAll('\n', '&#10;')
      .replaceAll('\t', '&#9;')
  );
}
