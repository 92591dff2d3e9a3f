import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';

/** Days, of all registries, that have counts and no published cells. */
export interface UnreleasedDays {
  readonly days: number;
  /** The last of them, `YYYY-MM-DD`. */
  readonly last: string;
}

/** How many days have counts and no published cells; days from `today` (since 1970-01-01) on are not over. Undefined where there are none. */
export async function unreleasedDays(database: Database, today: number): Promise<UnreleasedDays | undefined> {
  const [row] = await database.query<{ days: number; last: number }>(
    `SELECT count() AS days, max(period) AS last FROM (
      SELECT DISTINCT registry, toUInt16(day) AS period FROM exact WHERE day < toDate({today:UInt16})
    ) WHERE (concat(registry, '/day'), period) NOT IN (SELECT scope, toUInt16(period) FROM publications)`,
    { today },
  );
  return row && row.days > 0 ? { days: row.days, last: isoDay(row.last) } : undefined;
}
