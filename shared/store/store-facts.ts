import type { Database } from '../clickhouse/database.ts';
import { isoDay } from '../days.ts';
import { openEntries } from './clickhouse-ledger.ts';

/** What `doctor` says of a store. */
export interface StoreFacts {
  /** Ascending; a month with many parts is slow to read until it is merged. */
  readonly months: readonly MonthFacts[];
  /** Newest day of the log lines, `YYYY-MM-DD`; undefined in an empty store. */
  readonly newestDay: string | undefined;
  readonly registries: readonly string[];
  /** Different log files, by content. */
  readonly sources: number;
  readonly batches: number;
  /** Batches that somebody intended and did not finish; the next replay does. */
  readonly pending: readonly { readonly site: string; readonly since: string; readonly files: number }[];
  /** Who writes, or waits to, and who feeds the store. */
  readonly turns: readonly {
    readonly site: string;
    /** What from, of who feeds it; '' of a replay. */
    readonly feeds: string;
    readonly since: string;
    readonly renewedSecondsAgo: number;
  }[];
}

export interface MonthFacts {
  /** `YYYYMM`. */
  readonly month: string;
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Gathers what there is to know. Throws `StoreError`. */
export async function readStoreFacts(database: Database): Promise<StoreFacts> {
  const [sums] = await database.query<{ newest: number; rows: number; registries: string[] }>(
    `SELECT toUInt16(max(day)) AS newest, count() AS rows, arraySort(groupUniqArray(toString(registry))) AS registries
     FROM counts WHERE registry != ''`,
  );
  const [own] = await database.query<{ sources: number; batches: number }>(
    `SELECT uniqExactIf(arraySlice(splitByChar('/', project), 2, 2), startsWith(project, 'source/')) AS sources,
       uniqExactIf(project, startsWith(project, 'batch/')) AS batches
     FROM counts WHERE registry = ''`,
  );
  return {
    months: await readMonths(database),
    newestDay: sums!.rows === 0 ? undefined : isoDay(sums!.newest),
    registries: sums!.registries,
    sources: own!.sources,
    batches: own!.batches,
    pending: await database.query(pendingQuery),
    turns: await database.query(turnsQuery),
  };
}

/**
 * Merges the months that are in more parts than `parts`, and the ledger: only long-lived processes merge well by
 * themselves. Gives the months, `YYYYMM`. Throws `StoreError`.
 */
export async function optimizeMonths(
  database: Database,
  { parts }: { readonly parts: number },
): Promise<string[]> {
  const months = (await readMonths(database)).filter((month) => month.parts > parts);
  // The partition cannot be a parameter; it is a number by its type.
  for (const { month } of months)
    await database.command(`OPTIMIZE TABLE counts PARTITION ${Number(month)} FINAL`);
  const [ledger] = await database.query<{ parts: number }>(
    `SELECT count() AS parts FROM system.parts
     WHERE database = currentDatabase() AND table = 'ledger' AND active`,
  );
  if (ledger!.parts > parts) await database.command('OPTIMIZE TABLE ledger FINAL');
  return months.map(({ month }) => month);
}

function readMonths(database: Database): Promise<MonthFacts[]> {
  return database.query<MonthFacts>(
    `SELECT partition AS month, count() AS parts, sum(system.parts.rows) AS rows, sum(bytes_on_disk) AS bytes
     FROM system.parts WHERE database = currentDatabase() AND table = 'counts' AND active
     GROUP BY month ORDER BY month`,
  );
}

const pendingQuery = `
  SELECT JSONExtractString(any(body), 'site') AS site, formatDateTime(min(at), '%FT%TZ', 'UTC') AS since,
    JSONLength(any(body), 'stretches') AS files
  FROM ledger
  WHERE event = 'intended' AND entry IN (
    SELECT entry FROM ledger WHERE startsWith(entry, 'batch/') GROUP BY entry HAVING countIf(event = 'settled') = 0)
  GROUP BY entry ORDER BY since`;

const turnsQuery = `
  SELECT JSONExtractString(announced, 'site') AS site, feeds, formatDateTime(since, '%FT%TZ', 'UTC') AS since,
    dateDiff('second', renewedAt, now64(3)) AS renewedSecondsAgo
  FROM (${openEntries}) ORDER BY since`;
