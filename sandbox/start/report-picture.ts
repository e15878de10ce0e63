import { escapeMarkup as text } from './report-junit.ts';
import type { ReportCheck } from './report-schema.ts';

export type Tone = 'good' | 'bad' | 'warn';

const marks: Record<Tone, string> = { good: '✓', bad: '✕', warn: '?' };

/** Lines about checks that do not pass, in one box. */
const mostLines = 3;

/** The worst that any check says. */
export function toneOf(checks: readonly ReportCheck[]): Tone {
  if (checks.some(({ status }) => status === 'fail')) return 'bad';
  return checks.some(({ status }) => status === 'unknown') ? 'warn' : 'good';
}

/** The mark of the worst that any check says. */
export function markOf(checks: readonly ReportCheck[]): string {
  return marks[toneOf(checks)];
}

/** The checks of a place: of the hub and what is shared, where `stamp` is undefined, or of a stamp. */
export interface Place {
  readonly stamp: string | undefined;
  readonly title: string;
  readonly checks: readonly ReportCheck[];
}

/** The hub first, then the stamps in the order of their checks. */
export function placesOf(checks: readonly ReportCheck[]): Place[] {
  const stamps = [...new Set(checks.flatMap(({ stamp }) => stamp ?? []))];
  return [undefined, ...stamps].map((stamp) => ({
    stamp,
    title: stamp === undefined ? 'Hub' : `Stamp ${stamp}`,
    checks: checks.filter((check) => check.stamp === stamp),
  }));
}

/** The id of a check without the name of its stamp. */
export function shortId({ id, stamp }: ReportCheck): string {
  return stamp !== undefined && id.startsWith(`${stamp}/`) ? id.slice(stamp.length + 1) : id;
}

/** `12 of 17 checks as declared` */
export function countText(checks: readonly ReportCheck[]): string {
  const passed = checks.filter(({ status }) => status === 'pass').length;
  return `${passed} of ${checks.length} checks as declared`;
}

/** The hub with its agent, and the stamps that hang on it: what the gate saw of each, in one look. */
export function networkPicture(checks: readonly ReportCheck[]): string {
  const [hub, ...stamps] = placesOf(checks);
  if (hub === undefined) return '';
  const list = stamps.map((stamp) => `<li>${boxOf(stamp)}</li>`).join('');
  return `<section aria-label="The network">${boxOf(hub)}${list === '' ? '' : `<ul class="stamps">${list}</ul>`}</section>`;
}

function boxOf({ stamp, title, checks }: Place): string {
  const tone = toneOf(checks);
  const off = checks.filter(({ status }) => status === 'fail' || status === 'unknown');
  const lines = off.slice(0, mostLines).map((check) => {
    const own = toneOf([check]);
    return `<p class="${own}">${markOf([check])} ${text(`${shortId(check)} ${check.code}`)}</p>`;
  });
  const rest = off.length > mostLines ? [`<p>and ${off.length - mostLines} more</p>`] : [];
  return [
    `<div class="place ${tone}${stamp === undefined ? ' hub' : ''}">`,
    `<b>${text(title)}<i class="${tone}">${markOf(checks)}</i></b>`,
    ...(stamp === undefined ? ['<p>the agent looks from here</p>'] : []),
    `<p>${countText(checks)}</p>`,
    ...lines,
    ...rest,
    '</div>',
  ].join('');
}
