import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import type { ExactDimension } from './vocabularies.ts';

/** Days of one project of a registry, or of the whole registry where `project` is undefined; both ends included. */
export interface ExactQuestion {
  readonly registry: string;
  readonly project: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** Headline downloads by day; days without counts are absent. */
export async function readDays(
  database: Database,
  question: ExactQuestion,
): Promise<ReadonlyMap<number, number>> {
  const rows = await database.query<{ date: number; downloads: number }>(
    `SELECT toUInt16(day) AS date, sum(exact.downloads) AS downloads FROM exact ${where(question)} GROUP BY day`,
    parameters(question),
  );
  return new Map(rows.map(({ date, downloads }) => [date, downloads]));
}

/** Headline downloads by day and by version or file type. */
export async function readDayKeys(
  database: Database,
  question: ExactQuestion,
  dimension: ExactDimension,
): Promise<ReadonlyMap<number, Readonly<Record<string, number>>>> {
  const rows = await database.query<{ date: number; keys: Record<string, number> }>(
    `SELECT toUInt16(day) AS date, sumMap(${dimension}) AS keys FROM exact ${where(question)} GROUP BY day`,
    parameters(question),
  );
  return new Map(rows.map(({ date, keys }) => [date, keys]));
}

function where({ project }: ExactQuestion): string {
  const ofProject = project === undefined ? '' : 'AND project = {project:String}';
  return `WHERE registry = {registry:String} ${ofProject} AND day BETWEEN {from:Date} AND {to:Date}`;
}

function parameters({ registry, project, from, to }: ExactQuestion): Record<string, string> {
  const ofProject = project === undefined ? {} : { project };
  return { registry, ...ofProject, from: isoDay(from), to: isoDay(to) };
}
