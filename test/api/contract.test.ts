import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { countries } from '../../services/api/routes/countries.ts';
import { downloads } from '../../services/api/routes/downloads.ts';
import { meta } from '../../services/api/routes/meta.ts';
import { project } from '../../services/api/routes/project.ts';
import { projects } from '../../services/api/routes/projects.ts';
import { problemSchema } from '../../services/api/schemas.ts';
import { type ServedStore, serveTestStore } from './serve-test-store.ts';

let served: ServedStore;
beforeAll(async () => {
  served = await serveTestStore();
});
afterAll(() => served[Symbol.asyncDispose]());

const get = (url: string, headers: Record<string, string> = {}) => served.app.inject({ url, headers });

/** Every route under each of its names, with a question that has an answer. */
const routes: readonly { name: string; url: string; schema: z.ZodType; columns: string }[] = [
  {
    name: 'meta',
    url: '/v1/meta',
    schema: meta.response,
    columns: 'registry,data_from,data_through,provisional,projects,released_through',
  },
  {
    name: 'projects',
    url: '/v1/projects',
    schema: projects.response,
    columns: 'project,downloads_last_30d,downloads_total,first_day',
  },
  {
    name: 'projects of a registry',
    url: '/v1/registries/npm/projects',
    schema: projects.response,
    columns: 'project,downloads_last_30d,downloads_total,first_day',
  },
  {
    name: 'project',
    url: '/v1/projects/zope-interface',
    schema: project.response,
    columns: 'period,from,to,downloads,previous',
  },
  {
    name: 'project of a registry',
    url: '/v1/registries/npm/projects/@scope%2Fpkg',
    schema: project.response,
    columns: 'period,from,to,downloads,previous',
  },
  {
    name: 'downloads',
    url: '/v1/projects/zope-interface/downloads',
    schema: downloads.response,
    columns: 'date,downloads,provisional',
  },
  {
    name: 'downloads by country',
    url: '/v1/projects/zope-interface/downloads?group=country&interval=month&period=all',
    schema: downloads.response,
    columns: 'date,country,downloads,se,provisional',
  },
  {
    name: 'downloads by version',
    url: '/v1/registries/pypi/projects/zope-interface/downloads?group=version&period=all',
    schema: downloads.response,
    columns: 'date,version,downloads,se,provisional',
  },
  {
    name: 'countries',
    url: '/v1/projects/zope-interface/countries?period=all',
    schema: countries.response,
    columns: 'country,downloads,share,se',
  },
];

describe.each(routes)('$name', ({ url, schema, columns }) => {
  const plus = (parameter: string) => `${url}${url.includes('?') ? '&' : '?'}${parameter}`;

  test('answers JSON that its schema describes, and says what it covers', async () => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const parsed = schema.safeParse(answer.json());
    expect(parsed.error).toBeUndefined();
    expect(answer.json()).toMatchObject({
      data_through: expect.any(String),
      provisional: expect.any(Boolean),
    });
    expect(
      Object.keys(answer.json()).filter((key) => !Object.keys(parsed.data as object).includes(key)),
    ).toEqual([]);
  });

  test('has the same rows as CSV and NDJSON', async () => {
    const { data } = (await get(url)).json<{ data: Record<string, unknown>[] }>();
    expect(data.length).toBeGreaterThan(0);
    const ndjson = await get(plus('format=ndjson'));
    expect(ndjson.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    const lines = ndjson.body.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(data);
    const csv = await get(url, { accept: 'text/csv' });
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [header, ...rows] = csv.body.trimEnd().split('\r\n');
    expect(header).toBe(columns);
    expect(rows).toEqual(
      data.map((row) =>
        columns
          .split(',')
          .map((column) => row[column] ?? '')
          .join(','),
      ),
    );
  });

  test('may be kept, and a second question costs no statement', async () => {
    const first = await get(url);
    served.statements();
    const again = await get(url, { 'if-none-match': String(first.headers.etag) });
    expect([again.statusCode, again.body, served.statements()]).toEqual([304, '', 0]);
    expect((await get(url)).body).toBe(first.body);
    expect(served.statements()).toBe(0);
    expect(first.headers['cache-control']).toMatch(
      /^public, max-age=(300|86400), stale-while-revalidate=86400$/,
    );
    expect(first.headers.vary).toBe('accept');
    expect((await get(plus('format=csv'))).headers.etag).not.toBe(first.headers.etag);
  });

  test('may be read by any site', async () => {
    expect((await get(url)).headers['access-control-allow-origin']).toBe('*');
    const preflight = await served.app.inject({ method: 'OPTIONS', url });
    expect([preflight.statusCode, preflight.headers['access-control-allow-methods']]).toEqual([
      204,
      'GET, HEAD, OPTIONS',
    ]);
  });

  test('can be asked for its head', async () => {
    const head = await served.app.inject({ method: 'HEAD', url });
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', (await get(url)).headers.etag]);
  });

  test('refuses formats and parameters it does not know', async () => {
    const wrong = [get(url, { accept: 'image/png' }), get(plus('format=xml')), get(plus('sekrit=sekrit'))];
    const answers = await Promise.all(wrong);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([406, 400, 400]);
    for (const answer of answers) {
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
      expect(problemSchema.safeParse(answer.json()).error).toBeUndefined();
      expect(answer.body).not.toMatch(/sekrit|xml|image/);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });
});

test('every documented path is in this table, and the document is OpenAPI 3.1', async () => {
  const document = (await get('/openapi.json')).json<{ openapi: string; paths: Record<string, object> }>();
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths).sort()).toEqual([
    '/v1/meta',
    '/v1/projects',
    '/v1/projects/{project}',
    '/v1/projects/{project}/countries',
    '/v1/projects/{project}/downloads',
    '/v1/registries/{registry}/projects',
    '/v1/registries/{registry}/projects/{project}',
    '/v1/registries/{registry}/projects/{project}/countries',
    '/v1/registries/{registry}/projects/{project}/downloads',
  ]);
  expect(JSON.stringify(document)).toContain('"covered_through"');
});
