import { markup, shortened } from './picture-text.ts';
import type { Arrow, Group } from './picture-ways.ts';
import type { Place } from './places.ts';

/** In pixels. `side` is for arrows that leave the last column and come back to it. */
const box = { width: 240, row: 32, head: 34, pad: 8, gapX: 210, gapY: 26, side: 200 };

/** What fits into a box, into a row and beside an arrow's tip, in characters. */
const fits = { title: 26, row: 29, label: 27 };

/** The two directions run side by side, so that each has a tip and a label of its own. */
const lane = 7;

/** Left edge and middle of a row, or of a box. */
interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Where an arrow comes from: its colour, by the column of its first end. */
const origins = ['outside', 'hub', 'spoke'] as const;

export const pictureStyle = `svg text{font:12px system-ui,'Segoe UI',sans-serif;fill:var(--ink)}svg .title{font-weight:600;font-size:13px}
svg .network{fill:var(--box);stroke:var(--edge)}svg .subnet{fill:var(--row);stroke:var(--line)}
svg .endpoint{fill:var(--good);stroke:var(--green)}svg .count{fill:var(--soft)}
svg .way{fill:none;stroke-width:1.5}svg .way:hover{stroke-width:3}
svg .ports{font-size:11px;paint-order:stroke;stroke:var(--page);stroke-width:4px}
${origins.map((one) => `svg .way.${one}{stroke:var(--${one});marker-end:url(#${one})}svg .ports.${one},#${one} path{fill:var(--${one})}`).join('\n')}
`;

/**
 * The picture as SVG.
 *
 * @param whole whether the arrows are of whole networks: their places are counted then, not shown
 */
export function drawNetworks(
  groups: readonly Group[],
  arrows: readonly Arrow[],
  whole: boolean,
  title: string,
): string {
  const spots = new Map<Group | Place, Spot>();
  const gap = whole ? box.gapY / 2 : box.gapY;
  const heightOf = (group: Group) =>
    box.head + (whole ? 0 : group.places.length * box.row) + box.pad;
  const columns = [0, 1, 2]
    .map((column) => groups.filter((group) => group.column === column))
    .filter((own) => own.length > 0);
  const heights = columns.map((own) =>
    own.reduce((sum, group) => sum + heightOf(group) + gap, -gap),
  );
  const tallest = Math.max(0, ...heights);
  const boxes = columns.flatMap((own, column) => {
    const x = column * (box.width + box.gapX) + 1;
    let y = (tallest - (heights[column] ?? 0)) / 2 + 1;
    return own.map((group) => {
      const height = heightOf(group);
      spots.set(group, { x, y: y + height / 2 });
      const drawn = drawBox(group, { x, y }, height, whole, spots);
      y += height + gap;
      return drawn;
    });
  });
  const sideways = arrows.some(({ from, to }) => from.column === to.column);
  const width = columns.length * (box.width + box.gapX) - box.gapX + 2 + (sideways ? box.side : 0);
  const tip = (id: string) =>
    `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">` +
    '<path d="M0 0L8 4L0 8z"/></marker>';
  return [
    `<svg viewBox="0 0 ${width} ${tallest + 2}" width="${width}" height="${tallest + 2}" role="img" aria-label="${markup(title)}">`,
    `<defs>${origins.map(tip).join('')}</defs>`,
    ...boxes,
    ...drawArrows(arrows, spots),
    '</svg>',
  ].join('\n');
}

function drawBox(
  group: Group,
  { x, y }: Spot,
  height: number,
  whole: boolean,
  spots: Map<Group | Place, Spot>,
): string {
  const rows = group.places.map((place, position) => {
    const top = y + box.head + position * box.row;
    spots.set(place, { x, y: top + box.row / 2 - 2 });
    const name = place.name.startsWith(`${group.title}/`)
      ? place.name.slice(group.title.length + 1)
      : place.name;
    const kind = place.endpoint === undefined ? 'subnet' : 'endpoint';
    return (
      `<g><title>${markup(place.name)}</title>` +
      `<rect class="${kind}" x="${x + 8}" y="${top}" width="${box.width - 16}" height="${box.row - 4}" rx="4"/>` +
      `<text x="${x + 16}" y="${top + 18}">${markup(shortened(name, fits.row))}</text></g>`
    );
  });
  const count = `${group.places.length} ${group.places.length === 1 ? 'place' : 'places'}`;
  return [
    `<g><title>${markup(group.title)}</title>`,
    `<rect class="network" x="${x}" y="${y}" width="${box.width}" height="${height}" rx="8"/>`,
    `<text class="title" x="${x + 12}" y="${y + (whole ? 18 : 22)}">${markup(shortened(group.title, fits.title))}</text></g>`,
    ...(whole ? [`<text class="count" x="${x + 12}" y="${y + 36}">${count}</text>`] : rows),
  ].join('');
}

/** Lines first, so that no line crosses a label. */
function drawArrows(
  arrows: readonly Arrow[],
  spots: ReadonlyMap<Group | Place, Spot>,
): Iterable<string> {
  const lines: string[] = [];
  // Once at each tip: ways to one place on the same ports meet there.
  const labels = new Set<string>();
  for (const [position, { from, source, to, target, label, words }] of arrows.entries()) {
    const start = spots.get(source ?? from);
    const end = spots.get(target ?? to);
    if (start === undefined || end === undefined) continue;
    const same = to.column === from.column;
    const rightwards = to.column > from.column;
    const inset = (part: Place | undefined) => (part === undefined ? 0 : 8);
    const right = (spot: Spot, part: Place | undefined) => spot.x + box.width - inset(part);
    const x1 = rightwards || same ? right(start, source) : start.x + inset(source);
    const x2 = rightwards ? end.x + inset(target) : right(end, target);
    const shift = rightwards ? -lane : lane;
    const [y1, y2] = [start.y + shift, end.y + shift];
    const bend = same ? x1 + 60 + (position % 5) * 12 : (x1 + x2) / 2;
    const kind = origins[from.column];
    lines.push(
      `<path class="way ${kind}" d="M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}"><title>${markup(words)}</title></path>`,
    );
    const at = rightwards
      ? `x="${x2 - 12}" y="${y2 - 4}" text-anchor="end"`
      : `x="${x2 + 12}" y="${y2 + 12}"`;
    labels.add(`<text class="ports ${kind}" ${at}>${markup(shortened(label, fits.label))}</text>`);
  }
  return [...lines, ...labels];
}
