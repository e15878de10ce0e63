import { weighs, type CheckResult } from '../result.ts';

const bar = 20;
/** Of a place, of those that did not pass; the table below has them all. */
const shownNames = 20;

/**
 * The estate as a picture of letters: a line for the shared parts and one for each stamp, with a bar of what
 * passed and the names of what did not. Plain text, so that every page of a run shows it as it is.
 */
export function pictureOf(checks: readonly CheckResult[]): string {
  const places = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const place = check.stamp === undefined ? 'hub and shared' : `stamp ${check.stamp}`;
    places.set(place, [...(places.get(place) ?? []), check]);
  }
  const names = [...places.keys()].sort((a, b) => rank(a) - rank(b));
  const width = Math.max(...names.map((name) => name.length), 0);
  const lines = names.flatMap((name, index) => {
    const found = places.get(name) ?? [];
    const last = index === names.length - 1;
    const off = found.filter(({ status }) => status !== 'pass');
    const passed = found.length - off.length;
    const full = Math.floor((passed / found.length) * bar);
    const head = `${last ? '└─▶' : '├─▶'} ${name.padEnd(width)}  ${'█'.repeat(full)}${'░'.repeat(bar - full)}  ${passed}/${found.length}`;
    const texts = off.slice(0, shownNames).map((check) => `${markOf(check)} ${plain(check)}`);
    if (off.length > shownNames) texts.push(`… and ${off.length - shownNames} more`);
    const indent = `${last ? '   ' : '│  '}   ${' '.repeat(width)}`;
    return [head, ...texts.map((text) => `${indent}${text}`)];
  });
  return ['this agent', ...lines].join('\n');
}

/** The shared parts first, the stamps in the order of their checks. */
function rank(name: string): number {
  return name === 'hub and shared' ? 0 : 1;
}

function markOf(check: CheckResult): string {
  if (check.status === 'skipped') return '–';
  if (!weighs(check)) return '~';
  return check.status === 'fail' ? '✗' : '?';
}

/** Ids and codes are our own; the class is one word. */
function plain({ id, code, stamp }: CheckResult): string {
  const short = stamp === undefined ? id : id.slice(stamp.length + 1);
  return `${short} ${code}`.replace(/[^\x20-\x7e]/g, ' ');
}
