/** Brings a store's tables to this version's: numbered SQL from infra/clickhouse, each file once, in order. */

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Database, StoreError } from './database.ts';

/** A replicated deployment's cluster, for `ON CLUSTER`. */
export interface MigrateOptions {
  readonly cluster?: string | undefined;
}

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Applies what the store lacks and gives the names applied. Two at once do no harm, since every statement is `IF NOT EXISTS` or `OR REPLACE`.
 * Throws `StoreError` if the store was written by a newer version.
 */
export async function migrate(database: Database, options: MigrateOptions = {}): Promise<string[]> {
  const migrations = await readMigrations();
  const applied = await appliedMigrations(database);
  refuseNewer(migrations, applied);
  const missing = migrations.filter(({ number }) => !applied.has(number));
  for (const migration of missing) {
    for (const statement of fill(migration.sql, database.engine, options.cluster))
      await database.command(statement);
    // Not VALUES: chDB would read more of them from the standard input of our process, which may be a log.
    await database.command('INSERT INTO migrations (number, name) SELECT {number:UInt32}, {name:String}', {
      number: migration.number,
      name: migration.name,
    });
  }
  return missing.map(({ name }) => name);
}

/** Names of migrations the store lacks, without changing it. Throws `StoreError` on a newer store. */
export async function missingMigrations(database: Database): Promise<string[]> {
  const migrations = await readMigrations();
  const applied = await appliedMigrations(database);
  refuseNewer(migrations, applied);
  return migrations.filter(({ number }) => !applied.has(number)).map(({ name }) => name);
}

const UNKNOWN_TABLE = 60;
const UNKNOWN_DATABASE = 81;

async function appliedMigrations(database: Database): Promise<Set<number>> {
  try {
    const rows = await database.query<{ number: number }>('SELECT DISTINCT number FROM migrations');
    return new Set(rows.map(({ number }) => number));
  } catch (error) {
    if (error instanceof StoreError && (error.code === UNKNOWN_TABLE || error.code === UNKNOWN_DATABASE))
      return new Set();
    throw error;
  }
}

function refuseNewer(migrations: readonly Migration[], applied: ReadonlySet<number>): void {
  const ours = Math.max(...migrations.map(({ number }) => number));
  const theirs = Math.max(...applied, 0);
  if (theirs <= ours) return;
  throw new StoreError(
    `The store was written by a newer Tallymark (migration ${theirs}, this one knows ${ours}); nothing was changed. Update Tallymark.`,
  );
}

async function readMigrations(): Promise<Migration[]> {
  const folder = migrationFolder();
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return await Promise.all(
    names.map(async (name) => ({
      number: Number(name.slice(0, 4)),
      name,
      sql: await readFile(new URL(name, folder), 'utf8'),
    })),
  );
}

/** From the source tree this file lies two folders deep, from dist/ three. */
function migrationFolder(): URL {
  const folders = ['../../infra/clickhouse/', '../../../infra/clickhouse/'].map(
    (path) => new URL(path, import.meta.url),
  );
  const folder = folders.find((url) => existsSync(url));
  if (folder === undefined)
    throw new StoreError(`The migrations are missing: no ${fileURLToPath(folders[0]!)}. Install again.`);
  return folder;
}

/** A file's statements with the deployment's engine, window and cluster in place of `$…`. */
function fill(sql: string, engine: Database['engine'], cluster: string | undefined): string[] {
  const window =
    engine === 'plain'
      ? 'non_replicated_deduplication_window = 100000'
      : 'replicated_deduplication_window = 100000, replicated_deduplication_window_seconds = 604800';
  return sql
    .replace(/^--.*$/gm, '')
    .replaceAll(
      '$ON_CLUSTER',
      cluster === undefined ? '' : `ON CLUSTER \`${cluster.replace(/[`\\]/g, '\\$&')}\``,
    )
    .replaceAll('$DEDUPLICATION', window)
    .replace(/\$(\w*MergeTree)\((\w+)\)/g, (_, family: string, table: string) =>
      engine === 'plain'
        ? family
        : `Replicated${family}('/clickhouse/tables/{shard}/{database}/${table}', '{replica}')`,
    )
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
