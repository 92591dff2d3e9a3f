import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../services/api/app.ts';
import { StoreUnavailable } from '../../shared/clickhouse/database.ts';
import { type ServedStore, serveTestStore } from './serve-test-store.ts';

let served: ServedStore;
beforeAll(async () => {
  served = await serveTestStore();
});
afterAll(() => served[Symbol.asyncDispose]());

const get = async (url: string) => {
  const answer = await served.app.inject({ url });
  return { status: answer.statusCode, body: answer.json() };
};
const path = '/v1/projects/zope-interface';

describe('meta', () => {
  test('says what is counted and how it is published', async () => {
    expect((await get('/v1/meta')).body).toMatchObject({
      data_from: '2026-01-30',
      data_through: '2026-03-09',
      rules: ['default'],
      privacy: { profile: 'exact', sigma_day: 0, sigma_month: 0 },
      country_data: { build: '2026-02-01', attribution: { url: 'https://db-ip.com' } },
      data: [
        { registry: 'npm', projects: 2, released_through: null },
        { registry: 'pypi', projects: 2, released_through: '2026-03-07' },
      ],
    });
  });
});

describe('projects', () => {
  const cases = [
    { url: '/v1/projects', want: ['zope-interface', 'empty-days'] },
    { url: '/v1/projects?q=EMPTY', want: ['empty-days'] },
    { url: '/v1/projects?limit=1', want: ['zope-interface'] },
    { url: '/v1/projects?limit=1&cursor=zope-interface', want: ['empty-days'] },
    { url: '/v1/projects?q=nothing', want: [] },
    { url: '/v1/registries/npm/projects', want: ['@scope/pkg', 'package.json'] },
  ];
  test.each(cases)('$url', async ({ url, want }) => {
    const { body } = await get(url);
    expect(body.data.map(({ project }: { project: string }) => project)).toEqual(want);
  });

  test('counts 30 days and never today', async () => {
    const { body } = await get('/v1/projects?q=empty-days');
    expect(body.data[0]).toMatchObject({ downloads_last_30d: 1, downloads_total: 1 });
  });
});

describe('project', () => {
  const spellings = [
    { url: '/v1/projects/Zope.Interface', want: 'zope-interface' },
    { url: '/v1/projects/zope_interface', want: 'zope-interface' },
    { url: '/v1/registries/npm/projects/@scope%2Fpkg', want: '@scope/pkg' },
    { url: '/v1/registries/npm/projects/package.json', want: 'package.json' },
    { url: '/v1/projects/zope-interface.json', want: 'zope-interface' },
  ];
  test.each(spellings)('$url is $want', async ({ url, want }) => {
    expect((await get(url)).body.project).toBe(want);
  });

  test('a suffix after a name asks for a format', async () => {
    const answer = await served.app.inject({ url: '/v1/projects/zope-interface.csv' });
    expect(answer.headers['content-type']).toContain('text/csv');
  });

  test('has windows that end on the last counted day, mirrors and bots apart', async () => {
    const { body } = await get(path);
    expect(body).toMatchObject({
      first_day: '2026-01-30',
      downloads_total: 31,
      mirror_total: 8,
      bot_total: 2,
    });
    expect(body.data).toEqual([
      { period: 'last-day', from: '2026-03-09', to: '2026-03-09', downloads: 1, previous: 0 },
      { period: 'last-7d', from: '2026-03-03', to: '2026-03-09', downloads: 7, previous: 0 },
      { period: 'last-30d', from: '2026-02-08', to: '2026-03-09', downloads: 26, previous: null },
      { period: 'last-365d', from: '2026-01-30', to: '2026-03-09', downloads: 31, previous: null },
      { period: 'all', from: '2026-01-30', to: '2026-03-09', downloads: 31, previous: null },
    ]);
  });
});

describe('downloads', () => {
  const ranges = [
    { query: 'from=2026-03-01&to=2026-03-03', want: ['2026-03-01', '2026-03-03'] },
    { query: 'from=2026-03-01T23:59:59-01:00&to=2026-03-03', want: ['2026-03-02', '2026-03-03'] },
    { query: `from=${Date.parse('2026-03-01T05:00:00Z')}&to=2026-03-03`, want: ['2026-03-01', '2026-03-03'] },
    { query: 'from=2026-03-08&to=2027-01-01', want: ['2026-03-08', '2026-03-09'] },
    { query: 'from=2026-03-08', want: ['2026-03-08', '2026-03-09'] },
    { query: 'to=2026-03-02', want: ['2026-02-01', '2026-03-02'] },
    { query: '', want: ['2026-02-08', '2026-03-09'] },
    { query: 'period=last-day', want: ['2026-03-09', '2026-03-09'] },
    { query: 'period=last-7d', want: ['2026-03-03', '2026-03-09'] },
    { query: 'period=last-week', want: ['2026-03-02', '2026-03-08'] },
    { query: 'period=last-month', want: ['2026-02-01', '2026-02-28'] },
    { query: 'period=last-year', want: ['2025-01-01', '2025-12-31'] },
    { query: 'period=all', want: ['2026-01-30', '2026-03-09'] },
  ];
  test.each(ranges)('range: $query', async ({ query, want }) => {
    const { body } = await get(`${path}/downloads?${query}`);
    expect([body.from, body.to]).toEqual(want);
  });

  test('tells a true zero from no data yet', async () => {
    const { body } = await get(`${path}/downloads?from=2026-01-29&to=2026-01-31`);
    expect(body.data.map(({ downloads }: { downloads: number | null }) => downloads)).toEqual([null, 5, 0]);
    const filled = await get(`${path}/downloads?from=2026-01-29&to=2026-01-31&fill=false`);
    expect(filled.body.data).toHaveLength(1);
  });

  test('every interval adds up to the same', async () => {
    const sums = await Promise.all(
      ['day', 'week', 'month', 'total'].map(async (interval) => {
        const { body } = await get(`${path}/downloads?period=all&interval=${interval}`);
        return body.data.reduce((sum: number, { downloads }: { downloads: number }) => sum + downloads, 0);
      }),
    );
    expect(sums).toEqual([31, 31, 31, 31]);
  });

  test.each(['country', 'installer', 'runtime', 'system', 'ci', 'version', 'file_type'])(
    'by %s, every piece adds up',
    async (group) => {
      const { body } = await get(`${path}/downloads?period=all&interval=month&group=${group}&limit=1`);
      for (const total of body.totals) {
        const rows = body.data.filter(({ date }: { date: string }) => date === total.date);
        const shown = rows.reduce((sum: number, { downloads }: { downloads: number }) => sum + downloads, 0);
        expect(shown + total.left_off + total.unattributed).toBe(total.downloads);
      }
      expect(body.totals).toHaveLength(3);
    },
  );

  test('by country, lines after the draw are unattributed and the range snaps to what is published', async () => {
    const { body } = await get(`${path}/downloads?period=all&interval=month&group=country`);
    expect(body).toMatchObject({
      profile: 'exact',
      covered_from: '2026-01-30',
      covered_through: '2026-03-07',
    });
    expect(body.totals.map(({ unattributed }: { unattributed: number }) => unattributed)).toEqual([0, 5, 0]);
  });
});

describe('countries', () => {
  test('ranks with shares and adds up', async () => {
    const { body } = await get(`${path}/countries?period=last-month`);
    expect(body).toMatchObject({
      total: 19,
      unattributed: 5,
      left_off: 0,
      profile: 'exact',
      provisional: false,
      covered_from: '2026-02-01',
      covered_through: '2026-02-28',
    });
    expect(body.data).toEqual([
      { country: 'DE', downloads: 10, share: 0.526316, se: 0 },
      { country: 'ZZ', downloads: 4, share: 0.210526, se: 0 },
    ]);
  });

  test('is null, not zero, where nothing is published', async () => {
    const { body } = await get('/v1/registries/npm/projects/package.json/countries');
    expect(body).toMatchObject({
      total: null,
      unattributed: null,
      covered_from: null,
      profile: null,
      data: [],
    });
  });
});

describe('problems', () => {
  const cases = [
    { url: '/v1/projects/no-such-project', status: 404, type: 'unknown-project' },
    { url: '/v1/registries/nowhere/projects', status: 404, type: 'unknown-project' },
    { url: '/v1/registries/nowhere/projects/numpy', status: 404, type: 'unknown-project' },
    { url: `${path}/downloads?from=yesterday`, status: 400, type: 'validation' },
    { url: `${path}/downloads?from=2026-02-30`, status: 400, type: 'validation' },
    { url: `${path}/downloads?from=2026-03-10`, status: 400, type: 'validation' },
    { url: `${path}/downloads?from=2026-03-02&to=2026-03-01`, status: 400, type: 'validation' },
    { url: `${path}/downloads?period=all&from=2026-03-01`, status: 400, type: 'validation' },
    { url: `${path}/downloads?group=country,ci`, status: 400, type: 'validation' },
    { url: `${path}/downloads?group=country&group=ci`, status: 400, type: 'validation' },
    { url: `${path}/downloads?limit=0`, status: 400, type: 'validation' },
    { url: `${path}/downloads?interval=hour`, status: 400, type: 'validation' },
    { url: `${path}/downloads?from=1970-01-01`, status: 400, type: 'range-too-large' },
    { url: '/v1/projects/%zz', status: 400, type: 'validation' },
    { url: '/v1/projects/%00', status: 404, type: 'unknown-project' },
    { url: '/v1/nothing', status: 404, type: 'about:blank' },
  ];
  test.each(cases)('$url is $type', async ({ url, status, type }) => {
    const answer = await get(url);
    expect([answer.status, answer.body.status, answer.body.type]).toEqual([status, status, type]);
    expect(answer.body.detail).not.toMatch(/yesterday|no-such-project|nowhere|hour|02-30|zz/);
    expect(answer.body.detail.length).toBeGreaterThan(10);
  });

  test('only GET is answered', async () => {
    const answer = await served.app.inject({ method: 'POST', url: path });
    expect([answer.statusCode, answer.json().type]).toEqual([405, 'about:blank']);
  });

  const options = () => ({
    catalog: served.catalog,
    version: '0',
    registries: ['pypi'],
    onFailure: (error: unknown) => served.failures.push(error),
  });

  test('until the names are read it is warming up, and healthy', async () => {
    const catalog = { ...served.catalog, current: () => undefined };
    await using app = await buildApp({ ...options(), database: served.store.database, catalog });
    const answer = await app.inject({ url: path });
    expect([answer.statusCode, answer.json().type, answer.headers['retry-after']]).toEqual([
      503,
      'warming-up',
      '2',
    ]);
    expect((await app.inject({ url: '/healthz' })).statusCode).toBe(200);
    expect((await app.inject({ url: '/readyz' })).statusCode).toBe(503);
  });

  test('a store that does not answer is unavailable; anything else says nothing of itself', async () => {
    const failing = (error: Error) =>
      buildApp({
        ...options(),
        database: { ...served.store.database, query: () => Promise.reject(error) },
      });
    await using away = await failing(new StoreUnavailable('192.0.2.1 is away'));
    const unavailable = await away.inject({ url: path });
    expect([unavailable.statusCode, unavailable.json().type]).toEqual([503, 'unavailable']);
    await using broken = await failing(new TypeError('192.0.2.1 is not a function'));
    const internal = await broken.inject({ url: path });
    expect([internal.statusCode, internal.json().type]).toEqual([500, 'about:blank']);
    expect(unavailable.body + internal.body).not.toContain('192.0.2.1');
    expect(served.failures).toEqual([expect.any(TypeError)]);
  });

  test('a bounded number of questions waits for the store', async () => {
    let release = () => {};
    const held = new Promise<never[]>((resolve) => {
      release = () => resolve([]);
    });
    await using app = await buildApp({
      ...options(),
      database: { ...served.store.database, query: () => held as Promise<never> },
    });
    const answers = Array.from({ length: 70 }, (_, at) =>
      app.inject({ url: `${path}/downloads?from=2026-01-01&to=2026-03-01&limit=${at + 1}` }),
    );
    setTimeout(release, 200);
    const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
    expect(statuses.filter((status) => status === 200)).toHaveLength(68);
  });
});

test('what is counted while it serves is answered within a moment, under another ETag', async () => {
  const before = await served.app.inject({ url: path });
  await served.store.count([{ project: 'brand-new', day: '2026-03-09', country: { DE: 1 } }]);
  await expect.poll(async () => (await get('/v1/projects/brand-new')).status, { timeout: 5_000 }).toBe(200);
  const after = await served.app.inject({ url: path });
  expect(after.headers.etag).not.toBe(before.headers.etag);
});
