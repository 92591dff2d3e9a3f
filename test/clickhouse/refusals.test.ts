import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import { type Database, StoreError } from '../../shared/clickhouse/database.ts';
import { migrate, missingMigrations } from '../../shared/clickhouse/migrate.ts';
import { stringColumns } from '../../shared/clickhouse/native-strings.ts';
import { selfTest } from '../../shared/clickhouse/self-test.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a folder', () => {
  test('that holds something else is refused and left as it is', async () => {
    await mkdir(data);
    await writeFile(join(data, 'thesis.txt'), 'mine');
    const before = await stat(data);
    await expect(connectStore({ data })).rejects.toThrow(/not empty and not a Tallymark store.*--data/);
    expect(await readdir(data)).toEqual(['thesis.txt']);
    expect((await stat(data)).mode).toBe(before.mode);
  });

  test('of another chDB is refused', async () => {
    await mkdir(join(data, 'metadata'), { recursive: true });
    await expect(connectStore({ data })).rejects.toThrow(/not a Tallymark store/);
  });

  test('with a mark of something else is refused', async () => {
    await mkdir(data);
    await writeFile(join(data, 'store.json'), '{"store":"grocery"}');
    await expect(connectStore({ data })).rejects.toThrow(/not what Tallymark writes/);
  });

  test('that is a file is refused', async () => {
    await writeFile(data, '');
    await expect(connectStore({ data })).rejects.toThrow(/EEXIST.*It is a file.*--data/);
  });

  test('below a file is refused', async () => {
    await writeFile(data, '');
    await expect(connectStore({ data: join(data, 'store') })).rejects.toThrow(/ENOTDIR.*--data/);
  });

  test('that is empty, or a fresh volume, is taken', async () => {
    await mkdir(join(data, 'lost+found'), { recursive: true });
    await mkdir(join(data, 'ship'));
    await using store = await connectStore({ data });
    expect(store.owner()).toBe(true);
  });
});

describe('the key', () => {
  test('of another store is refused, and nothing is changed', async () => {
    await makeStore();
    await writeFile(join(data, 'store.key'), Buffer.alloc(32, 7));
    await expect(connectStore({ data })).rejects.toThrow(/not the one this store was made with/);
    expect(await readFile(join(data, 'store.key'))).toEqual(Buffer.alloc(32, 7));
  });

  test('that was lost is not made anew', async () => {
    await makeStore();
    await rm(join(data, 'store.key'));
    await expect(connectStore({ data })).rejects.toThrow(/key is lost.*Restore it/);
    expect(await readdir(data)).not.toContain('store.key');
  });

  test('that was cut is refused', async () => {
    await makeStore();
    await writeFile(join(data, 'store.key'), Buffer.alloc(31));
    await expect(connectStore({ data })).rejects.toThrow(/31 bytes instead of 32/);
  });

  test('gives the same digests every time', async () => {
    const first = await makeStore();
    await using store = await connectStore({ data });
    expect(store.hmac('a', 'b')).toBe(first);
    expect(store.hmac('a', Buffer.from('b'))).toBe(first);
  });
});

describe('migrations', () => {
  test('are applied once, also by two at once', async () => {
    await using store = await connectStore({ data });
    expect(await missingMigrations(store)).toEqual([]);
    await store.command('TRUNCATE TABLE migrations');
    const both = await Promise.all([migrate(store), migrate(store)]);
    for (const names of both) expect(names).toContain('0001_counts.sql');
    expect(await missingMigrations(store)).toEqual([]);
    expect(await migrate(store)).toEqual([]);
  });

  test('of a newer version are refused', async () => {
    {
      await using store = await connectStore({ data });
      await store.command("INSERT INTO migrations (number, name) VALUES (9999, 'from the future')");
    }
    await expect(connectStore({ data })).rejects.toThrow(/newer Tallymark \(migration 9999.*Update/);
  });

  test('fill in engine, window and cluster of a replicated store', async () => {
    const statements: string[] = [];
    const database: Database = {
      engine: 'replicated',
      query: async () => [],
      command: async (sql) => void statements.push(sql),
      insert: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    };
    await migrate(database, { cluster: 'mirrors' });
    const counts = statements.find((sql) => sql.includes('TABLE IF NOT EXISTS counts '))!;
    expect(counts).toContain('ON CLUSTER `mirrors`');
    const engine =
      "ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/counts', '{replica}')";
    expect(counts).toContain(`ENGINE = ${engine}`);
    expect(counts).toContain('replicated_deduplication_window = 100000');
    expect(counts).toContain('replicated_deduplication_window_seconds = 604800');
    expect(statements.join('\n')).not.toContain('$');
  });
});

describe('the self-test', () => {
  test('passes on a store of ours', async () => {
    await using store = await connectStore({ data });
    await selfTest(store);
    await selfTest(store);
  });

  test('refuses a table without its window', async () => {
    await using store = await connectStore({ data });
    await store.command('CREATE TABLE narrow (entry String) ENGINE = MergeTree ORDER BY entry');
    await store.command('EXCHANGE TABLES ledger AND narrow');
    await expect(selfTest(store)).rejects.toThrow(/ledger has no non_replicated_deduplication_window/);
  });

  test('refuses a store that counts one token twice', async () => {
    await using store = await connectStore({ data });
    let copies = 0;
    const forgetful: Database = {
      ...store,
      insert: (insert) => store.insert({ ...insert, token: `${insert.token}/${copies++}` }),
    };
    await expect(selfTest(forgetful)).rejects.toThrow(/one token 2 times/);
  });

  test('refuses a server that is too old', async () => {
    await using store = await connectStore({ data });
    const old: Database = { ...store, query: async <Row>() => [{ version: '24.7.9.1' }] as Row[] };
    await expect(selfTest(old)).rejects.toThrow(/24.7.9.1 is too old.*24.8/);
  });
});

test('a store whose folder was copied while in use does not answer for the copy', async () => {
  await using store = await connectStore({ data });
  await store.insert({ table: 'ledger', ...stringColumns({ entry: 'x' }), token: 'x' });
  const copy = join(folder, 'copy');
  await cp(data, copy, { recursive: true, filter: (path) => !path.endsWith('store.sock') });
  await writeFile(
    join(copy, 'store.json'),
    '{"store":"tallymark","id":"00000000-0000-4000-8000-000000000000"}\n',
  );
  await rm(join(data, 'store.json'));
  await cp(join(copy, 'store.json'), join(data, 'store.json'));
  await expect(connectStore({ data })).rejects.toThrow(/leads to another store/);
  await expect(connectStore({ data })).rejects.toBeInstanceOf(StoreError);
});

async function makeStore(): Promise<string> {
  await using store = await connectStore({ data });
  return store.hmac('a', 'b');
}
