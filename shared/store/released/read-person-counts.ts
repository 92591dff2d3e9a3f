import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import { type PersonDimension, personDimensions } from './vocabularies.ts';

/** Days of a registry, both ends included. */
export interface Days {
  readonly registry: string;
  readonly from: number;
  readonly to: number;
}

/** Headline downloads of one project by key of each person-side dimension. The operator's: nothing of it is published. */
export type PersonCounts = { readonly project: string } & Readonly<
  Record<PersonDimension, Readonly<Record<string, number>>>
>;

/** Projects with headline downloads in these days, in the store's order: a fact that is public anyway. */
export async function readDownloaded(database: Database, days: Days): Promise<readonly string[]> {
  const rows = await database.query<{ project: string }>(
    `SELECT project FROM counts ${within} GROUP BY project HAVING sum(downloads) != 0 ORDER BY project`,
    parameters(days),
  );
  return rows.map(({ project }) => project);
}

/** The counts of the projects from `first` to `last`, in the store's order. */
export async function readPersonCounts(
  database: Database,
  days: Days,
  { first, last }: { readonly first: string; readonly last: string },
): Promise<readonly PersonCounts[]> {
  return database.query(
    `SELECT project, ${sums} FROM counts ${within} AND project BETWEEN {first:String} AND {last:String}
    GROUP BY project HAVING sum(downloads) != 0 ORDER BY project`,
    { ...parameters(days), first, last },
  );
}

/** The counts of the whole registry, with an empty project. */
export async function readSiteCounts(database: Database, days: Days): Promise<PersonCounts> {
  const [row] = await database.query<PersonCounts>(
    `SELECT '' AS project, ${sums} FROM counts ${within}`,
    parameters(days),
  );
  if (row === undefined) throw new Error('a sum without GROUP BY gave no row');
  return row;
}

const sums = personDimensions.map((dimension) => `sumMap(counts.${dimension}) AS ${dimension}`).join(', ');
const within = `WHERE registry = {registry:String} AND day BETWEEN {from:Date} AND {to:Date}`;

function parameters({ registry, from, to }: Days): Record<string, string> {
  return { registry, from: isoDay(from), to: isoDay(to) };
}
