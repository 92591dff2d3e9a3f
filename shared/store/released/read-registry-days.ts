import type { Database } from '../../clickhouse/database.ts';

/** First and last counted day of a registry; days since 1970-01-01. */
export interface RegistryDays {
  readonly registry: string;
  readonly first: number;
  readonly last: number;
}

/** First and last day of every registry with counts, by name. */
export async function readRegistries(database: Database): Promise<readonly RegistryDays[]> {
  return database.query(
    `SELECT registry, toUInt16(min(day)) AS first, toUInt16(max(day)) AS last FROM exact
    GROUP BY registry ORDER BY registry`,
  );
}

/** The same of one registry, undefined where it has no counts. */
export async function readRegistryDays(
  database: Database,
  registry: string,
): Promise<RegistryDays | undefined> {
  return (await readRegistries(database)).find((one) => one.registry === registry);
}
