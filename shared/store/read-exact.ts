import type { Database } from '../clickhouse/database.ts';
import { isoDay } from '../days.ts';
import type { DimensionColumn } from './counts-columns.ts';
import { dimensionColumns } from './counts-columns.ts';
import { summedMap } from './summed-map.ts';

/** What exact downloads can be shown by. */
export const exactGroups = [...dimensionColumns, 'day', 'project'] as const;
export type ExactGroup = (typeof exactGroups)[number];

/** A question for the operator's own numbers; days since 1970-01-01, both included. */
export interface ExactQuestion {
  readonly registry: string;
  /** Canonical name; all projects where it is absent. */
  readonly project?: string | undefined;
  readonly by: ExactGroup;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
}

/** Headline downloads; `rows` by downloads, but days in their order. */
export interface ExactAnswer {
  readonly total: number;
  readonly rows: readonly { readonly key: string; readonly downloads: number }[];
  /** First and last day of the numbers, `YYYY-MM-DD`; undefined where there are none. */
  readonly days: { readonly from: string; readonly to: string } | undefined;
}

/** Answers `tallymark query --exact`. Throws `StoreError`. */
export async function readExact(database: Database, question: ExactQuestion): Promise<ExactAnswer> {
  const { registry, project = '', from = 0, to = lastDay, limit = mostRows, by } = question;
  const params = { registry, project, from, to, limit };
  const [sums] = await database.query<{ total: number; first: number; last: number; rows: number }>(
    `SELECT sum(downloads) AS total, toUInt16(min(day)) AS first, toUInt16(max(day)) AS last, count() AS rows
     FROM counts WHERE ${asked(project)}`,
    params,
  );
  const { total, first, last, rows } = sums!;
  return {
    total,
    rows: await database.query(groupQuery(by, project), params),
    days: rows === 0 ? undefined : { from: isoDay(first), to: isoDay(last) },
  };
}

/** The registries of a store, in alphabetical order. Throws `StoreError`. */
export async function listRegistries(database: Database): Promise<string[]> {
  const rows = await database.query<{ registry: string }>(
    "SELECT DISTINCT registry FROM counts WHERE registry != '' ORDER BY registry",
  );
  return rows.map(({ registry }) => registry);
}

/** The last day that a `Date` holds, 2149-06-06. */
const lastDay = 65_535;
const mostRows = 1_000_000;

function asked(project: string): string {
  const ofProject = project === '' ? '' : 'AND project = {project:String} ';
  return `registry = {registry:String} ${ofProject}AND day BETWEEN toDate({from:UInt16}) AND toDate({to:UInt16})`;
}

function groupQuery(by: ExactGroup, project: string): string {
  if (by === 'day' || by === 'project') {
    const order = by === 'day' ? 'key' : 'downloads DESC, key';
    return `
      SELECT toString(${by}) AS key, sum(counts.downloads) AS downloads FROM counts
      WHERE ${asked(project)}
      GROUP BY key HAVING downloads != 0 ORDER BY ${order} LIMIT {limit:UInt32}`;
  }
  return `
    SELECT entry.1 AS key, entry.2 AS downloads
    FROM (SELECT ${summedMap(by satisfies DimensionColumn)} AS amounts FROM counts WHERE ${asked(project)})
    ARRAY JOIN amounts AS entry
    ORDER BY downloads DESC, key LIMIT {limit:UInt32}`;
}
