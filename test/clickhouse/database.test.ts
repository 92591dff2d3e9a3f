import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import type { InsertBytes } from '../../shared/clickhouse/database.ts';
import { stringColumns } from '../../shared/clickhouse/native-strings.ts';
import { startTestServer, type TestServer } from './http-server.ts';
import { nativeBlock } from './native-block.ts';

/** The same promises, whichever way leads to the store. */
describe.each(['owner', 'guest', 'server'] as const)('a store reached as %s', (way) => {
  let folder: string;
  let store: Store;
  let owner: Store | undefined;
  let server: TestServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallymark-'));
    if (way === 'server') {
      server = await startTestServer({ folder: join(folder, 'server'), user: 'tally', password: 'mark' });
      const account = { user: 'tally', password: 'mark', storeKeyFile: join(folder, 'key') };
      store = await connectStore({ url: server.url, ...account });
    } else {
      const data = join(folder, 'data');
      if (way === 'guest') owner = await connectStore({ data });
      store = await connectStore({ data });
    }
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await owner?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('is owned by whoever opened the folder first', () => {
    expect(store.owner()).toBe(way === 'owner');
  });

  test('gives 64-bit integers as numbers', async () => {
    const rows = await store.query('SELECT toInt64(-5) AS a, toUInt64(9007199254740991) AS b, sum(1) AS c');
    expect(rows).toEqual([{ a: -5, b: 9007199254740991, c: 1 }]);
  });

  test('gives no rows as an empty list', async () => {
    expect(await store.query('SELECT 1 WHERE 0')).toEqual([]);
  });

  test('hands any text through as a parameter, alone and in a list', async () => {
    const texts = fc.string({ unit: 'grapheme' });
    await fc.assert(
      fc.asyncProperty(texts, fc.array(texts, { maxLength: 4 }), async (text, list) => {
        const rows = await store.query('SELECT {text:String} AS text, {list:Array(String)} AS list', {
          text,
          list,
        });
        expect(rows).toEqual([{ text, list }]);
      }),
      { numRuns: 60, examples: [["it's\n\t\\N \\ \0 {b:String}; DROP TABLE counts", ["'", '\\', '\n', '']]] },
    );
  });

  test('hands long lists of values through as a parameter', async () => {
    const list = Array.from({ length: 20_000 }, (_, i) => `${i}`.padStart(32, "'\n\r\n--"));
    const sql = 'SELECT length({list:Array(String)}) AS length';
    const [row] = await store.query(`${sql}, {list:Array(String)}[17778] AS one`, { list });
    expect(row).toMatchObject({ length: 20_000, one: list[17_777] });
  });

  test('hands numbers and days through as parameters', async () => {
    const params = { n: 7, day: '2024-02-29', many: [1, 2, 3], big: 2n ** 60n };
    const sql =
      'SELECT {n:UInt8} AS n, {day:Date} AS day, {many:Array(UInt32)} AS many, toString({big:UInt64}) AS big';
    expect(await store.query(sql, params)).toEqual([{ ...params, big: '1152921504606846976' }]);
  });

  test.each([
    { name: 'an unknown table', sql: 'SELECT * FROM nowhere', code: 60 },
    { name: 'an unknown column', sql: 'SELECT nothing', code: 47 },
    { name: 'broken SQL', sql: 'SELEC 1', code: 62 },
  ])('says by its number that $name is wrong', async ({ sql, code }) => {
    await expect(store.query(sql)).rejects.toMatchObject({ name: 'StoreError', code });
    expect(await store.query('SELECT 1 AS ok')).toEqual([{ ok: 1 }]);
  });

  test('stops waiting when the caller does', async () => {
    const slow = 'SELECT sum(cityHash64(number)) FROM numbers(500000000)';
    const started = performance.now();
    await expect(store.query(slow, {}, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('counts one token once, and a token does not stay for the next insert', async () => {
    const insert = ledgerInsert('once');
    await store.insert({ ...insert, token: 'once/1' });
    await store.insert({ ...insert, token: 'once/1' });
    expect(await entries(store, 'once')).toBe(1);
    await store.command("INSERT INTO ledger (entry) VALUES ('once')");
    await store.command("INSERT INTO ledger (entry) VALUES ('once')");
    expect(await entries(store, 'once')).toBe(3);
    await store.insert({ ...insert, token: 'once/2' });
    expect(await entries(store, 'once')).toBe(4);
  });

  test('refuses an insert that cannot be read, for good and without a part', async () => {
    const insert = { ...ledgerInsert('torn'), token: 'torn' };
    const torn = { ...insert, bytes: insert.bytes.subarray(0, insert.bytes.length - 1) };
    await expect(store.insert(torn)).rejects.toMatchObject({ name: 'StoreError' });
    await expect(store.insert({ ...insert, table: 'nowhere' })).rejects.toMatchObject({
      name: 'StoreError',
      code: 60,
    });
    expect(await entries(store, 'torn')).toBe(0);
    await store.insert(insert);
    expect(await entries(store, 'torn')).toBe(1);
  });

  test('honours the order of the columns of RowBinary', async () => {
    const bytes = Buffer.concat([
      Buffer.from([5]),
      Buffer.from('later'),
      Buffer.from([3]),
      Buffer.from('row'),
    ]);
    const insert = {
      table: 'ledger',
      columns: ['event', 'entry'],
      format: 'RowBinary',
      bytes,
      token: 'order',
    } as const;
    await store.insert(insert);
    expect(await store.query("SELECT entry, event, body FROM ledger WHERE entry = 'row'")).toEqual([
      { entry: 'row', event: 'later', body: '' },
    ]);
  });

  test('keeps bytes that look like the end of inline data', async () => {
    const body = '\n\n;\n\nINSERT INTO ledger\0\n\n'.repeat(2_570);
    await store.insert({
      table: 'ledger',
      ...stringColumns({ entry: 'line feeds', body }),
      token: 'line feeds',
    });
    expect(await store.query("SELECT body FROM ledger WHERE entry = 'line feeds'")).toEqual([{ body }]);
  });

  test('makes one part per month of 300,000 rows', { timeout: 60_000 }, async () => {
    const rows = 300_000;
    const days = ['2023-01-31', '2023-02-01', '2023-03-15'];
    const bytes = nativeBlock([
      { name: 'registry', type: 'String', values: Array(rows).fill('many') },
      {
        name: 'project',
        type: 'String',
        values: Array.from({ length: rows }, (_, i) => `project-${i % 100_000}`),
      },
      {
        name: 'day',
        type: 'Date',
        values: Array.from({ length: rows }, (_, i) => days[Math.floor(i / 100_000)]),
      },
      { name: 'downloads', type: 'Int64', values: Array.from({ length: rows }, (_, i) => i) },
      { name: 'country', type: 'Map(String, Int64)', values: Array(rows).fill({ DE: 1, ZZ: 2 }) },
    ]);
    await store.command('SYSTEM STOP MERGES counts');
    const columns = ['registry', 'project', 'day', 'downloads', 'country'];
    const insert = { table: 'counts', columns, format: 'Native', bytes, token: 'many' } as const;
    await store.insert(insert);
    await store.insert(insert);
    await store.command('SYSTEM START MERGES counts');
    const parts = await store.query(
      `SELECT toYYYYMM(day) AS month, uniqExact(_part) AS parts, count() AS rows, sum(downloads) AS downloads
       FROM counts WHERE registry = 'many' GROUP BY month ORDER BY month`,
    );
    expect(parts).toEqual([
      { month: 202301, parts: 1, rows: 100_000, downloads: 4_999_950_000 },
      { month: 202302, parts: 1, rows: 100_000, downloads: 14_999_950_000 },
      { month: 202303, parts: 1, rows: 100_000, downloads: 24_999_950_000 },
    ]);
  });

  test('adds maps up and keeps keys whose sum is zero', async () => {
    const row = (downloads: number, country: Record<string, number>): InsertBytes => ({
      table: 'counts',
      columns: ['registry', 'project', 'day', 'downloads', 'country'],
      format: 'Native',
      bytes: nativeBlock([
        { name: 'registry', type: 'String', values: ['sums'] },
        { name: 'project', type: 'String', values: ['numpy'] },
        { name: 'day', type: 'Date', values: ['2024-05-01'] },
        { name: 'downloads', type: 'Int64', values: [downloads] },
        { name: 'country', type: 'Map(String, Int64)', values: [country] },
      ]),
      token: `sums/${downloads}`,
    });
    await store.insert(row(3, { DE: 1, FR: 2 }));
    await store.insert(row(-1, { DE: 1, FR: -2 }));
    const read = () =>
      store.query(
        `SELECT sum(downloads) AS downloads, sumMap(country) AS country
         FROM counts WHERE registry = 'sums' GROUP BY registry, project, day`,
      );
    const want = { downloads: 2, country: { DE: 2, FR: 0 } };
    expect(await read()).toEqual([want]);
    await store.command('OPTIMIZE TABLE counts PARTITION 202405 FINAL');
    expect(await store.query("SELECT count() AS rows FROM counts WHERE registry = 'sums'")).toEqual([
      { rows: 1 },
    ]);
    expect(await read()).toEqual([want]);
  });

  test('shows the exact side without persons and without its own rows', async () => {
    await store.command(
      "INSERT INTO counts (registry, project, day, downloads) VALUES ('', 'batch/x', '2024-06-01', 1)",
    );
    await store.command(
      "INSERT INTO counts (registry, project, day, downloads) VALUES ('r', 'p', '2024-06-01', 1)",
    );
    const columns = await store.query<{ name: string }>('DESCRIBE TABLE exact');
    const names = [
      'registry',
      'project',
      'day',
      'downloads',
      'mirror',
      'bot',
      'index_requests',
      'version',
      'file_type',
    ];
    expect(columns.map(({ name }) => name)).toEqual(names);
    expect(await store.query("SELECT project FROM exact WHERE day = '2024-06-01'")).toEqual([
      { project: 'p' },
    ]);
    await expect(store.query('SELECT country FROM exact')).rejects.toMatchObject({ code: 47 });
    const [view] = await store.query<{ statement: string }>('SHOW CREATE VIEW exact');
    expect(view!.statement).toContain('SQL SECURITY DEFINER');
  });

  test('answers reads while a long statement runs', async () => {
    const busy = store.query('SELECT sum(cityHash64(number)) FROM numbers(1500000000)');
    const started = performance.now();
    await store.query('SELECT 1');
    await store.insert({ ...ledgerInsert('beside'), token: 'beside' });
    const tookMs = performance.now() - started;
    await busy;
    expect(tookMs).toBeLessThan((performance.now() - started) / 2);
  });
});

function ledgerInsert(entry: string): Omit<InsertBytes, 'token'> {
  return { table: 'ledger', ...stringColumns({ entry, event: 'test', body: '' }) };
}

async function entries(store: Store, entry: string): Promise<number> {
  const rows = await store.query<{ rows: number }>(
    'SELECT count() AS rows FROM ledger WHERE entry = {entry:String}',
    { entry },
  );
  return rows[0]!.rows;
}
