import { escapeMarkup as text } from './report-junit.ts';
import type { ReportCheck } from './report-schema.ts';

type Tone = 'good' | 'bad' | 'warn';

interface Box {
  readonly title: string;
  readonly lines: readonly string[];
  readonly tone: Tone;
}

const width = 1040;
const hub = { width: 300, x: 0 };
const stamp = { width: 420, x: width - 420 };
const lineHeight = 20;
const gap = 18;

/** The worst that any check says. */
export function toneOf(checks: readonly ReportCheck[]): Tone {
  if (checks.some(({ status }) => status === 'fail')) return 'bad';
  return checks.some(({ status }) => status === 'unknown') ? 'warn' : 'good';
}

/** The hub with its agent, and each stamp at the end of a line: what the gate saw of it, in one look. */
export function networkPicture(checks: readonly ReportCheck[]): string {
  const names = [...new Set(checks.flatMap(({ stamp: name }) => name ?? []))];
  const shared = checks.filter((check) => check.stamp === undefined);
  const stamps = names.map((name) =>
    boxOf(
      `Stamp ${name}`,
      checks.filter((check) => check.stamp === name),
    ),
  );
  const heights = stamps.map(heightOf);
  const total = heights.reduce((sum, height) => sum + height + gap, -gap);
  const home = boxOf('Hub', shared, ['the agent looks from here']);
  const height = Math.max(total, heightOf(home));
  const middle = height / 2;
  let y = (height - total) / 2;
  const drawn = stamps.map((box, position) => {
    const own = heights[position] ?? 0;
    const at = y + own / 2;
    y += own + gap;
    const [x1, x2] = [hub.x + hub.width, stamp.x];
    const bend = (x1 + x2) / 2;
    const open = box.tone === 'good';
    return [
      `<path class="way ${box.tone}" d="M${x1} ${middle} C${bend} ${middle} ${bend} ${at} ${x2} ${at}"${open ? '' : ' stroke-dasharray="7 6"'}/>`,
      `<g transform="translate(${stamp.x} ${at - own / 2})">${drawBox(box, stamp.width)}</g>`,
    ].join('');
  });
  const words = [home, ...stamps].map(({ title, lines }) => `${title}: ${lines.join(', ')}`);
  return [
    `<svg class="picture" viewBox="-2 -2 ${width + 4} ${height + 4}" role="img" aria-label="${text(words.join('. '))}">`,
    ...drawn,
    `<g transform="translate(${hub.x} ${middle - heightOf(home) / 2})">${drawBox(home, hub.width)}</g>`,
    '</svg>',
  ].join('');
}

function boxOf(title: string, checks: readonly ReportCheck[], more: readonly string[] = []): Box {
  const off = checks.filter(({ status }) => status !== 'pass');
  const shown = off.slice(0, 3).map(({ id, code, stamp: name }) => {
    const short = name === undefined ? id : id.replace(`${name}/`, '');
    return `✕ ${short} ${code}`;
  });
  const rest = off.length > shown.length ? [`and ${off.length - shown.length} more`] : [];
  const count = `${checks.length - off.length} of ${checks.length} checks as declared`;
  return { title, lines: [...more, count, ...shown, ...rest], tone: toneOf(checks) };
}

function heightOf({ lines }: Box): number {
  return 50 + lines.length * lineHeight;
}

function drawBox(box: Box, wide: number): string {
  const lines = box.lines.map((line, position) => {
    const bad = line.startsWith('✕') ? ` class="${box.tone}"` : '';
    return `<text x="20" y="${54 + position * lineHeight}"${bad}>${text(line)}</text>`;
  });
  const mark = { good: '✓', bad: '✕', warn: '?' }[box.tone];
  return [
    `<rect class="box ${box.tone}" width="${wide}" height="${heightOf(box)}" rx="10"/>`,
    `<text class="title" x="20" y="30">${text(box.title)}</text>`,
    `<text class="mark ${box.tone}" x="${wide - 20}" y="30" text-anchor="end">${mark}</text>`,
    ...lines,
  ].join('');
}
