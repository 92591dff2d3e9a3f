import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../services/api/app.ts';
import { currentVocabularies } from '../../services/publisher/current-vocabularies.ts';
import { profileNamed } from '../../shared/privacy/profile.ts';
import { type FreshCatalog, keepCatalogFresh } from '../../shared/store/released/fresh-catalog.ts';
import { releaseThrough } from '../../shared/store/released/release-through.ts';
import { day, openTestStore, type TestStore } from '../released/open-test-store.ts';

/** The made-up today of the API's tests: February has settled, March has not. */
const now = Date.parse('2026-03-10T12:00:00Z');

/** An API over a store of two registries, released through 2026-03-07. */
export interface ServedStore extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly store: TestStore;
  readonly catalog: FreshCatalog;
  /** Statements the API has sent since the last call. */
  readonly statements: () => number;
  readonly failures: unknown[];
}

export async function serveTestStore(): Promise<ServedStore> {
  const store = await openTestStore();
  await fill(store);
  let asked = 0;
  const failures: unknown[] = [];
  const catalog = keepCatalogFresh({ database: store.database, now: () => now, refreshIntervalMs: 20 });
  await catalog.loaded;
  const app = await buildApp({
    database: {
      ...store.database,
      query: (...args) => {
        asked++;
        return store.database.query(...args);
      },
    },
    catalog,
    version: '0.0.0-test',
    registries: ['pypi'],
    onFailure: (error) => failures.push(error),
  });
  return {
    app,
    store,
    catalog,
    failures,
    statements: () => {
      const count = asked;
      asked = 0;
      return count;
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await catalog[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/**
 * `zope-interface` from 30 January on, with a day of late lines; `empty-days` on two days only; `@scope/pkg` and the look-alikes of
 * suffixes in npm.
 */
async function fill(store: TestStore): Promise<void> {
  await store.count([
    { project: 'zope-interface', day: '2026-01-30', country: { DE: 3, FR: 2 }, version: { '7.0': 5 } },
    {
      project: 'zope-interface',
      day: '2026-02-10',
      country: { DE: 10, ZZ: 4 },
      version: { '7.0': 4, '7.1': 10 },
    },
    {
      project: 'zope-interface',
      day: '2026-03-05',
      country: { JP: 6 },
      version: { '7.1': 6 },
      mirror: 8,
      bot: 2,
    },
    { project: 'zope-interface', day: '2026-03-09', country: { US: 1 }, version: { '7.1': 1 } },
    { project: 'empty-days', day: '2026-02-10', country: { FR: 1 }, index_requests: 3 },
    { project: 'empty-days', day: '2026-03-10', country: { FR: 99 } },
    { registry: 'npm', project: '@scope/pkg', day: '2026-03-08', country: { US: 2 } },
    { registry: 'npm', project: 'package.json', day: '2026-03-08', country: { US: 1 } },
  ]);
  await releaseThrough({
    database: store.database,
    registry: 'pypi',
    through: day('2026-03-07'),
    today: day('2026-03-10'),
    profile: profileNamed('exact'),
    vocabularies: currentVocabularies,
    countryData: {
      source: 'DB-IP Country Lite',
      build: '2026-02-01',
      attribution: { text: 'IP Geolocation by DB-IP', url: 'https://db-ip.com' },
    },
  });
  await store.count([
    { project: 'zope-interface', day: '2026-02-10', country: { DE: 5 }, version: { '7.1': 5 } },
  ]);
}
