import type { Difference, Turn } from './difference.ts';
import { plain } from '../markdown.ts';
import { allowedText, briefText } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import type { Cell } from './outcomes.ts';
import type { Place } from './places.ts';
import { protocols } from './ports.ts';

/** How many lines of a list are shown; the JSON evidence has them all. */
const mostLines = 40;
/** Larger matrices are unreadable as one table. */
const mostColumns = 14;

/**
 * The matrix and what a change would do, as Markdown for the summary of a run.
 *
 * @param difference absent where there is nothing to compare with
 */
export function reachMarkdown(matrix: Matrix, difference: Difference | undefined): string {
  const lines = ['## Who reaches whom', ''];
  if (difference !== undefined) lines.push(...differenceLines(difference));
  const rows = matrix.rows.filter(({ endpoint }) => endpoint === undefined);
  const columns = matrix.rows.filter(({ zone }) => zone?.name !== 'internet');
  if (columns.length <= mostColumns) lines.push(...tableLines(matrix, rows, columns));
  else lines.push(...listLines(matrix, rows, columns));
  return lines.join('\n');
}

function differenceLines({ allowed, denied, unsure }: Difference): string[] {
  const lines: string[] = [];
  const list = (title: string, turns: readonly Turn[], words: (turn: Turn) => string): void => {
    if (turns.length === 0) return;
    const alike = joined(turns);
    lines.push(`### ${title}: ${alike.length === 1 ? '1 way' : `${alike.length} ways`}`, '');
    for (const turn of alike.slice(0, mostLines)) lines.push(`- ${words(turn)}`);
    if (alike.length > mostLines) lines.push(`- and ${alike.length - mostLines} more`);
    lines.push('');
  };
  const way = ({ from, to, ports }: Turn) =>
    `**${plain(from)}** → **${plain(to)}** on ${plain(ports)}`;
  list('🔓 Newly allowed', allowed, (turn) => `${way(turn)}: ${plain(turn.by)}`);
  list('🔒 Newly denied', denied, (turn) => `${way(turn)}: ${plain(turn.by)}`);
  list(
    '❔ Not decided any more, or now decided',
    unsure,
    (turn) => `${way(turn)}: ${turn.before} before, ${turn.after} after: ${plain(turn.by)}`,
  );
  return lines.length > 0 ? lines : ['Nothing is newly allowed or denied.', ''];
}

/** One turn for all ports of a way on which the same becomes of it, for the same reason. */
function joined(turns: readonly Turn[]): Turn[] {
  const ways = new Map<string, Turn>();
  for (const turn of turns) {
    const { from, to, before, after, by } = turn;
    const key = JSON.stringify([from, to, before, after, by]);
    const known = ways.get(key);
    ways.set(
      key,
      known === undefined ? turn : { ...known, ports: `${known.ports}, ${turn.ports}` },
    );
  }
  return [...ways.values()];
}

function tableLines(matrix: Matrix, rows: readonly Place[], columns: readonly Place[]): string[] {
  const head = ['from ↓ to →', ...columns.map(({ name }) => name)].map(plain);
  const body = rows.map((source) => {
    const cells = columns.map((target) => {
      if (source.zone !== undefined && target.zone !== undefined) return '';
      return source === target && source.subnet === undefined
        ? ''
        : short(matrix.cell(source, target));
    });
    return `| **${plain(source.name)}** | ${cells.join(' | ')} |`;
  });
  return [`| ${head.join(' | ')} |`, `|---|${columns.map(() => '---|').join('')}`, ...body, ''];
}

function listLines(matrix: Matrix, rows: readonly Place[], columns: readonly Place[]): string[] {
  const lines = ['| From | To | Reached on | By |', '|---|---|---|---|'];
  const open = rows.flatMap((source) =>
    columns.flatMap((target) => {
      if (source === target || (source.zone !== undefined && target.zone !== undefined)) return [];
      const found = matrix.cell(source, target);
      const text = allowedText(found);
      if (text === '') return [];
      const by = found.tcp.find(({ result }) => result === 'allowed')?.by ?? '';
      return [`| ${[source.name, target.name, text, by].map(plain).join(' | ')} |`];
    }),
  );
  lines.push(...open.slice(0, mostLines * 2));
  if (open.length > mostLines * 2) lines.push('', `${open.length} pairs reach each other in all.`);
  return [...lines, ''];
}

/** What a reader wants of a pair at a glance. */
function short(found: Cell): string {
  const text = briefText(found);
  const doubtful = protocols.some((p) => found[p].some(({ result }) => result === 'unknown'));
  if (text === '') return doubtful ? '❔' : '✖';
  return `✔ ${plain(text)}${doubtful ? ' ❔' : ''}`;
}

/** The matrix as evidence: every pair of places, without those of which nothing passes. */
export function reachJson(matrix: Matrix, difference: Difference | undefined): object {
  const { rows } = matrix;
  const pairs = rows.flatMap((source) =>
    rows.flatMap((target) => {
      if (source === target || (source.zone !== undefined && target.zone !== undefined)) return [];
      const found = matrix.cell(source, target);
      const spans = protocols.flatMap((protocol) =>
        found[protocol]
          .filter(({ result }) => result !== 'dropped')
          .map(({ from, to, result, by, rules, path }) => ({
            protocol,
            from,
            to,
            result,
            by,
            rules,
            path,
          })),
      );
      return spans.length === 0 ? [] : [{ from: source.name, to: target.name, spans }];
    }),
  );
  return { schemaVersion: 1, pairs, ...(difference === undefined ? {} : { difference }) };
}
