import { createHash } from 'node:crypto';

/** The pages' one style sheet: system fonts, light and dark by the reader's choice, nothing loaded from anywhere. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1c2422; --soft: #5a6562; --rule: #e3e2dc;
  --accent: #0b6b62; --fill: #0b6b6214; --bar: #7fb8b0; --shade: #1c24220a; --up: #1c6b3a; --down: #a03a2c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131716; --card: #1a1f1e; --ink: #e7ecea; --soft: #9aa6a2; --rule: #2b3331;
    --accent: #6fd3c6; --fill: #6fd3c61a; --bar: #2f7d74; --shade: #e7ecea0d; --up: #7fd39b; --down: #f09a8c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
.page { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem 3rem; }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px;
}
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
.top { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; align-items: center; justify-content: space-between; padding: 1.25rem 0; }
.brand { display: inline-flex; align-items: center; gap: .6rem; font-weight: 650; letter-spacing: -.01em; color: var(--ink); text-decoration: none; }
.brand svg { width: 1.35rem; height: 1.35rem; stroke: var(--accent); }
form { display: flex; gap: .5rem; flex: 0 1 22rem; min-width: 0; }
input[type=search] {
  flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--rule); border-radius: 8px; padding: .45rem .75rem;
}
input[type=search]::placeholder { color: var(--soft); opacity: 1; }
button {
  font: inherit; font-weight: 550; color: var(--paper); background: var(--accent);
  border: 0; border-radius: 8px; padding: .45rem .95rem; cursor: pointer;
}
h1 { font-size: clamp(1.6rem, 5vw, 2.2rem); line-height: 1.2; letter-spacing: -.02em; font-weight: 680; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; font-weight: 640; letter-spacing: -.005em; margin: 0; }
.lead { color: var(--soft); margin: 0 0 1.5rem; max-width: 44rem; }
.note { color: var(--soft); font-size: .875rem; margin: .35rem 0 0; max-width: 46rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 0 0 1.25rem; padding: 0; }
.tile, .panel { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; }
.tile { padding: .85rem 1rem; }
.tile dt { color: var(--soft); font-size: .8125rem; }
.tile dd { margin: 0; }
.tile .figure { font-size: 1.5rem; line-height: 1.3; font-weight: 640; letter-spacing: -.02em; }
.tile .change { font-size: .8125rem; color: var(--soft); min-height: 1.25rem; }
.up { color: var(--up); } .down { color: var(--down); }
.panel { padding: 1.1rem 1.25rem 1.25rem; margin: 0 0 1.25rem; }
.panel header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
.links { font-size: .8125rem; display: inline-flex; gap: .9rem; }
.chart { display: block; width: 100%; height: auto; margin-top: 1rem; overflow: visible; }
.chart .grid { stroke: var(--rule); stroke-width: 1; }
.chart .tick { fill: var(--soft); font-size: 11px; }
.chart .line { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.chart .area { fill: var(--fill); } .chart .dot { fill: var(--accent); } .chart .provisional { fill: var(--shade); }
table { width: 100%; border-collapse: collapse; margin-top: .85rem; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding-bottom: .4rem; }
th { text-align: left; font-weight: 550; color: var(--soft); font-size: .8125rem; }
th, td { padding: .42rem .5rem; border-bottom: 1px solid var(--rule); }
tbody th { font-weight: 450; color: var(--ink); font-size: inherit; overflow-wrap: break-word; }
.projects tbody th { overflow-wrap: anywhere; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; }
td a, tbody th a { text-decoration-color: transparent; }
td a:hover, tbody th a:hover { text-decoration-color: currentColor; }
.bar-cell { width: 34%; }
.bar { display: block; width: 100%; height: .55rem; }
.bar rect { fill: var(--bar); }
.aside th, .aside td { color: var(--soft); }
details { margin-top: .75rem; font-size: .9375rem; } summary { cursor: pointer; color: var(--accent); font-size: .875rem; }
.empty { padding: 1.5rem 0 .5rem; color: var(--soft); }
.empty strong { display: block; color: var(--ink); font-weight: 600; }
code { font: .875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; background: var(--shade); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
.foot { color: var(--soft); font-size: .8125rem; border-top: 1px solid var(--rule); padding-top: 1rem; display: flex; flex-wrap: wrap; gap: .35rem 1.5rem; }
.foot p { margin: 0; }
.tabs { display: flex; flex-wrap: wrap; gap: .35rem 1rem; padding: 0; margin: 0 0 1rem; list-style: none; font-size: .9375rem; }
.tabs [aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
@media (max-width: 34rem) {
  .page { padding-inline: 1rem; } form { flex-basis: 100%; } .panel { padding-inline: 1rem; }
  .bar-cell { width: 12%; } .projects .bar-cell { display: none; } .tiles { grid-template-columns: 1fr 1fr; } .tile:first-child:nth-last-child(odd) { grid-column: 1 / -1; }
  .chart .tick { font-size: 20px; }
}
@media print { form, .links, details { display: none; } .panel, .tile { break-inside: avoid; } }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing but this style sheet and forms to ourselves: no script, no image, no font, no frame. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
