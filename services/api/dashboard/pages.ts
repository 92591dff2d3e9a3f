import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { latestTerms, type RegistryCatalog } from '../../../shared/store/released/catalog.ts';
import { readBreakdown } from '../../../shared/store/released/read-breakdown.ts';
import { readSeries } from '../../../shared/store/released/read-series.ts';
import { readSummary } from '../../../shared/store/released/read-summary.ts';
import { defaultAttribution } from '../attribution.ts';
import { type ApiContext, catalogOf, projectOf, registryOf } from '../context.ts';
import { Problem } from '../problem.ts';
import { type Range, rangeOf } from '../range.ts';
import { profileOf, projectParams } from '../schemas.ts';
import { cachingHeaders, etagOf, isKnown } from '../table-route.ts';
import { frontPage } from './front-page.ts';
import { html } from './html.ts';
import { page } from './page.ts';
import { projectPage } from './project-page.ts';
import { contentSecurityPolicy } from './style.ts';

const frontQuery = z.object({
  q: z.string().trim().max(214).default(''),
  registry: z.string().max(64).optional(),
});

/** `/` and a page for each project: written here, whole without a script. */
export function addPages(app: FastifyInstance, context: ApiContext): void {
  app.get('/', { schema: { hide: true, querystring: frontQuery } }, (request, reply) =>
    sendPage(context, { request, reply }, () => {
      const { q, registry: name } = request.query as z.output<typeof frontQuery>;
      const catalog = catalogOf(context);
      const registry = registryOf(context, name);
      const isNamed = name !== undefined;
      return {
        key: { page: '/', q, registry: registry?.name, isNamed },
        write: async () => frontPage(catalog, { search: q, registry, isNamed, ...footOf(context) }),
      };
    }),
  );
  for (const path of ['/projects/:project', '/registries/:registry/projects/:project']) {
    app.get(path, { schema: { hide: true, params: projectParams } }, (request, reply) =>
      sendPage(context, { request, reply }, () =>
        preparePage(context, request.params as z.output<typeof projectParams>),
      ),
    );
  }
}

/** What stands at the foot of every page. */
function footOf({ catalog, version }: ApiContext) {
  const current = catalog.current();
  const terms = current === undefined ? undefined : latestTerms(current);
  return {
    version,
    attribution: terms === undefined ? defaultAttribution : (terms.country_data?.attribution ?? null),
  };
}

interface PreparedPage {
  readonly key: Readonly<Record<string, unknown>>;
  readonly write: () => Promise<string>;
}

function preparePage(context: ApiContext, params: z.output<typeof projectParams>): PreparedPage {
  const { today } = catalogOf(context);
  const { registry, project } = projectOf(context, params);
  const isNamed = params.registry !== undefined;
  const question = { registry, project: project.name, today };
  const write = async () => {
    const { database } = context;
    const [summary, series, countries] = await Promise.all([
      readSummary(database, registry, project.name),
      readSeries(database, {
        ...question,
        ...countedOf(registry, rangeOf({ period: 'last-90d' }, registry, today)),
        interval: 'day',
      }),
      readBreakdown(database, {
        ...question,
        ...rangeOf({ period: 'last-30d' }, registry, today),
        interval: 'total',
        dimension: 'country',
      }),
    ]);
    if (summary === undefined) throw new Error('a project of the catalog has no summary');
    const profile = profileOf(registry, countries.coveredThrough);
    return projectPage({
      registry,
      project,
      isNamed,
      summary,
      series,
      countries,
      profile,
      ...footOf(context),
    });
  };
  return { key: { page: 'project', registry: registry.name, project: project.name, isNamed }, write };
}

/** The part of a range since counting began; what was before would be an empty half of the chart. */
function countedOf({ dataFrom }: RegistryCatalog, { from, to }: Range): Range {
  return { from: Math.max(from, dataFrom ?? from), to };
}

/** Like an answer of the API: an ETag before any query, kept in memory, and an error as a page. */
async function sendPage(
  context: ApiContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  prepare: () => PreparedPage,
): Promise<FastifyReply> {
  reply.type('text/html; charset=utf-8').headers({
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
  });
  try {
    const { key, write } = prepare();
    const etag = etagOf(context, key);
    reply.headers(cachingHeaders(etag, false));
    if (isKnown(request, etag)) return reply.code(304).send();
    return reply.send(await context.answers.get(etag, write));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.retryAfter !== undefined) reply.header('retry-after', error.retryAfter);
    return reply
      .code(error.body.status)
      .removeHeader('etag')
      .header('cache-control', 'no-store')
      .send(problemPage(context, error));
  }
}

function problemPage(context: ApiContext, { body }: Problem): string {
  const registry = context.catalog.current() === undefined ? undefined : registryOf(context, undefined);
  return page(
    { title: body.title, registry, isNamed: false, ...footOf(context) },
    html`<h1>${body.title}</h1><p class="lead">${body.status === 404 ? 'No download of a project of this name is counted here. Search for a part of its name, or see ' : `${body.detail}. Back to `}<a href="/">all projects</a>.</p>`,
  );
}
