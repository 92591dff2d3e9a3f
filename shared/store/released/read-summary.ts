import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import type { RegistryCatalog } from './catalog.ts';

/** Windows of a summary, in days; each ends on the registry's last counted day. */
export const summaryWindows = [1, 7, 30, 365] as const;

/** A project at a glance. Days since 1970-01-01. */
export interface Summary {
  readonly firstDay: number;
  readonly windows: readonly SummaryWindow[];
  /** Everything ever counted: headline downloads, and what is left out of them. */
  readonly total: number;
  readonly mirror: number;
  readonly bot: number;
  readonly indexRequests: number;
}

export interface SummaryWindow {
  readonly days: (typeof summaryWindows)[number];
  /** Later than the window's length says where counting began inside it. */
  readonly from: number;
  readonly through: number;
  readonly downloads: number;
  /** The same number of days before; null where they are not all counted. */
  readonly previous: number | null;
}

/** The summary of a project, or of the whole registry where `project` is undefined; undefined where nothing is counted. */
export async function readSummary(
  database: Database,
  registry: RegistryCatalog,
  project: string | undefined,
): Promise<Summary | undefined> {
  const { dataFrom, dataThrough } = registry;
  if (dataFrom === null || dataThrough === null) return undefined;
  const [row] = await database.query<Record<string, number>>(
    `SELECT toUInt16(min(day)) AS first_day, sum(exact.downloads) AS total, sum(exact.mirror) AS mirror,
      sum(exact.bot) AS bot, sum(exact.index_requests) AS index_requests, ${windowSums}
    FROM exact WHERE registry = {registry:String} AND day <= {through:Date}
      ${project === undefined ? '' : 'AND project = {project:String}'}`,
    {
      registry: registry.name,
      through: isoDay(dataThrough),
      ...(project === undefined ? {} : { project }),
    },
  );
  if (row === undefined) return undefined;
  return {
    firstDay: row.first_day ?? dataFrom,
    total: row.total ?? 0,
    mirror: row.mirror ?? 0,
    bot: row.bot ?? 0,
    indexRequests: row.index_requests ?? 0,
    windows: summaryWindows.map((days) => ({
      days,
      from: Math.max(dataThrough - days + 1, dataFrom),
      through: dataThrough,
      downloads: row[`last_${days}`] ?? 0,
      previous: dataThrough - 2 * days + 1 < dataFrom ? null : (row[`before_${days}`] ?? 0),
    })),
  };
}

const windowSums = summaryWindows
  .flatMap((days) => [
    `sumIf(exact.downloads, day > {through:Date} - ${days}) AS last_${days}`,
    `sumIf(exact.downloads, day > {through:Date} - ${2 * days} AND day <= {through:Date} - ${days}) AS before_${days}`,
  ])
  .join(', ');
