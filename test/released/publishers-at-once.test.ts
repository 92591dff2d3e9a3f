import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../shared/clickhouse/database.ts';
import { profileNamed } from '../../shared/privacy/profile.ts';
import { releaseThrough } from '../../shared/store/released/release-through.ts';
import { day, openTestStore, type TestStore } from './open-test-store.ts';

const list = (...keys: string[]) => ({ number: 1, keys });
const vocabularies = {
  country: list('ZZ', 'DE'),
  installer: list('other'),
  runtime: list('other'),
  system: list('other'),
  ci: list('yes', 'unknown'),
};

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
  await store.count([
    { project: 'numpy', day: '2026-02-27', country: { DE: 3 } },
    { project: 'numpy', day: '2026-02-28', country: { ZZ: 4 } },
  ]);
});
afterEach(() => store[Symbol.asyncDispose]());

const release = (database: Database, keys = vocabularies) =>
  releaseThrough({
    database,
    registry: 'pypi',
    through: day('2026-02-28'),
    today: day('2026-03-10'),
    profile: profileNamed('exact'),
    vocabularies: keys,
    countryData: null,
  });

/** Releases with rows by slot, and what their publications name; both the same when nothing is left over. */
async function leftOver() {
  const written = await store.database.query<{ slot: string; releases: string[] }>(
    `SELECT concat(registry, '/', grain, '/', toString(period)) AS slot, groupUniqArray(release) AS releases
    FROM released GROUP BY slot ORDER BY slot`,
  );
  const claimed = await store.database.query<{ slot: string; releases: string[] }>(
    `SELECT concat(scope, '/', toString(period)) AS slot, groupUniqArray(release) AS releases
    FROM publications WHERE scope NOT LIKE '%/terms' GROUP BY slot ORDER BY slot`,
  );
  return { written, claimed };
}

test('two publishers at once publish each period once and leave nothing over', async () => {
  await Promise.all([release(store.database), release(store.database)]);
  const { written, claimed } = await leftOver();
  expect(written).toEqual(claimed);
  expect(claimed.map(({ slot, releases }) => [slot, releases.length])).toEqual([
    ['pypi/day/2026-02-27', 1],
    ['pypi/day/2026-02-28', 1],
    ['pypi/month/2026-02-01', 1],
  ]);
});

test('a month is drawn under the terms of whoever began it', async () => {
  await releaseThrough({
    database: store.database,
    registry: 'pypi',
    through: day('2026-02-27'),
    today: day('2026-03-10'),
    profile: profileNamed('exact'),
    vocabularies,
    countryData: null,
  });
  await release(store.database, { ...vocabularies, country: { number: 2, keys: ['ZZ', 'FR', 'DE'] } });
  const stamps = await store.database.query(
    "SELECT DISTINCT vocabulary, length(cells) AS cells FROM released WHERE dim = 'country'",
  );
  expect(stamps).toEqual([{ vocabulary: 'country/1', cells: 2 }]);
});

class Crash extends Error {}

/** Dies at its n-th statement: before it, or after it was done. */
function dyingAt(
  database: Database,
  n: number,
  when: 'before' | 'after',
): { database: Database; died: () => boolean } {
  let statements = 0;
  let dead = false;
  const guard = async <T>(run: () => Promise<T>): Promise<T> => {
    dead ||= ++statements === n && when === 'before';
    if (dead) throw new Crash();
    const result = await run();
    dead ||= statements === n;
    if (dead) throw new Crash();
    return result;
  };
  return {
    died: () => dead,
    database: {
      ...database,
      query: (...args) => guard(() => database.query(...args)) as Promise<never>,
      command: (...args) => guard(() => database.command(...args)),
      insert: (...args) => guard(() => database.insert(...args)),
    },
  };
}

describe('a publisher that dies', () => {
  test.each(['before', 'after'] as const)(
    '%s any of its statements leaves no second draw and nothing over once another has run',
    async (when) => {
      let crashes = 0;
      for (let n = 1; ; n++) {
        const { database, died } = dyingAt(store.database, n, when);
        const seen = await visible();
        await release(database).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        const after = await visible();
        expect(after.slice(0, seen.length)).toEqual(seen);
        if (!died()) break;
        crashes++;
      }
      expect(crashes).toBeGreaterThan(5);
      const { written, claimed } = await leftOver();
      expect(written).toEqual(claimed);
      expect(claimed.every(({ releases }) => releases.length === 1)).toBe(true);
    },
  );
});

/** Published releases in the order in which they were entered. */
async function visible(): Promise<readonly string[]> {
  const rows = await store.database.query<{ release: string }>(
    'SELECT release FROM publications ORDER BY entered_at, release',
  );
  return rows.map(({ release }) => release);
}
