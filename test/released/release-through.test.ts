import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { profileNamed } from '../../shared/privacy/profile.ts';
import { type Catalog, readCatalog } from '../../shared/store/released/catalog.ts';
import { readBreakdown } from '../../shared/store/released/read-breakdown.ts';
import { readSeries } from '../../shared/store/released/read-series.ts';
import { readSummary } from '../../shared/store/released/read-summary.ts';
import { releaseThrough } from '../../shared/store/released/release-through.ts';
import { day, openTestStore, type TestStore } from './open-test-store.ts';

const vocabularies = {
  country: { number: 1, keys: ['ZZ', 'DE', 'FR', 'JP'] },
  installer: { number: 1, keys: ['pip', 'uv', 'other'] },
  runtime: { number: 1, keys: ['python/3.12', 'other'] },
  system: { number: 1, keys: ['linux', 'other'] },
  ci: { number: 1, keys: ['yes', 'unknown'] },
};
const today = day('2026-03-10');

let store: TestStore;

const release = (through: string) =>
  releaseThrough({
    database: store.database,
    registry: 'pypi',
    through: day(through),
    today,
    profile: profileNamed('exact'),
    vocabularies,
    countryData: { source: 'DB-IP Lite', build: '2026-02-01', attribution: null },
  });

async function countries(project: string | undefined, from: string, to: string, catalog?: Catalog) {
  const { registries } = catalog ?? (await readCatalog(store.database, today));
  const registry = registries.get('pypi')!;
  const question = { registry, project, from: day(from), to: day(to), interval: 'total', today } as const;
  return await readBreakdown(store.database, { ...question, dimension: 'country' });
}

beforeAll(async () => {
  store = await openTestStore();
  await store.count([
    { project: 'numpy', day: '2026-01-30', country: { DE: 3, FR: 2 }, version: { '2.0': 5 }, mirror: 7 },
    { project: 'numpy', day: '2026-02-01', country: { DE: 1, ZZ: 1 }, version: { '2.0': 1, '2.1': 1 } },
    { project: 'numpy', day: '2026-02-28', country: { JP: 4 }, version: { '2.1': 4 } },
    { project: 'numpy', day: '2026-03-02', country: { JP: 1 }, version: { '2.1': 1 } },
    { project: 'scipy', day: '2026-02-28', country: { FR: 9 }, bot: 2 },
    { project: 'scipy', day: '2026-03-10', country: { FR: 100 } },
  ]);
});
afterAll(() => store[Symbol.asyncDispose]());

describe('release', () => {
  test('nothing is answered of the person’s side before it is published', async () => {
    expect(await countries('numpy', '2026-01-01', '2026-03-09')).toEqual({
      coveredFrom: null,
      coveredThrough: null,
      pieces: [],
    });
  });

  test('draws the days and whole months through a day, once', async () => {
    expect(await release('2026-02-28')).toEqual({
      registry: 'pypi',
      days: 30,
      months: 2,
      cells: expect.any(Number),
      already: 0,
      through: day('2026-02-28'),
    });
    expect(await release('2026-02-28')).toMatchObject({ days: 0, months: 0, cells: 0, already: 32 });
  });

  test('has a cell for every key of the vocabulary, zeros included, in its order', async () => {
    const rows = await store.database.query(
      "SELECT cells, vocabulary, sigma FROM released WHERE project = 'numpy' AND dim = 'country' AND period = '2026-02-28'",
    );
    expect(rows).toEqual([{ cells: [0, 0, 0, 4], vocabulary: 'country/1', sigma: 0 }]);
  });

  test('answers from whole months and days, and a table adds up', async () => {
    const { pieces, ...covered } = await countries('numpy', '2026-01-01', '2026-03-09');
    expect(covered).toEqual({ coveredFrom: day('2026-01-30'), coveredThrough: day('2026-02-28') });
    expect(pieces).toEqual([
      {
        date: day('2026-01-01'),
        total: 11,
        keys: [
          { key: 'DE', downloads: 4 },
          { key: 'JP', downloads: 4 },
          { key: 'FR', downloads: 2 },
          { key: 'ZZ', downloads: 1 },
        ],
        se: 0,
        unattributed: 0,
        provisional: false,
      },
    ]);
  });

  test('has cells of the whole registry', async () => {
    const { pieces } = await countries(undefined, '2026-02-01', '2026-02-28');
    expect(pieces[0]?.keys[0]).toEqual({ key: 'FR', downloads: 9 });
    expect(pieces[0]?.total).toBe(15);
  });

  test('leaves lines that come after the draw unattributed', async () => {
    await store.count([{ project: 'numpy', day: '2026-02-28', country: { DE: 50 } }]);
    expect(await release('2026-02-28')).toMatchObject({ days: 0, months: 0 });
    const { pieces } = await countries('numpy', '2026-02-28', '2026-02-28');
    expect(pieces[0]).toMatchObject({ total: 54, keys: [{ key: 'JP', downloads: 4 }], unattributed: 50 });
  });

  test('never draws today nor past the last counted day', async () => {
    const summary = await release('2026-12-31');
    expect(summary).toMatchObject({ days: 9, months: 0, through: day('2026-03-09') });
  });
});

describe('the exact side', () => {
  test('is 0 where nobody downloaded and null where nothing is counted', async () => {
    const registry = (await readCatalog(store.database, today)).registries.get('pypi')!;
    const question = { registry, project: 'numpy', interval: 'day', today } as const;
    const points = await readSeries(store.database, {
      ...question,
      from: day('2026-01-29'),
      to: day('2026-02-02'),
    });
    expect(points.map(({ downloads }) => downloads)).toEqual([null, 5, 0, 2, 0]);
  });

  test('is provisional until five days past the end of the month', async () => {
    const registry = (await readCatalog(store.database, today)).registries.get('pypi')!;
    const range = { from: day('2026-02-28'), to: day('2026-03-01'), interval: 'day' } as const;
    const provisionalOn = async (text: string) =>
      (await readSeries(store.database, { registry, project: 'numpy', ...range, today: day(text) })).map(
        ({ provisional }) => provisional,
      );
    expect(await provisionalOn('2026-03-05')).toEqual([true, true]);
    expect(await provisionalOn('2026-03-06')).toEqual([false, true]);
  });

  test('never has today', async () => {
    const registry = (await readCatalog(store.database, today)).registries.get('pypi')!;
    expect(registry.dataThrough).toBe(day('2026-03-09'));
    expect((await readSummary(store.database, registry, 'scipy'))?.total).toBe(9);
  });

  test('sums up a project', async () => {
    const registry = (await readCatalog(store.database, today)).registries.get('pypi')!;
    const summary = await readSummary(store.database, registry, 'numpy');
    expect(summary).toMatchObject({ total: 62, mirror: 7, bot: 0, firstDay: day('2026-01-30') });
    expect(summary?.windows.map(({ days, downloads, previous }) => [days, downloads, previous])).toEqual([
      [1, 0, 0],
      [7, 0, 55],
      [30, 55, null],
      [365, 62, null],
    ]);
  });

  test('breaks down by version week by week', async () => {
    const registry = (await readCatalog(store.database, today)).registries.get('pypi')!;
    const { pieces } = await readBreakdown(store.database, {
      registry,
      project: 'numpy',
      from: day('2026-01-26'),
      to: day('2026-02-03'),
      interval: 'week',
      today,
      dimension: 'version',
    });
    expect(pieces.map(({ date, keys }) => [date, keys])).toEqual([
      [
        day('2026-01-26'),
        [
          { key: '2.0', downloads: 6 },
          { key: '2.1', downloads: 1 },
        ],
      ],
      [day('2026-02-02'), []],
    ]);
  });

  test('the version of the data changes with every batch, release and day', async () => {
    const versions = new Set<string>();
    versions.add((await readCatalog(store.database, today)).version);
    versions.add((await readCatalog(store.database, today)).version);
    expect(versions.size).toBe(1);
    await store.count([{ project: 'numpy', day: '2026-03-09', country: { DE: 1 } }]);
    versions.add((await readCatalog(store.database, today)).version);
    versions.add((await readCatalog(store.database, today + 1)).version);
    await releaseThrough({
      database: store.database,
      registry: 'pypi',
      through: today,
      today: today + 1,
      profile: profileNamed('exact'),
      vocabularies,
      countryData: null,
    });
    versions.add((await readCatalog(store.database, today + 1)).version);
    expect(versions.size).toBe(4);
  });
});
