/** Opens a store, embedded or on a server, ready to be counted into or to be read. */

import { join } from 'node:path';
import { ConnectionLost } from './backend.ts';
import { openDataFolder } from './data-folder.ts';
import { AmbiguousInsert, type Database, StoreError } from './database.ts';
import { type DatabaseOptions, databaseOver, type WayToStore } from './database-over.ts';
import { DATABASE, openEmbeddedStore } from './embedded-store.ts';
import { httpBackend, type ServerAddress } from './http-backend.ts';
import { migrate, missingMigrations } from './migrate.ts';
import { checkVersion, selfTest } from './self-test.ts';
import { type Hmac, openStoreKey } from './store-key.ts';

/** What every store has to be told. */
interface CommonOptions {
  /** `write` (default) migrates, opens the key and runs the self-test; `read` touches nothing and has no key. */
  readonly access?: 'write' | 'read' | undefined;
  /** How long a store that does not answer is waited for, in milliseconds. */
  readonly patienceMs?: number | undefined;
}

/** An embedded store in a folder. */
export interface EmbeddedStore extends CommonOptions {
  readonly data: string;
}

/** A store on a ClickHouse server. */
export interface ServerStore extends CommonOptions, Omit<ServerAddress, 'database' | 'socketPath'> {
  readonly database?: string | undefined;
  /** File of the store's key, made at first use; needed to write. */
  readonly storeKeyFile?: string | undefined;
  /** Tables are Replicated ones; with `cluster`, made on all of it. Not run against a real cluster yet. */
  readonly replicated?: boolean | undefined;
  readonly cluster?: string | undefined;
}

/** An open store. */
export interface Store extends Database {
  /** Keyed digest under the store's own key; throws if the store was opened to read only. */
  readonly hmac: Hmac;
  /** Whether this process holds an embedded store just now; false with a server. */
  readonly owner: () => boolean;
}

const PATIENCE_MS = 30_000;

/** Connects to the store, or makes it where there is none and it may be written to. Throws `StoreError`. */
export async function connectStore(options: EmbeddedStore | ServerStore): Promise<Store> {
  return 'data' in options ? await connectEmbedded(options) : await connectServer(options);
}

async function connectEmbedded({
  data,
  patienceMs = PATIENCE_MS,
  access = 'write',
}: EmbeddedStore): Promise<Store> {
  const folder = await openDataFolder(data);
  const way = await openEmbeddedStore(folder, patienceMs);
  const deadline = performance.now() + patienceMs;
  return await disposeOnError(way, async () => {
    for (;;) {
      try {
        const database = await openDatabase(way, { engine: 'plain', patienceMs });
        // Whoever comes first makes the tables, reading or not: the folder is ours.
        await migrate(database);
        if (access === 'write' && way.owner()) await selfTest(database);
        const hmac = await openStoreKey(database, join(folder.path, 'store.key'));
        return { ...database, hmac, owner: way.owner };
      } catch (error) {
        // The owner died meanwhile; all of this may be done twice, and we may be the next owner.
        const isLost = error instanceof ConnectionLost || error instanceof AmbiguousInsert;
        if (!isLost || performance.now() > deadline) throw error;
      }
    }
  });
}

async function connectServer(options: ServerStore): Promise<Store> {
  const { access = 'write', patienceMs = PATIENCE_MS, database: name = DATABASE, cluster } = options;
  const address = { ...options, database: name };
  if (access === 'write') await createDatabase(address, patienceMs, cluster);
  const way = serverWay(address);
  return await disposeOnError(way, async () => {
    const engine = options.replicated === true ? 'replicated' : 'plain';
    const database = await openDatabase(way, { engine, patienceMs });
    await checkVersion(database);
    if (access === 'read') {
      await requireMigrated(database);
      return { ...database, hmac: noKey, owner: () => false };
    }
    if (options.storeKeyFile === undefined)
      throw new StoreError('A store on a server needs the file of its key: --store-key-file FILE.');
    await migrate(database, { cluster });
    await selfTest(database);
    const hmac = await openStoreKey(database, options.storeKeyFile);
    return { ...database, hmac, owner: () => false };
  });
}

/** A server is always reached the same way; a broken connection of its pool is made anew by the next statement. */
function serverWay(address: ServerAddress): WayToStore {
  const backend = httpBackend(address);
  return {
    find: async () => backend,
    lost: () => undefined,
    [Symbol.asyncDispose]: () => backend.close(),
  };
}

/** Every statement names its database, so the first one needs another. */
async function createDatabase(
  address: ServerAddress,
  patienceMs: number,
  cluster: string | undefined,
): Promise<void> {
  const identifier = (name: string): string => `\`${name.replace(/[`\\]/g, '\\$&')}\``;
  await using database = databaseOver(serverWay({ ...address, database: 'default' }), {
    engine: 'plain',
    patienceMs,
    knowsDeduplicateInsert: false,
  });
  const rows = await database.query('SELECT 1 FROM system.databases WHERE name = {name:String}', {
    name: address.database,
  });
  if (rows.length > 0) return;
  const onCluster = cluster === undefined ? '' : ` ON CLUSTER ${identifier(cluster)}`;
  await database.command(`CREATE DATABASE IF NOT EXISTS ${identifier(address.database)}${onCluster}`);
}

async function openDatabase(
  way: WayToStore,
  options: Omit<DatabaseOptions, 'knowsDeduplicateInsert'>,
): Promise<Database> {
  const first = databaseOver(way, { ...options, knowsDeduplicateInsert: false });
  const known = await first.query("SELECT 1 FROM system.settings WHERE name = 'deduplicate_insert'");
  return databaseOver(way, { ...options, knowsDeduplicateInsert: known.length > 0 });
}

async function requireMigrated(database: Database): Promise<void> {
  const missing = await missingMigrations(database);
  if (missing.length === 0) return;
  throw new StoreError(
    `The store lacks ${missing.join(', ')}. Run \`tallymark migrate\` with a user that may change it.`,
  );
}

function noKey(): never {
  throw new StoreError('The store was opened to read only, without its key');
}

async function disposeOnError<T>(resource: AsyncDisposable, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await resource[Symbol.asyncDispose]();
    throw error;
  }
}
