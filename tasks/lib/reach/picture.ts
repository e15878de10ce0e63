import type { Matrix } from './matrix.ts';
import { drawNetworks, pictureStyle } from './picture-svg.ts';
import { arrowsOf, groupsOf, waysOf, type Way } from './picture-ways.ts';
import { markup } from './picture-text.ts';

/** Rows of the list; the JSON evidence has them all. */
const mostRows = 1000;

/**
 * The networks as boxes, their parts as rows, and an arrow for what is open between two networks, as a page with one
 * picture in it that needs nothing else. The same ways are listed below it, with those inside a network.
 */
export function networkPage(matrix: Matrix, title: string): string {
  const groups = groupsOf(matrix);
  const ways = waysOf(matrix, groups);
  const { arrows, whole } = arrowsOf(ways);
  const outside = arrows.some(({ from, to }) => from.column === 0 || to.column === 0);
  const what = whole
    ? 'An arrow is all that is open from one network to another: there are too many ways for one each.'
    : 'An arrow is a way that is open from one network to another.';
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${markup(title)}</title><style>${style}${pictureStyle}</style></head><body>`,
    `<h1>${markup(title)}</h1>`,
    `<p>${what} Where there is none, everything is dropped or not decided` +
      `${outside ? '.' : ', as it is from outside.'}</p>`,
    legend(whole, outside),
    '<div class="scroll" tabindex="0" role="region" aria-label="Picture of the networks">',
    drawNetworks(
      groups.filter(({ column }) => outside || column > 0),
      arrows,
      whole,
      title,
    ),
    '</div>',
    listOf(ways),
    '</body></html>',
    '',
  ].join('\n');
}

const style = `:root{color-scheme:light dark;--ink:#1b2733;--soft:#53616f;--page:#fff;--box:#f4f7fb;--edge:#7d96b8;
--row:#fff;--line:#c9d4e3;--good:#e6f4e9;--green:#6da87c;--outside:#b3261e;--hub:#1f5f9f;--spoke:#8a5200}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9eabb9;--page:#12181f;--box:#1a222b;--edge:#5b7392;
--row:#232e3a;--line:#3a4958;--good:#1d3a29;--green:#4f8f63;--outside:#ff8078;--hub:#7fb5ee;--spoke:#e3b04f}}
body{font:14px/1.5 system-ui,'Segoe UI',sans-serif;margin:24px;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
h1{font-size:20px;margin:0 0 4px}p{color:var(--soft);margin:0 0 4px}
.scroll{overflow-x:auto;margin:12px 0}
.key{display:inline-block;width:22px;height:12px;border:1px solid var(--line);border-radius:3px;margin-right:5px}.nowrap{white-space:nowrap;margin-right:12px}
.key.endpoint{background:var(--good);border-color:var(--green)}.key.subnet{background:var(--row)}
.key.way{height:0;border:0;border-top:2px solid;border-radius:0;vertical-align:middle}
.key.outside{color:var(--outside)}.key.hub{color:var(--hub)}.key.spoke{color:var(--spoke)}
summary{cursor:pointer;font-weight:600;font-size:16px}table{border-collapse:collapse;margin-top:8px}
th,td{text-align:left;vertical-align:top;padding:4px 14px 4px 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-size:12px}
@media print{details::details-content{content-visibility:visible;height:auto}.scroll{overflow:visible}svg{max-width:100%;height:auto}}
`;

function legend(whole: boolean, outside: boolean): string {
  const key = (kind: string, words: string) =>
    `<span class="nowrap"><span class="key ${kind}"></span>${words}</span>`;
  const parts = whole
    ? []
    : [key('endpoint', 'private endpoint'), key('subnet', 'subnet or other part')];
  const ways = [
    ...(outside ? [key('way outside', 'from outside')] : []),
    key('way hub', 'from the hub'),
    key('way spoke', 'from a spoke'),
  ];
  return `<p>${[...parts, ...ways].join(' ')}</p>`;
}

function listOf(ways: readonly Way[]): string {
  if (ways.length === 0) return '<p>Nothing is open.</p>';
  const rows = ways
    .slice(0, mostRows)
    .map(({ source, target, ports }) =>
      [source.name, target.name, ports].map((cell) => `<td>${markup(cell)}</td>`).join(''),
    );
  const rest = ways.length - rows.length;
  const title =
    ways.length === 1 ? 'The way that is open' : `The ${ways.length} ways that are open`;
  return [
    `<details><summary>${title}</summary>`,
    '<table><thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">On</th></tr></thead><tbody>',
    ...rows.map((row) => `<tr>${row}</tr>`),
    '</tbody></table>',
    rest > 0 ? `<p>and ${rest} more, in reach.json</p>` : '',
    '</details>',
  ].join('\n');
}
