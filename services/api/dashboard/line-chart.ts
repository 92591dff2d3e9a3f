import type { SeriesPoint } from '../../../shared/store/released/read-series.ts';
import { type Html, html, none } from './html.ts';
import { compact, count, longDay, shortDay } from './numbers.ts';

/** Size of the drawing in its own units; the page scales it to its column. */
const width = 720;
const height = 250;
const margin = { top: 12, right: 12, bottom: 26, left: 46 };

/** A day's downloads as a line; days that nothing is counted for are gaps, provisional ones are shaded. */
export function lineChart(points: readonly SeriesPoint[]): Html {
  const top = niceCeiling(Math.max(...points.map(({ downloads }) => downloads ?? 0), 1));
  const x = (at: number) =>
    margin.left + (at * (width - margin.left - margin.right)) / Math.max(points.length - 1, 1);
  const y = (value: number) => height - margin.bottom - (value / top) * (height - margin.top - margin.bottom);
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${description(points)}">
${shading(points, x)}${gridLines(top, y)}${dayLabels(points, x)}${runsOf(points).map((run) => runPath(run, { x, y }))}
</svg>`;
}

type Scale = (value: number) => number;
interface Run {
  readonly start: number;
  readonly values: readonly number[];
}

/** The least of 1, 2, 2.5, 4, 5, 8, 10 × 10ⁿ that is not below `value` and can be quartered into whole numbers. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const ceiling = [1, 2, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= value) ?? value;
  return Math.max(Math.ceil(ceiling / 4) * 4, 4);
}

function gridLines(top: number, y: Scale): Html[] {
  return [0, 1, 2, 3, 4].map((quarter) => {
    const value = (top * quarter) / 4;
    return html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${y(value)}" y2="${y(value)}"/>
<text class="tick" x="${margin.left - 8}" y="${y(value) + 4}" text-anchor="end">${compact(value)}</text>`;
  });
}

function dayLabels(points: readonly SeriesPoint[], x: Scale): Html[] {
  const labels = Math.min(6, points.length);
  return Array.from({ length: labels }, (_, label) => {
    const at = labels === 1 ? 0 : Math.round((label * (points.length - 1)) / (labels - 1));
    const anchor = label === 0 ? 'start' : label === labels - 1 ? 'end' : 'middle';
    return html`<text class="tick" x="${x(at)}" y="${height - 6}" text-anchor="${anchor}">${shortDay(points[at]?.date ?? 0)}</text>`;
  });
}

function shading(points: readonly SeriesPoint[], x: Scale): Html {
  const first = points.findIndex(({ provisional }) => provisional);
  if (first < 0) return none;
  const from = x(Math.max(first - 0.5, 0));
  return html`<rect class="provisional" x="${from}" y="${margin.top}" width="${width - margin.right - from}" height="${height - margin.top - margin.bottom}"/>`;
}

/** Runs of counted days. */
function runsOf(points: readonly SeriesPoint[]): readonly Run[] {
  const runs: { start: number; values: number[] }[] = [];
  for (const [at, { downloads }] of points.entries()) {
    if (downloads === null) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.start + last.values.length === at) last.values.push(downloads);
    else runs.push({ start: at, values: [downloads] });
  }
  return runs;
}

function runPath({ start, values }: Run, { x, y }: { x: Scale; y: Scale }): Html {
  const places = values.map((value, at) => `${x(start + at).toFixed(1)},${y(value).toFixed(1)}`);
  if (places.length === 1)
    return html`<circle class="dot" cx="${x(start)}" cy="${y(values[0] ?? 0)}" r="3"/>`;
  const end = x(start + values.length - 1).toFixed(1);
  const area = `M${x(start).toFixed(1)},${y(0)} L${places.join(' L')} L${end},${y(0)} Z`;
  return html`<path class="area" d="${area}"/><path class="line" d="M${places.join(' L')}"/>`;
}

function description(points: readonly SeriesPoint[]): string {
  const counted = points.filter(({ downloads }) => downloads !== null);
  const first = counted[0];
  const last = counted.at(-1);
  if (first === undefined || last === undefined) return 'No downloads counted yet';
  const most = counted.reduce((best, one) => ((one.downloads ?? 0) > (best.downloads ?? 0) ? one : best));
  return `Downloads a day from ${longDay(first.date)} to ${longDay(last.date)}, at most ${count(most.downloads ?? 0)} on ${longDay(most.date)}`;
}
