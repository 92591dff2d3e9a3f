import type { RegistryCatalog } from '../../../shared/store/released/catalog.ts';
import { Html, html, none } from './html.ts';
import { longDay } from './numbers.ts';
import { style } from './style.ts';

/** What every page has around its own. */
export interface PageOptions {
  readonly title: string;
  /** What the search field holds. */
  readonly search?: string;
  readonly registry: RegistryCatalog | undefined;
  /** Whether the search and its results stay in this registry, which is not the default one. */
  readonly isNamed: boolean;
  readonly version: string;
  /** Whom the country data's licence wants named. */
  readonly attribution: { readonly text: string; readonly url: string } | null;
}

/** A whole page. */
export function page(
  { title, search = '', registry, isNamed, version, attribution }: PageOptions,
  content: Html,
): string {
  const field =
    isNamed && registry ? html`<input type="hidden" name="registry" value="${registry.name}">` : none;
  const home = isNamed && registry ? `/?registry=${encodeURIComponent(registry.name)}` : '/';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<div class="top">
<a class="brand" href="${home}">${mark}Tallymark</a>
<form action="/" method="get" role="search">${field}
<input type="search" name="q" value="${search}" placeholder="Search projects" aria-label="Search projects" maxlength="214" autocomplete="off">
<button>Search</button>
</form>
</div>
<main id="content">
${content}
</main>
<footer class="foot">
<p>${throughText(registry)}</p>
${attribution === null ? none : html`<p>Countries: <a href="${attribution.url}">${attribution.text}</a></p>`}
<p><a href="/v1/meta">What is counted</a></p>
<p><a href="/openapi.json">API</a></p>
<p>Tallymark ${version}</p>
</footer>
</div>
</body>
</html>
`.text;
}

/** Four strokes and one across. */
const mark = html`<svg viewBox="0 0 20 20" fill="none" stroke-width="1.8" stroke-linecap="round" aria-hidden="true"><path d="M4 4v12M8 4v12M12 4v12M16 4v12M2 14 18 6"/></svg>`;

function throughText(registry: RegistryCatalog | undefined): string {
  const through = registry?.dataThrough ?? null;
  return through === null ? 'Nothing is counted yet' : `Data through ${longDay(through)} (UTC)`;
}

/** Address of a project's page. */
export function projectPath(registry: RegistryCatalog, project: string, isNamed: boolean): string {
  const path = `/projects/${encodeURIComponent(project)}`;
  return isNamed ? `/registries/${encodeURIComponent(registry.name)}${path}` : path;
}

/** A bar that is `part` of its column, from 0 to 1; the number beside it says the same. */
export function bar(part: number): Html {
  const width = Math.min(Math.max(part, 0), 1) * 100;
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${width.toFixed(2)}" height="8" rx="1"/></svg>`;
}
