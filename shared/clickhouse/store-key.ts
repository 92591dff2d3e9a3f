/** The store's secret: sources are kept under HMAC with it, so the store alone tells nobody whose file was counted. */

import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { createDurably, errno, folderError } from './data-folder.ts';
import { type Database, StoreError } from './database.ts';
import { stringColumns } from './native-strings.ts';

/** Keyed digest of `bytes` as hex; `kind` keeps digests of different things apart. */
export type Hmac = (kind: string, bytes: string | Uint8Array) => string;

const KEY_BYTES = 32;
/** A dedup record without its row loses the first attempt; each attempt has a token of its own. */
const ATTEMPTS = 3;

/**
 * Reads the key file at `path`, or makes it for a store that has had none, and checks it against the store. Throws `StoreError`
 * where the store was made with another key or its key is lost.
 */
export async function openStoreKey(database: Database, path: string): Promise<Hmac> {
  const known = await readCheck(database);
  const key = await readOrMakeKey(path, known !== undefined);
  const hmac = hmacUnder(key);
  const check = hmac('key-check', 'tallymark');
  const entered = known ?? (await enterCheck(database, check));
  if (entered === check) return hmac;
  throw new StoreError(
    `The key in ${path} is not the one this store was made with; nothing was changed. Restore the right one from the backup.`,
  );
}

/**
 * Reads the key file at `path` for a store that has one; undefined where store or file has none. Throws `StoreError` where they do not belong
 * together.
 */
export async function readStoreKey(database: Database, path: string): Promise<Hmac | undefined> {
  const entered = await readCheck(database);
  const key = await readKey(path);
  if (entered === undefined || key === undefined) return undefined;
  const hmac = hmacUnder(key);
  if (hmac('key-check', 'tallymark') === entered) return hmac;
  throw new StoreError(
    `The key in ${path} is not the one this store was made with. Name the right one with --store-key-file.`,
  );
}

function hmacUnder(key: Uint8Array): Hmac {
  return (kind, bytes) => createHmac('sha256', key).update(`${kind}\0`).update(bytes).digest('hex');
}

async function readOrMakeKey(path: string, storeHasKey: boolean): Promise<Uint8Array> {
  const key = (await readKey(path)) ?? (storeHasKey ? undefined : await makeKey(path));
  if (key === undefined) {
    throw new StoreError(
      `The store's key is lost: there is no ${path}. Restore it from the backup; without it files would count again.`,
    );
  }
  if (key.length === KEY_BYTES) return key;
  throw new StoreError(
    `${path} is no store key: it has ${key.length} bytes instead of ${KEY_BYTES}. Restore it from the backup.`,
  );
}

async function makeKey(path: string): Promise<Uint8Array | undefined> {
  try {
    await createDurably(dirname(path), basename(path), randomBytes(KEY_BYTES));
  } catch (error) {
    throw folderError(dirname(path), error);
  }
  // Whoever came first made it.
  return await readKey(path);
}

async function readKey(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errno(error) === 'ENOENT') return undefined;
    throw folderError(path, error);
  }
}

async function readCheck(database: Database): Promise<string | undefined> {
  const rows = await database.query<{ value: string }>(
    "SELECT value FROM facts WHERE name = 'key_check' ORDER BY value LIMIT 1",
  );
  return rows[0]?.value;
}

/** Enters the check unless another process did, and gives the one that is there. */
async function enterCheck(database: Database, check: string): Promise<string | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const row = stringColumns({ name: 'key_check', value: check });
    await database.insert({ table: 'facts', ...row, token: `key_check/${attempt}` });
    const entered = await readCheck(database);
    if (entered !== undefined) return entered;
  }
  throw new StoreError(
    'The store acknowledged its key check and does not have it; do not count into it. See `tallymark audit`.',
  );
}
