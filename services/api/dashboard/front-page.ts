import type { Catalog, RegistryCatalog } from '../../../shared/store/released/catalog.ts';
import { findProjects } from '../../../shared/store/released/find-projects.ts';
import { type Html, html, none } from './html.ts';
import { compact, count, longDay } from './numbers.ts';
import { bar, type PageOptions, page, projectPath } from './page.ts';

/** Projects on the page; the API has all of them. */
const listed = 50;

/** The first page: the projects with most downloads, or those that a search finds. */
export function frontPage(
  catalog: Catalog,
  options: Omit<PageOptions, 'title' | 'search'> & { readonly search: string },
): string {
  const { registry, search, isNamed } = options;
  if (registry === undefined || registry.dataThrough === null)
    return page({ ...options, title: 'Tallymark' }, nothingYet);
  const found = findProjects(registry, { q: search, limit: listed });
  const title = search === '' ? 'Downloads' : `Projects like “${search}”`;
  const total = [...registry.projects.values()].reduce((sum, { last30Days }) => sum + last30Days, 0);
  return page(
    { ...options, title: `${title} · ${registry.name}` },
    html`<h1>${title}</h1>
<p class="lead">${compact(total)} downloads of ${count(registry.projects.size)} projects of ${registry.name} in the 30 days through ${longDay(registry.dataThrough)}. What was downloaded is counted; who downloaded is forgotten.</p>
${registryTabs(catalog, registry)}
<section class="panel" aria-labelledby="projects">
<header><h2 id="projects">${search === '' ? 'Most downloaded' : `${count(found.total)} found`}</h2>${links(registry, search, isNamed)}</header>
${found.total === 0 ? notFound : projectTable(found.projects, { registry, isNamed })}
</section>`,
  );
}

const nothingYet = html`<h1>Nothing is counted yet</h1>
<p class="lead">This store is empty. Count some logs, and their projects appear here within seconds.</p>
<section class="panel"><h2>Start here</h2>
<p><code>tallymark replay /var/log/nginx/*.gz</code></p>
<p class="note">Or <code>tallymark demo</code> for made-up logs of a small registry.</p></section>`;

const notFound = html`<div class="empty"><strong>No project has this in its name.</strong>
A project appears once one of its files has been downloaded. <a href="/">All projects</a></div>`;

function registryTabs({ registries }: Catalog, current: RegistryCatalog): Html {
  if (registries.size < 2) return none;
  const tabs = [...registries.keys()].map((name) =>
    name === current.name
      ? html`<li><a aria-current="page" href="/?registry=${encodeURIComponent(name)}">${name}</a></li>`
      : html`<li><a href="/?registry=${encodeURIComponent(name)}">${name}</a></li>`,
  );
  return html`<nav aria-label="Registries"><ul class="tabs">${tabs}</ul></nav>`;
}

function links(registry: RegistryCatalog, search: string, isNamed: boolean): Html {
  const base = isNamed ? `/v1/registries/${encodeURIComponent(registry.name)}/projects` : '/v1/projects';
  const query = search === '' ? '' : `?q=${encodeURIComponent(search)}`;
  return html`<span class="links"><a href="${base}.csv${query}">CSV</a><a href="${base}.json${query}">JSON</a></span>`;
}

function projectTable(
  projects: ReturnType<typeof findProjects>['projects'],
  { registry, isNamed }: { readonly registry: RegistryCatalog; readonly isNamed: boolean },
): Html {
  const most = Math.max(...projects.map(({ last30Days }) => last30Days), 1);
  const rows = projects.map(
    ({
      name,
      last30Days,
      total,
    }) => html`<tr><th scope="row"><a href="${projectPath(registry, name, isNamed)}">${name}</a></th>
<td class="bar-cell">${bar(last30Days / most)}</td><td class="number">${count(last30Days)}</td><td class="number">${compact(total)}</td></tr>
`,
  );
  return html`<table class="projects"><thead><tr><th scope="col">Project</th><td class="bar-cell"></td><th scope="col" class="number">30 days</th><th scope="col" class="number">All time</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}
