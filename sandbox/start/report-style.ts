/** The style of report.html: light and dark, one column on a phone, and on paper with everything unfolded. */
export const reportStyle = `
:root { color-scheme: light dark; --ink: #1b2733; --soft: #53616f; --line: #dde3ea; --way: #7a8896; --page: #f5f7f9;
  --card: #fff; --good: #18754a; --bad: #bd2c2c; --warn: #8f5600; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e4eaf0; --soft: #9eabb9; --line: #2d3945;
  --way: #6c7a88; --page: #12181f; --card: #1a222b; --good: #4cc38a; --bad: #ff8078; --warn: #e3a33c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, 'Segoe UI', sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 64px; }
header { border-left: 8px solid var(--state); padding: 4px 0 4px 20px; }
h1 { font-size: 26px; margin: 0; line-height: 1.25; }
h2 { font-size: 18px; margin: 36px 0 12px; }
p { margin: 2px 0 0; }
p.cause { font-size: 17px; margin-top: 8px; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.soft, .sub { color: var(--soft); }
.small { font-size: 13px; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; margin: 24px 0; }
.tile, .card, .place { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.tile { padding: 12px 16px; }
.tile b { display: block; font-size: 24px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.place { border: 2px solid var(--line); padding: 12px 16px; font-size: 14px; min-width: 0; break-inside: avoid; }
.place.good { border-color: var(--good); } .place.bad { border-color: var(--bad); }
.place.warn { border-color: var(--warn); }
.place p { color: var(--soft); }
.place b { display: flex; justify-content: space-between; gap: 12px; color: var(--ink); font-size: 16px; }
.place b i { font-style: normal; }
.place .good { color: var(--good); } .place .bad { color: var(--bad); } .place .warn { color: var(--warn); }
.hub { max-width: 400px; position: relative; }
.hub:not(:last-child)::after { content: ''; position: absolute; left: 20px; top: calc(100% + 2px); height: 14px;
  border-left: 2px solid var(--way); }
/* Each stamp draws the line from which it hangs, upwards, and the one from there to the left; what is too much of
   them is cut off at the top and at the left. So they fit any number of columns. */
.stamps { --in: 20px; position: relative; isolation: isolate; overflow: hidden; list-style: none; margin: 14px 0 0 22px;
  padding: 16px 0 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr));
  gap: 16px 20px; align-items: start; }
.stamps li { padding-left: var(--in); min-width: 0; }
.stamps li::before { content: ''; position: absolute; top: 0; width: 99999px; margin-left: calc(2px - 99999px - var(--in));
  border-top: 2px solid var(--way); }
.stamps .place { position: relative; }
.stamps .place::before { content: ''; position: absolute; z-index: -1; left: calc(-2px - var(--in));
  bottom: calc(100% - 26px); width: var(--in); height: 99999px; border: solid var(--way); border-width: 0 0 2px 2px;
  border-bottom-left-radius: 8px; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 14px; }
th, td { text-align: left; padding: 9px 14px; vertical-align: top; border-bottom: 1px solid var(--line); }
tr { break-inside: avoid; }
tr:last-child td { border-bottom: 0; }
th { color: var(--soft); font-weight: 600; font-size: 12px; }
td b { display: block; }
.state { font-weight: 600; white-space: nowrap; }
code { font: 13px ui-monospace, 'Cascadia Mono', Menlo, monospace; }
details { margin-top: 16px; }
summary { font-size: 17px; font-weight: 600; cursor: pointer; padding: 4px 0; }
details > .card { margin-top: 8px; }
td details { margin: 2px 0 0; } td summary { font-size: 13px; font-weight: 400; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media screen and (max-width: 720px) {
  main { padding: 16px 14px 40px; }
  h1 { font-size: 22px; }
  .tiles { gap: 8px; } .tile { padding: 8px 10px; } .tile b { font-size: 17px; }
  table, tbody, tr, td { display: block; width: auto; }
  thead { display: none; }
  td { border: 0; padding: 3px 14px; }
  td:empty { display: none; }
  td[data-head]::before { content: attr(data-head); display: block; color: var(--soft); font-size: 12px; }
  tr { border-bottom: 1px solid var(--line); padding: 8px 0; } tr:last-child { border-bottom: 0; }
}
@media print {
  body { background: #fff; } main { padding: 0; max-width: none; }
  main > details::details-content { content-visibility: visible; height: auto; }
  main > details > summary { list-style: none; }
}
`;
