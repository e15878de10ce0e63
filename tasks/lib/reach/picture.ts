import { allowedText } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import type { Place } from './places.ts';

/** In pixels. */
const box = { width: 230, row: 26, head: 30, pad: 10, gapX: 150, gapY: 26 };

interface Spot {
  readonly x: number;
  readonly y: number;
}

interface Group {
  readonly title: string;
  readonly places: readonly Place[];
  readonly column: number;
}

/** Where people look at many arrows, a picture says nothing. */
const mostArrows = 60;

/**
 * The networks as boxes, their parts as rows, and an arrow for each way that is open between two networks, as a
 * page with one picture in it that needs nothing else.
 */
export function networkPage(matrix: Matrix, title: string): string {
  const groups = groupsOf(matrix);
  const spots = new Map<Place, Spot>();
  const heights = [0, 0, 0];
  const boxes = groups.map((group) => {
    const x = group.column * (box.width + box.gapX) + 20;
    const y = (heights[group.column] ?? 0) + 20;
    const height = box.head + group.places.length * box.row + box.pad;
    heights[group.column] = y + height + box.gapY - 20;
    const rows = group.places.map((place, position) => {
      const rowY = y + box.head + position * box.row;
      spots.set(place, { x, y: rowY + box.row / 2 });
      const kind = place.endpoint === undefined ? 'subnet' : 'endpoint';
      return (
        `<rect class="${kind}" x="${x + 8}" y="${rowY + 2}" width="${box.width - 16}" height="${box.row - 4}" rx="4"/>` +
        `<text x="${x + 16}" y="${rowY + 18}">${text(shortName(place, group.title))}</text>`
      );
    });
    return (
      `<rect class="network" x="${x}" y="${y}" width="${box.width}" height="${height}" rx="8"/>` +
      `<text class="title" x="${x + 12}" y="${y + 20}">${text(group.title)}</text>${rows.join('')}`
    );
  });
  const arrows = arrowsOf(matrix, groups, spots);
  const width = 3 * box.width + 2 * box.gapX + 40;
  const height = Math.max(...heights) + 40;
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title><style>${style}</style></head><body>`,
    `<h1>${text(title)}</h1>`,
    `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${text(title)}">`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...boxes,
    ...arrows.lines,
    '</svg>',
    `<p>${text(arrows.note)}</p>`,
    '</body></html>',
    '',
  ].join('\n');
}

const style = `body{font:14px system-ui,sans-serif;margin:24px;color:#1b1b1b;background:#fff}
h1{font-size:18px}p{color:#555}
text{font:12px system-ui,sans-serif;fill:#1b1b1b}.title{font-weight:600;font-size:13px}
.network{fill:#f4f7fb;stroke:#8aa4c8}.subnet{fill:#fff;stroke:#c9d4e3}.endpoint{fill:#eaf6ec;stroke:#8fc09a}
.way{fill:none;stroke:#2f6fb3;stroke-width:1.4;opacity:.75;marker-end:url(#tip)}.ports{fill:#1f5288;font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px}
marker path{fill:#2f6fb3}`;

/** Outside on the left, the hub in the middle, what is peered with it on the right. */
function groupsOf(matrix: Matrix): Group[] {
  const { networks } = matrix.estate;
  const peerings = (id: string): number => {
    const found = networks.find((network) => network.id === id)?.peerings;
    return found === undefined || found === 'unread' ? 0 : found.length;
  };
  const most = Math.max(0, ...networks.map(({ id }) => peerings(id)));
  const hub = networks.find(
    ({ id, name }) => name === 'hub' || (most > 0 && peerings(id) === most),
  );
  const outside = matrix.rows.filter(({ zone }) => zone !== undefined);
  return [
    { title: 'outside', places: outside, column: 0 },
    ...networks.map((network): Group => ({
      title: network.name,
      places: matrix.rows.filter((place) => place.network === network),
      column: network === hub ? 1 : 2,
    })),
  ];
}

function arrowsOf(
  matrix: Matrix,
  groups: readonly Group[],
  spots: ReadonlyMap<Place, Spot>,
): { lines: string[]; note: string } {
  const open = groups.flatMap((from) =>
    groups.flatMap((to) => {
      if (from === to) return [];
      return from.places.flatMap((source) =>
        to.places.flatMap((target) => {
          if (source.endpoint !== undefined || target.zone?.name === 'internet') return [];
          // A subnet that holds endpoints is shown by them.
          const held = to.places.some(
            (p) => p.endpoint !== undefined && p.subnet === target.subnet,
          );
          if (held && target.endpoint === undefined) return [];
          const ports = allowedText(matrix.cell(source, target));
          return ports === '' ? [] : [{ source, target, ports, from, to }];
        }),
      );
    }),
  );
  const labels = new Map<string, string>();
  const lines = open
    .slice(0, mostArrows)
    .flatMap(({ source, target, ports, from, to }, position) => {
      const a = spots.get(source);
      const b = spots.get(target);
      if (a === undefined || b === undefined) return [];
      const same = to.column === from.column;
      const rightwards = to.column > from.column;
      const x1 = a.x + (rightwards || same ? box.width - 8 : 8);
      const x2 = b.x + (rightwards ? 8 : box.width - 8);
      const middle = same ? x1 + 60 + (position % 5) * 12 : (x1 + x2) / 2;
      const label = ports.length > 24 ? `${ports.slice(0, 23)}…` : ports;
      // At the tip, once: ways to one place on the same ports meet there.
      labels.set(
        `${x2} ${b.y} ${label}`,
        `<text class="ports" x="${rightwards ? x2 - 12 : x2 + 12}" y="${b.y - 5}" ` +
          `text-anchor="${rightwards ? 'end' : 'start'}">${text(label)}</text>`,
      );
      const hint = `${source.name} to ${target.name}: ${ports}`;
      return [
        `<path class="way" d="M${x1} ${a.y}C${middle} ${a.y} ${middle} ${b.y} ${x2} ${b.y}">` +
          `<title>${text(hint)}</title></path>`,
      ];
    });
  const rest = open.length - mostArrows;
  const note =
    rest > 0
      ? `${rest} more ways are open; reach.json has them all.`
      : 'Every arrow is a way that is open; what has none is dropped, or not decided.';
  return { lines: [...lines, ...labels.values()], note };
}

function shortName({ name }: Place, network: string): string {
  return name.startsWith(`${network}/`) ? name.slice(network.length + 1) : name;
}

function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
