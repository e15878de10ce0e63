/** A bound on our figure, or on our figure divided by the peer's. */
export interface Goal {
  readonly of: 'ours' | 'ratio';
  readonly bound: 'at most' | 'at least';
  readonly value: number;
}

/** One comparison. A figure that was not measured is undefined, never a guess. */
export interface Measurement {
  readonly name: string;
  readonly unit: 's' | 'ms' | '%' | 'requests' | 'x';
  readonly ours?: number | undefined;
  readonly peer?: number | undefined;
  /** Absent where nothing comparable exists. */
  readonly peerName?: string;
  readonly goal?: Goal;
}

/** A line of the `--json` file: null where nothing was measured. */
export interface Row {
  readonly suite: string;
  readonly name: string;
  readonly unit: string;
  readonly ours: number | null;
  readonly peer: number | null;
  /** Also set where the peer is missing; null where there is none to compare with. */
  readonly peerName: string | null;
  /** ours / peer: below 1 we take less. */
  readonly ratio: number | null;
  /** For example `ratio <= 0.7`. */
  readonly goal: string | null;
}

export function atMost(of: Goal['of'], value: number): Goal {
  return { of, bound: 'at most', value };
}

export function atLeast(of: Goal['of'], value: number): Goal {
  return { of, bound: 'at least', value };
}

/** Four significant digits: more than the noise of any of these figures. */
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(4));
}

export function rowOf(suite: string, measured: Measurement): Row {
  const { name, unit, ours, peer, peerName, goal } = measured;
  for (const figure of [ours, peer]) {
    if (figure !== undefined && !Number.isFinite(figure)) {
      throw new Error(`${suite}: ${name} was measured as ${figure}`);
    }
  }
  const comparable = ours !== undefined && peer !== undefined && peer !== 0;
  return {
    suite,
    name,
    unit,
    ours: rounded(ours),
    peer: rounded(peer),
    peerName: peerName ?? null,
    ratio: comparable ? rounded(ours / peer) : null,
    goal: goal === undefined ? null : goalText(goal),
  };
}

function goalText({ of, bound, value }: Goal): string {
  return `${of} ${bound === 'at most' ? '<=' : '>='} ${value}`;
}

/** Whether a row keeps its goal; undefined where it has none, or nothing to judge it by. */
export function keepsGoal({ ours, ratio, goal }: Row): boolean | undefined {
  const [, of, bound, value] = /^(ours|ratio) (<=|>=) (.+)$/.exec(goal ?? '') ?? [];
  const figure = of === 'ours' ? ours : ratio;
  if (bound === undefined || figure === null) return undefined;
  return bound === '<=' ? figure <= Number(value) : figure >= Number(value);
}

const head = ['suite', 'name', 'unit', 'ours', 'peer', 'peer name', 'ratio', 'goal'];
const numeric = new Set([3, 4, 6]);

/** The rows as text, columns aligned, figures to the right. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const drawn = lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return numeric.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return [drawn[0], widths.map((width) => '-'.repeat(width)).join('  '), ...drawn.slice(1)].join(
    '\n',
  );
}

function cellsOf(row: Row): string[] {
  const { suite, name, unit, ours, peer, peerName, ratio, goal } = row;
  const missing = peer === null && peerName !== null;
  const judged = { true: `${goal}`, false: `${goal} MISSED`, undefined: goal ?? '-' };
  return [
    suite,
    name,
    unit,
    ours === null ? 'not measured' : String(ours),
    peer === null ? '-' : String(peer),
    missing ? `peer missing: ${peerName}` : (peerName ?? '-'),
    ratio === null ? '-' : ratio.toFixed(ratio < 0.1 ? 3 : 2),
    judged[`${keepsGoal(row)}`],
  ];
}

/** Content of the `--json` file. */
export function jsonOf(rows: readonly Row[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}
