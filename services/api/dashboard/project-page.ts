import { isoDay } from '../../../shared/days.ts';
import type { ProjectEntry, RegistryCatalog } from '../../../shared/store/released/catalog.ts';
import type { Breakdown } from '../../../shared/store/released/read-breakdown.ts';
import type { SeriesPoint } from '../../../shared/store/released/read-series.ts';
import type { Summary } from '../../../shared/store/released/read-summary.ts';
import { countryTable } from './country-table.ts';
import { type Html, html, none } from './html.ts';
import { lineChart } from './line-chart.ts';
import { changeOf, compact, count, longDay } from './numbers.ts';
import { type PageOptions, page } from './page.ts';

/** Everything a project's page shows. */
export interface ProjectPageData extends Omit<PageOptions, 'title' | 'search'> {
  readonly registry: RegistryCatalog;
  readonly project: ProjectEntry;
  readonly summary: Summary;
  /** Day by day. */
  readonly series: readonly SeriesPoint[];
  /** One piece by country, or none. */
  readonly countries: Breakdown;
  readonly profile: string | null;
}

/** The page of one project. */
export function projectPage(data: ProjectPageData): string {
  const { registry, project, summary } = data;
  const title = `${project.name} · ${registry.name} downloads`;
  return page(
    { ...data, title },
    html`<h1>${project.name}</h1>
<p class="lead">Downloads from ${registry.name}, counted since ${longDay(summary.firstDay)}. ${leftOut(summary)}</p>
${tiles(summary)}
${daysPanel(data)}
${countryPanel(data)}`,
  );
}

function leftOut({ mirror, bot }: Summary): string {
  if (mirror + bot === 0) return 'Mirrors and bots are counted apart; there were none.';
  return `Left out: ${count(mirror)} by mirrors and ${count(bot)} by bots.`;
}

function tiles({ windows, total, firstDay }: Summary): Html {
  const names = { 1: 'Last day', 7: 'Last 7 days', 30: 'Last 30 days', 365: 'Last 365 days' } as const;
  const ofWindows = windows.map(({ days, from, through, downloads, previous }) => {
    const isCut = from > through - days + 1;
    const below =
      previous === null ? (isCut ? html`since ${longDay(from)}` : none) : changeText(downloads, previous);
    return tile(names[days], downloads, below);
  });
  return html`<dl class="tiles">${ofWindows}${tile('All time', total, html`since ${longDay(firstDay)}`)}</dl>`;
}

function tile(name: string, downloads: number, below: Html): Html {
  return html`<div class="tile"><dt>${name}</dt><dd class="figure">${downloads < 1e6 ? count(downloads) : compact(downloads)}</dd><dd class="change">${below}</dd></div>
`;
}

function changeText(now: number, before: number): Html {
  if (before === 0) return now === 0 ? html`as before` : html`none before`;
  const direction = now > before ? 'up' : now < before ? 'down' : '';
  return html`<span class="${direction}">${changeOf(now, before)}</span> on before`;
}

function apiPath({ registry, project, isNamed }: ProjectPageData): string {
  const base = isNamed ? `/v1/registries/${encodeURIComponent(registry.name)}` : '/v1';
  return `${base}/projects/${encodeURIComponent(project.name)}`;
}

function links(path: string, query: string): Html {
  return html`<span class="links"><a href="${path}.csv?${query}">CSV</a><a href="${path}.json?${query}">JSON</a></span>`;
}

function daysPanel(data: ProjectPageData): Html {
  const { series } = data;
  const query = `from=${isoDay(series[0]?.date ?? 0)}&to=${isoDay(series.at(-1)?.date ?? 0)}`;
  const isProvisional = series.some(({ provisional }) => provisional);
  const note = isProvisional
    ? html`<p class="note">Shaded days are provisional: late lines may still come.</p>`
    : none;
  return html`<section class="panel" aria-labelledby="days">
<header><h2 id="days">Downloads a day</h2>${links(`${apiPath(data)}/downloads`, query)}</header>
${lineChart(series)}${note}
<details><summary>The same as a table</summary>${dayTable(series)}</details>
</section>`;
}

function dayTable(series: readonly SeriesPoint[]): Html {
  const rows = [...series].reverse().map(
    ({ date, downloads, provisional }) =>
      html`<tr><th scope="row">${isoDay(date)}${provisional ? ' (provisional)' : ''}</th><td class="number">${downloads === null ? 'not counted' : count(downloads)}</td></tr>
`,
  );
  return html`<table><thead><tr><th scope="col">Day (UTC)</th><th scope="col" class="number">Downloads</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function countryPanel(data: ProjectPageData): Html {
  const { countries, profile, registry } = data;
  const { coveredFrom, coveredThrough } = countries;
  const piece = countries.pieces[0];
  if (piece === undefined || coveredFrom === null || coveredThrough === null)
    return html`<section class="panel" aria-labelledby="countries"><h2 id="countries">Countries</h2>
<div class="empty"><strong>No countries are published yet.</strong>
They appear once the operator runs <code>tallymark release --through ${isoDay(registry.dataThrough ?? 0)} --profile exact</code>.</div></section>`;
  const query = `from=${isoDay(coveredFrom)}&to=${isoDay(coveredThrough)}`;
  return html`<section class="panel" aria-labelledby="countries">
<header><h2 id="countries">Countries</h2>${links(`${apiPath(data)}/countries`, query)}</header>
<p class="note">${longDay(coveredFrom)} to ${longDay(coveredThrough)}. ${profileText(profile)}</p>
${countryTable(piece)}
</section>`;
}

function profileText(profile: string | null): Html {
  if (profile !== 'exact') return none;
  return html`Published under the profile <code>exact</code>: as counted, nothing is blurred.`;
}
