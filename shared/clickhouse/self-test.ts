/** The start-up self-test: a store that cannot deduplicate, or is too old, is refused before anything is counted into it. */

import { randomUUID } from 'node:crypto';
import { type Database, StoreError } from './database.ts';
import { stringColumns } from './native-strings.ts';

/** The oldest release whose plain and replicated tables were read to keep tokens a partition. */
const OLDEST_VERSION = [24, 8] as const;

/** Tables whose inserts carry tokens. */
const TOKEN_TABLES = [
  'counts',
  'ledger',
  'facts',
  'released',
  'publications',
  'sites',
  'gaps',
  'topics',
  'probe',
];

/** Throws `StoreError` unless the server is new enough, its tables have their windows, and one token counts once. */
export async function selfTest(database: Database): Promise<void> {
  await checkVersion(database);
  await checkWindows(database);
  await checkToken(database);
}

/** Throws `StoreError` if the server's version is older than the oldest one that is known to work. */
export async function checkVersion(database: Database): Promise<void> {
  const [row] = await database.query<{ version: string }>('SELECT version() AS version');
  const [year, month] = row!.version.split('.').map(Number) as [number, number];
  if (year > OLDEST_VERSION[0] || (year === OLDEST_VERSION[0] && month >= OLDEST_VERSION[1])) return;
  throw new StoreError(
    `ClickHouse ${row!.version} is too old: Tallymark needs ${OLDEST_VERSION.join('.')} or newer.`,
  );
}

async function checkWindows(database: Database): Promise<void> {
  const rows = await database.query<{ name: string; ddl: string }>(
    `SELECT name, create_table_query AS ddl FROM system.tables
     WHERE database = currentDatabase() AND name IN {tables:Array(String)}`,
    { tables: TOKEN_TABLES },
  );
  const window =
    database.engine === 'plain' ? 'non_replicated_deduplication_window' : 'replicated_deduplication_window';
  const pattern = new RegExp(`[ ,]${window} = [1-9]`);
  for (const table of TOKEN_TABLES) {
    const ddl = rows.find(({ name }) => name === table)?.ddl;
    if (ddl !== undefined && pattern.test(ddl)) continue;
    throw new StoreError(
      `Table ${table} ${ddl === undefined ? 'is missing' : `has no ${window}`}, so retries would count twice. Run \`tallymark migrate\`.`,
    );
  }
}

async function checkToken(database: Database): Promise<void> {
  const run = randomUUID();
  const probe = { table: 'probe', ...stringColumns({ run }), token: run };
  await database.insert(probe);
  await database.insert(probe);
  const [row] = await database.query<{ rows: number }>(
    'SELECT count() AS rows FROM probe WHERE run = {run:String}',
    { run },
  );
  if (row!.rows === 1) return;
  throw new StoreError(
    `The store counted one insert with one token ${row!.rows} times: retries would count twice. Check its deduplication settings.`,
  );
}
