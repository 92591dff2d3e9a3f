import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import { readStoreKey } from '../../shared/clickhouse/store-key.ts';

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-key-'));
  store = await connectStore({ data: join(folder, 'data') });
});

afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('who only reads has the key that the store was made with, and makes none', async () => {
  const hmac = await readStoreKey(store, join(folder, 'data/store.key'));
  expect(hmac?.('source', 'text')).toBe(store.hmac('source', 'text'));
  for (let twice = 0; twice < 2; twice++)
    expect(await readStoreKey(store, join(folder, 'missing.key'))).toBeUndefined();
});

test('another key is refused', async () => {
  const path = join(folder, 'other.key');
  await writeFile(path, Buffer.alloc(32, 7));
  await expect(readStoreKey(store, path)).rejects.toThrow(/is not the one this store was made with/);
});
